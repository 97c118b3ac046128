"""What can go wrong with a database file, in sentences that say what to do."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from sqlalchemy.exc import DBAPIError

PRIMARY: Final = 0xFF  # SQLite's extended codes carry the primary one in the low byte

TROUBLES: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_FULL: "the disk is full. Free some space there; nothing that was stored is lost",
    sqlite3.SQLITE_BUSY: "another process holds it. Let that process end, or stop it, and try again",
    sqlite3.SQLITE_READONLY: "it may not be written. Give this user write permission on the file and "
    "its folder, and mount the file system read-write",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened. See that its folder exists, that this user may "
    "write there, and that no folder has its name",
    sqlite3.SQLITE_IOERR: "the disk does not read or write reliably. Look at the system log and the "
    "disk's health, then at the database with `PRAGMA integrity_check`",
    sqlite3.SQLITE_CORRUPT: "it is damaged. Stop the service, keep the file, and restore a backup",
    sqlite3.SQLITE_NOTADB: "it is no SQLite database, or it is damaged. Name another file in "
    "[store] url, or restore a backup",
}


def sentence(error: Exception, place: str) -> str:
    """Say what happened to the database at `place` and what to do."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError):
        return f"database {place}: {cause.strerror}. Choose a place where this user may write."
    if known := TROUBLES.get(getattr(cause, "sqlite_errorcode", 0) & PRIMARY):
        return f"database {place}: {known} ({cause})."
    return f"database {place}: {cause}. This is a defect of watcher; please report it."
