"""What the store answers, where no other part of the program speaks of it."""

from dataclasses import dataclass
from datetime import datetime

from watcher.model import AlertId, ArticleId, Decision, RuleSetId


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """How many entries a poll added, and how many it found edited."""

    new: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a verdict in the store."""

    article: ArticleId
    fresh: bool  # a new article; not another name or a revision of a known one
    deliveries: int  # how many were written to the outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A decision to tell of an article, for one rule set."""

    id: AlertId
    article: ArticleId
    rule_set: RuleSetId
    decision: Decision
    reason: str
    at: datetime
    title: str
    url: str
    site: str
