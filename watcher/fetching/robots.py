"""What robots.txt asks of us (RFC 9309). It is asked for article pages; feeds are made for robots."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from protego import Protego

from watcher.fetching.hosts import PATIENCE, Gate

TOKEN: Final = "watcher"  # noqa: S105  the name that a robots.txt knows us by
LIMIT: Final = 512 * 1024  # bytes; RFC 9309 asks for at least 500 KiB
_FRESH: Final = timedelta(hours=24)
_RETRY: Final = timedelta(minutes=5)  # after a failure, all pages are left alone for this long
_FOUND: Final = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION})
_AGENT: Final = re.compile(r"user[- ]?agent[\s:]*(.*)", re.I)
_SITE_WIDE: Final = re.compile(r"(?:site-?maps?|host)\b", re.I)


def read(body: bytes) -> str:
    """
    Return the lines of a robots.txt that may concern us.

    Thousands of agents times thousands of rules would keep the parser busy for minutes: of the agents
    that share a group, one stands for all the others. NUL goes, since PostgreSQL stores none.
    """
    kept: list[str] = []
    others = False
    for line in body.decode("utf-8-sig", "replace").replace("\x00", "").splitlines():
        plain = line.partition("#")[0].strip()
        if not plain or _SITE_WIDE.match(plain):
            continue
        agent = _AGENT.match(plain)
        another = agent is not None and not _is_us(agent[1])
        if not (another and others):
            kept.append(plain)
        others = another or (others and agent is not None)
    return "\n".join(kept)


def is_usable(status: int) -> bool:
    """Tell whether an answer settles what may be fetched: a missing robots.txt forbids nothing."""
    return status in _FOUND or HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def is_fresh(gate: Gate, now: datetime) -> bool:
    """Tell whether the robots.txt in hand is recent, by a clock that may have been set back."""
    return gate.robots_at is not None and timedelta() <= now - gate.robots_at < _FRESH


def has_just_failed(gate: Gate, now: datetime) -> bool:
    """Tell whether asking again would be too soon."""
    return gate.robots_failed_at is not None and timedelta() <= now - gate.robots_failed_at < _RETRY


def allows(text: str, url: str) -> bool:
    """Tell whether we may fetch a page."""
    return bool(_parse(text).can_fetch(url, TOKEN))


def crawl_delay(text: str) -> timedelta:
    """Return the pause that is asked for between requests, as far as we are patient."""
    return min(timedelta(seconds=min(_parse(text).crawl_delay(TOKEN) or 0, 86_400)), PATIENCE)


def _is_us(agent: str) -> bool:
    """Tell whether Protego might take this name for ours."""
    name = agent.strip().lower().replace("*", "")
    return name in TOKEN


@lru_cache(maxsize=128)
def _parse(text: str) -> Protego:
    return Protego.parse(text)
