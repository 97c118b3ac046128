"""
Who may come in: invitations signed with the bot's own token, and patience with those who may not.

An invitation is a link that is good once. Nothing is stored when one is made: it carries a number
drawn by lot, when it ends, and the rule set to begin with, and only who has the token can sign that.
"""

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from typing import Final

from watcher.model import RuleSetId

PREFIX: Final = "i_"
NONCE: Final = 8  # bytes
LABEL: Final = b"watcher: a key to sign invitations, first form"
WINDOW: Final = timedelta(minutes=1)
FREE: Final = 3  # refusals a person is told in a window
MOST: Final = 1_000  # strangers remembered, for one window at most
_BODY: Final = NONCE + 4 + 4
_SIGNED: Final = re.compile(f"{PREFIX}[A-Za-z0-9_-]{{43}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a signed link says."""

    nonce: str
    expires_at: datetime
    rule_set: RuleSetId | None = None  # to follow from the start


def signed(
    token: str, *, nonce: bytes, expires_at: datetime, rule_set: RuleSetId | None = None
) -> str:
    """Write an invitation as the payload of a link: 45 of the 64 characters that Telegram takes."""
    until = int(expires_at.timestamp()).to_bytes(4, "big")
    body = nonce + until + _tag(rule_set)
    return PREFIX + base64.urlsafe_b64encode(body + _seal(token, body)).decode().rstrip("=")


def invitation(payload: str, token: str, known: Iterable[RuleSetId]) -> Invitation | None:
    """Read a payload; `None` when it is no invitation of ours. It may have ended."""
    if not _SIGNED.fullmatch(payload):
        return None
    raw = base64.urlsafe_b64decode(payload.removeprefix(PREFIX) + "=")
    body, seal = raw[:_BODY], raw[_BODY:]
    if not hmac.compare_digest(seal, _seal(token, body)):
        return None
    nonce, until, tag = body[:NONCE], body[NONCE : NONCE + 4], body[NONCE + 4 :]
    return Invitation(
        nonce=nonce.hex(),
        expires_at=datetime.fromtimestamp(int.from_bytes(until, "big"), UTC),
        rule_set=next((one for one in known if _tag(one) == tag), None),
    )


def _seal(token: str, body: bytes) -> bytes:
    """Sign with a key that is made from the token and good for nothing else."""
    key = hmac.digest(token.encode(), LABEL, "sha256")
    return hmac.digest(key, body, "sha256")[:16]


def _tag(rule_set: RuleSetId | None) -> bytes:
    """Shorten the name of a rule set: it may be longer than a link."""
    return blake2s(rule_set.encode(), digest_size=4).digest() if rule_set else bytes(4)


@dataclass(slots=True)
class Doorstep:
    """Remembers for a minute, and in memory only, whom it has just refused."""

    knocks: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def knock(self, who: str, now: datetime) -> timedelta | None:
        """
        Tell how to refuse: no wait: say why; a wait: say it, once; `None`: say nothing more.

        >>> from datetime import UTC, datetime
        >>> door, noon = Doorstep(), datetime(2026, 1, 30, 12, tzinfo=UTC)
        >>> [wait and wait.seconds for wait in (door.knock("7", noon) for _ in range(5))]
        [datetime.timedelta(0), datetime.timedelta(0), datetime.timedelta(0), 60, None]
        """
        since, count = self.knocks.get(who, (now, 0))
        if now - since >= WINDOW:
            since, count = now, 0
        if len(self.knocks) >= MOST:
            self.knocks = {one: at for one, at in self.knocks.items() if now - at[0] < WINDOW}
        if len(self.knocks) < MOST or who in self.knocks:
            self.knocks[who] = since, count + 1
        if count < FREE:
            return timedelta()
        return since + WINDOW - now if count == FREE else None
