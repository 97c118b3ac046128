"""
Which story and which event an article belongs to, and what is new in it.

Alerts go by arrival, states by publication date. An article is compared with the members of a
window, found by their rare words; every decision carries its reason.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import nsmallest
from itertools import chain
from math import exp
from typing import Final

from watcher import likeness
from watcher.claims import Role
from watcher.ledger import Statement
from watcher.likeness import Frequencies, Likeness, Weights
from watcher.model import ArticleId, Decision, EventId, StoryId
from watcher.text import key

COPIES: Final = timedelta(days=7)
SOON: Final = timedelta(days=4)
STORY: Final = timedelta(days=21)
LINKS: Final = timedelta(days=200)
ATTACH: Final = 0.25
MOST_LINKS: Final = 5
KIN: Final = 0.15  # enough where both decide on one product
EVENT: Final = 0.17
NEW_NAME: Final = 0.85  # what is left of a likeness for each name that is new in the title
MOST_NEW: Final = 3
OPPOSED: Final = 0.3
AGREED: Final = 0.75  # the least that time leaves where the same is said
FADING: Final = ((timedelta(days=1.5), 1.0), (timedelta(days=4), 0.75), (timedelta.max, 0.5))
MEMBERS: Final = 12  # of a story, the nearest in time, that an article is compared with
LOOKED_UP: Final = 12  # stories, and articles, that share the most rare words
TURNS: Final = frozenset(  # what ends, resumes or is undone, whatever it is
    map(
        likeness.stem,
        "fin abandon abandonne annule annulation cesse leve levee met renonce reporte report reprend "
        "reprise retabli retire retrait revient retour suspend suspendu suspension rejette rejete "
        "dement condamne".split(),
    )
)


@dataclass(frozen=True, slots=True)
class Told:
    """A figure: what of it makes it news or not."""

    number: str  # with its unit
    role: str = ""

    def __str__(self) -> str:
        """Write it for a reason."""
        return f"{self.number} ({self.role})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that a rule holds for, before it has its place."""

    id: ArticleId
    published: datetime
    weights: Weights
    statements: tuple[Statement, ...] = ()
    figures: tuple[Told, ...] = ()
    credits: frozenset[str] = frozenset()  # whom it has its news from
    recalls: bool = False  # only a reminder, for every rule set that holds

    @property
    def own(self) -> tuple[Statement, ...]:
        """What it does not only recall."""
        return tuple(said for said in self.statements if said.role is Role.PRIMARY)

    @property
    def news(self) -> tuple[Statement, ...]:
        """What of that is decided."""
        return tuple(said for said in self.own if said.is_news)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an article belongs, and why."""

    decision: Decision
    reason: str
    story: StoryId
    event: EventId
    origin: ArticleId  # the first article with this text
    copy_of: ArticleId | None = None
    links: tuple[StoryId, ...] = ()  # other stories that it goes on from, the likest first
    score: float = 0.0

    @property
    def opens_event(self) -> bool:
        """Tell whether its event begins with it."""
        return self.event == EventId(self.origin)

    @property
    def goes_on(self) -> bool:
        """Tell whether it answers what its links told, and does not only remind of them."""
        return self.decision in (Decision.REVERSAL, Decision.NEW_LOCK, Decision.LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article in its place."""

    article: Candidate
    placement: Placement

    @property
    def news(self) -> tuple[Statement, ...]:
        """What it states of its own, and is decided."""
        return self.article.news


@dataclass(slots=True)
class Window:
    """The members of the last months, by story and by their rare words; how many have a word."""

    members: list[Member] = field(default_factory=list)
    stories: defaultdict[StoryId, list[Member]] = field(default_factory=lambda: defaultdict(list))
    rare: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    words: Counter[str] = field(default_factory=Counter)

    def weigh(self, article: Likeness, known: Frequencies) -> Weights:
        """Weigh the words of an article as if it were in already."""
        return likeness.weigh(article, known.among(self.words, len(self.members), article))

    def add(self, candidate: Candidate, placement: Placement) -> Member:
        """Take an article in; its statements then stand for the text's first article."""
        said = tuple(replace(one, origin=placement.origin) for one in candidate.statements)
        member = Member(article=replace(candidate, statements=said), placement=placement)
        self.take(member)
        return member

    def take(self, member: Member) -> None:
        """Take in a member as it is."""
        weights = member.article.weights
        for word in weights.rare:
            self.rare[word].append(len(self.members))
        self.words.update(weights.likeness.words.keys())
        self.members.append(member)
        self.stories[member.placement.story].append(member)

    def near(self, weights: Weights) -> Iterator[Member]:
        """Yield members that share rare words, those with the most first."""
        shared = Counter(chain.from_iterable(self.rare.get(word, ()) for word in weights.rare))
        return (self.members[at] for at, _ in shared.most_common())


def since(members: Iterable[Member], start: datetime) -> Window:
    """Return a window of the members from a date on."""
    window = Window()
    for member in members:
        if member.article.published >= start:
            window.take(member)
    return window


# The place ----------------------------------------------------------------------------------------


def place(candidate: Candidate, window: Window) -> Placement:
    """Place an article among those of a window."""
    near = list(window.near(candidate.weights))
    original = next((other for other in near[:LOOKED_UP] if _is_copy(candidate, other)), None)
    if original:
        return _copy(candidate, original)
    ranked = sorted(_scored(candidate, near, window), reverse=True)
    best = next(
        (one for one in ranked if one[0] >= _least(candidate, window.stories[one[2]])), None
    )
    story = best[2] if best else StoryId(candidate.id)
    links = tuple(
        name
        for _, raw, name in sorted(ranked, key=lambda one: -one[1])
        if name != story and _is_linked(candidate, raw, window.stories[name])
    )[:MOST_LINKS]
    known = window.stories[story] if best else []
    told = [*known, *(member for name in links for member in window.stories[name])]
    decision, reason, event = _decide(candidate, known, told)
    return Placement(
        decision=Decision.BACKGROUND if candidate.recalls else decision,
        reason="only a reminder of what was known" if candidate.recalls else reason,
        story=story,
        event=event,
        origin=candidate.id,
        links=links,
        score=best[0] if best else 0.0,
    )


def _is_copy(candidate: Candidate, other: Member) -> bool:
    near = abs(candidate.published - other.article.published) <= COPIES
    return near and likeness.is_copy(candidate.weights, other.article.weights)


def _copy(candidate: Candidate, original: Member) -> Placement:
    first = original.placement.origin
    return Placement(
        decision=Decision.COPY,
        reason="the text of an article that is already in the story",
        story=original.placement.story,
        event=original.placement.event,
        origin=first,
        copy_of=first,
        score=1.0,
    )


def _scored(
    candidate: Candidate, near: Iterable[Member], window: Window
) -> Iterator[tuple[float, float, StoryId]]:
    """Yield for the stories with the most rare words in common: score now, score at any time, story."""
    stories = list(dict.fromkeys(member.placement.story for member in near))[:LOOKED_UP]
    for story in stories:
        members = nsmallest(MEMBERS, window.stories[story], key=lambda one: _gap(candidate, one))
        gap = _gap(candidate, members[0])
        if gap > LINKS:
            continue
        likes = [_like(candidate, one) for one in members]
        raw = (max(likes) + sum(likes) / len(likes)) / 2
        yield (raw * exp(-gap / (4 * STORY)) if gap <= STORY else 0.0), raw, story


def _like(candidate: Candidate, other: Member) -> float:
    """Compare two articles; by a name alone only those are alike that decide on what it names."""
    one, two = candidate.weights, other.article.weights
    decide = _agrees(candidate, other) or _opposes(candidate, other)
    return 0.0 if likeness.are_namesakes(one, two) and not decide else likeness.story(one, two)


def _gap(candidate: Candidate, other: Member) -> timedelta:
    return abs(candidate.published - other.article.published)


def _least(candidate: Candidate, members: Iterable[Member]) -> float:
    """Return the least score that attaches: less to a story that has just said the same."""
    agreed = any(_gap(candidate, one) <= SOON and _agrees(candidate, one) for one in members)
    return KIN if agreed else ATTACH


def _agrees(candidate: Candidate, member: Member) -> bool:
    """Tell whether two articles say the same of one product."""
    return any(
        said.answers(mine) and said.polarity is mine.polarity
        for mine in candidate.own
        for said in member.article.own
    )


def _is_linked(candidate: Candidate, raw: float, members: Iterable[Member]) -> bool:
    """Tell whether a story goes before this article: alike, or of these weeks and on its product."""
    return raw >= ATTACH or (
        raw >= KIN
        and any(
            _gap(candidate, one) <= STORY and (_agrees(candidate, one) or _opposes(candidate, one))
            for one in members
        )
    )


def _opposes(candidate: Candidate, member: Member) -> bool:
    """Tell whether two articles say the opposite of one product, whoever decides."""
    return any(
        key(said.product) == key(mine.product) and said.opposes(mine)
        for mine in candidate.news
        for said in member.news
    )


# What is new --------------------------------------------------------------------------------------


def _decide(
    candidate: Candidate, known: Sequence[Member], told: Sequence[Member]
) -> tuple[Decision, str, EventId]:
    """Say what an article adds to the story `known`, beside what its links `told`."""
    own = EventId(candidate.id)
    turn = _turn(candidate, told)
    if turn:
        return *turn, own
    if not known:
        return Decision.FIRST, "the first article of its story", own
    event, close = _event(candidate, known)
    if close < EVENT:
        return Decision.DEVELOPMENT, "a new event of a known story", own
    if candidate.news and not any(one.news for one in known):
        return Decision.DEVELOPMENT, "decides what nobody had told as decided", own
    if turns := _turns(candidate, known, event):
        return Decision.DEVELOPMENT, f"says that something changes: {', '.join(turns)}", own
    if new := _actors(candidate, known):
        return Decision.DEVELOPMENT, f"names {', '.join(new)}, of whom nothing was told", event
    numbers = {figure.number for one in known for figure in one.article.figures}
    if new := [str(one) for one in candidate.figures if one.role and one.number not in numbers]:
        return Decision.DEVELOPMENT, f"tells a new figure: {', '.join(new)}", event
    return Decision.ATTACH, "the same event in other words", event


def _turn(candidate: Candidate, told: Sequence[Member]) -> tuple[Decision, str] | None:
    """Tell whether an article says the opposite of what was told, and who says it."""
    past = sorted((said for member in told for said in member.news), key=lambda said: said.at)
    for mine in sorted(candidate.news, key=lambda said: not said.issuer):
        products = [said for said in past if key(said.product) == key(mine.product)]
        same = [said for said in products if said.answers(mine)]
        before, after = _around(mine, same or products)
        if before and (not before.opposes(mine) or (after and not after.opposes(mine))):
            continue
        if after and after.opposes(mine):
            return Decision.LATE, f"older than what says {after.polarity.value}: {mine.product}"
        if before and not after:
            other = not same or _was_another([*products, *candidate.statements], mine, before)
            said = f"{mine.polarity.value}, before {before.polarity.value}: {mine.product}"
            if other:
                return Decision.NEW_LOCK, f"{mine.issuer or mine.direction} now says {said}"
            return Decision.REVERSAL, f"{mine.issuer or 'the same issuer'} now says {said}"
    return None


def _around(
    mine: Statement, past: Sequence[Statement]
) -> tuple[Statement | None, Statement | None]:
    """Return the last statement up to a date, and the first after it."""
    before = [said for said in past if said.at <= mine.at]
    after = [said for said in past if said.at > mine.at]
    return (before[-1] if before else None), (after[0] if after else None)


def _was_another(told: Iterable[Statement], mine: Statement, before: Statement) -> bool:
    """Tell whether the party that decided before, not named there, is named elsewhere as another."""
    named = {
        said.issuer
        for said in told
        if said.issuer
        and said.polarity is before.polarity
        and key(said.product) == key(mine.product)
    }
    return not before.issuer and bool(mine.issuer and named) and mine.issuer not in named


def _event(candidate: Candidate, known: Sequence[Member]) -> tuple[EventId, float]:
    """Return the event of a story that an article is the closest to, and how close."""
    events: defaultdict[EventId, list[Member]] = defaultdict(list)
    for member in sorted(known, key=lambda one: _gap(candidate, one)):
        events[member.placement.event].append(member)
    close, event = max(
        (_closeness(candidate, members[:MEMBERS]), event)
        for event, members in list(events.items())[:MEMBERS]
    )
    return event, close


def _closeness(candidate: Candidate, members: Sequence[Member]) -> float:
    likest = max(likeness.story(candidate.weights, one.article.weights) for one in members)
    gap = min(_gap(candidate, one) for one in members)
    fading = next(factor for most, factor in FADING if gap < most)
    if any(_agrees(candidate, one) for one in members):
        fading = max(fading, AGREED)
    opposed = any(_opposes(candidate, one) for one in members)
    new = min(MOST_NEW, len(_actors(candidate, members)))
    return likest * fading * NEW_NAME**new * (OPPOSED if opposed else 1.0)


def _actors(candidate: Candidate, known: Sequence[Member]) -> list[str]:
    """Return the actors whom nobody has mentioned."""
    told = [one.article.weights.words for one in known]
    actors = candidate.weights.likeness.actors
    return sorted(name for name in actors if not any(name in words for words in told))


def _turns(candidate: Candidate, known: Sequence[Member], event: EventId) -> list[str]:
    """Return the words of change in the title that no article of its event has."""
    told = [one for one in known if one.placement.event == event]
    if any(_agrees(candidate, one) for one in told):
        return []
    words = TURNS.intersection(candidate.weights.title)
    return sorted(
        word for word in words if not any(word in one.article.weights.words for one in told)
    )
