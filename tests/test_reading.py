"""Articles as rules see them."""

from hypothesis import given
from hypothesis import strategies as st

from tests.ruling import article
from watcher import reading, text
from watcher.claims import Zone, ZoneKind
from watcher.model import Article

PRINTED = st.text(st.sampled_from("aé H200.\n’«»\u00a0\u0301M1"), max_size=60)


def test_words_know_sentence_paragraph_and_zone() -> None:
    """Title, heading and body are one row of words; the title is a sentence of its own."""
    zones = (
        Zone(kind=ZoneKind.TITLE, start=0, end=0),
        Zone(kind=ZoneKind.HEADING, start=4, end=7),
        Zone(kind=ZoneKind.CHROME, start=8, end=12),
    )
    read = reading.read(Article(title="Un. Deux", text="Non Oui\nMenu Fin. Va.\n\nLà", zones=zones))
    assert read.keys == ["un", "deux", "non", "oui", "", "fin", "va", "la"]
    assert read.sentences == [0, 1, 2, 2, 3, 3, 4, 5]
    assert read.paragraphs == [0, 0, 1, 1, 2, 2, 2, 3]
    title, body = ZoneKind.TITLE, ZoneKind.BODY
    heading, chrome = ZoneKind.HEADING, ZoneKind.CHROME
    assert read.zones == [title, title, body, heading, chrome, body, body, body]
    assert read.evidence((2, 3), "oui").quote == "Non Oui"
    assert read.gap(6) == ". "


def test_figures_of_the_chrome_are_not_seen() -> None:
    """A number counts where it may be evidence, in the title as in the body."""
    read = reading.read(article("Il en faut 400 000.", title="80 puces", chrome="12 avis"))
    assert [figure.value for _, figure in read.figures] == [80, 400_000]
    assert [hit for hit, _ in read.figures] == [(0, 0), (5, 6)]
    body = read.within(frozenset({ZoneKind.BODY}))
    assert [figure.value for _, figure in body.figures] == [400_000]


def test_a_unit_alone_is_no_figure() -> None:
    """A sign without a word, such as a bare percentage, has no place among the words."""
    assert reading.read(article("Rien ², %.")).figures == []


@given(PRINTED, PRINTED, PRINTED)
def test_every_word_is_the_one_at_its_place(title: str, body: str, chrome: str) -> None:
    """Words have the key of their place; lists have one length; sentences never go back."""
    read = reading.read(article(body, title=title, chrome=chrome))
    size = len(read.keys)
    lists = (read.starts, read.ends, read.sentences, read.paragraphs, read.zones)
    assert {len(each) for each in lists} == {size}
    for word, key in enumerate(read.keys):
        piece = read.source(word)[read.starts[word] : read.ends[word]]
        assert key == ("" if read.zones[word] is ZoneKind.CHROME else text.key(piece))
    assert read.sentences == sorted(read.sentences)
    assert read.paragraphs == sorted(read.paragraphs)
