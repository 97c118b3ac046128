"""
What administrators are told of the watch itself, when, and when not again. Pure.

A trouble is told once it has lasted long enough, in one message a kind; again no sooner than a day
later, whatever it does meanwhile; and its end is told if its beginning was.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from gettext import NullTranslations
from itertools import pairwise
from typing import Final

from watcher import urls
from watcher.messages import N_
from watcher.model import Feed, FeedId, FeedState, Message
from watcher.spans import Part, Span, clip, fit, html

NONE: Final = timedelta()
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
HABIT: Final = 50  # entries of a feed that tell its habit
REGULAR: Final = 8  # ... of fewer we know too little
LONGER: Final = 3  # times the longest pause it ever made
SHORTEST: Final = timedelta(days=3)  # a silence that is worth a word
LATE: Final = timedelta(minutes=10)  # for what should have left the outbox
ROOM: Final = 200  # MiB that should be free
NAMED: Final = 10
DETAIL: Final = 300  # characters


class Trouble(StrEnum):
    """What may go wrong with the watch."""

    DEAD = "dead"  # a feed: 410
    FAILING = "failing"  # a feed
    SILENT = "silent"  # a feed, far longer than its habit
    RELOAD = "reload"  # refused
    CANARY = "canary"  # the rules' own examples do not get through
    OUTBOX = "outbox"  # messages do not leave
    DISK = "disk"  # is full, or will soon be


FEEDS: Final = (Trouble.DEAD, Trouble.FAILING, Trouble.SILENT)
PATIENCE: Final[Mapping[Trouble, timedelta]] = {
    Trouble.FAILING: DAY,
    Trouble.OUTBOX: timedelta(minutes=4),  # seen twice: not only a hiccup of what was held back
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is wrong now."""

    trouble: Trouble
    about: str = ""  # the address of a feed
    detail: str = ""
    number: int = 0  # days, minutes, MiB

    @property
    def topic(self) -> str:
        """Tell it from all others."""
        return f"{self.trouble} {self.about}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How long something has been wrong, and when that was told."""

    since: datetime | None  # None: it is over
    told_at: datetime | None = None

    @property
    def told(self) -> bool:
        """Whether administrators know that it is wrong now."""
        return None not in (self.since, self.told_at) and self.told_at >= self.since  # type: ignore[operator]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message."""

    facts: tuple[Fact, ...]  # all of one trouble
    over: bool = False


def decide(
    before: Mapping[str, Standing], facts: Sequence[Fact], now: datetime, watched: AbstractSet[str]
) -> tuple[dict[str, Standing], list[Notice]]:
    """Return what stands from now on, and what is told; `watched` are the feeds there are."""
    after: dict[str, Standing] = {}
    began: list[Fact] = []
    for fact in facts:
        known = before.get(fact.topic, Standing(since=now))
        known = Standing(since=known.since or now, told_at=known.told_at)
        if _is_due(fact.trouble, known, now):
            known = Standing(since=known.since, told_at=now)
            began.append(fact)
        after[fact.topic] = known
    ended = []
    for topic, known in before.items():
        trouble, _, about = topic.partition(" ")
        if topic not in after and (not about or about in watched):
            if known.told:
                ended.append(Fact(trouble=Trouble(trouble), about=about))
            if known.told_at and now - known.told_at < DAY:
                after[topic] = Standing(since=None, told_at=known.told_at)
    return after, [*_gathered(began), *_gathered(ended, over=True)]


def _is_due(trouble: Trouble, known: Standing, now: datetime) -> bool:
    lasted = now - (known.since or now) >= PATIENCE.get(trouble, NONE)
    pause = WEEK if known.told and trouble in FEEDS else DAY
    return lasted and (known.told_at is None or now - known.told_at >= pause)


def _gathered(facts: Iterable[Fact], *, over: bool = False) -> list[Notice]:
    found: dict[Trouble, list[Fact]] = {}
    for fact in facts:
        found.setdefault(fact.trouble, []).append(fact)
    return [Notice(facts=tuple(some), over=over) for some in found.values()]


def of_feeds(
    feeds: Iterable[Feed], arrivals: Mapping[FeedId, Sequence[datetime]], now: datetime
) -> list[Fact]:
    """Tell which feeds are dead, fail, or are silent; `arrivals` of each, the newest first."""
    found = []
    for feed in feeds:
        why = clip(feed.error or "", DETAIL)
        if feed.state is FeedState.GONE:
            found.append(Fact(trouble=Trouble.DEAD, about=feed.url))
        elif feed.state is FeedState.ACTIVE and feed.failures:
            found.append(Fact(trouble=Trouble.FAILING, about=feed.url, detail=why))
        elif feed.state is FeedState.ACTIVE:
            silence = silent_for(arrivals.get(feed.id, ()), now)
            if silence:
                found.append(Fact(trouble=Trouble.SILENT, about=feed.url, number=silence.days))
    return found


def silent_for(arrivals: Sequence[datetime], now: datetime) -> timedelta:
    """Return how long a feed has been silent, if that is far longer than it ever was; else nothing."""
    if len(arrivals) < REGULAR:
        return NONE
    longest = max(later - earlier for later, earlier in pairwise(arrivals))
    silence = now - arrivals[0]
    return silence if silence > max(SHORTEST, LONGER * longest) else NONE


# What is told -------------------------------------------------------------------------------------

BEGINNINGS: Final[Mapping[Trouble, tuple[str, str]]] = {
    Trouble.DEAD: (
        N_("Feeds that are gone"),
        N_(
            "Their servers say so for good (410): they are no longer polled. Remove or replace them."
        ),
    ),
    Trouble.FAILING: (
        N_("Feeds that fail"),
        N_("They have brought nothing for a day. They are tried again now and then."),
    ),
    Trouble.SILENT: (
        N_("Feeds that have fallen silent"),
        N_("They answer, but bring nothing new for far longer than they used to."),
    ),
    Trouble.RELOAD: (
        N_("Reload refused"),
        N_("Something in the files is wrong: the last good set stays in force."),
    ),
    Trouble.CANARY: (
        N_("The daily check failed"),
        N_("An example of the rules did not become the message it should. Alerts may be missing."),
    ),
    Trouble.OUTBOX: (
        N_("Messages do not leave"),
        N_("The oldest has been due for {n} minutes. Look at the log and at the network."),
    ),
    Trouble.DISK: (
        N_("The disk is nearly full"),
        N_("Only {n} MB are left beside the database. Free some space: nothing is lost so far."),
    ),
}
ENDS: Final[Mapping[Trouble, str]] = {
    Trouble.DEAD: N_("These feeds are back."),
    Trouble.FAILING: N_("These feeds answer again."),
    Trouble.SILENT: N_("These feeds bring news again."),
    Trouble.RELOAD: N_("The reload succeeded: the new files are in force."),
    Trouble.CANARY: N_("The daily check succeeds again."),
    Trouble.OUTBOX: N_("Messages leave again, none is late."),
    Trouble.DISK: N_("There is room on the disk again."),
}


def message(notice: Notice, translations: NullTranslations) -> Message:
    """Write a notice."""
    say, first = translations.gettext, notice.facts[0]
    if notice.over:
        head = [Part([Span("✅ "), Span(say(ENDS[first.trouble]), bold=True)])]
    else:
        title, what = BEGINNINGS[first.trouble]
        told = say(what).format(n=first.number)
        head = [Part([Span("⚠️ "), Span(say(title), bold=True)]), Part([Span(told)])]
    lines = [_line(fact, translations) for fact in notice.facts]
    shown = [Part([Span(line)], rank=1) for line in lines[:NAMED] if line]
    more = len(notice.facts) - NAMED
    rest = [Part([Span(f"+ {more}")])] if more > 0 else []
    return Message(html=html(fit([*head, *shown, *rest])), silent=notice.over)


def _line(fact: Fact, translations: NullTranslations) -> str:
    """Name a feed with what is known of it, or tell a detail."""
    detail = fact.detail
    if fact.trouble is Trouble.SILENT and fact.number:
        days = translations.ngettext("for {n} day", "for {n} days", fact.number)
        detail = days.format(n=fact.number)
    name = urls.host(fact.about) and clip(fact.about, DETAIL)
    told = " — ".join(piece for piece in (name, detail) if piece)
    return f"• {told}" if told else ""
