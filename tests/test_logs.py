"""What the administrator reads is structured, and holds no secret."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import httpx
import pytest
import structlog
from telegram.error import InvalidToken

from watcher import logs

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw-_"
PASSWORD = 'clé "secrète"\\2026'


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Leave logging as it was found."""
    root, names = logging.getLogger(), (*logs.QUIET, "py.warnings")
    before = root.handlers, root.level, {n: logging.getLogger(n).level for n in names}
    yield
    root.handlers, level, levels = before
    root.setLevel(level)
    for name, kept in levels.items():
        logging.getLogger(name).setLevel(kept)
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = True
    structlog.reset_defaults()


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_json_lines() -> None:
    """Away from a terminal each event is one JSON object, from structlog and the standard library alike."""
    out = io.StringIO()
    logs.setup(stream=out)
    structlog.get_logger("watcher.delivery").info("delivered", chat=3, why="réglé")
    logging.getLogger("watcher.store").warning("slow", extra={"seconds": 2})
    first, second = lines(out)
    assert (first["event"], first["chat"], first["why"]) == ("delivered", 3, "réglé")
    assert (first["level"], first["logger"]) == ("info", "watcher.delivery")
    assert str(first["timestamp"]).endswith("Z")
    assert (second["event"], second["seconds"], second["level"]) == ("slow", 2, "warning")
    assert "é" in out.getvalue()


@pytest.mark.parametrize(
    ("stream", "format_", "readable"),
    [
        (io.StringIO, "auto", False),
        (Terminal, "auto", True),
        (Terminal, "json", False),
        (io.StringIO, "console", True),
    ],
)
def test_format(stream: type[io.StringIO], format_: logs.Format, readable: bool) -> None:
    """Lines are for people on a terminal, for programs elsewhere, or as the configuration says."""
    out = stream()
    logs.setup("info", format_, stream=out)
    structlog.get_logger("watcher").info("watching", feeds=44)
    assert out.getvalue().startswith("{") is not readable
    assert ("\x1b[" in out.getvalue()) is (readable and out.isatty())


def test_levels() -> None:
    """The level holds for us; chatty libraries stay at warnings even when we debug."""
    out = io.StringIO()
    logs.setup("debug", stream=out)
    structlog.get_logger("watcher").debug("polled")
    logging.getLogger("httpx").info("HTTP Request")
    logging.getLogger("httpcore.connection").debug("connect_tcp")
    logging.getLogger("apscheduler.scheduler").warning("late")
    assert [line["event"] for line in lines(out)] == ["polled", "late"]
    logs.setup("error", stream=out)
    logging.getLogger("apscheduler.scheduler").warning("late again")
    structlog.get_logger("watcher").info("polled")
    assert len(lines(out)) == 2


def fail_twice() -> None:
    """Raise an error whose cause holds the token, and itself the password."""
    cause = InvalidToken(f"The token `{TOKEN}` was rejected by the server.")
    raise RuntimeError(f"postgresql://veille:{PASSWORD}@db/watcher") from cause


def tell_everything(log: logging.Logger) -> None:
    """Write the token in every way a record can hold it."""
    bound = structlog.get_logger("watcher")
    url = f"https://api.telegram.org/bot{TOKEN}/getMe"
    log.debug("HTTP Request: %s %s", "POST", httpx.URL(url))
    log.info("extra", extra={"url": url, "headers": {"x": [TOKEN, PASSWORD]}})
    bound.info("event", url=url, nested={"token": TOKEN.encode(), "password": PASSWORD})
    bound.warning(f"quoted {PASSWORD!r}", escaped=url.replace(":", "%3A"))
    log.error("too few %s %s", TOKEN)  # noqa: PLE1206
    warnings.warn(f"deprecated: {url}", stacklevel=1)
    try:
        fail_twice()
    except RuntimeError:
        log.exception("failed")
        bound.exception("failed", token=TOKEN)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("format_", ["json", "console"])
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_no_secret_is_written(
    stream: type[io.StringIO], format_: logs.Format, capfd: pytest.CaptureFixture[str]
) -> None:
    """No token and no password, at DEBUG, in arguments, fields, warnings, tracebacks or failed records."""
    out = stream()
    logs.setup("debug", format_, [PASSWORD, ""], stream=out)
    chatty = logging.getLogger("httpx")
    chatty.setLevel(logging.DEBUG)
    tell_everything(chatty)
    written = out.getvalue() + "".join(capfd.readouterr())
    assert TOKEN.partition(":")[2] not in written
    assert "secrète" not in written
    assert "secr\\u00e8te" not in written
    assert written.count(logs.HIDDEN) >= 12
    assert "could not be logged" in written
    assert "Traceback" in written


def test_a_closed_stream_stops_nobody() -> None:
    """When standard error is gone, logging goes on saying nothing."""
    out = io.StringIO()
    logs.setup(stream=out)
    out.close()
    logging.getLogger("watcher").error("unheard")
    assert out.closed


def test_an_address_is_written_without_its_login() -> None:
    """A feed behind a password is named in the log, its password is not."""
    stream = io.StringIO()
    logs.setup("info", "json", (), stream=stream)
    structlog.get_logger("veille").warning("feed failed", feed="https://moi:secret@puces.example/f")
    assert "https://***@puces.example/f" in stream.getvalue()
    assert "secret" not in stream.getvalue()
