"""Where history begins: a new database is made whole from `schema`, and stamped. No steps yet."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Change nothing: no release has an earlier schema."""
