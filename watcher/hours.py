"""
When a chat hears: its digests, its quiet hours, in its own time zone.

A local time that a zone skips in spring is the first one after the gap; one that comes twice in
autumn is the first of the two. So every day has exactly one of each.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from watcher.preferences import EVERY_DAY, Preferences, Quiet, Rhythm

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
DIGESTS: Final = (Rhythm.HOURLY, Rhythm.DAILY)
CITIES: Final[Mapping[str, str]] = {  # that name no zone themselves
    "Alger": "Africa/Algiers",
    "Anvers": "Europe/Brussels",
    "Bâle": "Europe/Zurich",
    "Bordeaux": "Europe/Paris",
    "Bruxelles": "Europe/Brussels",
    "Cayenne": "America/Cayenne",
    "Fort-de-France": "America/Martinique",
    "France": "Europe/Paris",
    "Genève": "Europe/Zurich",
    "Lausanne": "Europe/Zurich",
    "La Réunion": "Indian/Reunion",
    "Lille": "Europe/Paris",
    "Liège": "Europe/Brussels",
    "Londres": "Europe/London",
    "Montréal": "America/Toronto",
    "Lyon": "Europe/Paris",
    "Marseille": "Europe/Paris",
    "Nouméa": "Pacific/Noumea",
    "Nantes": "Europe/Paris",
    "Nice": "Europe/Paris",
    "Papeete": "Pacific/Tahiti",
    "Pékin": "Asia/Shanghai",
    "Pointe-à-Pitre": "America/Guadeloupe",
    "Québec": "America/Toronto",
    "Saint-Denis": "Indian/Reunion",
    "Strasbourg": "Europe/Paris",
    "Toulouse": "Europe/Paris",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When something reaches a chat, how, and why then."""

    at: datetime
    silent: bool = False
    digest: bool = False  # with others, in the digest of that time
    reason: str = "at once"


def when(preferences: Preferences, now: datetime, *, turn: bool) -> Timing:
    """
    Say when a chat hears of what happens now; a `turn` is a reversal of what it was told.

    An urgent turn does not wait for a digest. Quiet hours hold it all the same, unless they only
    silence: who asked for an empty night is better woken by nothing, and rung in the morning, than
    sent in the night what rings nobody and is overlooked.
    """
    digest = preferences.rhythm in DIGESTS and not (turn and preferences.urgent)
    at = next_digest(preferences, now) if digest else now
    silent, end = preferences.rhythm is Rhythm.SILENT, quiet_until(preferences, at)
    reasons = ["in the next digest" if digest else "at once"]
    if end and preferences.quiet and preferences.quiet.silently:
        silent = True
    elif end:
        at, reasons = end, [*reasons[: int(digest)], "after the quiet hours"]
    reason = ", ".join([*reasons, *["without sound"] * silent])
    return Timing(at=at, silent=silent, digest=digest, reason=reason)


def soonest(all_: Iterable[Preferences], now: datetime, *, turn: bool) -> Timing:
    """Say when a chat hears of what several of its rule sets hold for: the soonest of them wins."""
    timings = [when(preferences, now, turn=turn) for preferences in all_]
    return min(timings, key=lambda timing: (timing.at, timing.digest, timing.silent))


def next_digest(preferences: Preferences, now: datetime) -> datetime:
    """Return when the next digest is due, always after `now`; quiet hours aside."""
    if preferences.rhythm is Rhythm.HOURLY:
        return _full_hour(now, preferences.timezone)
    today = now.astimezone(preferences.timezone).date()
    days = [today + n * DAY for n in range(-1, 9)]
    wanted = [day for day in days if day.weekday() in (preferences.days or EVERY_DAY)]
    slots = (moment(day, preferences.at, preferences.timezone) for day in wanted)
    return next(slot for slot in slots if slot > now)


def quiet_until(preferences: Preferences, at: datetime) -> datetime | None:
    """Return when the quiet hours end in which a moment falls; `None` outside."""
    end: datetime | None = None
    for start, stop in _spans(preferences, at):
        if start <= (end or at) < stop:  # where a clock jumps, one may begin as another ends
            end = stop
    return end


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """
    Return in UTC when a clock on the wall shows a time.

    >>> moment(date(2026, 3, 29), time(2, 30), ZoneInfo("Europe/Paris")).isoformat()
    '2026-03-29T01:00:00+00:00'
    >>> moment(date(2026, 10, 25), time(2, 30), ZoneInfo("Europe/Paris")).isoformat()
    '2026-10-25T00:30:00+00:00'
    """
    wall = datetime.combine(day, at, zone)
    while wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        wall += MINUTE
    return wall.astimezone(UTC)


def _full_hour(now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    at = now + HOUR - past
    # Where clocks are moved by half an hour, this one may be none.
    return at if at.astimezone(zone).minute == 0 else _full_hour(at, zone)


def _spans(preferences: Preferences, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the quiet hours around a moment; those as long as a day would silence for good."""
    quiet = preferences.quiet or Quiet(start=time(), end=time())
    nights = quiet.start > quiet.end
    today = at.astimezone(preferences.timezone).date()
    for day in (today - DAY, today, today + DAY):
        if day.weekday() in quiet.days and quiet.start != quiet.end:
            start = moment(day, quiet.start, preferences.timezone)
            yield start, moment(day + nights * DAY, quiet.end, preferences.timezone)


# Zones --------------------------------------------------------------------------------------------


def zone_named(said: str) -> str | None:
    """
    Return the zone that a name or a city stands for, however it is spelled.

    >>> zone_named("europe/paris"), zone_named("Genève"), zone_named("montreal"), zone_named("Pari")
    ('Europe/Paris', 'Europe/Zurich', 'America/Toronto', None)
    """
    return _names().get(_plain(said))


def zones_like(said: str, *, most: int = 3) -> list[str]:
    """
    Return the zones that a misspelt name may have meant, the likest first.

    >>> zones_like("Pari", most=1)
    ['Europe/Paris']
    """
    near = get_close_matches(_plain(said), _names(), n=most * 3, cutoff=0.6)
    return list(dict.fromkeys(_names()[name] for name in near))[:most]


@cache
def _names() -> Mapping[str, str]:
    """List zones by their plain names, and by their cities."""
    named = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
    places = [zone for zone in named if not zone.startswith(("Etc/", "SystemV/", "US/"))]
    cities = {_plain(zone.rpartition("/")[2]): zone for zone in places}
    ours = {_plain(city): zone for city, zone in CITIES.items()}
    return {**cities, **{_plain(zone): zone for zone in named}, **ours}


def _plain(said: str) -> str:
    letters = unicodedata.normalize("NFKD", said.strip().casefold())
    return re.sub(r"[\s_-]+", " ", "".join(c for c in letters if not unicodedata.combining(c)))
