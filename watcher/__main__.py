"""Start the command line, and turn what went wrong into a sentence and an exit code."""

import sys
from typing import Final

from watcher import errors

# The first that fits. 69, 75 and 78 are sysexits.h's: unavailable, try later, configuration; the
# unit file keeps systemd from restarting on 78, which a restart cannot cure.
EXITS: Final[tuple[tuple[type[errors.WatcherError], int], ...]] = (
    (errors.ConfigError, 78),
    (errors.RuleError, 1),
    (errors.SchemaTooNewError, 78),
    (errors.CredentialError, 78),
    (errors.GoneError, 69),
    (errors.ForbiddenAddressError, 69),
    (errors.RobotsError, 69),
    (errors.FetchError, 75),
    (errors.SourceError, 1),
    (errors.ExtractError, 1),
    (errors.RetryLaterError, 75),
    (errors.UnsureError, 75),
    (errors.WorkerError, 75),
    (errors.WatcherError, 69),
)


def main() -> None:
    """Run the command that the arguments name."""
    from watcher.cli.app import app

    try:
        app()
    except errors.WatcherError as error:
        _tell(error)
        sys.exit(next(code for kind, code in EXITS if isinstance(error, kind)))


def _tell(error: errors.WatcherError) -> None:
    """Say on standard error what happened."""
    from rich.console import Console

    from watcher.cli.problems import render

    console = Console(stderr=True)
    if isinstance(error, errors.ProblemsError):
        render(error.problems, console)
    else:
        console.print(f"watcher: {error}", style="red", markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
