"""What a digest says: each story once, as it stands, in as few messages as it takes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from gettext import NullTranslations
from typing import Final

from babel.dates import format_datetime

from watcher import hours, messages, quotes, telling, urls
from watcher.buttons import Button, Press
from watcher.chronicle import Chronicle, later_figures, sides
from watcher.living import Living, Piece
from watcher.messages import N_
from watcher.model import Article, ArticleId, Chat, Decision, Message, StoryId
from watcher.preferences import Preferences
from watcher.spans import ENTITIES, UNITS, Part, Span, clip, fit, html, measure
from watcher.timeline import Held, Page

LATE: Final = timedelta(hours=2)
OTHERS: Final = 3  # articles of a topic that are named beside its head
RANKS: Final = 1_000  # quotes give way before other titles, those before figures: the last first
MANY: Final = 99  # pages, for which the head leaves room


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A story in a digest."""

    living: Living
    pieces: tuple[Piece, ...]  # of it, in this digest

    @property
    def articles(self) -> frozenset[ArticleId]:
        """What it tells of in this digest."""
        return frozenset(piece.id for piece in self.pieces)

    @property
    def turns(self) -> list[Decision]:
        """How it turned since the last digest."""
        found = (piece.placement.decision for piece in self.pieces)
        return [decision for decision in found if decision in telling.TURNS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a digest is written."""

    chat: Chat
    wish: Preferences
    translations: NullTranslations
    at: datetime  # when the digest was due
    late: bool
    next: datetime | None  # digest

    def moment(self, at: datetime, pattern: str) -> str:
        """Say a time in the reader's zone."""
        local, language = at.astimezone(self.wish.timezone), self.wish.language
        if language == "fr" and local.day == 1:
            pattern = pattern.replace("d ", "d'er' ", 1)
        return format_datetime(local, pattern, locale=language)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Say how many there are."""
        return self.translations.ngettext(one, many, n).format(n=n)


def places(chronicle: Chronicle) -> dict[ArticleId, StoryId]:
    """List in which story each article is: once for many digests."""
    return {one.article.id: one.placement.story for one in chronicle.window.members}


def missing(chronicle: Chronicle, held: Held, stories: Mapping[ArticleId, StoryId]) -> bool:
    """Tell whether the chronicle does not know of all that a digest is to tell."""
    known = {one.id for living in _livings(chronicle, held, stories) for one in living.all}
    return not held.articles <= known


def pages(
    chronicle: Chronicle,
    chat: Chat,
    held: Held,
    stories: Mapping[ArticleId, StoryId],
    *,
    now: datetime,
) -> list[Page]:
    """Write a chat's digest; none when it wants to hear of nothing in it (any more)."""
    topics = _topics(chronicle, chat, held, stories, now)
    if not topics:
        return []
    wishes = [
        chat.preferences_for(one.id, one.defaults)
        for one in chronicle.book.sets
        if chat.follows(one.id)
    ]
    later = [hours.when(wish, now, turn=False) for wish in wishes]
    reader = Reader(
        chat=chat,
        wish=chat.preferences,
        translations=chronicle.catalogues[chat.spec.language],
        at=held.due_at,
        late=now - held.due_at > LATE,
        next=min((timing.at for timing in later if timing.digest), default=None),
    )
    told = [_told(chronicle, n, one, reader) for n, one in enumerate(topics, 1)]
    return [
        Page(message=message, articles=frozenset().union(*(topics[n].articles for n in which)))
        for which, message in _messages(told, topics, reader, silent=held.silent)
    ]


def _livings(
    chronicle: Chronicle, held: Held, stories: Mapping[ArticleId, StoryId]
) -> list[Living]:
    """Return what the chat reads of the stories in a digest, the newest first."""
    keys = {(held.chat, stories[article]) for article in held.articles if article in stories}
    followed = dict.fromkeys((key[0], chronicle.under.get(key, key[1])) for key in sorted(keys))
    found = [chronicle.told[key] for key in followed if key in chronicle.told]
    return sorted(found, key=lambda living: living.sent_at, reverse=True)


def _topics(
    chronicle: Chronicle,
    chat: Chat,
    held: Held,
    stories: Mapping[ArticleId, StoryId],
    now: datetime,
) -> list[Topic]:
    """Gather a digest's articles by story, those that turned first."""
    left, topics = set(held.articles), []
    for living in _livings(chronicle, held, stories):
        mine = tuple(piece for piece in living.all if piece.id in left)
        left.difference_update(piece.id for piece in mine)
        if any(_wanted(chronicle, chat, piece, now) for piece in mine):
            topics.append(Topic(living=living, pieces=mine))
    return sorted(topics, key=lambda topic: (not topic.turns, topic.living.sent_at))


def _wanted(chronicle: Chronicle, chat: Chat, piece: Piece, now: datetime) -> bool:
    decided = replace(piece.verdict, decision=piece.placement.decision)
    story = piece.placement.story
    under = chronicle.under.get((chat.id, story), story)
    return bool(chronicle.wanted(chat, decided, piece.host, now, story, under).sets)


def _told(chronicle: Chronicle, number: int, topic: Topic, reader: Reader) -> list[Part]:
    """Tell of one story."""
    head, say = topic.living.head.verdict, reader.translations.gettext
    matches = [one for one in head.matches if one.rule_set in topic.living.rule_sets]
    titles = {rule_set.id: rule_set.title for rule_set in chronicle.book.sets}
    how = next(iter(topic.turns[-1:]), None)
    heading = [Span(f"{number}. ", bold=True)]
    for part in messages.headline(
        matches, titles, head.stances, sides(head, chronicle.book), say, head=how
    ):
        heading += [Span(part.gap if part.gap != "\n" else " · "), *part.spans]
    del heading[1]
    said = (one for one in topic.pieces if one.placement.decision is not Decision.COPY)
    others = [one.verdict.article for one in said if one.id != topic.living.head.id]
    count = reader.ngettext("{n} article", "{n} articles", len(topic.pieces))
    count = f" · {count}" * (len(topic.pieces) > 1)
    added = later_figures(topic.living.joined)
    figures = messages.figures_line(head.article, matches, added, reader.translations)
    quoted = quotes.quotes(head.article, matches, 1)
    quote = [replace(span, folded=True) for spans in quoted for span in spans]
    return [
        Part(heading, gap="\n\n"),
        Part([*_titled(head.article), Span(count)]),
        Part(quote, rank=2 * RANKS + number),
        Part([Span(figures)] if figures else [], rank=number),
        *(Part([Span("• "), *_titled(one)], rank=RANKS + number) for one in others[-OTHERS:]),
    ]


def _titled(article: Article) -> Iterator[Span]:
    """Name an article and its site."""
    yield messages.named(article)
    if site := clip(article.site or urls.host(article.url), messages.SITE):
        yield Span(f" ({site})")


def _head(reader: Reader, topics: Sequence[Topic], number: int, pages: int) -> list[Part]:
    """Say of when a digest is and, on its first page, how much is in it."""
    say = reader.translations.gettext
    when = {"date": reader.moment(reader.at, "d MMMM"), "time": reader.moment(reader.at, "HH:mm")}
    title = say(N_("Your digest of {date}, {time}")).format(**when)
    late = say(N_("late"))
    title += f" ({late})" * reader.late + f" · {number}/{pages}" * (pages > 1)
    articles, turns = (
        sum(map(len, some)) for some in zip(*((t.pieces, t.turns) for t in topics), strict=True)
    )
    counts = [
        reader.ngettext("{n} topic", "{n} topics", len(topics)),
        reader.ngettext("{n} article", "{n} articles", articles),
        *([reader.ngettext("{n} reversal", "{n} reversals", turns)] if turns else []),
    ]
    first = [Part([Span(f"{', '.join(counts)}.")])] if number == 1 else []
    return [Part([Span(title, bold=True)]), *first]


def _foot(reader: Reader) -> Part:
    """Say that this is all, and when there is more."""
    say, said = reader.translations.gettext, N_("Nothing else to report.")
    if reader.next is None:
        return Part([Span(say(said), italic=True)], gap="\n\n")
    zone = reader.wish.timezone
    days = (reader.next.astimezone(zone).date() - reader.at.astimezone(zone).date()).days
    frames = (N_("Next digest today at {time}."), N_("Next digest tomorrow at {time}."))
    frame = frames[days] if days < len(frames) else N_("Next digest on {day} at {time}.")
    at = {"time": reader.moment(reader.next, "HH:mm"), "day": reader.moment(reader.next, "EEEE")}
    return Part([Span(f"{say(said)} {say(frame).format(**at)}", italic=True)], gap="\n\n")


def _messages(
    told: Sequence[Sequence[Part]], topics: Sequence[Topic], reader: Reader, *, silent: bool
) -> Iterator[tuple[list[int], Message]]:
    """Lay a digest out, in one message if it fits with less; yield the topics of each."""
    whole = fit(
        [*_head(reader, topics, 1, 1), *(part for one in told for part in one), _foot(reader)]
    )
    if _fits(whole):
        yield [*range(len(told))], _message(whole, reader, silent=silent, last=True)
        return
    frame = fit([*_head(reader, topics, 1, MANY), _foot(reader)])
    taken, marks = measure(frame)
    bodies = [
        [Span("\n\n"), *fit(one, most=UNITS - taken, entities=ENTITIES - marks)] for one in told
    ]
    split = list(_split(bodies, frame))
    for number, which in enumerate(split, 1):
        last = number == len(split)
        body = [span for n in which for span in bodies[n]]
        parts = [*_head(reader, topics, number, len(split)), Part(body, gap="")]
        spans = fit([*parts, *([_foot(reader)] if last else [])])
        yield which, _message(spans, reader, silent=silent or number > 1, last=last)


def _split(bodies: Sequence[Sequence[Span]], frame: Sequence[Span]) -> Iterator[list[int]]:
    """Part topics between messages, each as full as it gets beside what frames it."""
    page: list[int] = []
    for number, body in enumerate(bodies):
        if page and not _fits([*frame, *(span for n in page for span in bodies[n]), *body]):
            yield page
            page = []
        page = [*page, number]
    yield page


def _fits(spans: Iterable[Span]) -> bool:
    length, marks = measure([*spans])
    return length <= UNITS and marks <= ENTITIES


def _message(spans: Sequence[Span], reader: Reader, *, silent: bool, last: bool) -> Message:
    change = reader.translations.pgettext("button", "Change the time")
    buttons = ((Button(text=change, data=Press("when").data),),) if last else ()
    return Message(html=html(spans), silent=silent, buttons=buttons)
