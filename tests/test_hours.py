"""Digests and quiet hours: in each zone one a day, also in the nights when clocks are moved."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher import hours
from watcher.preferences import Preferences, Quiet, Rhythm

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ZONES = [
    *("Europe/Paris", "America/Montreal", "Indian/Reunion", "Pacific/Noumea", "UTC"),
    *("Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "America/Santiago"),
    *("Africa/Cairo", "Asia/Beirut", "America/Nuuk", "Pacific/Chatham"),
]
NIGHT = Quiet(start=time(22), end=time(7))
zones = st.sampled_from(ZONES)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
some_days = st.frozensets(st.integers(0, 6), min_size=1)
quiets = st.builds(Quiet, start=times, end=times, days=some_days, silently=st.booleans())
wishes = st.builds(
    Preferences,
    rhythm=st.sampled_from(Rhythm),
    at=times,
    days=some_days,
    zone=zones,
    quiet=st.none() | quiets,
    urgent=st.booleans(),
)


def paris(spelled: str) -> datetime:
    """Read a time of Paris; of a doubled one the first."""
    return datetime.fromisoformat(spelled).replace(tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "at", "shown"),
    [
        ("2026-01-30", "18:30", "2026-01-30T17:30"),
        ("2026-03-29", "01:59", "2026-03-29T00:59"),
        ("2026-03-29", "02:00", "2026-03-29T01:00"),  # 03:00 in summer time
        ("2026-03-29", "02:30", "2026-03-29T01:00"),
        ("2026-03-29", "03:00", "2026-03-29T01:00"),
        ("2026-10-25", "02:30", "2026-10-25T00:30"),  # still summer time
        ("2026-10-25", "03:00", "2026-10-25T02:00"),
    ],
)
def test_a_time_on_the_wall(day: str, at: str, shown: str) -> None:
    """What is skipped comes after the gap, what comes twice comes first."""
    found = hours.moment(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo("Europe/Paris"))
    assert found.isoformat().startswith(shown)


@given(wishes, moments)
@example(Preferences(rhythm=Rhythm.DAILY, at=time(2, 30)), paris("2026-03-28T12:00"))
@example(Preferences(rhythm=Rhythm.DAILY, at=time(2, 30)), paris("2026-10-24T12:00"))
@example(
    Preferences(rhythm=Rhythm.HOURLY, zone="Australia/Lord_Howe"),
    datetime(2026, 10, 3, 15, 10, tzinfo=UTC),
)
def test_one_digest_a_day(wish: Preferences, now: datetime) -> None:
    """Slots follow one another: never in the past, on the days chosen, one a day or an hour."""
    slots = [now]
    for _ in range(9):
        slots.append(hours.next_digest(wish, slots[-1]))
    assert slots == sorted(set(slots))
    local = [slot.astimezone(wish.timezone) for slot in slots[1:]]
    if wish.rhythm is Rhythm.HOURLY:
        assert {slot.minute for slot in local} == {0}
        assert max(b - a for a, b in pairwise(slots)) <= HOUR * 1.5
        return
    assert len({slot.date() for slot in local}) == len(local)
    assert {slot.weekday() for slot in local} <= wish.days
    apart = [(b.date() - a.date()).days for a, b in pairwise(local)]
    assert sum(apart[: len(wish.days)]) == 7
    usual = [slot for slot in local if slot.time() != wish.at]
    assert all(slot.time() > wish.at for slot in usual)  # after a gap
    assert len(usual) <= 1


def test_a_slot_that_is_now_is_over() -> None:
    """What happens on the stroke of the hour is in the next digest, not in the one just written."""
    wish = Preferences(rhythm=Rhythm.DAILY, at=time(18, 30), days=frozenset())
    now = paris("2026-01-30T18:30")
    assert hours.next_digest(wish, now) == now + DAY
    assert hours.next_digest(wish, now - MINUTE) == now


@given(wishes, moments)
@example(  # one night ends in the gap in which the next begins
    Preferences(quiet=Quiet(start=time(2, 45), end=time(2, 15))), paris("2026-03-28T12:00")
)
def test_quiet_hours_end(wish: Preferences, now: datetime) -> None:
    """Quiet hours end after less than two days, and nothing ends within them."""
    end = hours.quiet_until(wish, now)
    if end is not None:
        assert now < end <= now + 2 * DAY
        assert hours.quiet_until(wish, end) is None


@pytest.mark.parametrize(
    ("quiet", "now", "end"),
    [
        (NIGHT, "2026-01-30T21:59", None),
        (NIGHT, "2026-01-30T22:00", "2026-01-31T07:00"),
        (NIGHT, "2026-01-31T06:59", "2026-01-31T07:00"),
        (NIGHT, "2026-01-31T07:00", None),
        (Quiet(start=time(12), end=time(14)), "2026-01-30T13:00", "2026-01-30T14:00"),
        (Quiet(start=time(22), end=time(7), days=frozenset({4})), "2026-01-31T06:00", "2026-01-31T07:00"),
        (Quiet(start=time(22), end=time(7), days=frozenset({5})), "2026-01-31T06:00", None),
        (Quiet(start=time(22), end=time(2, 30)), "2026-03-29T01:30", "2026-03-29T03:00"),
        (Quiet(start=time(8), end=time(8)), "2026-01-30T13:00", None),
        (None, "2026-01-30T23:00", None),
    ],
)  # fmt: skip
def test_quiet_hours(quiet: Quiet | None, now: str, end: str | None) -> None:
    """They go over midnight, belong to the day on which they start, and never last for good."""
    found = hours.quiet_until(Preferences(quiet=quiet), paris(now))
    assert found == (paris(end) if end else None)


@pytest.mark.parametrize(
    ("wish", "turn", "at", "how", "reason"),
    [
        ({}, False, "23:00", "", "at once"),
        ({"rhythm": "silent"}, False, "23:00", "silent", "at once, without sound"),
        ({"rhythm": "hourly"}, False, "24:00", "digest", "in the next digest"),
        ({"rhythm": "hourly"}, True, "23:00", "", "at once"),
        ({"rhythm": "hourly", "urgent": False}, True, "24:00", "digest", "in the next digest"),
        ({"night": "hold"}, False, "31:00", "", "after the quiet hours"),
        ({"night": "hold"}, True, "31:00", "", "after the quiet hours"),
        ({"night": "hold", "rhythm": "silent"}, False, "31:00", "silent",
         "after the quiet hours, without sound"),
        ({"night": "silent"}, True, "23:00", "silent", "at once, without sound"),
        ({"night": "hold", "rhythm": "hourly"}, False, "31:00", "digest",
         "in the next digest, after the quiet hours"),
        ({"night": "silent", "rhythm": "hourly"}, False, "24:00", "silent digest",
         "in the next digest, without sound"),
    ],
)  # fmt: skip
def test_when(wish: dict[str, str], turn: bool, at: str, how: str, reason: str) -> None:
    """At eleven in the evening: now, in a digest, without sound, or when the night is over."""
    night = wish.get("night")
    quiet = Quiet(start=time(22), end=time(7), silently=night == "silent") if night else None
    preferences = Preferences(
        rhythm=Rhythm(wish.get("rhythm", "instant")), urgent=wish.get("urgent", True), quiet=quiet  # type: ignore[arg-type]
    )  # fmt: skip
    found = hours.when(preferences, paris("2026-01-30T23:00"), turn=turn)
    expected = paris("2026-01-30T00:00") + int(at[:2]) * HOUR
    assert found == hours.Timing(
        at=expected, silent="silent" in how, digest="digest" in how, reason=reason
    )


@given(wishes, moments, st.booleans())
def test_nothing_is_early_or_in_the_quiet_hours(
    wish: Preferences, now: datetime, turn: bool
) -> None:
    """Nothing comes before it happened, nor sounds within quiet hours; a digest only if chosen."""
    found = hours.when(wish, now, turn=turn)
    assert found.at >= now
    assert found.silent or hours.quiet_until(wish, found.at) is None
    assert found.digest <= (wish.rhythm in hours.DIGESTS)


@given(st.lists(wishes, min_size=1, max_size=4), moments)
def test_the_soonest_wins(some: list[Preferences], now: datetime) -> None:
    """Of several rule sets in one message, none makes it later than it would be by itself."""
    found = hours.soonest(some, now, turn=False)
    assert found.at == min(hours.when(wish, now, turn=False).at for wish in some)


@pytest.mark.parametrize(
    ("said", "zone", "like"),
    [
        ("Europe/Paris", "Europe/Paris", "Europe/Paris"),
        ("europe/paris", "Europe/Paris", "Europe/Paris"),
        ("Pari", None, "Europe/Paris"),
        ("bruxelles", "Europe/Brussels", "Europe/Brussels"),
        ("Bruxele", None, "Europe/Brussels"),
        ("new york", "America/New_York", "America/New_York"),
        ("Montréal", "America/Toronto", "America/Toronto"),
        ("saint denis", "Indian/Reunion", "Indian/Reunion"),
        ("zzzzzz", None, None),
    ],
)
def test_zones(said: str, zone: str | None, like: str | None) -> None:
    """A zone is known by its name and by French cities; a misspelt one is guessed."""
    assert hours.zone_named(said) == zone
    assert next(iter(hours.zones_like(said)), None) == like


@given(st.text(max_size=60))
def test_whatever_is_typed(said: str) -> None:
    """Anything typed is a zone, like one, or nothing."""
    named = [*hours.zones_like(said), hours.zone_named(said) or "UTC"]
    assert all(ZoneInfo(zone) for zone in named)
