"""Invitations that were used: each lets one chat in."""

from datetime import datetime

from sqlalchemy import Connection, insert

from watcher.access import Invitation
from watcher.model import Chat
from watcher.store.opening import Database, insert_into, writing
from watcher.store.schema import invites, subscriptions
from watcher.store.subscribers import enrol


class Invites(Database):
    """Statements over `invites`."""

    @writing
    def redeem(
        self,
        db: Connection,
        invitation: Invitation,
        channel: str,
        address: str,
        thread: int | None = None,
        *,
        language: str,
        now: datetime,
    ) -> Chat | None:
        """Let a chat in by an invitation; `None` when that was used, or has ended."""
        used = {"nonce": invitation.nonce, "used_at": now, "expires_at": invitation.expires_at}
        once = insert_into(invites).values(**used).on_conflict_do_nothing()
        if invitation.expires_at <= now or not db.execute(once).rowcount:
            return None
        chat = enrol(db, channel, address, thread, language=language, now=now)
        if invitation.rule_set and not chat.follows(invitation.rule_set):
            row = {"chat_id": chat.id, "rule_set": invitation.rule_set}
            db.execute(insert(subscriptions), row | {"followed": True})
            return enrol(db, channel, address, thread, language=language, now=now)
        return chat
