"""
Whom an article credits for its news, and how many sources several articles come to.

Two sites that rewrite one dispatch are one source. The names of agencies and papers, and the words
that credit them, are data (`data/outlets.toml`); a name without such a word is spoken of in passing.
"""

import re
import tomllib
from collections.abc import Hashable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from importlib import resources
from typing import Final
from unicodedata import normalize

from watcher.claims import ZoneKind
from watcher.model import Article
from watcher.text import fold

_NEAR: Final = 80  # characters from a cue to its name
_DATA: Final = tomllib.loads(
    resources.files("watcher").joinpath("data/outlets.toml").read_text("utf-8")
)


def _listed(line: str) -> list[str]:
    return normalize("NFC", line).split(", ")


def _any(*words: str) -> str:
    """Write a pattern for any of the words, the longest first."""
    folded = sorted({fold(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, folded))


_OUTLETS: Final = {
    fold(name): outlet for outlet, line in _DATA["names"].items() for name in _listed(line)
}
_NAMES: Final = _any(*_OUTLETS)
_CAPITAL: Final = re.compile(r"(?<!\w)[A-ZÀ-Þ]")
_NAME: Final = re.compile(rf"(?:{_NAMES})(?![\w-])")
_CUES: Final = {what: _listed(line) for what, line in _DATA["cues"].items()}
_OF, _OTHERS = (_listed(_DATA["between"][what]) for what in ("of", "others"))
_ENDINGS: Final = rf"(?:{_any(*_DATA['cues']['endings'].split())})"
_TOLD: Final = rf"(?:{_any(*_CUES['told'])}){_ENDINGS}"
_REPORTED: Final = rf"(?:{_any(*_CUES['reports'])}){_ENDINGS}|{_any(*_CUES['reported'])}"


def _way(*words: str) -> str:
    """Write a pattern for what leads from a cue to its name: small words, and other names."""
    return rf"(?:[ ,:/'\"]|(?<!\w)(?:{_any(*words)}|{_NAMES})(?:(?<=')|(?!\w)))*"


_BEFORE: Final = re.compile(
    rf"(?<!\w)(?:(?:{_any(*_CUES['sources'])})(?!\w){_way(*_OF, *_OTHERS)}"
    rf"|(?:{_TOLD}|{_any(*_CUES['forms'])})(?!\w){_way(*_OTHERS)}"
    rf"|(?:{_any(*_CUES['spoken'])})(?!\w)[^.;!?()]*(?<!\w)(?:a|aupres de) (?:l')?)\Z"
)
_AFTER: Final = re.compile(
    r",? (?:qui )?(?:"
    rf"(?:(?:l')?(?:a|avait|aurait) (?:\w+ )?)?(?:{_REPORTED})(?:(?<=')|(?!\w))"
    rf"|(?:(?:a|avait|aurait) (?:\w+ )?)?{_TOLD}{_way(*_OTHERS)}qu[e']"
    rf"|l'(?:a|avait) {_TOLD}(?!\w))"
)
_NO_SUBJECT: Final = re.compile(
    r"(?<!\w)(?:de |du |des |d'|chez |pour |contre |avec )(?:l'|le |la )?\Z"
)
_BRACKETS: Final = re.compile(
    rf"\((?:[ ,:/&'-]|(?<!\w)(?:{_any('avec', 'via', 'source', 'sources', 'agences', *_OTHERS)}|{_NAMES})(?!\w))+\)"
)
# "Le Progrès avec AFP", "Par AFP": a line of its own, and all before is names.
_SIGNED: Final = re.compile(
    rf"(.{{0,60}}?)(?:(?<!\w)avec|^par)(?:[ ,]|l'|(?<!\w)(?:et|{_NAMES})(?!\w))+\W*"
)
_BYLINE: Final = frozenset("par la le les l de du et redaction".split())


def credits(article: Article, host: str) -> frozenset[str]:
    """Name the outlets that an article credits, and the one whose site it stands on."""
    sites = [name for name in _OUTLETS if "." in name]
    found = {_OUTLETS[site] for site in sites if f".{host}".endswith(f".{site}")}
    found.update(_named(article.author), _cited(normalize("NFC", article.title)))
    for zone in article.zones:
        own = zone.kind is not ZoneKind.CHROME
        for line in normalize("NFC", article.text[zone.start : zone.end]).splitlines():
            if own or fold(line).startswith("source"):  # page furniture names sources, too
                found |= _cited(line)
            found |= _signed(line.strip())
    return frozenset(found)


def _hits(text: str) -> Iterator[re.Match[str]]:
    """Yield where outlets are named, with their capital."""
    folded = fold(text)
    for capital in _CAPITAL.finditer(text):
        if hit := _NAME.match(folded, capital.start()):
            yield hit


def _named(text: str) -> set[str]:
    return {_OUTLETS[hit[0]] for hit in _hits(text)}


def _cited(line: str) -> set[str]:
    """Return those named with a word that credits, or in brackets: "(AFP)"."""
    folded = fold(line)
    found = set[str]()
    for hit in _hits(line):
        before = folded[max(0, hit.start() - _NEAR) : hit.start()]
        says = _AFTER.match(folded, hit.end()) and not _NO_SUBJECT.search(before)
        if says or _BEFORE.search(before):
            found.add(_OUTLETS[hit[0]])
    return found.union(
        *(_named(line[part.start() : part.end()]) for part in _BRACKETS.finditer(folded))
    )


def _signed(line: str) -> set[str]:
    """Return those of a byline: "Le Progrès avec AFP"."""
    signed = _SIGNED.fullmatch(fold(line))
    head = re.findall(r"[^\W\d_]+", line[: signed.end(1)]) if signed else ()
    names = all(word[0].isupper() or fold(word) in _BYLINE for word in head)
    return _named(line) if signed and names else set()


def independent(origins: Iterable[AbstractSet[Hashable]]) -> int:
    """
    Count the sources of articles: those that share an origin, or one with a third, are one.

    >>> independent([{1, "Reuters"}, {2, "AFP"}, {3}, {4, "AFP", "Reuters"}])
    2
    """
    apart: list[set[Hashable]] = []
    for one in origins:
        joined = [group for group in apart if not group.isdisjoint(one)]
        apart = [group for group in apart if group.isdisjoint(one)]
        apart.append(set(one).union(*joined))
    return len(apart)
