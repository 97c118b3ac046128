"""What every command gets: the configuration and two consoles."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.store import Store

T = TypeVar("T")


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

    def answer(self, question: Callable[["Store", datetime], Coroutine[Any, Any, T]]) -> T:
        """Ask the store, as of now; where there is no database yet, an empty one answers."""
        from watcher.daemon import utcnow
        from watcher.store import Store

        settings, now = self.config().store, utcnow()
        # looking must not create a database that the service could not write
        made = settings.path is None or settings.path.exists()

        async def ask() -> T:
            store = await Store.open(settings.url if made else "sqlite://", now=now)
            try:
                return await question(store, now)
            finally:
                await store.close()

        return asyncio.run(ask())
