"""Typography, words and sentences."""

import sys
import unicodedata
from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher import text

PRINTED = st.text(
    st.one_of(
        st.sampled_from(
            "aàéÉœŒßİıøHh20 .!?…’'ʼ«»\"-‑\n\u00a0\u202f\u00ad\u200b\u0301\ufb01Ｈ²₂①ᵉ½;,%M"
        ),
        st.characters(),
    ),
    max_size=80,
)


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("L’interdiction levée à Pékin", "l'interdiction levee a pekin"),
        ("lʼembargo", "l'embargo"),
        ("H‑200", "h-200"),
        ("25\u202f%\u00a0: « oui »", '25 % : " oui "'),
        ("ＰＵＣＥ", "puce"),
        ("œuf", "œuf"),  # two letters in one: it keeps its place
        ("Øresund Łódź", "oresund lodz"),
        ("DÉJÀ", "deja"),
        ("plain ASCII", "plain ascii"),
    ],
)
def test_fold(printed: str, folded: str) -> None:
    """Apostrophes, spaces, dashes, case and accents have one form."""
    assert text.fold(printed) == folded


@given(PRINTED)
@example("İstanbul")  # the letter that grows when lowered
def test_fold_moves_nothing(printed: str) -> None:
    """A place in folded text is the same place in the original."""
    assert len(text.fold(printed)) == len(printed)


@pytest.mark.parametrize(
    ("printed", "keys"),
    [
        ("L’interdiction du H200", ["l", "interdiction", "du", "h200"]),
        (unicodedata.normalize("NFD", "levée à Pékin"), ["levee", "a", "pekin"]),
        ("inter\u00addit, inter\u200bdit", ["interdit", "interdit"]),
        ("cœur, ﬁn, straße", ["coeur", "fin", "strasse"]),
        ("Ｈ２００", ["h200"]),
        ("H200² et H200①", ["h200", "et", "h200"]),
        ("CO₂", ["co2"]),
        ("jusqu'ici lʼarticle", ["jusqu", "ici", "l", "article"]),
        ("400_000", ["400", "000"]),
    ],
)
def test_tokens(printed: str, keys: list[str]) -> None:
    """Every typography of a word has one key; notes and apostrophes end a word."""
    assert text.tokens(printed).keys == keys


def test_the_memory_of_keys_has_an_end() -> None:
    """A daemon that reads for months forgets words, and still knows them."""
    for number in range(200_000):
        text.key(f"Mot{number}")
    assert sys.getsizeof(text._KEYS) < sys.getsizeof(dict.fromkeys(range(200_000)))
    assert text.key("Mot7") == "mot7"


@given(PRINTED)
def test_tokens_stand_where_they_say(printed: str) -> None:
    """The place of a word in the original folds to its key, and words follow each other."""
    found = text.tokens(printed)
    assert [
        text.key(printed[start:end]) for start, end in zip(found.starts, found.ends, strict=True)
    ] == found.keys
    places = [place for pair in zip(found.starts, found.ends, strict=True) for place in pair]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "sentences",
    [
        ["Pékin a dit oui.", "Washington attend."],
        ["M. Li et Mme Roche signent.", "Ils partent."],
        ["Le 30 Jan. 2026, la carte sort.", "Elle est chère."],
        ["« Enfin ! » dit-il.", "Puis il sort."],
        ["« C’est fini. »", "La salle se vide."],
        ['Il a dit "non."', "La salle se vide."],
        ["Que faire ?", "Attendre…", "Et voir !"],
        ["La puce vaut 3.5 fois plus.", "400 000 unités partent."],
        ["J. Huang parle.", "On écoute."],
        ["Voir p. 12 et art. 5.", "Le reste suit."],
        ["1. Restez calmes.", "2. Relisez."],
        ["La fin… de rien du tout.", "C’est dit."],
        ["Un titre sans point", "Un texte."],
        ["Il aime Next.ink et Bato.to.", "Tant mieux."],
        ["En 2025.", "Pékin suit."],
    ],
)
@pytest.mark.parametrize("space", [" ", "\u00a0", "\n", "\n\n"])
def test_sentences(sentences: list[str], space: str) -> None:
    """Stops end sentences, abbreviations and numbers do not, and a line's end always does."""
    if sentences[0] == "Un titre sans point" and "\n" not in space:
        space = "\n"
    printed = space.join(sentences)
    assert [printed[start:end] for start, end in text.sentences(printed)] == sentences


@given(PRINTED)
def test_sentences_cover_the_text(printed: str) -> None:
    """Everything but space is in a sentence; sentences are in order and apart."""
    places = text.sentences(printed)
    flat = [place for pair in places for place in pair]
    assert flat == sorted(flat)
    assert "".join("".join(printed[a:b] for a, b in places).split()) == "".join(printed.split())


@pytest.mark.parametrize(
    "piece", [".", ". ", "\u0301", "a\u0301", " ", "«", ". »", "M. ", "\u00ad", "1. ", "é"]
)
def test_hostile_text_costs_linear_time(piece: str) -> None:
    """A page of 200,000 equal characters is read in a moment."""
    printed = piece * (200_000 // len(piece))
    begin = perf_counter()
    text.sentences(printed)
    text.tokens(printed)
    text.fold(printed)
    assert perf_counter() - begin < 5
