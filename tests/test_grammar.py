"""What small words say: clauses, voice, negation, mood."""

import pytest

from tests.ruling import article
from watcher import grammar, reading
from watcher.grammar import Voice
from watcher.reading import Reading


def read(text: str) -> Reading:
    return reading.read(article(text))


def last(told: Reading) -> int:
    return len(told.keys) - 1


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("Pékin interdit", Voice()),
        ("Pékin a interdit", Voice()),
        ("Pékin a finalement interdit", Voice()),
        ("Pékin avait interdit", Voice(long_past=True)),
        ("Pékin aurait interdit", Voice(doubted=True)),
        ("La H20 est désormais interdite", Voice(passive=True)),
        ("La H20 serait interdite", Voice(passive=True, doubted=True)),
        ("La H20 a été interdite", Voice(passive=True)),
        ("La H20 avait été interdite", Voice(passive=True, long_past=True)),
        ("La H20 aurait été interdite", Voice(passive=True, doubted=True)),
        ("Pékin interdirait", Voice(possible=True)),
        ("Pékin pourrait", Voice(possible=True)),
        ("Pékin délivrait", Voice()),
        ("Pékin a annoncé qu'il interdirait", Voice()),
        ("Pékin a annoncé qu'il pourrait", Voice(possible=True)),
        ("Pékin espère qu'on interdirait", Voice(possible=True)),
        ("Pékin renonce à la puce limitée", Voice(passive=True, bare=True)),
        ("à interdire", Voice()),
        ("La Chine se voit interdite", Voice(passive=True)),
    ],
)
def test_voice(text: str, voice: Voice) -> None:
    """The auxiliary tells who acts, when, and how sure it is; "à" is none."""
    told = read(text)
    assert grammar.voice(told, last(told), 0, after_noun=False) == voice


@pytest.mark.parametrize(("after_noun", "bare"), [(True, True), (False, False)])
def test_a_participle_beside_a_thing(after_noun: bool, bare: bool) -> None:
    """ "La H20 interdite" undergoes it; behind a person "interdit" is what he does."""
    assert grammar.voice(read("La H20 interdite"), 2, 0, after_noun=after_noun).bare is bare


def test_an_auxiliary_of_another_sentence_is_none() -> None:
    """Nothing is read further back than where the clause begins."""
    assert grammar.voice(read("Elle est. Interdire"), 2, 2, after_noun=False) == Voice()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("La H20 n'est pas interdite", ["n'est pas"]),
        ("La H20 n'est plus interdite", ["n'est plus"]),
        ("Pékin n'interdira jamais la H20", ["n'interdira jamais"]),
        ("Aucune licence n'a été signée", ["n"]),
        ("Ni la H100 ni la H200 ne sont admises", ["ne"]),
        ("Personne n'interdit la H20, mais la Chine ne vend pas", ["n", "ne vend pas"]),
        ("Rien n'interdit la H20", ["n"]),
        ("vendue sans licence", ["sans"]),
        ("Aucun accord en vue", ["Aucun"]),
        ("Pas de licence", ["Pas"]),
        ("Pékin, pas Washington", ["pas"]),
        ("H20 : pas, dit-on, de licence", []),
        ("Non à la H20", ["Non"]),
        ("Non", ["Non"]),
        ("La Chine dit non", []),
        ("Pékin n'interdit que la H20", ["n'interdit que"]),
        ("Pékin n'a interdit à la Chine que la H20", []),
        ("La H20 ne peut être vendue", ["ne"]),
        ("On ne sait si Pékin cédera", []),
        ("Il craint qu'elle ne", []),
    ],
)
def test_negations(text: str, found: list[str]) -> None:
    """Each negation has a first and a last word; "ne … que" far apart is none."""
    told = read(text)
    pieces = grammar.negations(told, 0, len(told.keys))
    assert [told.evidence(piece, "").quote for piece in pieces] == found


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Pékin cède.", ["Pékin cède"]),
        ("Pékin cède, mais Trump refuse", ["Pékin cède", "mais Trump refuse"]),
        ("Pékin cède ; Trump refuse", ["Pékin cède", "Trump refuse"]),
        ("H20 - Trump refuse", ["H20", "Trump refuse"]),
        ("la sous-traitance cède", ["la sous-traitance cède"]),
        ("Pékin cède alors que Trump refuse", ["Pékin cède", "alors que Trump refuse"]),
        ("Pékin cède alors", ["Pékin cède alors"]),
        ("Pékin cède s'il le faut", ["Pékin cède", "s'il le faut"]),
        ("Pékin s'oppose", ["Pékin s'oppose"]),
        ("Si Pékin cède, Trump refuse", ["Si Pékin cède", "Trump refuse"]),
        ("Trump refuse si Pékin cède", ["Trump refuse", "si Pékin cède"]),
        ("Trump refuse même si Pékin cède", ["Trump refuse même si Pékin cède"]),
        ("les règles sont si dures", ["les règles sont si dures"]),
        ("des règles si dures que Pékin cède", ["des règles si dures que Pékin cède"]),
        ("des puces autorisées sauf la H20", ["des puces autorisées", "sauf la H20"]),
    ],
)
def test_clauses(text: str, pieces: list[str]) -> None:
    """Marks and conjunctions part clauses; "si" and "alors" have other uses."""
    told = read(text)
    found = grammar.clauses(told, 0, len(told.keys))
    assert [told.evidence((begin, end - 1), "").quote for begin, end in found] == pieces


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Si Pékin cède", False),
        ("Nul ne sait, si Pékin cède", False),
        ("Nul ne sait si Pékin laissera entrer", True),
        ("Nul ne sait si Pékin laisserait entrer", True),
        ("Nvidia perdrait si Pékin laissait entrer", False),
    ],
)
def test_doubt(text: str, doubt: bool) -> None:
    """An indirect question is open; a hypothesis is no news."""
    told = read(text)
    begin = [key.lower() for key in told.keys].index("si")
    assert grammar.is_hypothesis(told, begin)
    assert grammar.is_doubt(told, 0, begin, len(told.keys)) is doubt


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Pékin va-t-il céder ?", True),
        ("« Pékin va-t-il céder » ?", True),
        ("Pékin va-t-il céder\u202f?", True),
        ("Pékin cède.", False),
        ("Pékin cède", False),
    ],
)
def test_question(text: str, asks: bool) -> None:
    """A question mark behind the last word asks, over quotes and spaces."""
    told = read(text)
    assert grammar.is_question(told, last(told)) is asks


@pytest.mark.parametrize(
    ("text", "contrast"),
    [
        ("mais pas la B200", True),
        ("mais non", True),
        ("sauf la B200", True),
        ("mais la B200", False),
    ],
)
def test_contrast(text: str, contrast: bool) -> None:
    """A clause that only sets something apart."""
    assert grammar.is_contrast(read(text), 0) is contrast


@pytest.mark.parametrize(
    ("text", "excepted", "compared"),
    [
        ("toutes les puces sauf la H20", True, False),
        ("contrairement à la H20", False, True),
        ("à la différence de la H20", False, True),
        ("la H20", False, False),
    ],
)
def test_set_apart(text: str, excepted: bool, compared: bool) -> None:
    """A product may be named only as an exception, or to compare with."""
    told = read(text)
    assert grammar.excepts(told, last(told), 0) is excepted
    assert grammar.is_compared(told, last(told), 0) is compared


@pytest.mark.parametrize(
    ("text", "purpose", "infinitive"),
    [
        ("pour échapper", True, True),
        ("pour papier", False, False),
        ("va échapper", False, True),
        ("vendre", False, True),
        ("hier", False, False),
    ],
)
def test_infinitives(text: str, purpose: bool, infinitive: bool) -> None:
    """What looks like an infinitive, and whether it says what something is for."""
    told = read(text)
    assert grammar.is_purpose(told, last(told)) is purpose
    assert grammar.is_infinitive(told.keys[-1]) is infinitive


@pytest.mark.parametrize(
    ("text", "lasting"),
    [
        ("Pékin laissait", True),
        ("les douanes laissaient", True),
        ("Pékin a dit qu'il laissait", False),
        ("Pékin laisserait", False),
        ("Pékin satisfait", False),
        ("Pékin laisse", False),
    ],
)
def test_lasting(text: str, lasting: bool) -> None:
    """The imperfect tells how things were, unless it is reported speech."""
    told = read(text)
    assert grammar.is_lasting(told, last(told)) is lasting


def test_taken_up() -> None:
    """ "Ces restrictions" were spoken of; "les restrictions" need not be."""
    assert grammar.is_taken_up(read("ces restrictions"), 1)
    assert not grammar.is_taken_up(read("les restrictions"), 1)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("la décision avait soulevé des critiques", True),
        ("Pékin a dit que la décision avait déplu", False),
        ("la décision soulève des critiques", False),
    ],
)
def test_of_before(text: str, before: bool) -> None:
    """The pluperfect tells of a time before, unless it is reported speech."""
    told = read(text)
    assert grammar.is_of_before(told, 0, len(told.keys)) is before


@pytest.mark.parametrize(
    ("text", "comma", "cut"),
    [
        ("Pékin, cède", True, False),
        ("Pékin, dit-on, cède", False, False),
        ("Pékin (cède", False, True),
    ],
)
def test_marks(text: str, comma: bool, cut: bool) -> None:
    """Two commas set a remark apart; a bracket ends a clause."""
    told = read(text)
    assert grammar.has_comma(told, 1, len(told.keys)) is comma
    assert grammar.is_cut(told, 1, len(told.keys)) is cut
