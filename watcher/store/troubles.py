"""What can go wrong with a database file, in sentences that say what to do."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

PRIMARY: Final = 0xFF  # SQLite's extended codes carry the primary one in the low byte

TROUBLES: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_FULL: "the disk is full. Free some space there; nothing that was stored is lost",
    sqlite3.SQLITE_BUSY: "another process holds it. Let that process end, or stop it, and try again",
    sqlite3.SQLITE_LOCKED: "another process holds it. Let that process end, or stop it, and try again",
    sqlite3.SQLITE_READONLY: "it may not be written. Give this user write permission on the file and "
    "its folder, and mount the file system read-write",
    sqlite3.SQLITE_PERM: "it may not be opened. Give this user permission on the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened. See that its folder exists, that this user may "
    "write there, and that no folder has its name",
    sqlite3.SQLITE_IOERR: "the disk does not read or write reliably. Look at the system log and the "
    "disk's health, then at the database with `PRAGMA integrity_check`",
    sqlite3.SQLITE_CORRUPT: "it is damaged. Stop the service, keep the file, and restore a backup",
    sqlite3.SQLITE_NOTADB: "it is no SQLite database, or it is damaged. Name another file in "
    "[store] url, or restore a backup",
}


def sentence(error: SQLAlchemyError | sqlite3.Error | OSError, place: str) -> str:
    """Say what happened to the database at `place` and what to do."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and (known := TROUBLES.get(code & PRIMARY)):
        return f"database {place}: {known} ({cause})."
    if isinstance(cause, OSError):
        return f"database {place}: {cause.strerror}. Choose a folder where this user may write."
    return f"database {place}: {cause}. This is a defect of watcher; please report it."
