"""Start the command line, and turn what went wrong into a sentence and an exit code."""

import sys
from typing import Final

from watcher import errors

# The first that fits. 69, 75 and 78 are sysexits.h's: unavailable, try later, configuration; the
# unit file keeps systemd from restarting on 78, which a restart cannot cure.
EXITS: Final[tuple[tuple[int, tuple[type[errors.WatcherError], ...]], ...]] = (
    (78, (errors.ConfigError, errors.SchemaTooNewError, errors.CredentialError)),
    (1, (errors.RuleError, errors.SourceError, errors.ExtractError)),
    (69, (errors.GoneError, errors.ForbiddenAddressError, errors.RobotsError)),
    (75, (errors.FetchError, errors.RetryLaterError, errors.UnsureError, errors.WorkerError)),
    (69, (errors.WatcherError,)),
)


def main() -> None:
    """Run the command that the arguments name."""
    from watcher.cli import problems
    from watcher.cli.app import app

    try:
        app()
    except errors.WatcherError as error:
        problems.tell(error)
        sys.exit(next(code for code, kinds in EXITS if isinstance(error, kinds)))


if __name__ == "__main__":
    main()
