"""Rule files: what they may say, and how their mistakes are told."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.ruling import article, book, one_rule, plural
from watcher import matching, rules
from watcher.errors import RuleError
from watcher.preferences import Preferences
from watcher.rules.reference import CODES

HEAD = "schema: 1\nrule_set: essai\ntitle: Essai\n"
RULE = "rules: [{id: a, title: A, when: puce}]\n"
WORDS = "words: {puce: [puce]}\n"


def mistakes(*contents: str, **vocabularies: str) -> list[str]:
    """Return `file:line:col CODE` of each mistake in some files."""
    files = {f"{number}.yaml": content for number, content in enumerate(contents)}
    files |= {f"vocabulary/{name}.yaml": content for name, content in vocabularies.items()}
    with pytest.raises(RuleError) as caught:
        rules.load(files, plural)
    return [
        f"{problem.file}:{problem.line}:{problem.column} {problem.code}"
        for problem in caught.value.problems
    ]


def when(condition: str) -> str:
    """Return a file whose only rule has this condition, on line 5 from column 33."""
    return HEAD + WORDS + f"rules: [{{id: a, title: A, when: {condition}}}]\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("- [", "1:4 R100"),
        ("a:\n\tb: 1\n", "2:1 R100"),
        ("a: b: c\n", "1:5 R100"),
        ("\x00", "1:1 R100"),
        ("a: 1\n---\nb: 2\n", "2:1 R100"),
        ("%YAML 9.9\n---\na: 1\n", "1:1 R100"),
        ("[" * 3000, "1:1 R100"),
        (HEAD + WORDS + RULE + "title: Encore\n", "6:1 R101"),
        (HEAD + "words: {puce: &x [puce], gpu: *x}\n" + RULE, "4:15 R102"),
        (HEAD + WORDS + RULE + "scope: !!python/object:os.system x\n", "6:8 R102"),
        (HEAD + WORDS + RULE + "scope: !!int douze\n", "6:8 R102"),
        (HEAD + WORDS + RULE + "? [a]\n: b\n", "6:3 R102"),
        ("a: " + "[" * 50 + "]" * 50 + "\n", "1:44 R102"),
        ("", "1:1 R103"),
        ("# rien\n", "1:1 R103"),
        (HEAD + WORDS + RULE + "severity: high\n", "6:1 R110"),
        (HEAD + WORDS, "1:1 R111"),
        (HEAD.replace("1", "2") + WORDS + RULE, "1:9 R112"),
        (HEAD + WORDS + RULE.replace("when", "severity: hihg, when"), "5:37 R112"),
        (HEAD + WORDS + RULE.replace("}", ", zones: [titel]}"), "5:47 R112"),
        (HEAD + "words: {puce: [308]}\n" + RULE, "4:16 R113"),
        (HEAD + "words: {puce: puce}\n" + RULE, "4:15 R113"),
        (HEAD + WORDS + "rules: [x]\n", "5:9 R113"),
        ("simplement du texte\n", "1:1 R113"),
        (HEAD.replace("essai", "Mon Essai") + WORDS + RULE, "2:11 R114"),
        (HEAD + "words: {a b: [puce], puce: [puce]}\n" + RULE, "4:9 R114"),
        (HEAD + WORDS + RULE.replace("}", ", min_score: .nan}"), "5:50 R114"),
        (when("{near: {of: [puce]}}"), "5:45 R114"),
        (when("{stance: closed}"), "5:42 R127"),
        (HEAD + WORDS + RULE + "vocabulary: [vocabulary/rien.yaml]\n", "6:14 R122"),
        (when("gpu"), "5:33 R124"),
        (when("{near: {of: [puce, puces]}}"), "5:52 R124"),
        (when("{number: {near: gpu}}"), "5:49 R124"),
        (when("{}"), "5:33 R126"),
        (when("{none: [puce]}"), "5:33 R126"),
        (when("{any: [puce, {none: [puce]}]}"), "5:33 R126"),
        (HEAD + "words: {puce: ['...']}\n" + RULE, "4:16 R130"),
        (HEAD + "words: {puce: ['p*']}\n" + RULE, "4:16 R130"),
        (HEAD + "words: {puce: ['=puce*']}\n" + RULE, "4:16 R130"),
        (HEAD + "words: {puce: ['puce * IA']}\n" + RULE, "4:16 R130"),
        (HEAD + "words: {puce: [a b c d e f g h i]}\n" + RULE, "4:16 R130"),
        (when("{regex: '(puce'}"), "5:41 R140"),
        (when('{regex: "\\ud800"}'), "5:41 R114"),
        (when("{regex: '(?<=la )puce'}"), "5:41 R140"),
        (when("{regex: '(p)\\1'}"), "5:41 R140"),
        (when("{number: {min: 9, max: 2}}"), "5:42 R142"),
    ],
)
def test_every_mistake_has_its_place(content: str, expected: str) -> None:
    """A broken file is refused with line, column and code of what is wrong."""
    assert f"0.yaml:{expected}" in mistakes(content)


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    """An operator mends everything in one round, also when a file has the wrong shape."""
    broken = (
        "schema: 1\nrule_set: essai\ntitel: Essai\n"
        "words: {puce: [puce, '*', 3], gpu: x}\n"
        "rules: [{id: a, title: A, sevrity: low, when: gpus}, {id: a, title: B, when: 3}, x]\n"
        "vocabulary: [3, vocabulary/non.yaml, vocabulary/b.yaml]\n"
    )
    lexical = "schema: 1\ntitle: Mots\nwords: {mot: ['*']}\n"
    shapeless = "schema: 1\nwords: {mot: [mot]}\n"
    found = mistakes(broken, "- [", "schema: 1\nwords: x\n", b=lexical, c=shapeless, d="\t")
    codes = [line.split(" ")[1] for line in found if line.startswith("0.yaml")]
    assert sorted(codes) == sorted(
        "R110 R110 R111 R113 R113 R113 R113 R113 R121 R122 R122 R124 R130".split(" ")
    )
    assert {line.split(":")[0] for line in found} == {
        *("0.yaml", "1.yaml", "2.yaml"),
        *("vocabulary/b.yaml", "vocabulary/c.yaml", "vocabulary/d.yaml"),
    }


def test_twins_are_refused() -> None:
    """A rule set, a rule and a word list have one place each."""
    assert mistakes(HEAD + WORDS + RULE, HEAD + WORDS + RULE) == ["1.yaml:2:11 R120"]
    twice = RULE.replace("]", ", {id: a, title: B, when: puce}]")
    assert mistakes(HEAD + WORDS + twice) == ["0.yaml:5:45 R121"]
    words = "schema: 1\ntitle: Mots\nwords: {puce: [puce]}\n"
    both = HEAD + "vocabulary: [vocabulary/a.yaml, vocabulary/b.yaml]\n" + WORDS + RULE
    assert mistakes(both, a=words, b=words) == ["0.yaml:4:33 R123", "0.yaml:5:9 R123"]


def test_a_mistake_is_told_with_its_cure() -> None:
    """A misspelt name comes with the name that was probably meant."""
    with pytest.raises(RuleError, match="did you mean `puce`"):
        one_rule("{puce: [puce]}", "puces")
    with pytest.raises(RuleError, match="did you mean `severity`"):
        one_rule("{puce: [puce]}", "puce", "    sevrity: high\n")
    with pytest.raises(RuleError, match="RE2 has no look-around"):
        one_rule("{}", "{regex: '(?=puce)'}")


@pytest.mark.parametrize(
    ("entry", "text", "found"),
    [
        ("H200", "H200, H-200, H 200, H‑200, H\u202f200, H–200, H200s, h200, H-200s", 9),
        ("H200", "GH200 H20 H200E H2000 DH-200 GH-200 H100", 0),
        ("H200", "H 200 000 puces, à 14 h 200 manifestants, page 200, H. 200", 0),
        ("MI308", "MI 308 et MI308, pas MI308X", 2),
        ("=H200", "H200 H-200 H200s", 1),
        ("puce", "Puce, PUCES, pucé", 3),
        ("=puce", "Puce, puces", 1),
        ("puc*", "puce pucier puc", 3),
        ("puc* IA", "puces d’IA, pucier IA", 2),
        ("feu vert", "feu vert, feus verts, feu tout vert, feu rouge vert, feu. Vert", 3),
        ("droit de douane", "droit de douane, droits à la douane, droit douane", 3),
        ("droit de", "droit de, droit du, droits des, droit au", 3),
        ("ne plus acheter", "ne plus acheter, ne acheter, ne plus jamais acheter", 1),
        ("laisser partir", "laisser donc partir, laisser enfin les partir", 2),
        ("=donner =le =la", "donner le la, donner la", 1),
        ("de la", "de la, de", 1),
        ("=le =le =le", "le le le le", 1),
        ("=mille*", "", 0),
        ("semi-conducteur", "semi-conducteur, semi conducteurs, semis", 2),
        ("États-Unis", "Etats-Unis, ÉTATS-UNIS, états unis", 3),
        ("cœur", "coeur CŒUR", 2),
    ],
)
def test_entries(entry: str, text: str, found: int) -> None:
    """A word has its forms, a code its spellings, a phrase its free words, a mark its meaning."""
    if entry == "=mille*":
        with pytest.raises(RuleError, match="not both"):
            one_rule(f"{{mot: ['{entry}']}}", "mot")
        return
    matches = matching.match(article(text), one_rule(f"{{mot: ['{entry}']}}", "mot"))
    assert sum(len(match.evidence) for match in matches) == found


def test_two_prefixes_of_a_length_and_two_lengths() -> None:
    """Prefixes of several lengths are found beside whole words."""
    compiled = one_rule("{mot: [interd*, expor*, puc*, quota], bis: [puc*]}", "mot")
    (found,) = matching.match(article("L’interdit d’exporter des puces : quotas."), compiled)
    assert len(found.evidence) == 4


def test_lists_of_a_vocabulary() -> None:
    """A vocabulary's lists are a rule set's own, and equal entries are searched for once."""
    compiled = book(
        "vocabulary: [vocabulary/puces.yaml]\nwords: {copie: [puce, GPU]}\n"
        "rules: [{id: a, title: A, when: {near: {of: [puce, copie]}}}]\n",
        puces="  puce: [GPU, puce]\n",
    )
    assert matching.match(article("Une puce, un GPU."), compiled)
    one, other = compiled.lexicon.entries.values()
    assert set(one) == set(other)


def test_the_hash_tells_what_is_in_force() -> None:
    """The same files have the same hash; another word, or another form, gives another."""
    one, same, other = (
        one_rule(f"{{mot: [{word}]}}", "mot").hash for word in ("puce", "puce", "gpu")
    )
    assert one == same != other
    files = {"0.yaml": HEAD + WORDS + RULE}
    assert rules.load(files, plural).hash != rules.load(files, lambda word: {word}).hash


def test_forms_are_listed() -> None:
    """The forms of every word that stands for its forms can be frozen and shown."""
    compiled = one_rule("{mot: [puce, =vert, quot*, H200, ne pas]}", "mot")
    assert dict(compiled.forms) == {"puce": ("puce", "puces"), "H200": ("H200", "H200s")}


PIECES = [
    *(
        "schema: 1\n",
        "rule_set: a\n",
        "title: t\n",
        "words: {a: [puce]}\n",
        "- ",
        "{",
        "}",
        "[",
        "]",
    ),
    *("rules:\n", "  - id: a\n", "    title: t\n", "    when: a\n", "    when: {all: [a]}\n", "\n"),
    *("    when: {regex: '('}\n", "    weights: {title: 1}\n", "    must_match: [a]\n", "a", "? "),
    *("!!set ", "!!binary ", "&a ", "*a", "<<: ", "%"),
]


@settings(max_examples=300)
@example("&0\n&0 :")  # an anchor used twice only makes the library warn
@given(
    st.one_of(
        st.text(max_size=120),
        st.text(st.sampled_from("abr-:[]{}'\"\n ,*&!%#|>?@\t1.~<="), max_size=60),
        st.lists(
            st.sampled_from(PIECES),
            max_size=14,
        ).map("".join),
    )
)
def test_any_text_loads_or_is_refused(content: str) -> None:
    """Whatever a file holds, it gives rules or a RuleError, and never another error."""
    for name in ("a.yaml", "vocabulary/a.yaml"):
        with suppress(RuleError):
            loaded = rules.load({name: content}, plural)
            assert len(matching.failures(loaded)) <= 2 * len(PIECES)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", {}),
        ("{rhythm: daily, at: 07:30}", {"rhythm": "daily", "at": "07:30"}),
        ("{days: [monday, sunday], min_score: 3}", {"days": [0, 6], "min_score": 3.0}),
    ],
)
def test_defaults_of_who_follows(written: str, kept: dict[str, object]) -> None:
    """A rule set may say how it is heard; only what it says goes before our own defaults."""
    head = f"{HEAD}defaults: {written}\n" if written else HEAD
    [rule_set] = rules.load({"essai.yaml": head + WORDS + RULE}, plural).sets
    assert rule_set.defaults == kept
    assert Preferences().plus(rule_set.defaults).length is Preferences().length


def test_every_code_is_documented() -> None:
    """The operators' page explains each code that the package can give, and no other."""
    package = Path(rules.__file__).parents[1]
    sources = [
        *(path for path in (package / "rules").glob("*.py") if path.stem != "reference"),
        *(package / f"{name}.py" for name in ("asking", "operators", "matching", "rulebook")),
    ]
    given_codes = {
        code for path in sources for code in re.findall(r'"([RL]\d{3})"', path.read_text("utf-8"))
    }
    assert set(CODES) == given_codes
