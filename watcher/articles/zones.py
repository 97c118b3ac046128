"""The parts of a text as zones: heading, lead, body, quote, chrome; and the language it is in."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Any, Final

from watcher.articles.lines import WORD, Line
from watcher.claims import Zone, ZoneKind

QUOTED_WORDS: Final = 3  # fewer words between quotation marks are an expression, not a quote
_QUOTED: Final = re.compile(r"«[^«»\n]+»|“[^“”\n]+”|\"[^\"\n]+\"")
SAMPLE: Final = 1000  # characters are plenty
ENOUGH: Final = 200  # characters; on headlines identifiers guess ("Nvidia : quota H200" is Latin)


def zones(lines: Sequence[Line], chrome: Collection[int], title: str = "") -> tuple[Zone, ...]:
    """Name each line's part, chrome lines joined; the title comes first, with offsets of its own."""
    found = [Zone(kind=ZoneKind.TITLE, start=0, end=len(title))] if title else []
    text = [number for number in range(len(lines)) if number not in chrome]
    lead = next((number for number in text if lines[number].prose), None)
    for number, line in enumerate(lines):
        if number in chrome:
            joined = found and found[-1].kind is ZoneKind.CHROME
            start = found.pop().start if joined else line.start
            found.append(Zone(kind=ZoneKind.CHROME, start=start, end=line.end))
        elif not (line.prose or line.stops or line.item) and number < text[-1]:
            found.append(Zone(kind=ZoneKind.HEADING, start=line.start, end=line.end))
        else:
            found += _spoken(line, ZoneKind.LEAD if number == lead else ZoneKind.BODY)
    return tuple(found)


def _spoken(line: Line, kind: ZoneKind) -> Iterator[Zone]:
    """Cut the quotes out of a paragraph."""
    start = line.start
    for found in _QUOTED.finditer(line.text):
        if len(WORD.findall(found[0])) < QUOTED_WORDS:
            continue
        first, last = line.start + found.start(), line.start + found.end()
        if start < first:
            yield Zone(kind=kind, start=start, end=first)
        yield Zone(kind=ZoneKind.QUOTE, start=first, end=last)
        start = last
    if start < line.end:
        yield Zone(kind=kind, start=start, end=line.end)


def language(told: str, text: str) -> str:
    """Return what the page or feed told, else what the text looks like; empty when it is too short."""
    if told or len(text) < ENOUGH:
        return told
    return str(_identifier().classify(text[:SAMPLE])[0])


@cache
def _identifier() -> Any:
    """Load the model for the languages of our feeds and their neighbours: others only confuse it."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_DIR / MODEL_FILE)
    identifier.set_languages(["fr", "en", "de", "es", "it"])
    return identifier
