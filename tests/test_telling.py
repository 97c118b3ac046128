"""One message a story, and a sound when it turns."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.newsroom import verdict
from tests.stories import START
from watcher import telling
from watcher.model import (
    ArticleId,
    Chat,
    ChatId,
    ChatSpec,
    Decision,
    EventId,
    RuleSetId,
    StoryId,
)
from watcher.placing import Placement
from watcher.preferences import Level, Mute, Muted
from watcher.telling import Heard, Kind, Plan, Wanted

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
    assert planned("first", None, sets=()).why == "there is nothing to tell"


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


MIN = {"min_score": 3.0}


def follower(*mutes: Mute, **choices: object) -> Chat:
    """A chat that follows everything."""
    return Chat(id=ChatId(7), spec=ChatSpec(address="7"), choices=choices, mutes=mutes)


def wishes(chat: Chat, decision: str = "first", **more: Any) -> Wanted:
    """Ask for which of h200 and quota, each with score 1.5, a chat wants to hear of an article."""
    given: dict[str, Any] = {"stories": [StoryId(4)], "host": "a.example", "defaults": {}}
    return telling.wanted(
        chat, verdict(H200, QUOTA), decision=Decision(decision), now=START, **(given | more)
    )


@pytest.mark.parametrize(
    ("chat", "kept", "why"),
    [
        (follower(), (H200, QUOTA), ""),
        (follower(min_score=1.5), (H200, QUOTA), ""),
        (follower(min_score=2), (), "the score 1.5 is below its minimum of 2"),
        (replace(follower(), by_rule_set={QUOTA: MIN}), (H200,), ""),
        (replace(follower(**MIN), by_rule_set={H200: {"min_score": 0}}), (H200,), ""),
        (follower(sites=["a.example", "b.example"]), (H200, QUOTA), ""),
        (follower(sites=["b.example"]), (), "the site is none of those that it chose"),
        (replace(follower(), everything=False), (), "it follows none of the rule sets"),
        (follower(Mute(kind=Muted.RULE_SET, key="quota")), (H200,), ""),
        (follower(Mute(kind=Muted.SITE, key="a.example")), (), "it muted the site"),
        (follower(Mute(kind=Muted.SITE, key="b.example")), (H200, QUOTA), ""),
        (follower(Mute(kind=Muted.STORY, key="4")), (), "it muted the story"),
        (follower(Mute(kind=Muted.STORY, key="4", until=START)), (H200, QUOTA), ""),
        (follower(Mute(kind=Muted.STORY, key="5")), (H200, QUOTA), ""),
    ],
)
def test_what_a_chat_asks_for(chat: Chat, kept: tuple[RuleSetId, ...], why: str) -> None:
    """Scores, sites and mutes leave rule sets aside; what is left aside has a reason."""
    found = wishes(chat)
    assert (tuple(found.sets), found.why) == (kept, why)


@pytest.mark.parametrize("decision", ["reversal", "new_lock"])
def test_a_muted_story_that_turns(decision: str) -> None:
    """A turn is heard all the same, unless it was refused; so is one of a story that goes on."""
    mute = Mute(kind=Muted.STORY, key="4")
    assert wishes(follower(mute), decision).sets
    assert not wishes(follower(replace(mute, turns=False)), decision).sets
    assert not wishes(follower(mute), "late", stories=[StoryId(9), StoryId(4)]).sets
    muted_set = Mute(kind=Muted.RULE_SET, key=H200), Mute(kind=Muted.RULE_SET, key=QUOTA)
    assert wishes(follower(*muted_set), decision).why == "it muted the rule set"


def test_a_rule_set_speaks_for_who_chose_nothing() -> None:
    """The chat's own choices go before the rule set's default."""
    assert wishes(follower(), defaults={H200: MIN, QUOTA: MIN}).sets == {}
    assert set(wishes(follower(min_score=0), defaults={H200: MIN}).sets) == {H200, QUOTA}


def test_the_most_talkative_wins() -> None:
    """Of several rule sets in one message, the one with the most to say decides."""
    by_set = {H200: {"level": "first"}, QUOTA: {"level": "all"}}
    assert wishes(replace(follower(), by_rule_set=by_set)).level is Level.ALL
    assert wishes(replace(follower(), by_rule_set={H200: {"level": "first"}})).level is (
        Level.DEVELOPMENTS
    )
