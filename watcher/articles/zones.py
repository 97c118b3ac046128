"""The parts of a text as zones: heading, lead, body, quote, chrome."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from watcher.articles.lines import Line
from watcher.model import Zone, ZoneKind

QUOTED_WORDS: Final = 3  # fewer words between quotation marks are an expression, not a quote
_WORD: Final = re.compile(r"[\w\u0300-\u036f]+")  # accents may stand apart
_QUOTED: Final = re.compile(r"«[^«»\n]+»|“[^“”\n]+”|\"[^\"\n]+\"")


def zones(lines: Sequence[Line], chrome: Collection[int], title: str = "") -> tuple[Zone, ...]:
    """Name each line's part, chrome lines joined; the title comes first, with offsets of its own."""
    found = [Zone(kind=ZoneKind.TITLE, start=0, end=len(title))] if title else []
    lead = next((n for n, line in enumerate(lines) if n not in chrome and line.prose), None)
    for number, line in enumerate(lines):
        if number in chrome:
            if found and found[-1].kind is ZoneKind.CHROME:
                found[-1] = Zone(kind=ZoneKind.CHROME, start=found[-1].start, end=line.end)
            else:
                found.append(Zone(kind=ZoneKind.CHROME, start=line.start, end=line.end))
        elif number == lead:
            found += _spoken(line, ZoneKind.LEAD)
        elif _heads(lines, number, chrome):
            found.append(Zone(kind=ZoneKind.HEADING, start=line.start, end=line.end))
        else:
            found += _spoken(line, ZoneKind.BODY)
    return tuple(found)


def _heads(lines: Sequence[Line], number: int, chrome: Collection[int]) -> bool:
    """Hold for a short line without a final stop that has text under it."""
    line = lines[number]
    return (
        not line.prose
        and not line.stops
        and not line.item
        and any(n not in chrome for n in range(number + 1, len(lines)))
    )


def _spoken(line: Line, kind: ZoneKind) -> Iterator[Zone]:
    """Cut the quotes out of a paragraph."""
    start = line.start
    for found in _QUOTED.finditer(line.text):
        if len(_WORD.findall(found[0])) < QUOTED_WORDS:
            continue
        first, last = line.start + found.start(), line.start + found.end()
        if start < first:
            yield Zone(kind=kind, start=start, end=first)
        yield Zone(kind=ZoneKind.QUOTE, start=first, end=last)
        start = last
    if start < line.end:
        yield Zone(kind=kind, start=start, end=line.end)
