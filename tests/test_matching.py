"""Which rules hold for an article."""

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ruling import article, book, one_rule
from watcher import matching, text
from watcher.claims import Zone, ZoneKind
from watcher.model import Article, RuleId, RuleSetId, Severity
from watcher.rules import RuleBook

if TYPE_CHECKING:
    from _typeshed import TraceFunction

CHIP = "{puce: [puce], ban: [interdit]}"


def test_a_match_tells_everything() -> None:
    """A match has rule, set, title, severity, score, evidence in order and the rules' hash."""
    compiled = one_rule(CHIP, "puce", "    severity: high\n")
    (found,) = matching.match(article("Deux puces.", title="La puce"), compiled)
    assert (found.rule, found.rule_set) == (RuleId("essai/regle"), RuleSetId("essai"))
    assert (found.title, found.severity, found.score) == ("Règle", Severity.HIGH, 4.0)
    assert found.rules_hash == compiled.hash
    assert [(piece.zone.value, piece.start, piece.end) for piece in found.evidence] == [
        ("title", 3, 7),
        ("body", 5, 10),
    ]


def test_chrome_is_never_evidence() -> None:
    """A word in the page's furniture matches nothing, and joins nothing."""
    compiled = one_rule(CHIP, "{near: {of: [puce, ban], in: paragraph}}")
    assert matching.match(article("Rien.", chrome="Puce interdit"), compiled) == ()
    assert matching.match(article("La puce", chrome="interdit"), compiled) == ()


@pytest.mark.parametrize(
    ("more", "told", "matches"),
    [
        ("    min_score: 3\n", article("Une puce."), False),
        ("    min_score: 3\n", article("x", title="Une puce"), True),
        ("    min_score: 3\n", article("Puce, puce, puce."), True),
        ("    min_score: 2\n    weights: {body: 0}\n", article("Puce, puce, puce."), False),
        ("    zones: [title]\n", article("Une puce."), False),
        ("    zones: [title, lead]\n", article("x", title="Puce"), True),
    ],
)
def test_weights_and_zones(more: str, told: Article, matches: bool) -> None:
    """Evidence weighs by its zone, and a rule may look at some zones only."""
    assert bool(matching.match(told, one_rule(CHIP, "puce", more))) is matches


def test_one_word_of_two_lists_weighs_once() -> None:
    """The score counts places, not the lists that name them."""
    compiled = one_rule("{a: [puce], b: [puce, gpu]}", "{all: [a, b]}")
    (found,) = matching.match(article("Une puce."), compiled)
    assert (found.score, len(found.evidence)) == (1.0, 2)


@pytest.mark.parametrize(
    ("scope", "language", "feed_url", "tags", "covered"),
    [
        ("{}", "fr", "", (), True),
        ("{languages: [fr]}", "fr", "", (), True),
        ("{languages: [fr]}", "en", "", (), False),
        ("{languages: [fr]}", "", "", (), True),
        ("{tags: [ia]}", "fr", "", ("ia", "x"), True),
        ("{tags: [ia]}", "fr", "", ("x",), False),
        ("{feeds: ['https://*.example/*']}", "fr", "https://a.example/rss", (), True),
        ("{feeds: ['https://*.example/*']}", "fr", "https://a.test/rss", (), False),
    ],
)
def test_scope(
    scope: str, language: str, feed_url: str, tags: tuple[str, ...], covered: bool
) -> None:
    """A rule set looks at its feeds, tags and languages; an undecided language is let in."""
    compiled = book(f"scope: {scope}\nwords: {CHIP}\nrules: [{{id: a, title: A, when: puce}}]\n")
    told = Article(title="Puce", text="", zones=(), language=language)
    assert bool(matching.match(told, compiled, feed_url=feed_url, tags=tags)) is covered


def test_rules_without_words_are_always_asked() -> None:
    """A rule of a pattern or a number needs no listed word."""
    assert matching.match(article("Il y a 30 %."), one_rule("{}", "{number: {unit: '%'}}"))
    assert matching.match(article("Il y a du bruit."), one_rule("{}", "{regex: bruits?}"))


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ("    must_match: [Une puce]\n    must_not_match: [Rien]\n", []),
        ("    must_match: [Rien]\n    must_not_match: [Une puce]\n", ["R200", "R201"]),
        ("    zones: [title]\n    must_match: [Une puce, {title: Puce, text: x}]\n", []),
        ("    zones: [title]\n    must_match: [{title: x, text: Puce}]\n", ["R200"]),
        ("    zones: [lead]\n    must_match: [Une puce]\n", []),
    ],
)
def test_examples(more: str, codes: list[str]) -> None:
    """Examples stand where the rule looks; those that go wrong are told with their place."""
    problems = matching.failures(one_rule(CHIP, "puce", more))
    assert [problem.code for problem in problems] == codes
    assert all(problem.line > 4 and problem.file == "essai.yaml" for problem in problems)


# The engine against the plainest reading of the rules ---------------------------------------------

NAMES = ("a", "b", "c")
LISTS = {"a": ("puce", "feu vert"), "b": ("vert", "gpu"), "c": ("zone",)}
Place = tuple[int, int]
Naive = Callable[[dict[str, list[Place]], list[int]], bool]
NUMBERS = {"7": 7, "40": 40}


def conditions() -> st.SearchStrategy[tuple[str, Naive]]:
    """Generate a condition as YAML, with a function that answers it by trying everything."""
    name = st.sampled_from(NAMES)
    plain = name.map(lambda each: (each, lambda hits, _: bool(hits[each])))
    near = st.builds(
        naive_near,
        st.lists(name, min_size=2, max_size=3),
        st.none() | st.integers(0, 4),
        st.booleans(),
    )
    number = st.builds(
        naive_number, st.sampled_from([0, 7, 8]), st.none() | name, st.integers(0, 3)
    )
    pattern = st.just(("{regex: 'f.u'}", lambda hits, _: bool(hits["regex"])))
    return st.recursive(
        plain | near | number | pattern,
        lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(joined),
        max_leaves=5,
    )


def joined(parts: list[tuple[str, Naive]]) -> st.SearchStrategy[tuple[str, Naive]]:
    """Join conditions by all, any, none or context."""
    written = ", ".join(part for part, _ in parts)
    ask: dict[str, Naive] = {
        "all": lambda hits, places: all(each(hits, places) for _, each in parts),
        "context": lambda hits, places: all(each(hits, places) for _, each in parts),
        "any": lambda hits, places: any(each(hits, places) for _, each in parts),
        "none": lambda hits, places: not any(each(hits, places) for _, each in parts),
    }
    return st.sampled_from([(f"{{{key}: [{written}]}}", ask[key]) for key in ask])


def naive_near(names: list[str], words: int | None, ordered: bool) -> tuple[str, Naive]:
    """Ask whether any choice of places is near enough, one list at a time."""

    def holds(hits: dict[str, list[Place]], places: list[int]) -> bool:
        def fits(left: Place, right: Place) -> bool:
            gap = right[0] - left[1] - 1
            near = gap >= 0 and (words is None or gap <= words)
            return near and places[left[0]] == places[right[0]]

        def chain(last: Place, rest: list[str]) -> bool:
            return not rest or any(
                fits(last, hit) and chain(hit, rest[1:]) for hit in hits[rest[0]]
            )

        if ordered:
            return any(chain(hit, names[1:]) for hit in hits[names[0]])
        return any(
            all(any(fits(hit, one) or fits(one, hit) for one in hits[other]) for other in names[1:])
            for hit in hits[names[0]]
        )

    limit = "" if words is None else f", words: {words}"
    order = ", ordered: true" if ordered else ""
    return f"{{near: {{of: [{', '.join(names)}]{limit}{order}}}}}", holds


def naive_number(least: int, near: str | None, words: int) -> tuple[str, Naive]:
    """Ask whether any number is large enough, and near enough to any place of a list."""

    def holds(hits: dict[str, list[Place]], places: list[int]) -> bool:
        return any(
            near is None
            or any(
                0 < abs(at - hit[end]) <= words + 1 and places[at] == places[hit[0]]
                for hit in hits[near]
                for end in (0, 1)
            )
            for at, _ in hits[f"number {least}"]
        )

    company = "" if near is None else f", near: {near}, words: {words}"
    return f"{{number: {{min: {least}{company}}}}}", holds


def naive_hits(told: Article) -> tuple[dict[str, list[Place]], list[int]]:
    """Find the words of the lists by a regular expression each, the longest first."""
    words: list[str] = []
    places: list[int] = []
    for number, (begin, end) in enumerate(text.sentences(told.text)):
        found = re.findall(r"\w+", told.text[begin:end].lower())
        words += found
        places += [number] * len(found)
    hits: dict[str, list[Place]] = {name: [] for name in NAMES}
    hits["regex"] = [found.span() for found in re.finditer("f.u", told.text.lower())]
    for least in (0, 7, 8):
        hits[f"number {least}"] = [
            (at, at) for at, word in enumerate(words) if NUMBERS.get(word, -1) >= least
        ]
    for name, entries in LISTS.items():
        for at, word in enumerate(words):
            if word.rstrip("s") in entries:
                hits[name].append((at, at))
            if name == "a" and word.rstrip("s") == "feu":
                hits[name] += naive_phrase(words, places, at)
    return hits, places


def naive_phrase(words: list[str], places: list[int], at: int) -> list[Place]:
    """Find "feu vert" from its first word on, over at most three small words."""
    ahead = at + 1
    while ahead < len(words) and words[ahead] in {"le", "de"} and ahead - at < 4:
        ahead += 1
    is_there = ahead < len(words) and words[ahead].rstrip("s") == "vert"
    return [(at, ahead)] if is_there and places[ahead] == places[at] else []


TOLD = st.lists(
    st.sampled_from(
        ["puce", "Puces", "vert", "gpu", "zone", "feu", "le", "de", "mur", "il", "7", "40"]
    ).flatmap(lambda word: st.sampled_from([f"{word} ", f"{word} ", f"{word}. X ", f"{word}\n"])),
    max_size=14,
).map("".join)


@settings(max_examples=400)
@given(st.lists(conditions(), min_size=1, max_size=4), TOLD)
def test_the_engine_agrees_with_trying_everything(
    asked: list[tuple[str, Naive]], told: str
) -> None:
    """Trie, candidates and searches find exactly the rules that a plain reading finds."""
    hits, places = naive_hits(article(told))
    written, expected = "", set()
    for at, (when, holds) in enumerate(asked):
        held, is_c = holds(hits, places), bool(hits["c"])
        rules = {f"all-{at}": (f"{{all: [{when}, c]}}", held and is_c)}
        if "none" not in when:  # else it would match almost everything, and is refused
            rules |= {f"plain-{at}": (when, held)}
            rules |= {f"any-{at}": (f"{{any: [{when}, c]}}", held or is_c)}
        for name, (condition, is_expected) in rules.items():
            written += f"  - {{id: {name}, title: R, when: {condition}}}\n"
            expected |= {f"essai/{name}"} if is_expected else set()
    words = "".join(f"  {name}: [{', '.join(entries)}]\n" for name, entries in LISTS.items())
    compiled = book(f"words:\n{words}rules:\n{written}")
    found = matching.match(article(told), compiled)
    assert {match.rule for match in found} == expected
    assert all(
        piece.quote == told[piece.start : piece.end] for match in found for piece in match.evidence
    )


PRINTED = st.text(st.sampled_from("puces interdit à H-200.\n’é\u0301\u00ad\u202f"), max_size=60)


@given(PRINTED, PRINTED)
def test_evidence_quotes_its_place(title: str, body: str) -> None:
    """Every piece of evidence is what stands at its place, in the title or in the text."""
    told = Article(
        title=title, text=body, zones=(Zone(kind=ZoneKind.LEAD, start=0, end=len(body)),)
    )
    compiled = one_rule("{a: [puce, H200, 'int*'], b: [à]}", "{any: [a, b, {regex: 'd.t'}]}")
    for found in matching.match(told, compiled):
        for piece in found.evidence:
            source = title if piece.zone is ZoneKind.TITLE else body
            assert piece.quote == source[piece.start : piece.end] != ""


SPELLED = {
    "Puce": "puce", "puces": "puces", "PUC\u00adES": "puces", "H200": "h200", "H-200": "h200",
    "Ｈ２００s": "h200s", "Leve\u0301e": "levee", "LEVÉE": "levee", "feu tout vert": "feutoutvert",
    "Feux verts": "feuxverts", "expor\u200bter": "exporter", "EXPORTÉ": "exporte",
}  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from([*SPELLED, "rien", "la", "14"]), st.sampled_from(" \n’,«\u202f")),
        max_size=12,
    )
)
def test_quotes_fold_to_what_was_searched_for(printed: list[tuple[str, str]]) -> None:
    """Each word of a list is quoted as printed, and its quote folds to a form of the list."""
    told = "".join(f"{word}{gap} " for word, gap in printed)
    compiled = one_rule("{a: [puce, H200, levée, feu vert, feux vert, 'export*']}", "a")
    quotes = [
        piece.quote for found in matching.match(article(told), compiled) for piece in found.evidence
    ]
    assert quotes == [word for word, _ in printed if word in SPELLED]
    assert ["".join(text.tokens(quote).keys) for quote in quotes] == [
        SPELLED[quote] for quote in quotes
    ]


def work(told: str, compiled: RuleBook) -> int:
    """Count the steps of the interpreter while an article is judged."""
    steps = 0

    def trace(frame: FrameType, event: str, _: object) -> "TraceFunction":
        nonlocal steps
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        steps += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        matching.match(article(told), compiled)
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize(
    "piece",
    [
        "puce gpu ",
        "puce. ",
        "le ",
        "feu le ",
        "H 200 ",
        "7 ",
        "40 puces ",
        "« ",
        "a\u0301",
        "\n",
        "x",
    ],
)
def test_twice_the_text_is_twice_the_work(piece: str) -> None:
    """No text makes an article cost more than its length: the steps are counted, not the seconds."""
    conditions = (
        *("{near: {of: [a, b], words: 3}}", "{near: {of: [b, a, c], ordered: true}}", "z"),
        *(
            "{near: {of: [a, b], in: paragraph}}",
            "{number: {near: a}}",
            "{regex: 'f.u'}",
            "{all: [a, b, c]}",
        ),
    )
    written = "".join(
        f"  - {{id: r{at}, title: R, when: {when}}}\n" for at, when in enumerate(conditions)
    )
    words = "{a: [puce, feu vert], b: [gpu, H200], c: ['puc*'], z: [" + "=le " * 8 + "]}"
    compiled = book(f"words: {words}\nrules:\n{written}")
    matching.match(article(piece), compiled)  # what is made once is made now
    one, two = (work(piece * times, compiled) for times in (150, 300))
    assert two <= 2.2 * one + 100  # the last words of a text cost less


def test_many_places_far_apart_are_left_to_the_exact_judgement() -> None:
    """A rule is a candidate where trying all pairs of places would take longer than judging it."""
    compiled = one_rule(CHIP, "{near: {of: [puce, ban], words: 2}}")
    assert not matching.match(article("puce " * 20 + "x " * 9 + "interdit " * 20), compiled)
    assert matching.match(article("puce " * 20 + "x " * 2 + "interdit " * 20), compiled)
