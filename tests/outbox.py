"""The store's outbox in memory, for tests that need its behaviour and not its database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from watcher.errors import StoreError
from watcher.model import ChatId, Delivery, DeliveryId, DeliveryState, Kind, Message

START = datetime(2026, 1, 30, 16, 45, tzinfo=UTC)
QUEUED, SENDING, SENT = DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT
UNSURE, REFUSED, SUSPENDED = DeliveryState.UNSURE, DeliveryState.REFUSED, DeliveryState.SUSPENDED


@dataclass
class Row:
    """A delivery as the outbox keeps it."""

    id: int
    chat: int
    due: datetime = START
    state: DeliveryState = QUEUED
    lease: datetime = START
    attempts: int = 0
    error: str = ""
    sent_at: datetime | None = None
    kind: Kind = Kind.NEW
    target: str = ""


@dataclass
class Outbox:
    """The store's outbox in memory; `broken` operations raise as a full disk would."""

    rows: list[Row]
    addresses: dict[int, str] = field(default_factory=dict)
    paused: dict[int, datetime] = field(default_factory=dict)
    receipts: dict[int, str] = field(default_factory=dict)
    threads: dict[int, int] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def _row(self, delivery: int) -> Row:
        return next(row for row in self.rows if row.id == delivery)

    def _check(self, what: str) -> None:
        if what in self.broken:
            raise StoreError("the disk is full")

    def _ready(self, row: Row) -> datetime:
        return max(row.lease if row.state is SENDING else row.due, self.paused.get(row.chat, START))

    def _heads(self) -> list[Row]:
        """Each chat's next: what is in flight or unsure comes before all else."""
        heads: dict[int, Row] = {}
        order = {SENDING: 0, UNSURE: 0, QUEUED: 1}
        waiting = [row for row in self.rows if row.state in order]
        for row in sorted(waiting, key=lambda row: (order[row.state], row.due, row.id)):
            heads.setdefault(row.chat, row)
        return sorted(heads.values(), key=self._ready)

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> list[Delivery]:
        self._check("claim")
        claimed = []
        for row in [row for row in self._heads() if self._ready(row) <= now][:limit]:
            before = UNSURE if row.state is SENDING else row.state
            row.state, row.lease, row.attempts = SENDING, now + lease, row.attempts + 1
            claimed.append(
                Delivery(
                    id=DeliveryId(row.id),
                    chat=ChatId(row.chat),
                    address=self.addresses.get(row.chat, str(row.chat)),
                    thread=self.threads.get(row.chat),
                    message=Message(html=f"Alerte {row.id}."),
                    state=before,
                    attempts=row.attempts,
                    last_receipt=self.receipts.get(row.chat, ""),
                    kind=row.kind,
                    target=row.target,
                )
            )
        return claimed

    async def next_delivery(self, now: datetime) -> datetime | None:
        heads = self._heads()
        return max(now, self._ready(heads[0])) if heads else None

    async def sent(self, delivery: DeliveryId, receipt: str, *, now: datetime) -> None:
        self._check("sent")
        row = self._row(delivery)
        assert row.state is SENDING
        row.state, row.sent_at = SENT, now
        self.receipts[row.chat] = receipt

    async def retry(self, delivery: DeliveryId, *, until: datetime, error: str) -> None:
        row = self._row(delivery)
        row.state, row.due, row.error = QUEUED, until, error

    async def unsure(self, delivery: DeliveryId, *, until: datetime, error: str) -> None:
        row = self._row(delivery)
        row.state, row.due, row.error = UNSURE, until, error

    async def renew(self, delivery: DeliveryId, *, now: datetime) -> None:
        row = self._row(delivery)
        row.state, row.due, row.kind, row.target = QUEUED, now, Kind.NEW, ""

    async def refuse(self, delivery: DeliveryId, *, error: str) -> None:
        row = self._row(delivery)
        row.state, row.error = REFUSED, error

    async def pause_chat(self, chat: ChatId, *, until: datetime) -> None:
        self.paused[chat] = until

    async def pause_all(self, *, until: datetime) -> None:
        for row in self.rows:
            self.paused[row.chat] = max(until, self.paused.get(row.chat, until))

    async def pace(self, now: datetime) -> list[tuple[str, datetime]]:
        left = [(row.chat, row.sent_at) for row in self.rows if row.sent_at]
        moments = [*sorted(left, key=lambda one: one[1]), *self.paused.items()]
        return [(self.addresses.get(chat, str(chat)), at) for chat, at in moments]

    async def suspend(self, chat: ChatId, *, error: str, now: datetime) -> None:
        for row in self.rows:
            if row.chat == chat and row.state in (QUEUED, SENDING, UNSURE):
                row.state, row.error = SUSPENDED, f"{error} ({now:%H:%M})"

    async def move(self, chat: ChatId, *, address: str) -> None:
        self.addresses[chat] = address
        self._requeue(chat)

    async def drop_thread(self, chat: ChatId) -> None:
        self.threads.pop(chat)
        self._requeue(chat)

    def _requeue(self, chat: int) -> None:
        for row in self.rows:
            if row.chat == chat and row.state is SENDING:
                row.state = QUEUED


def rows(*chats: int) -> list[Row]:
    """Queue one delivery for each chat named."""
    return [Row(id=number, chat=chat) for number, chat in enumerate(chats, 1)]
