"""One message a story, and a sound when it turns."""

from datetime import timedelta

import pytest

from tests.stories import START
from watcher import telling
from watcher.model import ArticleId, Decision, EventId, RuleSetId, StoryId
from watcher.placing import Placement
from watcher.preferences import Level
from watcher.telling import Heard, Kind, Plan

H200, QUOTA = RuleSetId("h200"), RuleSetId("quota")
NONE, NEW, LOUD = Plan(Kind.NONE), Plan(Kind.NEW, sound=True), Plan(Kind.REPLY, sound=True)
EDIT, REPLY, SUITE = Plan(Kind.EDIT), Plan(Kind.REPLY), Plan(Kind.REPLY, suite=True)


def heard(days: float = 1, articles: int = 1) -> Heard:
    """What a follower of h200 was told some days ago."""
    sent = START - timedelta(days=days)
    return Heard(
        rule_sets=frozenset({H200}), sent_at=sent, articles=articles, hosts=frozenset({"a.example"})
    )


def planned(
    decision: str,
    told: Heard | None,
    *,
    level: str = "developments",
    sets: tuple[RuleSetId, ...] = (H200,),
    host: str = "b.example",
    event: int = 0,
) -> Plan:
    """Decide about article 1 of story 0."""
    placement = Placement(
        decision=Decision(decision),
        reason="",
        story=StoryId(0),
        event=EventId(event),
        origin=ArticleId(1),
    )
    return telling.plan(
        placement, level=Level(level), rule_sets=set(sets), heard=told, host=host, now=START
    )


@pytest.mark.parametrize(
    ("decision", "fresh", "known", "every", "first"),
    [
        ("first", NEW, EDIT, NEW, EDIT),
        ("attach", NEW, EDIT, NEW, EDIT),
        ("development", NEW, EDIT, NEW, EDIT),
        ("reversal", NEW, LOUD, LOUD, EDIT),
        ("new_lock", NEW, LOUD, LOUD, EDIT),
        ("late", Plan(Kind.NEW), EDIT, Plan(Kind.NEW), EDIT),
        ("copy", NEW, EDIT, NONE, EDIT),
        ("background", NONE, NONE, NONE, NONE),
    ],
)
def test_levels(decision: str, fresh: Plan, known: Plan, every: Plan, first: Plan) -> None:
    """Who knows nothing of a story gets a message; then the level decides."""
    assert planned(decision, None) == fresh
    assert planned(decision, heard()) == known
    assert planned(decision, heard(), level="all") == every
    assert planned(decision, heard(), level="first") == first


def test_who_follows_nothing_of_it_hears_nothing() -> None:
    """An article of other rule sets is none of a chat's business."""
    assert planned("first", None, sets=()) == NONE


def test_a_second_rule_set_is_heard() -> None:
    """A rule set that the chat's message was not about is answered with sound."""
    assert planned("attach", heard(), sets=(H200, QUOTA)) == LOUD


def test_a_new_event_is_answered_quietly() -> None:
    """A new event in a story is a message without sound."""
    assert planned("development", heard(), event=1) == REPLY


def test_a_copy_on_a_known_site_is_nothing() -> None:
    """The same site counts once."""
    assert planned("copy", heard(), host="a.example") == NONE


@pytest.mark.parametrize("told", [heard(days=7.1), heard(articles=30)])
def test_an_old_or_long_message_is_continued(told: Heard) -> None:
    """After a week or thirty articles a new message goes on, without sound; levels stay."""
    assert planned("attach", told) == SUITE
    assert planned("reversal", told) == LOUD
    assert planned("attach", told, level="first") == EDIT
