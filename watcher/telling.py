"""What one chat gets of an article that has its place in a story: a message, an edit, an answer, nothing."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from watcher.model import Decision, RuleSetId
from watcher.placing import Placement
from watcher.preferences import Level

SUITE_AFTER: Final = timedelta(days=7)
SUITE_ARTICLES: Final = 30
TURNS: Final = (Decision.REVERSAL, Decision.NEW_LOCK)
UNTOLD: Final = (Decision.BACKGROUND, Decision.NO_MATCH)
QUIET: Final = (Decision.COPY, Decision.LATE)


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
    """What a chat gets."""

    kind: Kind
    sound: bool = False
    suite: bool = False  # goes on from a message that has grown old or long


def plan(
    placement: Placement,
    *,
    level: Level,
    rule_sets: AbstractSet[RuleSetId],
    heard: Heard | None,
    host: str,
    now: datetime,
) -> Plan:
    """Decide for one chat; `rule_sets` are those that it follows and that hold for the article."""
    decision = placement.decision
    again = decision is Decision.COPY and heard is not None
    if not rule_sets or decision in UNTOLD or (again and host in (heard.hosts if heard else ())):
        return Plan(Kind.NONE)
    turn = decision in TURNS
    if heard is None or (level is Level.ALL and not turn):
        return Plan(Kind.NONE) if again else Plan(Kind.NEW, sound=decision is not Decision.LATE)
    if level is Level.FIRST or decision in QUIET:
        return Plan(Kind.EDIT)
    if turn or not rule_sets <= heard.rule_sets:
        return Plan(Kind.REPLY, sound=True)
    if placement.opens_event:
        return Plan(Kind.REPLY)
    if now - heard.sent_at > SUITE_AFTER or heard.articles >= SUITE_ARTICLES:
        return Plan(Kind.REPLY, suite=True)
    return Plan(Kind.EDIT)
