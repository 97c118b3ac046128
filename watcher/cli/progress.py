"""A line that tells how far a long job is; nothing where nobody looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from watcher.rounds import Rounds


@contextmanager
def shown(console: Console) -> Iterator["Callable[[Rounds], None]"]:
    """Give a function that shows where the rounds are, on a terminal."""
    if not console.is_terminal:
        yield lambda rounds: None
        return
    with console.status("starting …") as status:

        def tell(rounds: "Rounds") -> None:
            tally = rounds.line.tally
            status.update(
                f"{tally.feeds} feeds polled, {len(rounds.polling)} in work · "
                f"{tally.articles} articles read, {len(rounds.reading)} in work"
            )

        yield tell
