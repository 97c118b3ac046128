"""Words that close or open a trade, in their places."""

import pytest

from tests import stating
from watcher.signals import Sense, Signal


def signals(text: str) -> list[tuple[str, Sense]]:
    """Return the words that were found, with what they do."""
    told = stating.statements(text)
    return [
        (told.reading.evidence((each.first, each.last), "").quote, each.sense)
        for each in told.signals
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Pékin interdit la H20", [("interdit", Sense.CLOSES)]),
        ("Pékin ferme la porte à la H20", [("ferme la porte", Sense.CLOSES)]),
        ("Pékin donne son feu vert", [("donne son feu vert", Sense.OPENS)]),
        ("l'exportation des H20", [("exportation", Sense.TRADES)]),
        ("les droits de douane", []),
        ("La levée de l'embargo", [("levée", Sense.ENDS), ("embargo", Sense.CLOSES)]),
        ("L'interdiction est levée", [("interdiction", Sense.CLOSES), ("levée", Sense.ENDS)]),
        ("Après levée des sanctions", [("levée", Sense.ENDS), ("sanctions", Sense.CLOSES)]),
        ("des réserves de puces", []),
        ("réserver les puces", [("réserver", Sense.HAMPERS)]),
        ("Levée partielle", [("Levée", Sense.ENDS)]),
        ("Rien", []),
    ],
)
def test_found(text: str, found: list[tuple[str, Sense]]) -> None:
    """Of two words in one place the longer counts; what only looks like one is none."""
    assert signals(text) == found


@pytest.mark.parametrize(
    ("text", "word", "verb"),
    [
        ("La levée de l'embargo", "levée", False),
        ("L'interdiction est levée", "levée", True),
        ("Levée de l'embargo", "Levée", False),
        ("Pékin maintient l'embargo", "maintient", True),
    ],
)
def test_verb_or_noun(text: str, word: str, verb: bool) -> None:
    """One form may be noun and verb: the word before it tells."""
    assert stating.signal(text, word).verb is verb


@pytest.mark.parametrize(
    ("text", "word", "passive", "bare"),
    [
        ("La H20 interdite inquiète la Chine", "interdite", True, True),
        ("La H20 est interdite en Chine", "interdite", True, False),
        ("Trump dort. Interdite, la H20 manque", "Interdite", False, False),
        ("Pékin interdit la H20", "interdit", False, False),
    ],
)
def test_voice(text: str, word: str, passive: bool, bare: bool) -> None:
    """A participle beside a product is said of it; an auxiliary counts in its own sentence."""
    voice = stating.signal(text, word).voice
    assert (voice.passive, voice.bare) == (passive, bare)


@pytest.mark.parametrize(
    ("sense", "denials", "sign"),
    [
        (Sense.CLOSES, 0, -1),
        (Sense.CLOSES, 1, 1),
        (Sense.OPENS, 0, 1),
        (Sense.OPENS, 2, 1),
        (Sense.EASES, 1, 1),
        (Sense.KEEPS, 1, -1),
    ],
)
def test_sign(sense: Sense, denials: int, sign: int) -> None:
    """Each denial turns a sign."""
    assert Signal(0, 0, sense, verb=True, denials=denials).sign == sign


@pytest.mark.parametrize(
    ("text", "word", "follows"),
    [
        ("L'embargo demeure", "demeure", True),
        ("L'embargo est levé", "levé", True),
        ("L'embargo expire", "expire", True),
        ("Pékin lève l'embargo", "lève", False),
        ("La H20 est vendue", "vendue", False),
    ],
)
def test_follows(text: str, word: str, follows: bool) -> None:
    """What a passive or an intransitive verb speaks of stands before it."""
    assert stating.signal(text, word).follows is follows
