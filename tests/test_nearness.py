"""Pieces that stand together."""

from hypothesis import given
from hypothesis import strategies as st

from tests.ruling import article
from watcher import nearness, reading
from watcher.reading import Hit

TOLD = reading.read(article("a b c d e f g h. I j k l m n o p.\nQ r s t u v w x."))
LAST = len(TOLD.keys) - 1


def pieces() -> st.SearchStrategy[Hit]:
    """Generate a piece of up to three words."""
    return st.tuples(st.integers(0, LAST), st.integers(0, 2)).map(
        lambda piece: (piece[0], min(piece[0] + piece[1], LAST))
    )


def rows() -> st.SearchStrategy[list[Hit]]:
    """Generate the places of a word list: in order, none inside another."""
    return st.lists(pieces(), max_size=8).map(
        lambda hits: [
            hit
            for hit in sorted(set(hits))
            if not any(other != hit and other[0] <= hit[0] and hit[1] <= other[1] for other in hits)
        ]
    )


@given(
    pieces(), rows(), st.integers(0, 9) | st.just(99), st.sampled_from(["sentence", "paragraph"])
)
def test_the_nearest_is_the_nearest(
    anchor: Hit, others: list[Hit], words: int, within: nearness.Within
) -> None:
    """Of all pieces beside an anchor, near enough and in its sentence, the nearest is taken."""
    places = TOLD.sentences if within == "sentence" else TOLD.paragraphs
    fits = []
    for hit in others:
        gap = max(anchor[0], hit[0]) - min(anchor[1], hit[1]) - 1
        if 0 <= gap <= words and places[hit[0]] == places[anchor[0]]:
            fits.append((gap, hit))
    expected = min(fits)[1] if fits else None
    assert nearness.nearest(anchor, others, TOLD, words, within) == expected
