"""Who may come in: everybody, who was invited, or who is on a list."""

from collections.abc import Sequence
from typing import Final

from watcher.access import PREFIX, invitation
from watcher.bot.desk import Desk, Visitor
from watcher.dialogue import Heard, Place, Reply
from watcher.messages import N_
from watcher.model import Chat

USED: Final = N_(
    "This invitation no longer works: it was used, or has ended. Ask the administrator for another."
)


async def admit(desk: Desk, visitor: Visitor, event: Heard, payload: str = "") -> Chat | None:
    """
    Let a stranger in who may come; `None` when not, then `turned_away` says why.

    A group is let in by an administrator of its own who has access, or brings an invitation.
    """
    if visitor.chat is not None:
        return visitor.chat
    if event.place is not Place.PRIVATE and not await _leads(desk, event):
        return None
    keys, store, now = desk.keys, desk.line.store, desk.line.clock()
    here = (desk.channel, event.address, event.thread)
    if await _has_access(desk, event):
        chat: Chat | None = await store.join(*here, language=visitor.language, now=now)
    elif keys.access != "invite" or keys.token is None:
        return None
    else:
        known = [rule_set.id for rule_set in desk.line.book.sets]
        found = invitation(payload, keys.token.get_secret_value(), known)
        if found is None:
            return None
        chat = await store.redeem(found, *here, language=visitor.language, now=now)
    if chat:
        await desk.refresh()
    return chat


def turned_away(desk: Desk, visitor: Visitor, event: Heard, payload: str = "") -> Sequence[Reply]:
    """Say why somebody was not let in, and to who insists less and less."""
    return desk.turned_away(event, visitor, USED if payload.startswith(PREFIX) else "")


async def _leads(desk: Desk, event: Heard) -> bool:
    return event.anonymous or await desk.rights.administrates(event.address, event.sender)


async def _has_access(desk: Desk, event: Heard) -> bool:
    """Tell whether a person needs no invitation: is named, or has been let in before."""
    keys = desk.keys
    if keys.access == "open" or event.sender in (*keys.allow, *keys.administrators):
        return True
    if event.place is Place.PRIVATE or not event.sender:
        return False
    return await desk.line.store.chat_at(desk.channel, str(event.sender)) is not None
