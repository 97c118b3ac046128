"""What every command gets: the configuration and two consoles."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from watcher.config import Config


@dataclass(frozen=True)
class State:
    """The global options, and what follows from them."""

    path: Path | None = None  # --config
    console: Console = field(default_factory=Console)
    errors: Console = field(default_factory=lambda: Console(stderr=True))

    def config(self) -> "Config":
        """Read the configuration; raises `ConfigError`."""
        from watcher.config import read

        return read(self.path)

    reload = config
