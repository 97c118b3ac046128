"""What one chat gets of an article that has its place in a story: a message, an edit, an answer, nothing."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from watcher.model import Chat, Decision, RuleSetId, StoryId, Verdict
from watcher.placing import Placement
from watcher.preferences import Choices, Level, Muted, Preferences

SUITE_AFTER: Final = timedelta(days=7)
SUITE_ARTICLES: Final = 30
TURNS: Final = (Decision.REVERSAL, Decision.NEW_LOCK)
UNTOLD: Final = (Decision.BACKGROUND, Decision.NO_MATCH)
QUIET: Final = (Decision.COPY, Decision.LATE)
TALK: Final = (Level.FIRST, Level.DEVELOPMENTS, Level.ALL)  # the most talkative last


class Kind(StrEnum):
    """How an article reaches a chat."""

    NEW = "new"
    EDIT = "edit"  # of the story's living message
    REPLY = "reply"  # to it: the answer then is the living message
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a chat was told of a story by its living message."""

    rule_sets: frozenset[RuleSetId]
    sent_at: datetime
    articles: int
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a chat gets, and why."""

    kind: Kind
    sound: bool = False
    suite: bool = False  # goes on from a message that has grown old or long
    why: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The rule sets for which a chat wants to hear of an article, with what holds for each."""

    sets: Mapping[RuleSetId, Preferences] = field(default_factory=dict)
    why: str = ""  # if there are none

    @property
    def level(self) -> Level:
        """The most talkative of them."""
        return max((wish.level for wish in self.sets.values()), key=TALK.index)


def wanted(
    chat: Chat,
    verdict: Verdict,
    *,
    decision: Decision,
    stories: Collection[StoryId],
    host: str,
    defaults: Mapping[RuleSetId, Choices],
    now: datetime,
) -> Wanted:
    """
    Leave aside what a chat muted or does not ask for.

    `stories` are the article's own and those that it goes on from. Of a muted story each reversal
    still comes, and nothing that follows it, unless that was refused too.
    """
    turn = decision in TURNS
    muted = {(mute.kind, mute.key): mute for mute in chat.mutes if mute.holds(now)}
    found = [muted.get((Muted.STORY, str(story))) for story in stories]
    if any(mute and not (turn and mute.turns) for mute in found):
        return Wanted(why="it muted the story")
    if (Muted.SITE, host) in muted:
        return Wanted(why="it muted the site")
    sets, why = {}, "it follows none of the rule sets"
    for name in filter(chat.follows, verdict.rule_sets):
        wish = chat.preferences_for(name, defaults.get(name, {}))
        score = max(match.score for match in verdict.matches if match.rule_set == name)
        if (Muted.RULE_SET, name) in muted:
            why = "it muted the rule set"
        elif score < wish.min_score:
            why = f"the score {score:g} is below its minimum of {wish.min_score:g}"
        elif wish.sites and host not in wish.sites:
            why = "the site is none of those that it chose"
        else:
            sets[name] = wish
    return Wanted(sets=sets, why="" if sets else why)


def plan(
    placement: Placement,
    *,
    level: Level,
    rule_sets: AbstractSet[RuleSetId],
    heard: Heard | None,
    host: str,
    now: datetime,
) -> Plan:
    """Decide for one chat; `rule_sets` are those for which it wants to hear of the article."""
    decision = placement.decision
    if not rule_sets or decision in UNTOLD:
        return Plan(Kind.NONE, why="there is nothing to tell")
    if heard and decision is Decision.COPY and (host in heard.hosts or level is Level.ALL):
        return Plan(Kind.NONE, why="it has been told in the same words")
    turn = decision in TURNS
    if heard is None or (level is Level.ALL and not turn):
        return Plan(Kind.NEW, sound=decision is not Decision.LATE, why="it has not heard of it")
    if level is Level.FIRST or decision in QUIET:
        return Plan(Kind.EDIT, why="it has heard of the story")
    if turn or not rule_sets <= heard.rule_sets:
        why = "the story turns" if turn else "another rule set holds"
        return Plan(Kind.REPLY, sound=True, why=why)
    if placement.opens_event:
        return Plan(Kind.REPLY, why="something new happens in the story")
    if now - heard.sent_at > SUITE_AFTER or heard.articles >= SUITE_ARTICLES:
        return Plan(Kind.REPLY, suite=True, why="the message of the story has grown old or long")
    return Plan(Kind.EDIT, why="it has heard of the story")
