"""A database as text, to be searched or compared."""

from typing import Any

from sqlalchemy import Connection

from watcher.store import Store
from watcher.store.opening import READ


async def dump(store: Store) -> str:
    """Return every row of every table, as a backup would hold it."""

    def lines(db: Connection) -> str:
        connection: Any = db.connection.dbapi_connection
        return "\n".join(connection.iterdump())

    return await store._run(READ, lines)
