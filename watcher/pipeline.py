"""
The straight line, from a feed that is due to a verdict stored with its deliveries.

    due feeds ─► fetching ─► sources ─► store.record_poll            one transaction a feed
    pending   ─► fetching ─► articles ─► judge ─► messages ─► store.record     one an article

Sending is another loop (`delivery`): a crash anywhere here repeats work and loses none.
"""

import asyncio
import gettext
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from watcher import articles, asides, cadence, hours, matching, messages, sources, stories, urls
from watcher.chronicle import Chronicle, sides
from watcher.errors import (
    ExtractError,
    FetchError,
    ForbiddenAddressError,
    GoneError,
    RobotsError,
    SourceError,
    ThrottledError,
    WorkerError,
)
from watcher.fetching import Answer, Fetcher
from watcher.model import (
    Alias,
    AliasKind,
    Article,
    ArticleId,
    Chat,
    ChatId,
    Decision,
    Document,
    Draft,
    Entry,
    Feed,
    FeedState,
    Origin,
    Pending,
    Poll,
    RuleSetId,
    Verdict,
)
from watcher.rules import RuleBook
from watcher.store import Recorded, Store
from watcher.workers import Workers

log = structlog.get_logger(__name__)

HTML = ("text/html", "application/xhtml+xml")
SETTLED_BY_STATUS: Final[Mapping[int | None, Origin]] = {
    404: Origin.MISSING,
    410: Origin.MISSING,
    401: Origin.UNAVAILABLE,
    402: Origin.UNAVAILABLE,
    403: Origin.UNAVAILABLE,
    406: Origin.UNAVAILABLE,
    451: Origin.UNAVAILABLE,
}


def settled(error: FetchError | ExtractError | WorkerError) -> Origin | None:
    """Say why the feed's own text must do from now on; `None` when asking again may help."""
    match error:
        case RobotsError():
            return Origin.ROBOTS
        case ForbiddenAddressError():
            return Origin.UNAVAILABLE
        case ExtractError():
            return Origin.EMPTY
        case FetchError(status=status):
            return SETTLED_BY_STATUS.get(status)
        case _:
            return None


def judge(
    article: Article,
    book: RuleBook,
    *,
    feed_url: str = "",
    tags: tuple[str, ...] = (),
    known: ArticleId | None = None,
    edited: bool = False,
) -> Verdict:
    """Decide all there is to decide about one article. Pure: the seeds test this very function."""
    matches, stances = matching.verdict(article, book, feed_url=feed_url, tags=tags)
    decision, reason = stories.decide(matches, tuple(stances.values()), known=known, edited=edited)
    return Verdict(
        article=article,
        matches=matches,
        decision=decision,
        reason=reason,
        copy_of=known if decision is Decision.COPY else None,
        rules_hash=book.hash,
        stances=stances,
        asides=asides.find(article, matches, stances, book),
    )


def drafts(
    verdict: Verdict,
    chats: Sequence[Chat],
    chronicle: Chronicle,
    told: frozenset[tuple[ChatId, RuleSetId]] = frozenset(),
    *,
    host: str,
    now: datetime,
) -> tuple[Draft, ...]:
    """
    Write one message for each chat that wants to hear of a rule set it was not told of yet.

    An edited article is told by itself, at the hour of a digest where that was chosen.
    """
    found = []
    for chat in chats:
        wishes = chronicle.wanted(chat, verdict, host, now).sets
        news = tuple(name for name in wishes if (chat.id, name) not in told)
        if news:
            timing = hours.soonest((wishes[name] for name in news), now, turn=False)
            message = messages.alert(
                verdict.article,
                [match for match in verdict.matches if match.rule_set in news],
                titles={rule_set.id: rule_set.title for rule_set in chronicle.book.sets},
                translations=chronicle.catalogues[chat.spec.language],
                language=chat.spec.language,
                stances=verdict.stances,
                sides=sides(verdict, chronicle.book),
            )
            message = replace(message, silent=message.silent or timing.silent)
            draft = Draft(chat=chat.id, rule_sets=news, message=message, due_at=timing.at)
            found.append(draft)
    return tuple(found)


def findings(
    feed: Feed, document: Document | None, max_age: timedelta | None, now: datetime
) -> cadence.Findings:
    """Gather what a successful poll says about the next; no document: nothing has changed."""
    if document is None:
        quiet = (feed.changed_at,) if feed.changed_at else ()
        return cadence.Findings(entries=quiet, interval=feed.interval, max_age=max_age)
    moments = [entry.published.at for entry in document.entries if entry.published]
    newest = max(moments, default=None)
    return cadence.Findings(
        changed=newest is not None and (feed.polled_at is None or newest > feed.polled_at),
        entries=[moment for moment in moments if moment <= now],
        interval=feed.interval,
        max_age=max_age,
        time_to_live=document.time_to_live,
        skip_hours=document.skip_hours,
        skip_days=document.skip_days,
    )


@dataclass(slots=True)
class Tally:
    """What a pass did, for its summary."""

    feeds: int = 0
    unchanged: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    entries_new: int = 0
    articles: int = 0
    matches: int = 0
    alerts: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time spent inside to a stage; stages overlap, so they may sum to more than the pass."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds[stage] = self.seconds.get(stage, 0.0) + spent


@dataclass(slots=True, kw_only=True)
class Line:
    """Everything the line needs; the daemon swaps rules, chats and bounds when it reloads."""

    store: Store
    fetcher: Fetcher
    workers: Workers
    book: RuleBook
    chats: Sequence[Chat]
    bounds: cadence.Bounds
    pages: bool  # fetch the articles themselves; else judge what the feeds say
    catalogues: Mapping[str, gettext.NullTranslations]
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    chronicle: Chronicle
    wake: Callable[[], None] = lambda: None  # told when something waits to be sent
    tally: Tally = field(default_factory=Tally)
    placing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def host(self, pending: Pending) -> str:
        """Name the site that an entry's page will be fetched from; empty when none will."""
        return urls.host(pending.entry.url) if self.pages and pending.entry.url else ""

    async def poll(self, feed: Feed) -> None:
        """Fetch a feed, and store in one step what it brought and when it is due again."""
        self.tally.feeds += 1
        try:
            with self.tally.timed("fetch"):
                answer = await self.fetcher.feed(feed.address, feed.validators)
            document = None if answer.unchanged else await self._parse(feed, answer)
        except (FetchError, SourceError, WorkerError) as error:
            await self._failed(feed, error)
        else:
            await self._polled(feed, answer, document)

    async def _parse(self, feed: Feed, answer: Answer) -> Document:
        with self.tally.timed("parse"):
            document = await self.workers.run(
                sources.read,
                answer.body,
                answer.url,
                answer.content_type,
                feed.kind,
                now=self.clock(),
            )
        return stories.distinct(document)

    async def _polled(self, feed: Feed, answer: Answer, document: Document | None) -> None:
        now = self.clock()
        plan = self._plan(findings(feed, document, answer.max_age, now), now)
        poll = Poll(
            validators=answer.validators,
            address=answer.moved_to or feed.address,
            due_at=plan.due_at,
            interval=plan.interval,
            document=document,
        )
        with self.tally.timed("store"):
            result = await self.store.record_poll(feed.id, poll, now=now)
            await self.store.save_hosts(self.fetcher.changed_hosts())
        self.tally.unchanged += document is None
        self.tally.entries_new += result.new
        log.debug("feed polled", feed=feed.url, new=result.new, due=plan.due_at, why=plan.reason)

    async def _failed(self, feed: Feed, error: FetchError | SourceError | WorkerError) -> None:
        now = self.clock()
        after = error.after if isinstance(error, ThrottledError) else None
        plan = self._plan(cadence.Findings(failures=feed.failures + 1, retry_after=after), now)
        state = FeedState.GONE if isinstance(error, GoneError) else FeedState.ACTIVE
        await self.store.record_failure(
            feed.id, error=str(error), due_at=plan.due_at, state=state, now=now
        )
        await self.store.save_hosts(self.fetcher.changed_hosts())
        self.tally.failed.append({"url": feed.url, "reason": str(error)})
        log.warning("feed failed", feed=feed.url, reason=str(error), due=plan.due_at, state=state)

    def _plan(self, found: cadence.Findings, now: datetime) -> cadence.Plan:
        return cadence.next_poll(found, now=now, bounds=self.bounds, jitter=self.chance())

    async def read(self, pending: Pending) -> None:
        """Read the article behind an entry, judge it, and store verdict and deliveries in one step."""
        names = stories.entry_aliases(pending.entry, pending.feed.url)
        if pending.article is not None and await self._is_another(pending.article, pending.entry):
            pending = replace(pending, article=None)
            names = tuple(name for name in names if name.kind is not AliasKind.GUID)
        if pending.article is None and (known := await self.store.recognise(names)):
            await self.store.link(pending.id, known, names, now=self.clock())
            return
        try:
            page = await self._page(pending.entry)
        except (FetchError, ExtractError, WorkerError) as error:
            reason = settled(error)
            wait = cadence.retry_entry(pending.attempts) if reason is None else None
            if wait is not None:
                until = self.clock() + wait
                await self.store.postpone(pending.id, until=until, error=str(error))
                return
            page = reason or Origin.UNAVAILABLE
        await self._conclude(pending, articles.choose(page, pending.entry), names)

    async def _is_another(self, article: ArticleId, entry: Entry) -> bool:
        """Tell whether an entry that changed is no edit, but another article under a used id."""
        link = stories.entry_aliases(replace(entry, guid=""), "")
        if not link or await self.store.recognise(link) == article:
            return False
        return not stories.same_article(entry.title, await self.store.title(article))

    async def _page(self, entry: Entry) -> Article | Origin:
        """Have the page read, or say why there is none to read."""
        if not self.pages:
            return Origin.FEED_ONLY
        if not entry.url:
            return Origin.NO_LINK
        with self.tally.timed("fetch"):
            answer = await self.fetcher.page(entry.url)
        if not answer.content_type.lower().startswith(HTML):
            return Origin.NOT_HTML
        with self.tally.timed("extract"):
            page = await self.workers.run(
                articles.extract,
                answer.body,
                answer.url,
                content_type=answer.content_type,
                now=self.clock(),
            )
        return Origin.SOFT_404 if stories.astray(entry, page) else page

    async def _conclude(self, pending: Pending, article: Article, names: tuple[Alias, ...]) -> None:
        more = stories.page_aliases(article.url, article.canonical)
        known = await self.store.recognise(more) if pending.article is None and more else None
        if known is not None:
            if stories.same_article(article.title, await self.store.title(known)):
                await self.store.link(pending.id, known, names + more, now=self.clock())
                return
            article, more = articles.choose(Origin.SOFT_404, pending.entry), ()
        host = urls.host(article.url or pending.feed.url)
        sentences = articles.sentence_hashes(article)
        article = articles.mark(article, await self.store.common_sentences(host, sentences))
        verdict = judge(
            article,
            self.book,
            feed_url=pending.feed.url,
            tags=pending.feed.tags,
            known=pending.article,
            edited=pending.article is not None,
        )
        await self._record(pending, verdict, names + more, sentences, host)

    async def _record(
        self,
        pending: Pending,
        verdict: Verdict,
        names: tuple[Alias, ...],
        sentences: Sequence[int],
        host: str,
    ) -> None:
        place = partial(self.store.record, pending, aliases=names, sentences=sentences, host=host)
        async with self.placing:  # among all that came before, and nothing comes between
            if verdict.decision is Decision.FIRST:
                verdict, recorded = await self._place(verdict, place, host)
            else:
                told = await self.store.told(pending.article) if pending.article else frozenset()
                now, some = self.clock(), self.chats
                letters = drafts(verdict, some, self.chronicle, told, host=host, now=now)
                with self.tally.timed("store"):
                    recorded = await place(verdict, drafts=letters, now=now)
        self.tally.articles += recorded.fresh
        self.tally.matches += len(verdict.matches) if recorded.fresh else 0
        self.tally.alerts += recorded.deliveries
        if recorded.deliveries:
            self.wake()
        log.info(
            "article judged",
            article=recorded.article,
            decision=verdict.decision.value,
            rules=[match.rule for match in verdict.matches],
            deliveries=recorded.deliveries,
        )

    async def _place(
        self, verdict: Verdict, record: Callable[..., Awaitable[Recorded]], host: str
    ) -> tuple[Verdict, Recorded]:
        """Give an article its place in a story, tell the chats, and keep both once they are stored."""
        now, article = self.clock(), verdict.article
        number = await self.store.next_article()
        published = article.published.at if article.published else now
        piece = self.chronicle.place(verdict, number, published, host)
        found = piece.placement
        verdict = replace(
            verdict, decision=found.decision, reason=found.reason, copy_of=found.copy_of
        )
        answers = self.chronicle.answers(self.chats, piece, now)
        with self.tally.timed("store"):
            recorded = await record(
                verdict,
                drafts=[answer.draft() for answer in answers],
                placed=self.chronicle.placed(piece),
                now=now,
            )
        if recorded.fresh:
            untold = Counter(self.chronicle.untold(self.chats, piece, now).values())
            log.debug("chats told", article=number, told=len(answers), untold=dict(untold))
            self.chronicle.keep(piece, answers)
        return verdict, recorded
