"""Whatever a chat chose and topics are called, its menus can be sent, read and left again."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.newsroom import H200, NOW, QUOTA
from tests.telegram_html import parse
from tests.test_preferences import ALL
from watcher import choosing, locales, menus, options
from watcher.buttons import DATA, Press
from watcher.model import Chat, ChatId, ChatSpec, Message, RuleSetId
from watcher.preferences import Level, Mute, Muted, Preferences, Quiet, chosen
from watcher.views import Scope, Topic, View, named, tag

DAY = timedelta(days=1)
IDS = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", fullmatch=True).map(RuleSetId)
TITLES = st.text(min_size=1, max_size=200)
SITES = st.from_regex(r"[a-z]{1,60}(\.[a-zé]{1,60}){1,3}", fullmatch=True)
TOPICS = st.builds(
    Topic,
    id=IDS,
    title=TITLES,
    rules=st.lists(TITLES, max_size=3).map(tuple),
    defaults=st.just({}) | st.just({"rhythm": "daily", "min_score": 2.5}),
    scores=st.lists(st.floats(0, 12), max_size=5),
)
MUTES = st.builds(
    Mute,
    kind=st.just(Muted.SITE),
    key=SITES,
    until=st.none() | st.integers(-2, 60).map(lambda days: NOW + days * DAY),
)


def view(*topics: Topic, chat: Chat | None = None, **values: Any) -> View:
    """Show topics to a chat that follows all of them."""
    chat = chat or Chat(id=ChatId(1), spec=ChatSpec(address="7"))
    translations = locales.catalogues()[chat.spec.language]
    return View(chat=chat, topics=topics, now=NOW, translations=translations, **values)


def labels(message: Message) -> list[str]:
    """Return what the buttons say."""
    return [button.text for row in message.buttons for button in row]


def text(message: Message) -> str:
    """Return what is read."""
    return parse(message.html).text


@st.composite
def views(draw: st.DrawFn) -> tuple[View, Scope]:
    """Draw a chat that chose anything, and a topic of its or none."""
    topics = draw(st.lists(TOPICS, max_size=4, unique_by=lambda topic: topic.id))
    values = draw(ALL)
    own = {"level": values["level"], "language": values["language"]}
    kept = chosen(Preferences(), **{k: v for k, v in values.items() if k not in own})
    ids = [topic.id for topic in topics]
    scope = draw(st.sampled_from([None, *ids]))
    followed = tuple(draw(st.lists(st.sampled_from(ids), unique=True))) if ids else ()
    mutes = draw(st.lists(MUTES, max_size=3, unique_by=lambda mute: mute.key))
    mutes += [Mute(kind=Muted.RULE_SET, key=id_) for id_ in ids] if draw(st.booleans()) else []
    mutes += [Mute(kind=Muted.STORY, key="46"), Mute(kind=Muted.RULE_SET, key="parti")]
    chat = Chat(
        id=ChatId(1),
        spec=ChatSpec(address="7", rule_sets=followed, **own),
        choices=kept,
        by_rule_set={scope: kept} if scope and draw(st.booleans()) else {},
        mutes=tuple(mutes),
        everything=not followed,
    )
    sites = draw(st.lists(SITES, max_size=3))
    days = draw(st.sampled_from([0.0, 12.5]))
    titles = draw(st.just({}) | st.just({"46": draw(TITLES)}))
    return view(*topics, chat=chat, sites=sites, days=days, titles=titles), scope


@given(views(), st.sampled_from(sorted(menus.PAGES)))
@settings(max_examples=300, deadline=None)
def test_every_menu_can_be_sent(drawn: tuple[View, Scope], page: str) -> None:
    """Markup, lengths and buttons are within Telegram's limits, and every press can be read back."""
    message = menus.PAGES[page](*drawn)
    parsed = parse(message.html)
    assert parsed.units <= 3900
    assert len(parsed.entities) <= 90
    buttons = [button for row in message.buttons for button in row]
    assert 1 <= len(buttons) <= 100
    assert all(1 <= len(row) <= 8 for row in message.buttons)
    for button in buttons:
        assert 1 <= len(button.text) <= 30
        assert len(button.data.encode()) <= DATA
        assert Press.read(button.data) is not None
    ways = {Press.read(button.data).verb for button in buttons}  # type: ignore[union-attr]
    assert "show" in ways  # no dead end


@given(IDS | SITES, st.lists(IDS | SITES))
def test_tags(name: str, others: list[str]) -> None:
    """A name is found again by its tag, which fits a button twice."""
    assert named(tag(name), [*others, name]) == name
    assert len(tag(name).encode()) <= 20


def test_many_topics() -> None:
    """More topics than a keyboard takes are listed as far as it goes."""
    many = [Topic(id=RuleSetId(f"sujet-{n}"), title="Puces " * 40) for n in range(200)]
    message = menus.topics(view(*many, days=30))
    assert sum(map(len, message.buttons)) <= 100
    assert parse(message.html).units <= 3900
    settings = menus.settings(view(*many))
    assert sum(map(len, settings.buttons)) <= 100


def test_a_topic_without_a_name() -> None:
    """A title that shows nothing still gives a button."""
    assert "…" in labels(menus.settings(view(Topic(id=H200, title="\u200b"))))


def test_no_topics() -> None:
    """A watch without rules says so."""
    message = menus.hello(view())
    assert "Il n’y a pas encore de sujet à suivre." in text(message)
    assert labels(message) == ["Quand\u202f?", "Aperçu", "English"]


@pytest.mark.parametrize(
    ("days", "scores", "said"),
    [
        (0.0, [3.0], ""),
        (30.0, [], "moins d’une alerte par semaine"),
        (30.0, [3.0] * 4, "environ 1 alerte par semaine"),
        (30.0, [3.0] * 17, "environ 4 alertes par semaine"),
        (30.0, [1.0] * 17, "moins d’une alerte par semaine"),
    ],
)
def test_how_often(days: float, scores: list[float], said: str) -> None:
    """What came over the last days is told by the week, with the score that is asked for."""
    topic = Topic(id=H200, title="H200", scores=scores, defaults={"min_score": 2})
    assert view(topic, days=days).often([topic]) == said
    plenty = view(topic, days=days).often([topic], 0)
    assert (plenty == "") == (days == 0)


@pytest.mark.parametrize(
    ("choices", "line"),
    [
        ({}, "Rythme\u00a0: tout de suite"),
        ({"rhythm": "hourly"}, "Rythme\u00a0: toutes les heures"),
        ({"rhythm": "silent"}, "Rythme\u00a0: sans son"),
        ({"rhythm": "daily"}, "Rythme\u00a0: chaque jour à 18:30"),
        ({"rhythm": "daily", "days": [0, 2, 6]}, "Rythme\u00a0: lundi, mercredi et dimanche à 18:30"),
        ({"rhythm": "daily", "days": [0, 1, 2, 3, 4]}, "Rythme\u00a0: du lundi au vendredi à 18:30"),
        ({"rhythm": "daily", "urgent": False}, "Revirements\u00a0: dans la revue"),
        ({"zone": "Indian/Reunion"}, "Fuseau\u00a0: Indian/Reunion (il y est 20:45)"),
        ({"quiet": {"start": "22:00", "end": "07:00", "days": [5, 6], "silently": True}},
         "Heures calmes\u00a0: de 22:00 à 07:00, samedi et dimanche, sans son"),
        ({"min_score": 2.5}, "Score minimum\u00a0: 2.5"),
        ({"sites": ["b.example", "a.example"]}, "Sources\u00a0: a.example, b.example"),
        ({"length": "short"}, "Détail\u00a0: court"),
    ],
)  # fmt: skip
def test_what_holds(choices: dict[str, Any], line: str) -> None:
    """Each choice is said in a line of the settings."""
    chat = Chat(id=ChatId(1), spec=ChatSpec(address="7"), choices=choices)
    assert line in text(menus.settings(view(chat=chat))).split("\n")


def test_settings_of_a_topic_that_is_not_followed() -> None:
    """It is said, and can be changed."""
    chat = Chat(id=ChatId(1), spec=ChatSpec(address="7", rule_sets=(QUOTA,)))
    message = menus.settings(view(Topic(id=H200, title="H200"), chat=chat), H200)
    assert text(message).startswith("Réglages · H200\nVous ne suivez pas ce sujet.\n\nRythme")
    assert "☐ Suivre" in labels(message)


def test_scores_have_ends() -> None:
    """There is no button below no minimum, nor above the highest."""
    topic = Topic(id=H200, title="H200")

    def steps(least: float) -> list[str]:
        chat = Chat(id=ChatId(1), spec=ChatSpec(address="7"), choices={"min_score": least})
        return [one for one in labels(menus.settings(view(topic, chat=chat), H200)) if "Score " in one and one != "Score minimum"]  # fmt: skip

    assert steps(0) == ["Score +"]
    assert steps(4) == ["Score −", "Score +"]
    assert steps(10) == ["Score −"]


def test_first_of_the_month() -> None:
    """French says « 1er février »."""
    shown = view()
    assert shown.moment(datetime(2026, 2, 1, 7, tzinfo=UTC)) == "1er février à 08:00"
    assert shown.moment(datetime(2026, 2, 2, 7, tzinfo=UTC)) == "2 février à 08:00"
    english = Chat(id=ChatId(1), spec=ChatSpec(address="7", language="en"))
    assert view(chat=english).moment(datetime(2026, 2, 1, 7, tzinfo=UTC)) == "1 February at 08:00"


def test_a_pause_needs_something_to_pause() -> None:
    """Who follows nothing is not paused; who mutes one of two topics is not either."""
    both = Topic(id=H200, title="H200"), Topic(id=QUOTA, title="Quotas")
    one = Mute(kind=Muted.RULE_SET, key=H200, turns=False)
    chat = Chat(id=ChatId(1), spec=ChatSpec(address="7"), mutes=(one,))
    assert menus.paused(view(*both, chat=chat)) == []
    assert menus.paused(view(both[0], chat=chat)) == [one]
    assert menus.paused(view(chat=chat)) == []
    assert menus.pause_ends(view(), "ever") is None
    with pytest.raises(KeyError):
        menus.pause_ends(view(), "2h")


def test_a_pause_until_morning() -> None:
    """It ends at eight where the chat is, also when clocks are moved in that night."""
    shown = replace(view(), now=datetime(2026, 3, 28, 20, tzinfo=UTC))
    assert menus.pause_ends(shown, "day") == datetime(2026, 3, 29, 6, tzinfo=UTC)
    late = replace(view(), now=datetime(2026, 1, 30, 23, 30, tzinfo=UTC))  # the 31st in Paris
    assert menus.pause_ends(late, "day") == datetime(2026, 2, 1, 7, tzinfo=UTC)


# What buttons change --------------------------------------------------------------------------------

NIGHT = Quiet(start=time(22), end=time(7), days=frozenset({1, 2}), silently=True)


@pytest.mark.parametrize(
    ("name", "value", "changes"),
    [
        ("at", "0730", {"rhythm": "daily", "at": time(7, 30)}),
        ("days", "3off", {"days": frozenset({0, 1, 2, 4, 5, 6})}),
        ("days", "3on", {"days": frozenset(range(7))}),
        ("urgent", "off", {"urgent": False}),
        ("quiet", "off", {"quiet": None}),
        ("quiet", "20000800", {"quiet": replace(NIGHT, start=time(20), end=time(8))}),
        ("nights", "2off", {"quiet": replace(NIGHT, days=frozenset({1}))}),
        ("silently", "off", {"quiet": replace(NIGHT, silently=False)}),
        ("score", "6", {"min_score": 6.0}),
        ("level", "first", {"level": Level.FIRST}),
        ("language", "en", {"language": "en"}),
        ("zone", "Europe/Paris", {"zone": "Europe/Paris"}),
    ],
)
def test_changes(name: str, value: str, changes: dict[str, Any]) -> None:
    """A button changes what it says, and keeps what belongs to it."""
    before = Preferences(quiet=NIGHT)
    assert options.change(name, value, before) == changes


def test_new_quiet_hours() -> None:
    """Quiet hours chosen first are those of every day, and all waits."""
    changes = options.change("quiet", "22000700", Preferences())
    assert changes == {"quiet": Quiet(start=time(22), end=time(7))}
    with pytest.raises(ValueError, match="no quiet hours"):
        options.change("silently", "on", Preferences())
    with pytest.raises(options.LastDayError):
        options.change("days", "3off", Preferences(days=frozenset({3})))


@given(st.sampled_from([*options.CHANGES, "colour"]), st.text())
def test_anything_may_be_asked_for(name: str, value: str) -> None:
    """Whatever a button says, it is a change that can be kept, or refused."""
    try:
        changes = options.change(name, value, Preferences())
    except ValueError:
        return
    assert chosen(Preferences(), **changes).keys() == changes.keys()


def test_pages_of_choices() -> None:
    """Every menu that a choice is made in is one that can be shown."""
    assert choosing.ABOUT.keys() <= menus.PAGES.keys()
    assert choosing.TITLES.keys() <= menus.PAGES.keys()
