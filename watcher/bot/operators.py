"""
What the people who operate the watch may ask it in private: how it fares, what becomes of a text.

A link or a text is judged and placed as the line would do it, and nothing of it is kept or sent.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from watcher import articles, explaining, pipeline, urls
from watcher.answers import DECISIONS
from watcher.bot.desk import Desk, Handler, Visitor
from watcher.chronicle import Answer, sides
from watcher.claims import Role, ZoneKind
from watcher.dialogue import Event, Place, Reply, Said, Say
from watcher.errors import ExtractError, FetchError, WatcherError, WorkerError
from watcher.living import Piece
from watcher.messages import N_, STANCES
from watcher.model import (
    Article,
    Chat,
    ChatId,
    ChatSpec,
    Decision,
    DeliveryState,
    Message,
    Verdict,
)
from watcher.spans import Part, Span, clip, fit, html
from watcher.store import Status
from watcher.telling import Kind

LINE: Final = 300  # characters
WHY: Final = 100
TITLE: Final = 150  # a longer first line is a paragraph
A_TEXT: Final = 80  # characters beside a link that are worth judging where the link gives nothing
SHOWN: Final = 4  # different messages
ZONES: Final[Mapping[ZoneKind, str]] = {
    ZoneKind.TITLE: N_("title"),
    ZoneKind.HEADING: N_("headings"),
    ZoneKind.LEAD: N_("lead"),
    ZoneKind.BODY: N_("body"),
    ZoneKind.QUOTE: N_("quotations"),
    ZoneKind.CHROME: N_("set aside"),
}
KINDS: Final[Mapping[Kind, str]] = {
    Kind.NEW: N_("a new message"),
    Kind.EDIT: N_("the message they have, changed to this"),
    Kind.REPLY: N_("an answer to the message they have"),
}
NEWCOMER: Final = ChatId(0)


async def read(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Tell what becomes of a link, a text or a message passed on."""
    if not isinstance(event, Said) or event.place is not Place.PRIVATE:
        return []
    try:
        article = await _article(desk, event)
    except WatcherError as error:
        return [Say(_written([Part([Span(clip(str(error), LINE))])]))]
    verdict = pipeline.judge(article, desk.line.book)
    parts = [*_zones(article, visitor), *_verdicts(article, verdict, desk, visitor)]
    if verdict.decision is not Decision.FIRST:
        untold = visitor.say(N_("No rule holds: nobody is told."))
        return [Say(_written([*parts, Part([Span(untold)], gap="\n\n")]))]
    now = desk.line.clock()
    piece, answers = await _placed(desk, verdict, visitor, now)
    story = await _story(desk, piece, visitor)
    return [Say(_written([*parts, *story])), *_messages(answers, len(desk.line.chats), visitor)]


async def status(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Tell how the watch fares."""
    del event
    found = await desk.line.store.status(desk.line.clock())
    return [Say(_written([Part([Span(line)]) for line in _figures(found, visitor)]))]


# The text -----------------------------------------------------------------------------------------


async def _article(desk: Desk, event: Said) -> Article:
    """Fetch what is linked, as the line does, or take the text itself; raises `WatcherError`."""
    beside = event.text.replace(event.link, "").strip() if event.link else event.text
    if event.link:
        try:
            return await _fetched(desk, event.link)
        except (FetchError, ExtractError, WorkerError):
            if len(beside) < A_TEXT:
                raise
    if not beside.strip():
        raise ExtractError("There is nothing to read: send a link or a text")
    title, _, text = beside.partition("\n")
    titled = text.strip() and len(title) <= TITLE and not title.rstrip().endswith(tuple(".!?…"))
    whole = (title, text) if titled else ("", beside)
    return articles.from_text(*whole, url=event.link, now=desk.line.clock())


async def _fetched(desk: Desk, url: str) -> Article:
    line = desk.line
    answer = await line.fetcher.page(url)
    if not answer.content_type.lower().startswith(pipeline.HTML):
        raise ExtractError(f"{answer.url} is no page: give the address of an article")
    kind, now = answer.content_type, line.clock()
    return await line.workers.run(
        articles.extract, answer.body, answer.url, content_type=kind, now=now
    )


def _zones(article: Article, visitor: Visitor) -> Iterator[Part]:
    """Name the article, and say how long each part of it is."""
    name = clip(article.title, LINE) or visitor.say(N_("Untitled"))
    yield Part([Span(name, bold=True, link=article.url)])
    lengths = Counter[ZoneKind]()
    for zone in article.zones:
        lengths[zone.kind] += zone.end - zone.start
    told = ", ".join(
        f"{visitor.say(ZONES[kind])} {number}" for kind, number in lengths.items() if number
    )
    frame = visitor.say(N_("Read, in characters: {zones}."))
    yield Part([Span(frame.format(zones=told))])


# What becomes of it -------------------------------------------------------------------------------


def _verdicts(article: Article, verdict: Verdict, desk: Desk, visitor: Visitor) -> Iterator[Part]:
    """Tell of each rule whether it holds, those that do first; then what is answered."""
    told = explaining.explain(article, desk.line.book)
    yield Part([Span(visitor.say(N_("Rules")), bold=True)], gap="\n\n")
    for one in sorted(told, key=lambda one: bool(one.because)):
        frame = visitor.say(N_("{rule}: does not hold") if one.because else N_("{rule}: holds"))
        score = f", {one.match.score:g}" if one.match else ""
        why = f" ({clip(one.because, WHY)})" if one.because else ""
        line = f"{'✗' if one.because else '✓'} {frame.format(rule=one.rule.id)}{score}{why}"
        yield Part([Span(line)], rank=2 if one.because else 1)
    parties = sides(verdict, desk.line.book)
    for rule_set, stance in verdict.stances.items():
        emoji, word = STANCES[stance.detail]
        party = parties.get(rule_set, "")
        pieces = (
            f"{emoji} {visitor.say(word)}",
            party and visitor.say(N_("{party} side")).format(party=party),
            visitor.say(N_("not confirmed")) if stance.conditional else "",
            visitor.say(N_("only a reminder")) if stance.role is Role.BACKGROUND else "",
        )
        yield Part([Span(f"{', '.join(filter(None, pieces))} · {rule_set}")])


async def _placed(
    desk: Desk, verdict: Verdict, visitor: Visitor, now: datetime
) -> tuple[Piece, list[Answer]]:
    """Place the article, and write what each chat would get, and one that has just come."""
    line, article = desk.line, verdict.article
    published = article.published.at if article.published else now
    number = await line.store.next_article()
    piece = line.chronicle.place(verdict, number, published, urls.host(article.url))
    spec = ChatSpec(address="", language=visitor.language)
    chats = [*line.chats, Chat(id=NEWCOMER, spec=spec)]
    return piece, line.chronicle.answers(chats, piece, now)


async def _story(desk: Desk, piece: Piece, visitor: Visitor) -> list[Part]:
    """Tell which story it would join, and with which decision."""
    placement = piece.placement
    story = None if piece.begins else await desk.line.store.story(placement.story)
    if story is None:
        line = visitor.say(N_("It would begin a story."))
    else:
        frame = visitor.say(N_("It would join story {number}: {title}"))
        line = frame.format(number=story.id, title=clip(story.title, LINE))
    why = f"{placement.decision.value}. {visitor.say(DECISIONS[placement.decision])}"
    return [Part([Span(line)], gap="\n\n"), Part([Span(clip(why, LINE), italic=True)])]


def _messages(answers: Sequence[Answer], chats: int, visitor: Visitor) -> Iterator[Say]:
    """Show each different message once, with how many chats would get it."""
    kinds: dict[tuple[Kind, Message], list[ChatId]] = {}
    for answer in answers:
        kinds.setdefault((answer.kind, answer.message), []).append(answer.chat.id)
    for (kind, message), who in list(kinds.items())[:SHOWN]:
        known = len(who) - (NEWCOMER in who)
        several = visitor.translations.ngettext("{n} chat", "{n} chats", known).format(n=known)
        names = [several] if known else []
        names += [visitor.say(N_("a newcomer"))] if NEWCOMER in who else []
        sound = visitor.say(N_("without sound") if message.silent else N_("with sound"))
        frame = visitor.say(N_("{who}: {what}, {sound}"))
        line = frame.format(who=", ".join(names), what=visitor.say(KINDS[kind]), sound=sound)
        yield Say(_written([Part([Span(line, italic=True)])]))
        yield Say(replace(message, buttons=()))  # they would ask about another article
    rest = chats - sum(chat != NEWCOMER for who in kinds.values() for chat in who)
    if rest:
        untold = visitor.translations.ngettext(
            "{n} chat would get nothing.", "{n} chats would get nothing.", rest
        )
        yield Say(_written([Part([Span(untold.format(n=rest))])]))


# Status -------------------------------------------------------------------------------------------


def _figures(found: Status, visitor: Visitor) -> Iterator[str]:
    say = visitor.say
    yield say(N_("Feeds polled: {active}; failing: {failing}; gone: {gone}.")).format(
        active=found.feeds_active, failing=found.feeds_failing, gone=found.feeds_gone
    )
    yield say(N_("Articles read: {articles}; matches: {matches}; alerts: {alerts}.")).format(
        articles=found.articles, matches=found.matches, alerts=found.alerts
    )
    yield say(N_("Chats: {active}; unreachable: {suspended}.")).format(
        active=found.chats_active, suspended=found.chats_suspended
    )
    waiting = found.outbox[DeliveryState.QUEUED] + found.outbox[DeliveryState.UNSURE]
    yield say(N_("Waiting to be read: {entries}; to be sent: {messages}.")).format(
        entries=found.entries_pending, messages=waiting
    )


def _written(parts: Sequence[Part]) -> Message:
    return Message(html=html(fit(parts)))


TEXT: Final = Handler(read, for_operators=True, for_strangers=True)
COMMANDS: Final[Mapping[str, Handler]] = {
    "status": Handler(status, for_operators=True, for_strangers=True)
}
PRESSES: Final[Mapping[str, Handler]] = {}
OTHERS: Final[Mapping[type, Handler]] = {}
