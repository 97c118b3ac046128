"""Rule files and articles in one line, for the tests of rules."""

from collections.abc import Collection

from watcher import rules
from watcher.claims import Zone, ZoneKind
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
