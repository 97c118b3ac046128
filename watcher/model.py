"""
The nouns: what every part of the program speaks of.

Frozen values. Times are aware, in UTC. Offsets count code points: ``text[start:end]`` is the piece.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NewType

from watcher.buttons import Keyboard
from watcher.claims import Aside, Evidence, Stance, Zone
from watcher.preferences import Choices, Level, Mute, Preferences

FeedId = NewType("FeedId", int)
EntryId = NewType("EntryId", int)
ArticleId = NewType("ArticleId", int)
AlertId = NewType("AlertId", int)
DeliveryId = NewType("DeliveryId", int)
ChatId = NewType("ChatId", int)
StoryId = NewType("StoryId", int)  # that of its first article
EventId = NewType("EventId", int)  # that of its first article
RuleSetId = NewType("RuleSetId", str)
RuleId = NewType("RuleId", str)  # "set/rule"

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


# What a feed says -------------------------------------------------------------------------------


class Precision(StrEnum):
    """How much of a date is known."""

    TIME = "time"  # to the minute, with a zone
    ASSUMED_ZONE = "assumed-zone"  # a time without a zone: Europe/Paris is assumed
    DAY = "day"  # only the day
    DERIVED = "derived"  # counted from a relative date ("il y a 3 jours")
    SEEN = "seen"  # nothing usable was said: the time we first saw it


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """When an article says it appeared."""

    at: datetime
    precision: Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "has it changed?", and what we saw ourselves."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""  # of the decoded body: some servers say 200 and a new ETag every time


class FeedState(StrEnum):
    """Whether a feed is polled."""

    ACTIVE = "active"
    GONE = "gone"  # the server answered 410
    REMOVED = "removed"  # no longer in the configuration; its memory stays


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """A feed as the administrator names it."""

    url: str
    title: str = ""
    kind: str = "feed"  # a name in SOURCES: feed, sitemap
    tags: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A web document listing entries, and all that the schedule knows of it."""

    id: FeedId
    url: str
    address: str  # where it is fetched: `url`, or where it has moved to for good
    kind: str = "feed"
    title: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    state: FeedState = FeedState.ACTIVE
    validators: Validators = Validators()
    due_at: datetime = LONG_AGO
    interval: timedelta | None = None
    failures: int = 0  # in a row
    error: str | None = None
    polled_at: datetime | None = None
    changed_at: datetime | None = None  # when it last brought a new entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed, as the feed tells it."""

    guid: str = ""  # Atom id, RSS guid
    url: str = ""  # absolute; empty when the entry has no link
    title: str = ""  # plain text
    summary: str = ""  # plain text
    content: str = ""  # plain text of the full content, where the feed carries it
    published: Published | None = None
    author: str = ""
    language: str = ""

    @property
    def text(self) -> str:
        """The longest text that the feed itself gives."""
        return max(self.content, self.summary, key=len)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed document, read: what `Source.parse` returns."""

    title: str = ""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    time_to_live: timedelta | None = None  # RSS ttl, or Syndication's update period
    skip_hours: frozenset[int] = frozenset()  # UTC hours 0-23
    skip_days: frozenset[int] = frozenset()  # Monday is 0
    notes: tuple[str, ...] = ()  # what had to be mended, in words


# What an article says ---------------------------------------------------------------------------


class Origin(StrEnum):
    """Where an article's text was taken from, and why not from its page."""

    PAGE = "the article's own page"
    FEED_ONLY = "the feed's text: pages are switched off"
    NO_LINK = "the feed's text: the entry has no link"
    MISSING = "the feed's text: the page is missing"
    UNAVAILABLE = "the feed's text: the page could not be fetched"
    NOT_HTML = "the feed's text: the page is not HTML"
    SOFT_404 = "the feed's text: the page says that it does not exist"
    PAYWALL = "the feed's text: the page shows less than the feed"
    ROBOTS = "the feed's text: robots.txt asks to stay away from the page"
    EMPTY = "the feed's text: no article was found in the page"
    GIVEN = "the text as it was given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Title and body of the page an entry links to, with its zones."""

    title: str
    text: str
    zones: tuple[Zone, ...]
    url: str = ""  # where it was fetched from in the end
    canonical: str = ""  # the address that the page gives itself, when on the same site
    site: str = ""  # a name to show: "Next", else the host
    author: str = ""
    language: str = ""  # ISO 639-1; empty when undecided
    published: Published | None = None
    origin: Origin = Origin.GIVEN


class AliasKind(StrEnum):
    """What an article may be recognised by."""

    GUID = "guid"  # scoped to its feed
    URL = "url"
    CANONICAL = "canonical"
    FINAL = "final"  # after redirects


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One name of an article. Any alias in common means: the same article."""

    kind: AliasKind
    key: str


# What we think of it ----------------------------------------------------------------------------


class Severity(StrEnum):
    """How loudly a rule's match is told."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule holding for an article."""

    rule: RuleId
    rule_set: RuleSetId
    title: str  # of the rule, for people
    severity: Severity
    score: float
    min_score: float = 0.0  # that it had to reach
    evidence: tuple[Evidence, ...]
    rules_hash: str  # of the compiled rule sets that judged


class Decision(StrEnum):
    """Why subscribers hear of an article, or why they do not."""

    FIRST = "first"
    ATTACH = "attach"  # of a known event, nothing new
    DEVELOPMENT = "development"  # a new event, actor or figure in a known story
    REVERSAL = "reversal"  # the same issuer now says the opposite
    NEW_LOCK = "new_lock"  # another issuer says the opposite
    COPY = "copy"
    REVISION = "revision"
    LATE = "late"  # older than what was told, and the opposite of it
    BACKGROUND = "background"  # only a reminder
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All that was decided about one article."""

    article: Article
    matches: tuple[Match, ...]
    decision: Decision
    reason: str  # one English sentence, stored with the decision
    copy_of: ArticleId | None = None
    rules_hash: str = ""
    stances: Mapping[RuleSetId, Stance] = field(default_factory=dict)  # of the rule sets that ask
    asides: tuple[Aside, ...] = ()  # what looked like evidence

    @property
    def rule_sets(self) -> tuple[RuleSetId, ...]:
        """The rule sets with a match, each once, in the order of the matches."""
        return tuple(dict.fromkeys(match.rule_set for match in self.matches))


# Who hears of it --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSpec:
    """A subscriber as the administrator names it."""

    address: str  # Telegram's chat_id; "console" for the terminal
    thread: int | None = None  # message_thread_id of a forum topic
    rule_sets: tuple[RuleSetId, ...] = ()  # empty: all
    level: Level = Level.DEVELOPMENTS
    language: str = "fr"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A subscriber as the store knows it."""

    id: ChatId
    spec: ChatSpec
    choices: Choices = field(default_factory=dict)  # of the chat, level and language aside
    by_rule_set: Mapping[RuleSetId, Choices] = field(default_factory=dict)
    mutes: tuple[Mute, ...] = ()
    everything: bool = True  # if the spec names no rule sets: follows all, or none

    @property
    def preferences(self) -> Preferences:
        """What holds for the chat as a whole."""
        return self.preferences_for(RuleSetId(""), {})

    def preferences_for(self, rule_set: RuleSetId, default: Choices) -> Preferences:
        """Resolve what holds for one rule set, whose own default is given."""
        own = {"level": self.spec.level, "language": self.spec.language}
        own |= self.by_rule_set.get(rule_set, {})
        return Preferences().plus({**default, **self.choices, **own})

    def follows(self, rule_set: RuleSetId) -> bool:
        """Tell whether it wants to hear of a rule set at all."""
        return rule_set in self.spec.rule_sets if self.spec.rule_sets else self.everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A rendered message, ready for a channel."""

    html: str  # Telegram's subset of HTML, at most 4,096 characters after parsing
    silent: bool = False
    link: str = ""  # shown as the preview; empty: none
    buttons: Keyboard = ()


class Kind(StrEnum):
    """How a message reaches a chat."""

    NEW = "new"  # an alert of its own
    EDIT = "edit"  # the chat's message of the story now reads so
    REPLY = "reply"  # a new message that answers the chat's message of the story
    DIGEST = "digest"  # several alerts at the hour that the chat chose
    ANSWER = "answer"  # what somebody asked the bot for


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    HELD = "held"  # a digest that is still being gathered
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"  # it may have arrived: found out before it is sent again
    REFUSED = "refused"
    SUSPENDED = "suspended"  # its chat is unreachable; it goes out if the chat comes back
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert to one subscriber, claimed from the outbox."""

    id: DeliveryId
    chat: ChatId
    address: str
    thread: int | None
    message: Message
    state: DeliveryState  # as it was before the claim: queued or unsure
    attempts: int = 0
    last_receipt: str = ""  # the last receipt that this chat confirmed
    kind: Kind = Kind.NEW
    target: str = ""  # the receipt of the message to edit or to answer; empty: it is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A delivery to be written with the verdict that caused it."""

    chat: ChatId
    rule_sets: tuple[RuleSetId, ...]
    message: Message  # of an edit: as the story's message reads from now on
    kind: Kind = Kind.NEW
    story: StoryId | None = None  # whose message is edited or answered; None: the article's own
    due_at: datetime | None = None  # not before; None: at once
    digest: bool = False  # with others, in the digest of that time


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An entry that waits to be fetched and judged."""

    id: EntryId
    feed: Feed
    entry: Entry
    seen: datetime
    attempts: int = 0
    article: ArticleId | None = None  # set when an edited entry is read again
    aliases: tuple[Alias, ...] = field(default=())
    revision: int = 0  # how often the entry was edited before; an edit in mid-reading is read again


# What the store keeps and tells ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A web host, and how it wants to be treated."""

    name: str  # host, or host:port
    next_at: datetime = LONG_AGO  # not before this time
    robots: str | None = None  # the text of its robots.txt; None: not asked yet
    robots_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one successful poll of a feed brought, and when the next one is due."""

    validators: Validators
    address: str
    due_at: datetime
    interval: timedelta | None
    document: Document | None  # None: unchanged
