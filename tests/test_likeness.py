"""What makes two articles alike: words that few have, names, and the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stories import KNOWN, read, weighed
from watcher import likeness, locales
from watcher.claims import Zone, ZoneKind
from watcher.model import Article

PROSE = (
    "Les douanes de Shenzhen ont laissé passer une première livraison de puces H200, selon Reuters. "
    "Alibaba et ByteDance avaient déposé leur demande en décembre auprès du ministère chinois. "
    "Le fabricant Nvidia n’a pas souhaité commenter ces informations, attendues depuis des semaines. "
    "Les analystes restent partagés sur les volumes que Pékin acceptera de laisser entrer cette année. "
    "Selon eux, 40 000 accélérateurs pourraient arriver avant le Nouvel An, contre 25 % de taxe. "
    "Les usines de Taïwan tournent déjà à plein régime pour livrer les commandes américaines."
)
WEATHER = (
    "Le ciel sera {sky} en matinée avec {low} degrés, puis {high} degrés au plus chaud. Le vent "
    "soufflera à {wind} km/h. Retrouvez les prévisions des jours suivants sur notre page météo."
)


@pytest.mark.parametrize(
    ("title", "text", "names"),
    [
        ("", "Pékin bloque. La consigne de Pékin surprend.", {"pekin"}),
        ("", "Soulagement à Taipei.", {"taipei"}),
        ("", "Washington hésite.", {"washington"}),  # everybody knows the name
        ("L’UE et l’iPhone", "", {"ue", "iphon"}),
        ("", "Il en part 40 000, soit 12,5 % des H200.", {"40000", "125", "h200"}),
        ("", "Le 3e lot de B200.", {"3e", "b200"}),
        ("", "À Paris.", {"pari"}),
    ],
)
def test_names(title: str, text: str, names: set[str]) -> None:
    """A capital at the beginning of a sentence makes no name; codes and numbers are names."""
    assert read(title, text).names == names


def test_actors_are_in_title_and_text() -> None:
    """Whom only the title or only the text names, and places, are no actors."""
    text = "DeepSeek a reçu un accord à Pékin. La licence de Tencent suit celle que DeepSeek a eue."
    assert read("Pékin : DeepSeek obtient des H200 d’Intel", text).actors == {"deepseek"}
    assert read("", text).actors == {"deepseek"}


def test_furniture_is_not_compared() -> None:
    """What stands in the chrome of a page is none of the article's words."""
    text = "Les puces arrivent.\nÀ lire aussi : Tesla"
    zones = (
        Zone(kind=ZoneKind.BODY, start=0, end=19),
        Zone(kind=ZoneKind.CHROME, start=20, end=len(text)),
    )
    found = likeness.read(Article(title="Le port", text=text, zones=zones))
    assert set(found.words) == {"port", "puc", "arrivent"}
    assert found.length == 3


def test_weights_learn() -> None:
    """A word weighs less once many articles have it; the list itself is not changed."""
    one = read("Nvidia", "Le H200 de Nvidia.")
    more = KNOWN.among(dict.fromkeys(one.words, 19), 19, one)
    assert more.weight("nvidia") < KNOWN.weight("nvidia")
    assert more.weight("puc") > more.weight("de")
    assert KNOWN.read == 0


def test_the_list_that_ships() -> None:
    """It is French: common words weigh little, and it knows the names that everybody knows."""
    known = locales.frequencies()
    assert known.weight("franc") < known.weight("processeur") <= known.weight("h200")
    assert "chin" in known.proper
    assert len(known.shipped) == 3000


def test_nothing_is_like_nothing() -> None:
    """Articles without words or names have no likeness."""
    empty, full = weighed("", ""), weighed("Le port", PROSE)
    assert likeness.story(empty, full) == 0
    assert likeness.overlap(empty, empty) == 0
    assert empty.likeness.key == ""
    assert not likeness.is_copy(empty, full)


@pytest.mark.parametrize(
    ("title", "text", "copy"),
    [
        ("Livraison de H200", PROSE, True),
        ("Un autre titre pour un autre site", PROSE, True),
        ("Livraison de H200", PROSE[: len(PROSE) // 2], True),
        ("Livraison de H200", PROSE.upper(), True),
        ("Livraison de H200", "Il pleut sur Brest. " * 30, False),
        (
            "Un chantier naval",
            PROSE.replace("H200", "H20")[:200] + "Il pleut sur Brest. " * 30,
            False,
        ),
    ],
)
def test_copies(title: str, text: str, copy: bool) -> None:
    """The same text is a copy under another title, cut, or printed otherwise; a new text is none."""
    one, other = weighed("Livraison de H200", PROSE), weighed(title, text)
    assert likeness.is_copy(one, other) is copy
    assert likeness.is_copy(other, one) is copy


def test_filled_in_forms_are_no_copies() -> None:
    """The weather of two towns shares its words, but not its names and numbers."""
    brest = WEATHER.format(sky="brumeux", low=1, high=7, wind=50)
    dijon = WEATHER.format(sky="couvert", low=3, high=9, wind=19)
    one = weighed("Brest : la météo du vendredi 10 janvier 2020", brest)
    other = weighed("Dijon : la météo du vendredi 10 janvier 2020", dijon)
    assert not likeness.is_copy(one, other)
    assert not likeness.is_copy(weighed("Résultats du FC Brest", brest), weighed("À Dijon", brest))
    assert likeness.is_copy(one, one)
    assert likeness.is_copy(
        one, weighed("Brest : la météo du vendredi 10 janvier 2020", brest + " Vite.")
    )


@pytest.mark.parametrize(
    ("title", "text", "namesakes"),
    [
        ("Hyundai rafraîchit le H200", "Le fourgon coréen H200 gagne une banquette.", True),
        ("Test : le trépied H200", "Léger, le H200 tient dans un sac de cabine.", True),
        ("La perceuse H200 à 89 euros", "La H200 perce le béton ; sa batterie tient peu.", True),
        ("H200 : Pékin dit non", "Les douanes chinoises retiennent les H200 au port.", False),
        ("Nvidia chiffre le H200", "Le fabricant Nvidia parle de pertes sur le H200.", False),
        ("Le H200", f"Hyundai prépare un fourgon H200. {'La pluie tombe sur Brest. ' * 20}", False),
        ("Il pleut sur Brest", "Les routes restent glissantes.", False),
    ],
)
def test_namesakes(title: str, text: str, namesakes: bool) -> None:
    """Two short texts that share a name and nothing else may mean two things by it."""
    one = weighed("Le H200 de Nvidia", "Les douanes chinoises refusent les puces H200 de Nvidia.")
    other = weighed(title, text)
    assert likeness.are_namesakes(one, other) is likeness.are_namesakes(other, one) is namesakes


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_compare(one: str, other: str) -> None:
    """Likeness is the same both ways, between 0 and 1, and full for the article itself."""
    a, b = weighed(one, other), weighed(other, one)
    assert likeness.story(a, b) == pytest.approx(likeness.story(b, a))
    assert -1e-9 <= likeness.story(a, b) <= 1 + 1e-9
    assert len(a.rare) <= likeness.RARE


@given(st.text(max_size=40))
def test_stems_do_not_vanish(word: str) -> None:
    """A word keeps a stem, and a stem's plural is the stem."""
    assert bool(likeness.stem(word)) == bool(word)
