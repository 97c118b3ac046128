"""Run by Alembic inside the transaction that `opening` began: all changes happen, or none."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
