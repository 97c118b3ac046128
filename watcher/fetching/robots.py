"""What robots.txt asks of us (RFC 9309). It is asked for article pages; feeds are made for robots."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Final

from protego import Protego

from watcher.fetching.hosts import PATIENCE

TOKEN: Final = "watcher"  # noqa: S105  the name that a robots.txt knows us by
FRESH: Final = timedelta(hours=24)
RETRY: Final = timedelta(minutes=5)  # after a failure, all pages are left alone for this long
_LIMIT: Final = 512 * 1024  # bytes; RFC 9309 asks for at least 500 KiB
_AGENT: Final = re.compile(r"\s*user(?:-|\s*)agent\b[\s:]*([^#]*)", re.I)


def read(body: bytes) -> str:
    """
    Return a robots.txt in which all agents that are not us share one name.

    Thousands of agents times thousands of rules would keep the parser busy for minutes. NUL goes,
    since PostgreSQL stores none.
    """
    lines = body[:_LIMIT].decode("utf-8-sig", "replace").replace("\x00", "").splitlines()
    return "\n".join(map(_anonymous, lines))


def allows(text: str, url: str) -> bool:
    """Tell whether we may fetch a page."""
    return bool(_parse(text).can_fetch(url, TOKEN))


def crawl_delay(text: str) -> timedelta:
    """Return the pause that is asked for between requests, as far as we are patient."""
    return min(timedelta(seconds=min(_parse(text).crawl_delay(TOKEN) or 0, 86_400)), PATIENCE)


def _anonymous(line: str) -> str:
    """Rename an agent that Protego, which ignores asterisks in names, cannot take for us."""
    agent = _AGENT.match(line)
    if agent is None:
        return line
    said = agent[1].strip().lower()
    name = said.replace("*", "") or said[:1]
    return f"User-agent: {name if name == '*' or name in TOKEN else 'other'}"


@lru_cache(maxsize=128)
def _parse(text: str) -> Protego:
    return Protego.parse(text)
