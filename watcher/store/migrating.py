"""Bring a database to the schema of this release, or say why not."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from watcher.errors import SchemaTooNewError, StoreError
from watcher.store.schema import REVISION, metadata

HERE: Final = Path(__file__).parent / "migrations"


def migrate(connection: Connection, place: str) -> None:
    """Make the tables, or take all steps that they lack, in the transaction that is open."""
    tables = inspect(connection).get_table_names()
    if tables and "alembic_version" not in tables:
        raise StoreError(
            f"database {place}: its tables are another program's. Name another file in [store] url."
        )
    found = connection.scalar(text("SELECT version_num FROM alembic_version")) if tables else None
    if found == REVISION:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    if not tables:
        metadata.create_all(connection)
        command.stamp(config, REVISION)
        return
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaTooNewError(
            f"database {place}: a newer release of watcher wrote it (schema {found}; this one "
            f"knows up to {REVISION}). Start that release, or restore the backup that was made "
            "before the upgrade."
        ) from error
