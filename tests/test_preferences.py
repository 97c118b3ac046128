"""What was chosen is read as it was chosen, and goes before what was not."""

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.newsroom import H200, NOW, QUOTA
from watcher.model import Chat, ChatId, ChatSpec
from watcher.preferences import (
    Length,
    Level,
    Mute,
    Muted,
    Preferences,
    Quiet,
    Rhythm,
    chosen,
)

TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
DAYS = st.frozensets(st.integers(0, 6))
QUIET = st.builds(Quiet, start=TIMES, end=TIMES, days=DAYS, silently=st.booleans())
ALL: Any = st.fixed_dictionaries(
    {
        "rhythm": st.sampled_from(Rhythm),
        "at": TIMES,
        "days": DAYS,
        "zone": st.sampled_from(["Europe/Paris", "Indian/Reunion"]),
        "quiet": st.none() | QUIET,
        "urgent": st.booleans(),
        "min_score": st.floats(0, 10),
        "level": st.sampled_from(Level),
        "sites": st.frozensets(st.sampled_from(["a.example", "b.example"])),
        "length": st.sampled_from(Length),
        "language": st.sampled_from(["fr", "en"]),
    }
)


@given(ALL, st.data())
def test_choices_come_back(values: dict[str, Any], data: st.DataObject) -> None:
    """Choices are kept in words JSON has, only those made, and read back as they were."""
    some = data.draw(st.sets(st.sampled_from(sorted(values))))
    changes = {name: values[name] for name in some}
    kept = chosen(Preferences(), **changes)
    assert kept.keys() == changes.keys()
    assert Preferences().plus(kept) == Preferences(**changes)
    assert chosen(Preferences().plus(kept), **changes) == kept


def test_unknown_choices_are_left_aside() -> None:
    """What a later release kept means nothing to this one, and harms nothing."""
    assert Preferences().plus({"colour": "blue"}) == Preferences()


def test_inheritance() -> None:
    """Rule set, then chat, then the rule set's own default, then ours."""
    chat = Chat(
        id=ChatId(1),
        spec=ChatSpec(address="7", level=Level.ALL, language="en"),
        choices={"rhythm": "daily"},
        by_rule_set={H200: {"rhythm": "silent", "level": "first"}},
    )
    default = {"rhythm": "hourly", "min_score": 3, "level": "developments"}
    assert chat.preferences.rhythm is Rhythm.DAILY
    assert chat.preferences.level is Level.ALL
    own = chat.preferences_for(H200, default)
    assert (own.rhythm, own.level, own.min_score) == (Rhythm.SILENT, Level.FIRST, 3)
    other = chat.preferences_for(QUOTA, default)
    assert (other.rhythm, other.level, other.min_score) == (Rhythm.DAILY, Level.ALL, 3)
    assert other.language == "en"


def test_follows() -> None:
    """A chat follows what it names; where it names nothing, everything or nothing."""
    named = Chat(id=ChatId(1), spec=ChatSpec(address="7", rule_sets=(H200,)))
    assert named.follows(H200)
    assert not named.follows(QUOTA)
    spec = ChatSpec(address="7")
    assert Chat(id=ChatId(1), spec=spec, everything=True).follows(QUOTA)
    assert not Chat(id=ChatId(1), spec=spec, everything=False).follows(QUOTA)


def test_zone() -> None:
    """Hours are meant in a zone that has a name."""
    assert Preferences(zone="Indian/Reunion").timezone == ZoneInfo("Indian/Reunion")
    assert Preferences().at == time(18, 30)


def test_mutes_end() -> None:
    """A mute holds until its time, or for good."""
    assert Mute(kind=Muted.STORY, key="46").holds(NOW)
    until = Mute(kind=Muted.STORY, key="46", until=NOW)
    assert until.holds(NOW - timedelta(seconds=1))
    assert not until.holds(NOW)
