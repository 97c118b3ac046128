"""Chats that asked to be forgotten: a salted digest of each is kept for a while, and nothing else."""

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select

from watcher.store.schema import alerts, forgotten

KEPT: Final = timedelta(days=30)


def remember(db: Connection, channel: str, address: str, *, salt: bytes, now: datetime) -> None:
    """Keep that an address is to be left alone, and the newest alert there was."""
    welcome_back(db, channel, address)  # it may have asked before
    newest = db.scalar(select(func.max(alerts.c.id))) or 0
    row = {"digest": _digest(channel, address, salt), "salt": salt.hex(), "at": now}
    db.execute(insert(forgotten), row | {"alert": newest})


def trace(db: Connection, channel: str, address: str) -> Row[Any] | None:
    """Find what is kept of an address, if it asked to be forgotten lately."""
    rows = db.execute(select(forgotten))
    return next(
        (r for r in rows if r.digest == _digest(channel, address, bytes.fromhex(r.salt))), None
    )


def welcome_back(db: Connection, channel: str, address: str) -> int:
    """Forget that an address was forgotten; return the newest alert there was then."""
    row = trace(db, channel, address)
    if row is None:
        return 0
    db.execute(delete(forgotten).where(forgotten.c.digest == row.digest))
    return int(row.alert)


def _digest(channel: str, address: str, salt: bytes) -> str:
    return blake2b(f"{channel}\0{address}".encode(), digest_size=16, salt=salt).hexdigest()
