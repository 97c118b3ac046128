"""Bring a database to the schema of this release, or say why not."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from watcher.errors import SchemaTooNewError, StoreError
from watcher.store.schema import REVISION

HERE: Final = Path(__file__).parent / "migrations"


def is_current(connection: Connection, place: str) -> bool:
    """Tell whether the schema is this release's; refuse what is not ours to change."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return False
    if "alembic_version" not in tables:
        raise StoreError(
            f"database {place}: its tables are another program's. Name another file in [store] url."
        )
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(found == REVISION)


def migrate(connection: Connection, place: str) -> None:
    """Take all steps that are missing, in the transaction that is open."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    if not is_current(connection, place) and inspect(connection).has_table("alembic_version"):
        found = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        try:
            ScriptDirectory.from_config(config).get_revision(found)
        except CommandError as error:
            raise SchemaTooNewError(
                f"database {place}: a newer release of watcher wrote it (schema {found}; this one "
                f"knows up to {REVISION}). Start that release, or restore the backup that was made "
                "before the upgrade."
            ) from error
    command.upgrade(config, "head")
