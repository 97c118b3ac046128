"""Run by Alembic inside the transaction that `migrating` opened: all changes happen, or none."""

from alembic import context

from watcher.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, once the driver lets BEGIN through
)
with context.begin_transaction():
    context.run_migrations()
