"""Events for the administrator: readable on a terminal, JSON lines elsewhere, never a secret."""

import contextlib
import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, TextIO
from urllib.parse import quote

import structlog

# A bot's token, also inside an address: httpx and PTB both log it, the first at INFO.
BOT: Final = r"[0-9]+(?::|%3A)[A-Za-z0-9_-]{30,}"
HIDDEN: Final = "***"
QUIET: Final = ("httpx", "httpcore", "telegram", "apscheduler", "alembic", "aiosqlite", "asyncio")

Format = Literal["auto", "json", "console"]


def setup(
    level: str = "info",
    format: Format = "auto",
    secrets: Iterable[str] = (),
    *,
    stream: TextIO | None = None,
) -> None:
    """
    Send structlog's and the standard library's records to one handler on standard error.

    `secrets` are taken out of everything that is written, tracebacks included, as are all bot
    tokens. Calling it again replaces what was set up before.
    """
    out = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = _Redacting(
        redactor(secrets),
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_rendering(out, format),
        ],
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    root.handlers = [_Handler(out, formatter)]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _rendering(out: TextIO, format: Format) -> list[structlog.typing.Processor]:
    """Render the last step; tracebacks without local variables, which hold what nobody should read."""
    if format == "console" or (format == "auto" and out.isatty()):
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=plain)]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """Return what takes secrets out of a text, however they are quoted there."""
    plain = {
        spelling
        for secret in secrets
        for spelling in (secret, repr(secret)[1:-1], quote(secret, safe=""))
        if secret
    }
    in_json = {
        json.dumps(text, ensure_ascii=only)[1:-1] for text in plain for only in (True, False)
    }
    longest_first = sorted(plain | in_json, key=len, reverse=True)
    hidden = re.compile("|".join([BOT, *map(re.escape, longest_first)]))
    return lambda text: hidden.sub(HIDDEN, text)


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Takes secrets out of the finished line: whatever way they came in, this is the way out."""

    def __init__(self, redact: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self.redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(super().format(record))


class _Handler(logging.StreamHandler[TextIO]):
    """Reports a record that cannot be formatted without printing its arguments as they are."""

    def __init__(self, stream: TextIO, formatter: _Redacting) -> None:
        super().__init__(stream)
        self.setFormatter(formatter)
        self.redact = formatter.redact

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        trouble = traceback.format_exc(limit=-1).splitlines()[-1]
        line = {"event": "a record could not be logged", "logger": record.name, "reason": trouble}
        with contextlib.suppress(OSError, ValueError):  # the stream itself is gone
            self.stream.write(self.redact(json.dumps(line, ensure_ascii=False)) + self.terminator)
