"""Invitations are good once, for as long as they say, and nobody else can write them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from watcher import access
from watcher.access import Doorstep, Invitation, invitation, signed
from watcher.model import RuleSetId

TOKEN = "123456:abcdefghijklmnopqrstuvwxyz_0123456789"
NOON = datetime(2026, 1, 30, 12, tzinfo=UTC)
KNOWN = [RuleSetId("h200"), RuleSetId("export-ban"), RuleSetId("a" * 64)]
NONCES = st.binary(min_size=access.NONCE, max_size=access.NONCE)
DATES = st.integers(1_500_000_000, 4_000_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))


@given(NONCES, DATES, st.sampled_from([None, *KNOWN]))
def test_what_is_signed_is_read(nonce: bytes, until: datetime, rule_set: RuleSetId | None) -> None:
    """A link carries all it says within what Telegram takes, whatever the name of the rule set."""
    payload = signed(TOKEN, nonce=nonce, expires_at=until, rule_set=rule_set)
    assert len(payload) <= 64
    assert set(payload) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    said = Invitation(nonce=nonce.hex(), expires_at=until, rule_set=rule_set)
    assert invitation(payload, TOKEN, KNOWN) == said
    assert TOKEN not in payload


@given(st.integers(2, 44), st.sampled_from("Az0_-"))
def test_a_forged_link_is_none(at: int, char: str) -> None:
    """One other character, another bot's token: nothing is believed of it."""
    payload = signed(TOKEN, nonce=b"12345678", expires_at=NOON)
    forged = payload[:at] + char + payload[at + 1 :]
    found = invitation(forged, TOKEN, KNOWN)
    # the last of 43 characters carries two bits that say nothing
    assert found is None or (at == 44 or forged == payload)
    assert found is None or found.nonce == b"12345678".hex()
    assert invitation(payload, TOKEN + "x", KNOWN) is None


@given(st.text(max_size=64))
def test_anything_else_is_none(payload: str) -> None:
    """What people type is no invitation."""
    assert invitation(payload, TOKEN, KNOWN) is None


def test_a_rule_set_that_is_gone_is_left_out() -> None:
    """The link still lets in."""
    payload = signed(TOKEN, nonce=b"12345678", expires_at=NOON, rule_set=RuleSetId("old"))
    found = invitation(payload, TOKEN, KNOWN)
    assert found is not None
    assert found.rule_set is None


def test_who_insists_is_told_less() -> None:
    """Three reasons, one wait, silence; a minute later all begins anew."""
    door = Doorstep()
    second = timedelta(seconds=1)
    heard = [door.knock("7", NOON + n * 10 * second) for n in range(7)]
    assert heard == [timedelta()] * 3 + [30 * second, None, None, timedelta()]
    assert door.knock("8", NOON) == timedelta()


def test_strangers_fill_no_memory() -> None:
    """A crowd is remembered up to a number, and for a minute."""
    door = Doorstep()
    for number in range(access.MOST + 50):
        door.knock(str(number), NOON)
    assert len(door.knocks) == access.MOST
    door.knock("late", NOON + access.WINDOW)
    assert list(door.knocks) == ["late"]
