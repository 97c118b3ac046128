"""When feeds are polled, and the sentence that says why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import cadence
from watcher.cadence import Bounds, Findings

NOW = datetime(2026, 1, 28, 9, 0, tzinfo=UTC)  # a Wednesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOUNDS = Bounds()


def every(gap: timedelta, *, since: timedelta = timedelta(), count: int = 10) -> list[datetime]:
    """Entries at a regular gap, the latest of them `since` ago."""
    return [NOW - since - gap * n for n in range(count)]


def plan(findings: Findings, jitter: float = 0.5) -> cadence.Plan:
    """Plan at the middle of the jitter, where nothing is spread."""
    return cadence.next_poll(findings, now=NOW, bounds=BOUNDS, jitter=jitter)


@pytest.mark.parametrize(
    ("findings", "minutes", "reason"),
    [
        (Findings(), 30, "its rhythm is not known yet"),
        (Findings(entries=every(HOUR)), 15, "a new entry about every 60 min"),
        (Findings(entries=every(4 * HOUR)), 60, "a new entry about every 4 h"),
        (
            Findings(entries=every(MINUTE)),
            5,
            "a new entry about every 60 s; no more often than every 5 min",
        ),
        (
            Findings(entries=every(10 * DAY)),
            360,
            "a new entry about every 10 days; at least every 6 h",
        ),
        (Findings(entries=every(HOUR, since=8 * HOUR)), 30, "nothing new for 8 h"),
        (Findings(entries=every(HOUR, since=3 * DAY)), 270, "nothing new for 3 days"),
        (Findings(entries=every(HOUR, count=1)), 30, "its rhythm is not known yet"),
        (
            Findings(entries=every(HOUR, since=-DAY, count=1)),
            30,
            "its rhythm is not known yet",
        ),
        (Findings(interval=HOUR, changed=True), 30, "the last poll brought news"),
        (Findings(interval=HOUR), 90, "the last poll brought nothing new"),
        (Findings(entries=every(8 * HOUR), time_to_live=HOUR), 120, "about every 8 h"),
        (Findings(entries=every(3 * HOUR), time_to_live=HOUR), 60, "the feed's own ttl"),
        (Findings(entries=every(40 * MINUTE), time_to_live=HOUR), 20, "the feed's own ttl"),
        (Findings(entries=every(20 * MINUTE), time_to_live=HOUR), 10, "the feed's own ttl"),
        (Findings(entries=every(2 * HOUR), time_to_live=7 * DAY), 60, "the feed's own ttl"),
        (Findings(entries=every(HOUR), max_age=20 * MINUTE), 20, "the answer is fresh until then"),
        (Findings(entries=every(HOUR), max_age=365 * DAY), 60, "the answer is fresh until then"),
        (Findings(entries=every(HOUR), max_age=MINUTE), 15, "a new entry about every 60 min"),
        (Findings(failures=1), 5, "the last poll failed"),
        (Findings(failures=2), 10, "the last 2 polls failed"),
        (Findings(failures=4, entries=every(HOUR)), 40, "the last 4 polls failed"),
        (Findings(failures=5000), 360, "the last 5000 polls failed"),
    ],
)
def test_interval_and_reason(findings: Findings, minutes: float, reason: str) -> None:
    """Each finding has its interval, and the plan says which one decided."""
    planned = plan(findings)
    assert planned.interval == timedelta(minutes=minutes)
    assert planned.due_at == NOW + planned.interval
    assert reason in planned.reason


def test_a_pause_is_kept_in_full() -> None:
    """A server that asked for 40 minutes is not asked sooner, whatever the jitter."""
    for jitter in (0.0, 0.999):
        planned = plan(Findings(retry_after=40 * MINUTE, failures=3), jitter)
        assert 40 * MINUTE <= planned.interval <= 44 * MINUTE
        assert planned.reason == "the server asked for this pause"


def test_jitter_spreads_polls() -> None:
    """Two feeds with the same findings do not stay in step."""
    assert plan(Findings(failures=4), 0.0).interval < plan(Findings(failures=4), 0.9).interval
    early, late = (plan(Findings(entries=every(HOUR)), jitter).interval for jitter in (0.0, 0.5))
    assert early == 0.9 * late


@pytest.mark.parametrize(
    ("hours", "days", "due"),
    [
        ({9, 10}, set(), NOW + 2 * HOUR),
        ({10}, set(), NOW + HOUR / 2),
        (set(), {2}, NOW + 6 * HOUR),
        (set(range(24)), set(), NOW + 6 * HOUR),
        (set(), set(range(7)), NOW + 6 * HOUR),
        (set(range(9, 24)), set(), NOW + 6 * HOUR),
    ],
)
def test_skipped_hours_and_days(hours: set[int], days: set[int], due: datetime) -> None:
    """A feed that asks to be left alone for some hours is, but never for longer than the maximum."""
    planned = plan(Findings(skip_hours=frozenset(hours), skip_days=frozenset(days)))
    assert planned.due_at == due
    assert ("asks to skip" in planned.reason) is (due != NOW + HOUR / 2)


SPANS = st.timedeltas(min_value=timedelta(), max_value=timedelta.max)
FINDINGS = st.builds(
    Findings,
    changed=st.booleans(),
    entries=st.lists(
        st.datetimes(timezones=st.just(UTC)) | st.just(NOW), max_size=30
    ),
    interval=st.none() | st.timedeltas(min_value=timedelta(), max_value=1000 * DAY),
    failures=st.integers(0, 10**9),
    retry_after=st.none() | SPANS,
    max_age=st.none() | SPANS,
    time_to_live=st.none() | SPANS,
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
)  # fmt: skip


MOMENTS = st.timedeltas(min_value=-50 * 365 * DAY, max_value=150 * 365 * DAY).map(NOW.__add__)


@given(FINDINGS, st.floats(0, 1, exclude_max=True), MOMENTS)
def test_bounds_hold_always(findings: Findings, jitter: float, now: datetime) -> None:
    """Whatever feeds, servers and clocks say, a poll comes neither too soon nor never."""
    planned = cadence.next_poll(findings, now=now, bounds=BOUNDS, jitter=jitter)
    assert BOUNDS.minimum <= planned.interval <= BOUNDS.maximum
    assert now + BOUNDS.minimum <= planned.due_at <= now + BOUNDS.maximum
    assert planned.reason


def test_a_clock_set_forward_does_not_bring_a_storm() -> None:
    """A late poll is followed by one poll in the usual time, not by all that were missed."""
    late = replace(Findings(), interval=HOUR)
    planned = cadence.next_poll(late, now=NOW + 90 * DAY, bounds=BOUNDS)
    assert planned.due_at == NOW + 90 * DAY + 90 * MINUTE


@pytest.mark.parametrize(
    ("attempts", "wait"), [(0, MINUTE), (1, MINUTE), (2, 5 * MINUTE), (3, None), (99, None)]
)
def test_pages_are_tried_three_times(attempts: int, wait: timedelta | None) -> None:
    """After the second retry the feed's own text has to do."""
    assert cadence.retry_entry(attempts) == wait
