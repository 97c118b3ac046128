"""Administrators hear of a trouble when it lasts, once, and of its end; and never more than that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.telegram_html import parse
from watcher import locales, notices
from watcher.model import Feed, FeedId, FeedState
from watcher.notices import Fact, Notice, Standing, Trouble

NOON = datetime(2026, 1, 30, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PUCES, QUOTAS = "https://puces.example/flux", "https://quotas.example/flux"
CATALOGUES = locales.catalogues()


@dataclass
class Watched:
    """What stands, and what was told so far."""

    standing: dict[str, Standing] = field(default_factory=dict)
    feeds: set[str] = field(default_factory=lambda: {PUCES, QUOTAS})

    def sees(self, now: datetime, *facts: Fact) -> list[tuple[str, bool, list[str]]]:
        """Look once; return what is told: trouble, whether it is over, about what."""
        self.standing, told = notices.decide(self.standing, facts, now, self.feeds)
        return [
            (one.facts[0].trouble.value, one.over, [fact.about for fact in one.facts])
            for one in told
        ]


def failing(url: str = PUCES) -> Fact:
    return Fact(trouble=Trouble.FAILING, about=url, detail="HTTP 500")


FULL = Fact(trouble=Trouble.DISK, number=12)


def test_a_feed_that_fails_is_told_after_a_day() -> None:
    """Once; again after a week; and its end. Two in one message."""
    watch = Watched()
    assert watch.sees(NOON, failing(), failing(QUOTAS)) == []
    assert watch.sees(NOON + 23 * HOUR, failing(), failing(QUOTAS)) == []
    assert watch.sees(NOON + DAY, failing(), failing(QUOTAS)) == [
        ("failing", False, [PUCES, QUOTAS])
    ]
    assert watch.sees(NOON + 3 * DAY, failing(), failing(QUOTAS)) == []
    assert watch.sees(NOON + 8 * DAY, failing()) == [
        ("failing", False, [PUCES]),
        ("failing", True, [QUOTAS]),
    ]
    assert watch.sees(NOON + 9 * DAY) == [("failing", True, [PUCES])]
    assert watch.sees(NOON + 10 * DAY) == []
    assert watch.standing == {}


def test_what_was_short_is_not_told() -> None:
    """Neither its beginning nor its end."""
    watch = Watched()
    assert watch.sees(NOON, failing()) == []
    assert watch.sees(NOON + HOUR) == []
    assert watch.sees(NOON + DAY, failing()) == [], "it counts anew"


def test_what_comes_and_goes_is_told_once_a_day() -> None:
    """A trouble that flickers is one message and one end; a day later it may be told again."""
    watch = Watched()
    assert watch.sees(NOON, FULL) == [("disk", False, [""])]
    assert watch.sees(NOON + HOUR) == [("disk", True, [""])]
    assert watch.sees(NOON + 2 * HOUR, FULL) == []
    assert watch.sees(NOON + 3 * HOUR) == []
    assert watch.sees(NOON + 4 * HOUR, FULL) == []
    assert watch.sees(NOON + DAY, FULL) == [("disk", False, [""])]
    assert watch.sees(NOON + 2 * DAY - HOUR, FULL) == []
    assert watch.sees(NOON + 2 * DAY, FULL) == [("disk", False, [""])]


def test_a_feed_that_was_taken_away_ends_in_silence() -> None:
    """The administrator knows."""
    watch = Watched()
    gone = Fact(trouble=Trouble.DEAD, about=PUCES)
    assert watch.sees(NOON, gone) == [("dead", False, [PUCES])]
    watch.feeds = {QUOTAS}
    assert watch.sees(NOON + HOUR) == []
    assert watch.standing == {}


@given(st.lists(st.tuples(st.integers(1, 40), st.booleans(), st.booleans()), max_size=60))
def test_no_trouble_is_told_twice_within_a_day(steps: list[tuple[int, bool, bool]]) -> None:
    """Whatever comes and goes when: beginnings lie a day apart, each end follows a beginning."""
    watch, now = Watched(), NOON
    told: dict[str, datetime] = {}
    open_: set[str] = set()
    for hours, full, fails in steps:
        now += hours * HOUR
        facts = [FULL] * full + [failing()] * fails
        for trouble, over, _ in watch.sees(now, *facts):
            if over:
                assert trouble in open_
                open_.remove(trouble)
            else:
                assert trouble not in told or now - told[trouble] >= DAY
                told[trouble] = now
                open_.add(trouble)


# Feeds --------------------------------------------------------------------------------------------


def feed(url: str = PUCES, state: FeedState = FeedState.ACTIVE, failures: int = 0) -> Feed:
    return Feed(
        id=FeedId(1), url=url, address=url, state=state, failures=failures, error="HTTP 500"
    )


def every(pause: timedelta, *, number: int = 20, last: timedelta = DAY) -> Sequence[datetime]:
    """Let entries have come at a regular pace."""
    return [NOON - last - n * pause for n in range(number)]


@pytest.mark.parametrize(
    ("arrivals", "days"),
    [
        (every(HOUR, last=4 * DAY), 4),
        (every(HOUR, last=2 * DAY), 0),  # a weekend
        (every(7 * DAY, last=20 * DAY), 0),  # a weekly letter
        (every(7 * DAY, last=22 * DAY), 22),
        (every(HOUR, number=7, last=90 * DAY), 0),  # too few to know
        ([], 0),
    ],
)
def test_silence_is_measured_by_habit(arrivals: Sequence[datetime], days: int) -> None:
    """A daily that says nothing for four days is silent, a weekly is not."""
    assert notices.silent_for(arrivals, NOON).days == days


def test_what_is_wrong_with_feeds() -> None:
    """Dead, failing, silent; what is well, or no longer configured, is no fact."""
    quiet = {FeedId(1): every(HOUR, last=9 * DAY)}
    found = notices.of_feeds(
        [
            feed(state=FeedState.GONE),
            feed(failures=3),
            feed(state=FeedState.REMOVED, failures=3),
            feed(),
        ],
        quiet,
        NOON,
    )
    assert found == [
        Fact(trouble=Trouble.DEAD, about=PUCES),
        Fact(trouble=Trouble.FAILING, about=PUCES, detail="HTTP 500"),
        Fact(trouble=Trouble.SILENT, about=PUCES, number=9),
    ]
    assert notices.of_feeds([feed()], {}, NOON) == []


# What is read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", locales.LANGUAGES)
@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("over", [False, True])
def test_every_notice_can_be_sent(language: str, trouble: Trouble, over: bool) -> None:
    """Telegram takes each; its first line says in words what it is about."""
    about = PUCES if trouble in notices.FEEDS else ""
    facts = tuple(
        Fact(trouble=trouble, about=about, detail="<boum> & " * 99, number=n) for n in range(1, 40)
    )
    notice = Notice(facts=facts, over=over)
    message = notices.message(notice, CATALOGUES[language])
    parsed = parse(message.html)
    assert parsed.units <= 4096
    assert parsed.text.startswith("✅ " if over else "⚠️ ")
    assert message.silent is over
    assert "{" not in parsed.text


def test_a_notice_reads_well() -> None:
    """What happened, to what, what now."""
    facts = (
        Fact(trouble=Trouble.SILENT, about=PUCES, number=9),
        Fact(trouble=Trouble.SILENT, about=QUOTAS, number=1),
    )
    text = parse(notices.message(Notice(facts=facts), CATALOGUES["fr"]).html).text
    assert text == (
        "⚠️ Flux devenus muets\nIls répondent, mais n’apportent rien de nouveau depuis bien plus "
        "longtemps que d’habitude.\n• https://puces.example/flux — depuis 9 jours\n"
        "• https://quotas.example/flux — depuis 1 jour"
    )
    full = parse(notices.message(Notice(facts=(FULL,)), CATALOGUES["en"]).html).text
    assert full == (
        "⚠️ The disk is nearly full\n"
        "Only 12 MB are left beside the database. Free some space: nothing is lost so far."
    )
