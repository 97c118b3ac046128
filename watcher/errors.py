"""
Every error we raise on purpose, named by who must act.

WatcherError
├── ConfigError               the administrator edits the configuration
├── RuleError                 an operator edits a rule file; carries every mistake at once
├── StoreError                the administrator looks at the disk or the database
│   └── SchemaTooNewError     ... or starts the newer release that wrote it
├── FetchError                nobody: the next poll tries again
│   ├── GoneError             the server says for good that there is nothing (410)
│   ├── ForbiddenAddressError a private address that the configuration does not allow
│   ├── RobotsError           the site asks robots to stay away from this page
│   └── ThrottledError        the server asks us to wait
├── SourceError               nobody: these bytes are no feed; the feed's owner may mend them
├── ExtractError              nobody: the page holds no article we can read
├── WorkerError               nobody: a document took more time or memory than a job may have
└── DeliveryError             the channel said no ...
    ├── RetryLaterError       ... for now; nothing was sent
    ├── UnsureError           ... or maybe yes: the message may have arrived
    ├── UnreachableError      ... for good: this subscriber is gone
    ├── MovedError            the chat has a new address
    ├── ThreadGoneError       the topic is closed or deleted, the chat is not
    ├── MessageGoneError      the message to edit or to answer is no more
    ├── RefusedError          this text, whoever it is for: a defect of ours
    ├── RivalError            the administrator stops the other program that uses our token
    └── CredentialError       the administrator puts the right token in place
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class WatcherError(Exception):
    """The root: its text is a sentence that says what happened and what to do."""

    def __reduce__(self) -> tuple[object, ...]:
        # Exception would call the class with its text alone, but ours take keywords: they cross from
        # a worker process as text and fields, without `__init__`.
        return revive, (type(self), self.args, self.__dict__)


def revive(
    kind: type[WatcherError], args: tuple[object, ...], fields: dict[str, object]
) -> WatcherError:
    """Rebuild an unpickled error."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(fields)
    return error


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One mistake in a file that a person wrote, with its place and cure."""

    file: str
    line: int  # from 1; 0 when the mistake is in the file as a whole
    column: int  # from 1
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}{hint}"


class ProblemsError(WatcherError):
    """Several mistakes of one person, reported together."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(sorted(problems))


class ConfigError(ProblemsError):
    """The configuration says something we cannot run."""


class RuleError(ProblemsError):
    """The rule files say something we cannot run."""


class StoreError(WatcherError):
    """The database cannot be read or written."""


class SchemaTooNewError(StoreError):
    """A later release wrote this database."""


class FetchError(WatcherError):
    """A document could not be had."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status  # HTTP status, where an answer came


class GoneError(FetchError):
    """410: the document will not come back."""


class ForbiddenAddressError(FetchError):
    """The name resolves to an address that may not be fetched."""


class RobotsError(FetchError):
    """robots.txt forbids this page to us."""


class ThrottledError(FetchError):
    """429, or 503 with Retry-After."""

    def __init__(self, message: str, *, status: int, after: timedelta | None) -> None:
        super().__init__(message, status=status)
        self.after = after  # None when the server gave no time


class SourceError(WatcherError):
    """The bytes are not a document of any kind we read."""


class ExtractError(WatcherError):
    """No article text could be taken from the page."""


class WorkerError(WatcherError):
    """A job in the process pool ended without a result: deadline, memory or crash."""


class DeliveryError(WatcherError):
    """A channel did not confirm a message."""


class RetryLaterError(DeliveryError):
    """Surely not sent; try again."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after  # as the server asked; None: our own back-off


class UnsureError(DeliveryError):
    """The request left, no answer came: the message may stand in the chat."""


class UnreachableError(DeliveryError):
    """The chat blocked us, kicked us or no longer exists."""


class MovedError(DeliveryError):
    """A group became a supergroup."""

    def __init__(self, message: str, *, address: str) -> None:
        super().__init__(message)
        self.address = address


class ThreadGoneError(DeliveryError):
    """The forum topic is closed or deleted."""


class MessageGoneError(DeliveryError):
    """The message to edit or to answer was deleted, or can no longer be changed."""


class RefusedError(DeliveryError):
    """The channel does not accept this content."""


class RivalError(DeliveryError):
    """Another program reads what people say to this bot."""


class CredentialError(DeliveryError):
    """The channel does not accept our token."""
