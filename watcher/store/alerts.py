"""From a verdict to the outbox: matches, alerts, and the deliveries that tell of them."""

from dataclasses import astuple
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from watcher.model import ArticleId, Decision, DeliveryState, Draft, Match, RuleSetId, Verdict
from watcher.store.schema import alerts, chats, matches, outbox, outbox_alerts

UNTOLD: Final = (Decision.COPY, Decision.NO_MATCH)  # decisions that nobody hears of


def add_alerts(
    connection: Connection,
    article: ArticleId,
    revision: int,
    verdict: Verdict,
    *,
    now: datetime,
) -> dict[RuleSetId, int]:
    """Store matches and alerts of the rule sets that had none yet; return all alerts there are."""
    mine = select(alerts.c.rule_set, alerts.c.id).where(alerts.c.article_id == article)
    known = {rule_set for rule_set, _ in connection.execute(mine)}
    new = [match for match in verdict.matches if match.rule_set not in known]
    if new:
        rows = [_matched(match, article, revision, now=now) for match in new]
        connection.execute(insert(matches), rows)
    if new and verdict.decision not in UNTOLD:
        decided = {"article_id": article, "decision": verdict.decision, "reason": verdict.reason}
        sets = dict.fromkeys(match.rule_set for match in new)
        rows = [decided | {"rule_set": rule_set, "at": now} for rule_set in sets]
        connection.execute(insert(alerts), rows)
    return {RuleSetId(rule_set): id_ for rule_set, id_ in connection.execute(mine)}


def _matched(match: Match, article: ArticleId, revision: int, *, now: datetime) -> dict[str, Any]:
    """Spell a match as columns of `matches`."""
    return {
        "article_id": article,
        "rule": match.rule,
        "rule_set": match.rule_set,
        "title": match.title,
        "severity": match.severity,
        "score": match.score,
        "evidence": [astuple(piece) for piece in match.evidence],
        "rules_hash": match.rules_hash,
        "revision": revision,
        "at": now,
    }


def queue(
    connection: Connection,
    article: ArticleId,
    revision: int,
    draft: Draft,
    told: dict[RuleSetId, int],
    *,
    now: datetime,
) -> int:
    """Write a delivery, unless its chat has or gets every alert of it already; return how many."""
    found = connection.execute(select(chats).where(chats.c.id == draft.chat))
    chat = found.one()
    while chat.merged_into is not None:  # it moved onto another chat since the draft was written
        chat = connection.execute(select(chats).where(chats.c.id == chat.merged_into)).one()
    if strange := [rule_set for rule_set in draft.rule_sets if rule_set not in told]:
        raise ValueError(f"a draft tells of {strange}, but there is no alert of that rule set")
    wanted = {told[rule_set] for rule_set in draft.rule_sets}
    theirs = (outbox_alerts.c.chat_id == chat.id) & outbox_alerts.c.alert_id.in_(wanted)
    had = connection.scalars(select(outbox_alerts.c.alert_id).where(theirs))
    if not (news := wanted.difference(had)):
        return 0
    new = insert(outbox).values(
        chat_id=chat.id,
        article_id=article,
        revision=revision,
        thread=chat.thread,
        html=draft.message.html,
        silent=draft.message.silent,
        link=draft.message.link,
        button=draft.message.button,
        state=DeliveryState.QUEUED if chat.suspended_at is None else DeliveryState.SUSPENDED,
        doubted=False,
        queued_at=now,
        due_at=now,
        attempts=0,
        receipt="",
    )
    delivery = connection.execute(new.returning(outbox.c.id)).scalar_one()
    rows = [{"alert_id": a, "chat_id": chat.id, "outbox_id": delivery} for a in sorted(news)]
    connection.execute(insert(outbox_alerts), rows)
    return 1
