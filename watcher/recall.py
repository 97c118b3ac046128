"""What a daemon remembers when it starts: its stories, and what each chat reads of them."""

import asyncio
import gettext
from collections.abc import Mapping
from datetime import datetime

from watcher import locales, matching, placing
from watcher.chronicle import Chronicle
from watcher.model import EventId, Verdict
from watcher.placing import Placement
from watcher.rules import RuleBook
from watcher.store import Remembered, Store


async def chronicle(
    store: Store,
    book: RuleBook,
    catalogues: Mapping[str, gettext.NullTranslations],
    *,
    now: datetime,
) -> Chronicle:
    """Put the stories of the last months together again, as they were decided."""
    found = Chronicle(book, catalogues, locales.frequencies())
    after, since = 0, now - placing.LINKS
    while some := await store.remembered(since, after):
        for one in some:
            _take(one, found)
            await asyncio.sleep(0)  # the sender and the watchdog go on
        after = some[-1].member.article
    return found


def _take(one: Remembered, found: Chronicle) -> None:
    piece = found.place(
        verdict(one, found.book),
        one.member.article,
        one.member.published_at,
        one.member.host,
        _placement(one),
    )
    found.keep(piece)
    found.retell(piece, one.told, one.member.seen_at)


def verdict(one: Remembered, book: RuleBook) -> Verdict:
    """Read again what an article says, if the rules are others now; what was decided of it stands."""
    stances = one.stances
    if stances is None or one.rules_hash != book.hash:
        _, stances = matching.verdict(one.article, book)
    return Verdict(
        article=one.article,
        matches=one.matches,
        decision=one.member.decision,
        reason=one.member.reason,
        copy_of=one.member.origin,
        stances=stances,
    )


def _placement(one: Remembered) -> Placement:
    return Placement(
        decision=one.member.decision,
        reason=one.member.reason,
        story=one.member.story,
        event=EventId(one.member.event),
        origin=one.member.origin or one.member.article,
        copy_of=one.member.origin,
        links=one.links,
    )
