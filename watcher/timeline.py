"""
What is kept of stories: who belongs to them, what they add up to, and what each chat reads of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from watcher.claims import Aside, Detail, Polarity
from watcher.model import (
    Article,
    ArticleId,
    ChatId,
    Decision,
    DeliveryId,
    DeliveryState,
    Kind,
    Match,
    Message,
    RuleSetId,
    StoryId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A story that has to do with another."""

    other: StoryId
    reason: str
    title: str = ""  # of the other's head


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is held to be so: the state of one claim, by the dates of publication."""

    issuer: str
    product: str
    direction: str
    polarity: Polarity
    detail: Detail
    since: datetime
    certain: bool  # else only one source says so, or says it with reserve
    sources: tuple[str, ...]  # hosts, each once
    story: StoryId | None = None  # None: the story of the article being placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where an article was placed; written with its verdict."""

    story: StoryId | None  # None: it begins one
    event: int  # of the story, counted from 1
    published_at: datetime
    host: str
    head: bool = True  # the story's message is about this article from now on
    origin: ArticleId | None = None  # whose text it copies
    links: tuple[Link, ...] = ()
    holdings: tuple[Holding, ...] = ()  # those that it changes, as they are now


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article in its story."""

    article: ArticleId
    story: StoryId
    event: int
    decision: Decision
    reason: str
    origin: ArticleId | None
    published_at: datetime
    seen_at: datetime
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A member as people read it."""

    article: ArticleId
    story: StoryId
    event: int
    decision: Decision
    reason: str
    origin: ArticleId | None
    published_at: datetime
    seen_at: datetime
    title: str
    site: str
    url: str
    rule_sets: tuple[RuleSetId, ...]
    told: int  # chats that heard of it, or soon will
    host: str = ""
    detail: Detail | None = None  # what it says of the question; None: nothing, or a reminder
    issuer: str = ""
    conditional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All articles telling one thing; `chapters` by the dates of publication."""

    id: StoryId
    first_at: datetime
    last_at: datetime
    head: ArticleId
    articles: int
    title: str  # of the head
    links: tuple[Link, ...] = ()
    chapters: tuple[Chapter, ...] = ()

    def joined(self, others: Sequence["Story"]) -> "Story":
        """Return it as one with the stories that it goes on from, or that go on from it."""
        all_ = (self, *others)
        chapters = sorted(
            chain.from_iterable(one.chapters for one in all_), key=lambda one: one.published_at
        )
        return replace(
            self,
            first_at=min(one.first_at for one in all_),
            last_at=max(one.last_at for one in all_),
            articles=sum(one.articles for one in all_),
            links=(),
            chapters=tuple(chapters),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An article with all that was decided of it, for a chat that asks why."""

    id: ArticleId
    article: Article
    decision: Decision
    matches: tuple[Match, ...]
    asides: tuple[Aside, ...]
    story: StoryId | None
    useful: bool | None = None  # what the chat thinks of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one chat reads of a story: its living message."""

    chat: ChatId
    receipt: str  # empty: not there yet, or gone
    state: DeliveryState
    rendered: str  # digest of what it says
    articles: int  # told in this message
    since: datetime  # when it was written
    event: int  # the last that was told


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How an article reached one chat."""

    kind: Kind  # as a message, an edit or a reply, be it in a digest
    rule_sets: frozenset[RuleSetId]
    slot: datetime | None = None  # of the digest that it is part of


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What waits in the outbox for its time."""

    id: DeliveryId
    chat: ChatId
    kind: Kind
    due_at: datetime
    silent: bool
    rule_sets: frozenset[RuleSetId]
    articles: frozenset[ArticleId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One message of a digest, and the articles of the stories in it."""

    message: Message
    articles: frozenset[ArticleId]
