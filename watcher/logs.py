"""Events for the administrator: readable on a terminal, JSON lines elsewhere, never a secret."""

import json
import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, Final, Literal, TextIO
from urllib.parse import quote

import structlog
from structlog.stdlib import ProcessorFormatter

# A bot's token, also inside an address: httpx and PTB both log it, the first at INFO.
BOT: Final = r"[0-9]+(?::|%3A)[A-Za-z0-9_-]{30,}"
LOGIN: Final = r"(?<=://)[^/\s@\"']+(?=@)"  # user and password of an address, such as a feed's
HIDDEN: Final = "***"
QUIET: Final = ("httpx", "httpcore", "telegram", "apscheduler", "alembic", "asyncio")

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

    `secrets` and all bot tokens are taken out of everything that is written, tracebacks included.
    """
    out = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    rendering = [ProcessorFormatter.remove_processors_meta, *_rendering(out, format)]
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Redacting(secrets, foreign_pre_chain=shared, processors=rendering))
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # where the stream is gone, nobody is left to be told
    root = logging.getLogger()
    root.handlers = [handler]
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


class _Redacting(ProcessorFormatter):
    """Takes secrets out of the finished line: whatever way they came in, this is the way out."""

    def __init__(self, secrets: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        plain = {form for s in secrets if s for form in (s, repr(s)[1:-1], quote(s, safe=""))}
        in_json = {json.dumps(s, ensure_ascii=False)[1:-1] for s in plain}
        longest_first = sorted(plain | in_json, key=len, reverse=True)
        self.hidden = re.compile("|".join([BOT, LOGIN, *map(re.escape, longest_first)]))

    def format(self, record: logging.LogRecord) -> str:
        try:
            line = super().format(record)
        except Exception as error:  # its arguments must not be printed as they are
            reason = {"logger": record.name, "reason": repr(error)}
            event = {"event": "a record could not be logged", **reason}
            line = json.dumps(event, ensure_ascii=False)
        return self.hidden.sub(HIDDEN, line)
