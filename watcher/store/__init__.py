"""What we know and what we still have to do, kept in SQLite: tables inside, values outside."""

from watcher.store.archive import Archive
from watcher.store.articles import Articles, Recorded
from watcher.store.chats import Chats
from watcher.store.digests import Digests
from watcher.store.entries import Entries, PollResult
from watcher.store.feeds import Feeds
from watcher.store.invites import Invites
from watcher.store.judgements import Judgements
from watcher.store.memory import Memory, Remembered
from watcher.store.notices import Notices
from watcher.store.outbox import Outbox
from watcher.store.privacy import Privacy
from watcher.store.stories import Stories
from watcher.store.subscribers import Subscribers
from watcher.store.threads import Threads
from watcher.store.upkeep import Status, Upkeep


class Store(
    Feeds,
    Entries,
    Articles,
    Archive,
    Judgements,
    Memory,
    Stories,
    Threads,
    Digests,
    Chats,
    Subscribers,
    Invites,
    Outbox,
    Privacy,
    Notices,
    Upkeep,
):
    """The whole store; each parent holds the statements of one concern."""


__all__ = ["PollResult", "Recorded", "Remembered", "Status", "Store"]
