"""Which story an article belongs to, and what it adds: turns are heard, repeats are not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stories import START, candidate, says
from watcher import placing
from watcher.claims import Polarity, Role
from watcher.ledger import Statement
from watcher.model import ArticleId, Decision
from watcher.placing import Candidate, Member, Placement, Told, Window

CLOSED, OPEN, PENDING = Polarity.CLOSED, Polarity.OPEN, Polarity.PENDING
BAN = "Les douanes chinoises ne laissent plus entrer les puces H200 de Nvidia, rapporte Reuters."
LIFT = "Les douanes chinoises laissent de nouveau entrer les puces H200 de Nvidia, selon Reuters."
OUTAGE = (
    "L’opérateur Orange confirme des perturbations sur son réseau mobile dans plusieurs régions."
)
PENSIONS = "Le Sénat examine le budget des retraites jusqu’à vendredi, sans vote prévu."


def ban(number: int, *said: Statement, title: str = "H200 : ban", days: float = 0) -> Candidate:
    """An article on the ban that says something."""
    return candidate(number, title, BAN, *said, days=days)


def read(*candidates: Candidate) -> list[Placement]:
    """Place articles one after the other."""
    window, placed = Window(), []
    for one in candidates:
        placed.append(placing.place(one, window))
        window.add(one, placed[-1])
    return placed


def decisions(*candidates: Candidate) -> list[str]:
    """Place articles, and name the decisions."""
    return [one.decision.value for one in read(*candidates)]


def us(polarity: Polarity, number: int, days: float = 0, role: Role = Role.PRIMARY) -> Statement:
    """What the United States decide."""
    return says(polarity, number, days=days, issuer="États-Unis", direction="us_export", role=role)


def nobody(polarity: Polarity, number: int, days: float = 0) -> Statement:
    """What somebody decides."""
    return says(polarity, number, days=days, issuer="", direction="")


# The words differ enough for no copy, and little enough for one story.
def telling(number: int, *said: Statement, days: float = 0, more: str = "") -> Candidate:
    """An article of the story, in words of its own."""
    words = [
        "Des entreprises ont été convoquées lundi par le régulateur.",
        "La bourse de Shenzhen recule fortement dans la matinée.",
        "Un porte-parole renvoie les journalistes au communiqué.",
        "Plusieurs ateliers cherchent déjà des fournisseurs locaux.",
        "Personne ne sait combien de temps cela va durer encore.",
    ]
    own = " ".join([BAN, *([words[number % 5]] * 3), f"Épisode {number}.", more])
    return candidate(number, f"H200 : le chapitre {number} de Nvidia", own, *said, days=days)


@pytest.mark.parametrize(
    ("articles", "expected"),
    [
        # the same issuer says the opposite
        ([telling(0, says(CLOSED)), telling(1, says(OPEN, 1, days=3), days=3)], "reversal"),
        ([telling(0, nobody(CLOSED, 0)), telling(1, nobody(OPEN, 1, 3), days=3)], "reversal"),
        # another one does
        ([telling(0, us(OPEN, 0)), telling(1, says(CLOSED, 1, days=3), days=3)], "new_lock"),
        (
            [
                telling(0, nobody(OPEN, 0)),
                telling(1, says(CLOSED, 1, days=3), us(OPEN, 1, 3, Role.BACKGROUND), days=3),
            ],
            "new_lock",
        ),
        (
            [
                telling(0, us(OPEN, 0)),
                telling(1, nobody(CLOSED, 1, 3), days=3),
            ],
            "reversal",
        ),
        # older than what was told
        ([telling(0, says(OPEN, days=3), days=3), telling(1, says(CLOSED, 1))], "late"),
        ([telling(0, us(OPEN, 0, 3), days=3), telling(1, says(CLOSED, 1))], "late"),
        # the turn was told by another
        (
            [
                telling(0, says(CLOSED)),
                telling(1, says(OPEN, 1, days=3), days=3),
                telling(2, says(OPEN, 2, days=2), days=2),
            ],
            "attach",
        ),
        # said again, late or not
        (
            [
                telling(0, says(CLOSED)),
                telling(1, says(OPEN, 1, days=3), days=3),
                telling(2, says(CLOSED, 2)),
            ],
            "attach",
        ),
        ([telling(0, says(CLOSED)), telling(1, says(CLOSED, 1, days=1), days=1)], "attach"),
        # of another product, or not decided, or only recalled: no turn
        ([telling(0, says(CLOSED)), telling(1, says(OPEN, 1, product="B200"))], "attach"),
        ([telling(0, says(CLOSED)), telling(1, says(PENDING, 1))], "attach"),
        ([telling(0, says(CLOSED)), telling(1, says(OPEN, 1, role=Role.BACKGROUND))], "attach"),
        # the first decision after studies
        ([telling(0, says(PENDING)), telling(1, says(OPEN, 1, days=1), days=1)], "development"),
        # who and how many
        ([telling(0), telling(1, more="DeepSeek attend.")], "attach"),
        ([telling(0), replace(telling(1), figures=(Told("25 %", "taxe"),))], "development"),
        ([telling(0), replace(telling(1), figures=(Told("25 %"),))], "attach"),
        (
            [
                replace(telling(0), figures=(Told("25 %"),)),
                replace(telling(1), figures=(Told("25 %", "taxe"),)),
            ],
            "attach",
        ),
        # far away in time
        ([telling(0), telling(1, days=19)], "attach"),
        ([telling(0), telling(1, days=30)], "first"),
        ([telling(0), replace(telling(1), recalls=True)], "background"),
    ],
)
def test_what_is_new(articles: list[Candidate], expected: str) -> None:
    """The last article of each story is decided so."""
    assert decisions(*articles)[-1] == expected


def test_a_new_actor_develops_an_event() -> None:
    """Whom title and text name, and nobody named before, is news of the same event."""
    text = f"{BAN} DeepSeek a reçu un accord. La licence de DeepSeek suit celle d’Alibaba."
    first, second = read(telling(0), candidate(1, "DeepSeek attend ses H200 de Nvidia", text))
    assert second.decision is Decision.DEVELOPMENT
    assert "deepseek" in second.reason
    assert second.event == first.event
    assert not second.opens_event


def test_the_end_of_something_is_an_event() -> None:
    """A word of change that the event had not is a new event of the story."""
    text = (
        "Appels et internet fonctionnent chez Orange dans toutes les régions, a dit l’opérateur "
        "mardi soir sur son site."
    )
    later = "L’opérateur Orange dit que le réseau mobile est rétabli, sans en donner la cause."
    placed = read(
        candidate(0, "Orange : une panne partielle touche le réseau mobile", OUTAGE),
        candidate(1, "Orange : le réseau est rétabli après la panne", text, days=0.2),
        candidate(2, "Rétabli, le réseau mobile d’Orange", later, days=0.3),
    )
    assert [one.decision.value for one in placed] == ["first", "development", "attach"]
    assert placed[1].opens_event
    assert placed[2].event == placed[1].event


def test_a_copy_goes_where_its_original_is() -> None:
    """The same text within a week has one origin; after a month it is an article of its own."""
    first, second, third, late = read(
        telling(0),
        replace(telling(0), id=ArticleId(1)),
        replace(telling(0), id=ArticleId(2)),
        replace(telling(0), id=ArticleId(3), published=START + timedelta(days=9)),
    )
    assert [second.decision, third.decision] == [Decision.COPY, Decision.COPY]
    assert [second.copy_of, third.copy_of, third.origin] == [0, 0, 0]
    assert (second.story, second.event) == (first.story, first.event)
    assert late.copy_of is None


def test_links() -> None:
    """After three weeks a like story is only a link; after 200 days, or about something else, none."""
    first, other, linked, far = read(
        telling(0),
        candidate(1, "Budget des retraites", PENSIONS),
        telling(2, days=60),
        telling(3, days=400),
    )
    assert not first.links
    assert not other.links
    assert linked.decision is Decision.FIRST
    assert linked.links == (0,)
    assert far.links == ()


COPPER = (
    "Le marché du cuivre monte à Londres, où les courtiers attendent la réunion des producteurs "
    "chiliens et péruviens jeudi. Une grève menace trois mines."
)
RAIN = (
    "La pluie tombe sur Brest depuis dimanche, et les agriculteurs de Landerneau espèrent une "
    "éclaircie avant la moisson. Les routes restent glissantes. "
)


def test_what_is_told_of_one_product_is_kin() -> None:
    """Hardly alike, two articles that decide on one product are one story if they agree, linked if not."""
    one = candidate(0, "", f"Les douanes de Shenzhen bloquent le H200. {COPPER}", says(CLOSED))
    text = f"Pékin ferme la porte au H200. {RAIN}"
    assert [p.story for p in read(one, candidate(1, "", text, says(CLOSED, 1)))] == [0, 0]
    other = read(one, candidate(1, "", text, says(OPEN, 1, days=20), days=20))[1]
    assert (other.story, other.links, other.decision) == (1, (0,), Decision.REVERSAL)
    assert read(one, candidate(1, "", text, says(CLOSED, 1, product="B200")))[1].links == ()


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Hyundai rafraîchit le H200", "Le fourgon coréen H200 gagne une banquette."),
        ("Le H200 à l’essai", "Trépied, rotule, sac : le H200 tient dans un bagage à main."),
        ("Le H200 sous les 100 euros", "La perceuse H200 a son meilleur prix avant les soldes."),
    ],
)
def test_a_name_alone_makes_no_story(title: str, text: str) -> None:
    """A van, a tripod or a drill of the same name joins no story of the chip, nor is it linked."""
    chip = candidate(0, "Le H200 interdit en Chine", "Pékin ferme la porte au H200.", says(CLOSED))
    _, other = read(chip, candidate(1, title, text))
    assert (other.story, other.links, other.decision) == (1, (), Decision.FIRST)


def test_who_decides_on_a_name_means_the_same() -> None:
    """Without another word in common, two decisions on one product are one story, or a turn."""
    chip = candidate(0, "Le H200 interdit en Chine", "Pékin ferme la porte au H200.", says(CLOSED))
    title, text = "H200 : les douanes tranchent", "Plus aucun H200 n’arrive à Shenzhen."
    assert read(chip, candidate(1, title, text, says(CLOSED, 1)))[1].story == 0
    turned = read(chip, candidate(1, title, text, says(OPEN, 1, days=3), days=3))[1]
    assert turned.decision is Decision.REVERSAL


def test_what_is_far_in_time_and_words_is_a_new_event() -> None:
    """Five days later and hardly alike: one story, another event, unless it only says the same."""
    one = candidate(0, "", f"Les douanes de Shenzhen bloquent le H200. {COPPER}", says(CLOSED))
    text = f"La porte de Shenzhen est fermée au H200. {RAIN}" + "Un orage approche. " * 6
    other = read(one, candidate(1, "", text, days=5))[1]
    assert (other.story, other.event, other.decision) == (0, 1, Decision.DEVELOPMENT)
    again = read(one, candidate(1, "", text, says(CLOSED, 1, days=5), days=5))[1]
    assert (again.event, again.decision) == (0, Decision.ATTACH)


def test_a_window_can_begin_later() -> None:
    """A window of the last days forgets what went before."""
    window = Window()
    for one in (telling(0), telling(1, days=5)):
        window.add(one, placing.place(one, window))
    later = placing.since(window.members, START + timedelta(days=1))
    assert [member.article.id for member in later.members] == [1]
    assert isinstance(later.members[0], Member)


@given(
    st.permutations(
        [
            telling(0, says(CLOSED)),
            telling(1, says(OPEN, 1, days=9), days=9),
            telling(2, says(CLOSED, 2, days=0.5), days=0.5),
            telling(3, says(OPEN, 3, days=10), days=10),
        ]
    )
)
def test_arrival_changes_no_event(articles: list[Candidate]) -> None:
    """However four articles arrive, the same two events come of them, and nothing old is a turn."""
    placed = dict(zip((one.id for one in articles), read(*articles), strict=True))
    events = {frozenset(n for n in placed if placed[n].event == placed[m].event) for m in placed}
    assert events == {frozenset({0, 2}), frozenset({1, 3})}
    turns = [n for n in placed if placed[n].decision in (Decision.REVERSAL, Decision.NEW_LOCK)]
    assert all(n in (1, 3) for n in turns)
