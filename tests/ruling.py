"""Rule files and articles in one line, for the tests of rules."""

from collections.abc import Collection

from watcher import rules
from watcher.claims import Claim, Detail, Evidence, Polarity, Role, Stance, Zone, ZoneKind
from watcher.model import Article


def plural(word: str) -> Collection[str]:
    """Expand a word the way a test can foresee."""
    return {word, f"{word}s"}


def book(body: str, **vocabularies: str) -> rules.RuleBook:
    """Compile one rule set from its `words` and `rules`."""
    files = {"essai.yaml": f"schema: 1\nrule_set: essai\ntitle: Essai\n{body}"}
    for name, words in vocabularies.items():
        files[f"vocabulary/{name}.yaml"] = f"schema: 1\ntitle: Mots\nwords:\n{words}"
    return rules.load(files, plural)


def one_rule(words: str, when: str, more: str = "") -> rules.RuleBook:
    """Compile one rule from its words and its condition, both as YAML flow."""
    return book(
        f"words: {words}\nrules:\n  - id: regle\n    title: Règle\n    when: {when}\n{more}"
    )


def article(text: str, *, title: str = "", chrome: str = "") -> Article:
    """Return a text, with the chrome behind it, as an article."""
    zones: tuple[Zone, ...] = (Zone(kind=ZoneKind.BODY, start=0, end=len(text)),)
    if chrome:
        end = len(text) + 1 + len(chrome)
        zones += (Zone(kind=ZoneKind.CHROME, start=len(text) + 1, end=end),)
    return Article(title=title, text=f"{text}\n{chrome}" if chrome else text, zones=zones)


SENSES = """schema: 1
title: Prises de position
words:
  fermer: [interdit]
  fermeture: [embargo]
  ouvrir: [autorise]
  lever: [lève]
  peser: [envisage]
  vendre: [vendre, exportation]
senses:
  verbs: {closes: fermer, opens: [ouvrir], ends: lever, weighs: peser}
  nouns: {closes: fermeture}
"""
QUESTION = """schema: 1
rule_set: cobalt
title: Le cobalt du Congo
vocabulary: [vocabulary/sens.yaml]
words:
  cobalt: [cobalt]
  rdc: [RDC, Kinshasa]
  congolais: [congolais]
stance:
  question: Le cobalt sort-il ?
  about: [cobalt]
  parties:
    - {name: RDC, words: rdc, adjective: congolais, direction: export}
  trade: {export: vendre}
rules:
  - {id: closed, title: Fermé, when: {stance: closed}}
  - {id: open, title: Ouvert, when: {stance: open}}
"""


def questioned(question: str = QUESTION, senses: str = SENSES) -> rules.RuleBook:
    """Compile a rule set that asks whether cobalt may leave a country."""
    return rules.load({"0.yaml": question, "vocabulary/sens.yaml": senses}, plural)


CLAIM = Claim(
    polarity=Polarity.CLOSED,
    detail=Detail.IMPOSED,
    objects=("cobalt",),
    held_as=("cobalt",),
    general=False,
    direction="export",
    issuer="RDC",
    role=Role.PRIMARY,
    conditional=False,
    weight=1.0,
    reason="interdit",
    evidence=Evidence(zone=ZoneKind.BODY, start=0, end=8, words="closed", quote="interdit"),
)


def stance(claim: Claim = CLAIM) -> Stance:
    """Return what an article with one claim says on the whole."""
    names = "polarity detail objects direction issuer role conditional".split()
    return Stance(**{name: getattr(claim, name) for name in names}, claims=(claim,))
