"""The forms of French words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import inflection


@pytest.mark.parametrize(
    ("word", "known", "forms", "others"),
    [
        ("puce", [], {"puce", "puces"}, {"puc"}),
        ("H200", [], {"H200", "H200s"}, {"H20"}),
        ("GPU", ["gpu"], {"GPU", "GPUs"}, {"gpu"}),
        ("journal", ["journaux"], {"journal", "journaux"}, {"journals"}),
        ("fiscal", [], {"fiscal", "fiscaux"}, {"fiscale"}),
        ("réseau", [], {"réseau", "réseaux"}, {"réseaus"}),
        ("pays", [], {"pays"}, {"payss"}),
        ("chinois", ["chinoises"], {"chinois", "chinoise", "chinoises"}, set()),
        ("premier", ["premiers", "première", "Premier"], {"premières"}, {"Premier", "premié"}),
        ("national", ["nationaux", "nationales"], {"nationale", "nationales"}, set()),
        ("contingenter", ["contingentée"], {"contingentés", "contingente"}, set()),
        ("lever", ["levait", "lèveront"], {"lève", "lèvent", "levée", "leva"}, {"levent"}),
        ("céder", ["cédait"], {"cède", "cédé", "cédons"}, set()),
        ("employer", ["employait"], {"emploie", "employé"}, {"employent"}),
        ("annoncer", ["annoncez"], {"annonçait", "annonce", "annoncèrent"}, {"annoncait"}),
        ("plonger", ["plongez"], {"plongeait", "plonge"}, {"plongait"}),
        ("importer", ["importait"], {"importé", "importe"}, {"important"}),
        ("bannir", ["bannissons", "bannissait", "bannissent"], {"banni", "bannies"}, {"bannu"}),
    ],
)
def test_regular_forms(word: str, known: list[str], forms: set[str], others: set[str]) -> None:
    """Plurals, feminines and conjugations are made where a dictionary has gaps."""
    made = inflection.forms(word, known)
    assert forms <= made
    assert not others & made


@pytest.mark.parametrize(
    ("verb", "participle"),
    [
        ("permettre", "permise"),
        ("interdire", "interdits"),
        ("restreindre", "restreintes"),
        ("suspendre", "suspendue"),
        ("prendre", "prise"),
        ("exclure", "exclus"),
        ("inclure", "incluse"),
        ("proscrire", "proscrits"),
        ("ouvrir", "ouverte"),
        ("recevoir", "reçus"),
        ("battre", "battues"),
        ("rompre", "rompu"),
        ("obtenir", "obtenue"),
        ("poursuivre", "poursuivies"),
        ("voir", "vue"),
        ("connaître", "connue"),
    ],
)
def test_participles_of_irregular_verbs(verb: str, participle: str) -> None:
    """A verb of which nine forms are known agrees its participle in gender and number."""
    known = [f"{verb}{number}" for number in "abcdefghi"]
    assert participle in inflection.forms(verb, known)


@given(st.text(st.characters(), min_size=1), st.lists(st.text()))
def test_any_word_has_forms(word: str, known: list[str]) -> None:
    """Whatever is written has at least itself as a form."""
    assert word in inflection.forms(word, known)


WORDS = st.from_regex(r"[a-zà-ÿ0-9'-]{1,12}", fullmatch=True)


@given(st.dictionaries(WORDS, st.lists(WORDS, min_size=1)))
def test_the_lock_is_read_as_written(frozen: dict[str, list[str]]) -> None:
    """What was frozen comes back, with the forms in order."""
    read, wrong = inflection.read_lock(inflection.write_lock(frozen))
    assert wrong == []
    assert read == {word: tuple(sorted(forms)) for word, forms in frozen.items()}


def test_a_lock_line_without_forms_is_named() -> None:
    """Blank lines and comments say nothing; other lines must name a word and its forms."""
    read, wrong = inflection.read_lock("# formes\n\npuce: puce puces\npuce puces\n: x\nvide:\n")
    assert read == {"puce": ("puce", "puces")}
    assert wrong == [4, 5, 6]
