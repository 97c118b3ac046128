"""What the tests of fetching share: a feed, a clock that stands, names that resolve as told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Final

from watcher.fetching import FetchSettings

LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1"))
FEED: Final = (
    b"<rss><channel><title>Puces</title><item><title>Quotas</title></item></channel></rss>"
)
NOW: Final = datetime(2026, 1, 28, 9, 0, tzinfo=UTC)
QUICK: Final = FetchSettings(
    allow_addresses=LOOPBACK,
    host_delay=timedelta(),
    timeout=timedelta(seconds=5),
    max_bytes=200_000,
    contact="https://veille.example/robot",
)
HURRIED: Final = FetchSettings(
    allow_addresses=LOOPBACK, host_delay=timedelta(), timeout=timedelta(seconds=0.2)
)


class Clock:
    """Tells the time it was set to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Names:
    """Looks up names in a list of answers, one a question; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        del host, port
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
