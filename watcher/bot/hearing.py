"""What Telegram says that people did, in our words."""

from typing import Any

import telegram
from telegram.constants import ChatMemberStatus as Status
from telegram.constants import ChatType, MessageEntityType

from watcher.buttons import Press
from watcher.dialogue import Event, Joined, Left, Migrated, Place, Pressed, Said

GONE = {Status.LEFT, Status.BANNED}
CHANNEL_COMMAND = "channel"  # what picking a channel with a button means


def heard(update: telegram.Update, bot: telegram.User) -> Event | None:
    """Read an update; `None` for what is not for us."""
    if update.callback_query:
        return _pressed(update.callback_query)
    if update.my_chat_member:
        return _standing(update.my_chat_member)
    if update.message:
        return _message(update.message, bot)
    return None


def _where(chat: telegram.Chat, sender: telegram.User | None) -> dict[str, Any]:
    return {
        "address": str(chat.id),
        "place": Place(chat.type),
        "title": chat.title or "",
        "sender": sender.id if sender else 0,
        "language": (sender and sender.language_code) or "",
    }


def _pressed(query: telegram.CallbackQuery) -> Pressed | None:
    message = query.message
    if message is None:  # of a message sent through another chat's inline mode: none is ours
        return None
    topic = _topic(message) if isinstance(message, telegram.Message) else None
    press = Press.read(query.data or "")
    where = _where(message.chat, query.from_user)
    return Pressed(**where, thread=topic, press=press, message=message.message_id)


def _topic(message: telegram.Message) -> int | None:
    """Name the forum topic; what merely answers something has a thread too."""
    topical = message.is_topic_message and message.chat.type == ChatType.SUPERGROUP
    return message.message_thread_id if topical else None


def _standing(change: telegram.ChatMemberUpdated) -> Joined | Left:
    where, now = _where(change.chat, change.from_user), change.new_chat_member
    silenced = isinstance(now, telegram.ChatMemberRestricted) and not (
        now.is_member and now.can_send_messages
    )
    reader = change.chat.type == ChatType.CHANNEL and not (
        isinstance(now, telegram.ChatMemberAdministrator) and now.can_post_messages
    )
    return (Left if now.status in GONE or silenced or reader else Joined)(**where)


def _message(message: telegram.Message, bot: telegram.User) -> Event | None:
    alone = message.sender_chat is not None and message.sender_chat.id == message.chat.id
    where = _where(message.chat, None if alone else message.from_user)
    if message.migrate_to_chat_id:
        return Migrated(**where, successor=str(message.migrate_to_chat_id))
    where |= {"thread": _topic(message), "anonymous": alone}
    if message.chat_shared:
        picked = message.chat_shared
        where["title"] = picked.title or ""
        return Said(**where, command=CHANNEL_COMMAND, shared_chat=str(picked.chat_id))
    text = message.text or message.caption
    if text is None:
        return None
    command, rest = _command(message, bot)
    if not command and message.chat.type != ChatType.PRIVATE and not _answers(message, bot):
        return None  # people in a group talk to each other
    return Said(
        **where,
        text=rest if command else text,
        command=command,
        link=_link(message),
        forwarded_from=_origin(message),
    )


def _command(message: telegram.Message, bot: telegram.User) -> tuple[str, str]:
    """Split `/search@our_bot H200` into `search` and `H200`; another bot's command is none."""
    text = message.text or ""
    first = next(iter(message.entities), None)
    if not (first and first.type == MessageEntityType.BOT_COMMAND and first.offset == 0):
        return "", text
    name, _, whose = text[1 : first.length].partition("@")
    if whose and whose.lower() != (bot.username or "").lower():
        return "", text
    return name.lower(), text[first.length :].strip()


def _answers(message: telegram.Message, bot: telegram.User) -> bool:
    answered = message.reply_to_message
    return bool(answered and answered.from_user and answered.from_user.id == bot.id)


def _link(message: telegram.Message) -> str:
    found = message.parse_entities() or message.parse_caption_entities()
    for entity, words in found.items():
        if entity.type == MessageEntityType.URL:
            return words
        if entity.type == MessageEntityType.TEXT_LINK:
            return entity.url or ""
    return ""


def _origin(message: telegram.Message) -> str:
    origin = message.forward_origin
    return str(origin.chat.id) if isinstance(origin, telegram.MessageOriginChannel) else ""
