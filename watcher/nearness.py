"""Which pieces of an article stand together: in one sentence or paragraph, a few words apart."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import inf
from typing import Literal

from watcher.reading import Hit, Reading

Within = Literal["sentence", "paragraph"]


def around(
    hits: Sequence[Sequence[Hit]], reading: Reading, words: float, within: Within
) -> list[list[Hit]]:
    """Return each piece of the first list with the nearest of every other list, if all are near."""
    found = []
    for anchor in hits[0]:
        chain = [anchor]
        for others in hits[1:]:
            if (hit := nearest(anchor, others, reading, words, within)) is None:
                break
            chain.append(hit)
        else:
            found.append(chain)
    return found


def nearest(
    anchor: Hit, others: Sequence[Hit], reading: Reading, words: float, within: Within
) -> Hit | None:
    """Return the nearest piece beside `anchor`, at most `words` words away; the left one of two."""
    after = bisect_left(others, (anchor[1] + 1, 0))
    before = after - 1
    while before >= 0 and others[before][1] >= anchor[0]:
        before -= 1  # it overlaps the anchor
    left = anchor[0] - others[before][1] - 1 if before >= 0 else inf
    right = others[after][0] - anchor[1] - 1 if after < len(others) else inf
    beside = [(left, before), (right, after)]
    for gap, at in beside if left <= right else reversed(beside):
        if gap <= words and gap < inf and _together(anchor, others[at], reading, within):
            return others[at]
    return None


def in_order(
    hits: Sequence[Sequence[Hit]], reading: Reading, words: float, within: Within
) -> Iterable[list[Hit]]:
    """Return pieces that follow each other, one of each list; distances count from one to the next."""
    # From the last list backwards: the nearest following piece that itself goes on to the end.
    chains = {hit: [hit] for hit in hits[-1]}
    for others in reversed(hits[:-1]):
        following = list(chains)
        longer = {}
        for hit in others:
            after = bisect_left(following, (hit[1] + 1, 0))
            if (
                after < len(following)
                and following[after][0] - hit[1] - 1 <= words
                and _together(hit, following[after], reading, within)
            ):
                longer[hit] = [hit, *chains[following[after]]]
        chains = longer
    return chains.values()


def _together(one: Hit, other: Hit, reading: Reading, within: Within) -> bool:
    # Asked last: most articles need no sentences then.
    places = reading.sentences if within == "sentence" else reading.paragraphs
    return places[one[0]] == places[other[0]]
