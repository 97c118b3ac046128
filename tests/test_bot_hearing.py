"""What Telegram says that people did is read as our own words, and what is not for us is not."""

from typing import Any

import pytest
import telegram

from watcher.bot.hearing import heard
from watcher.buttons import Press
from watcher.dialogue import Event, Joined, Left, Migrated, Place, Pressed, Said

BOT = telegram.User(id=123456, is_bot=True, first_name="Veille", username="veille_bot")
ANNE = {"id": 7, "is_bot": False, "first_name": "Anne", "language_code": "fr"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Anne"}
FORUM = {"id": -1006, "type": "supergroup", "title": "Forum", "is_forum": True}
CHANNEL = {"id": -1009, "type": "channel", "title": "Dépêches"}
ME = {"id": 123456, "is_bot": True, "first_name": "Veille", "username": "veille_bot"}


def message(chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    """Write a message; a slash begins a command."""
    text = more.get("text", "")
    found = {}
    if text.startswith("/"):
        length = len(text.split()[0])
        found = {"entities": [{"type": "bot_command", "offset": 0, "length": length}]}
    return {"message_id": 4, "date": 1, "chat": chat, "from": ANNE} | found | more


def hear(**update: Any) -> Event | None:
    """Read an update as the library would bring it."""
    read = telegram.Update.de_json({"update_id": 1, **update}, telegram.Bot("1:a"))
    return heard(read, BOT)


IN_PRIVATE: dict[str, Any] = {"address": "7", "sender": 7, "language": "fr"}
IN_FORUM: dict[str, Any] = IN_PRIVATE | {
    "address": "-1006",
    "place": Place.SUPERGROUP,
    "title": "Forum",
}
LINK = {"type": "url", "offset": 5, "length": 19}
HIDDEN = {"type": "text_link", "offset": 0, "length": 4, "url": "https://exemple.fr/b"}
BOLD = {"type": "bold", "offset": 0, "length": 4}
POST = {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 3}
FROM_ANNE = {"type": "user", "date": 1, "sender_user": ANNE}
TOPIC = {"message_thread_id": 12, "is_topic_message": True}
THREAD = {"message_thread_id": 12}
SHARED = {"request_id": 1, "chat_id": -1009, "title": "Dépêches"}


@pytest.mark.parametrize(
    ("said", "event"),
    [
        (message(text="Bonjour"), Said(**IN_PRIVATE, text="Bonjour")),
        (
            message(text="/Recherche  puces H200"),
            Said(**IN_PRIVATE, command="recherche", text="puces H200"),
        ),
        (message(text="/start@Veille_bot s_1"), Said(**IN_PRIVATE, command="start", text="s_1")),
        (message(FORUM, text="/regles", **TOPIC), Said(**IN_FORUM, command="regles", thread=12)),
        (message(FORUM, text="/regles", **THREAD), Said(**IN_FORUM, command="regles")),
        (message(FORUM, text="/regles@another_bot"), None),
        (message(FORUM, text="On en parle ?"), None),
        (
            message(FORUM, text="07:30", reply_to_message=message(FORUM, text="x") | {"from": ME}),
            Said(**IN_FORUM, text="07:30"),
        ),
        (
            message(FORUM, text="/ici", sender_chat=FORUM),
            Said(**IN_FORUM | {"sender": 0, "language": ""}, command="ici", anonymous=True),
        ),
        (
            message(text="Lire https://exemple.fr", entities=[BOLD, LINK]),
            Said(**IN_PRIVATE, text="Lire https://exemple.fr", link="https://exemple.fr"),
        ),
        (
            message(caption="Lire", photo=[], caption_entities=[HIDDEN], forward_origin=POST),
            Said(**IN_PRIVATE, text="Lire", link="https://exemple.fr/b", forwarded_from="-1009"),
        ),
        (message(text="Lu.", forward_origin=FROM_ANNE), Said(**IN_PRIVATE, text="Lu.")),
        (
            message(chat_shared=SHARED),
            Said(**IN_PRIVATE, command="channel", shared_chat="-1009", title="Dépêches"),
        ),
        (message(new_chat_title="x"), None),
        (
            message(FORUM | {"id": -5, "type": "group"}, migrate_to_chat_id=-1006),
            Migrated(
                **IN_FORUM | {"address": "-5", "place": Place.GROUP},
                successor="-1006",
            ),
        ),
    ],
)
def test_messages(said: dict[str, Any], event: Event | None) -> None:
    """Texts, commands, topics, links, what is passed on, picked or moved."""
    assert hear(message=said) == event


def test_presses() -> None:
    """A button's data is read; one that is not ours, or whose message is gone, is told apart."""
    query = {"id": "1", "from": ANNE, "chat_instance": "1", "data": "v1:mute:1a"}
    pressed = {"message": message(FORUM, text="x", **TOPIC)}
    assert hear(callback_query=query | pressed) == Pressed(
        **IN_FORUM, thread=12, message=4, press=Press("mute", "1a")
    )
    gone = {"message": {"message_id": 4, "date": 0, "chat": PRIVATE}, "data": "v0:old"}
    assert hear(callback_query=query | gone) == Pressed(**IN_PRIVATE, message=4, press=None)
    assert hear(callback_query=query) is None
    assert hear(poll_answer=None) is None


RIGHTS = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
    "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
    "can_add_web_page_previews can_change_info can_invite_users can_pin_messages "
    "can_manage_topics can_react_to_messages"
)
POWERS = (
    "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
    "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
    "can_edit_stories can_delete_stories can_edit_tag"
)
RESTRICTED = {"until_date": 0, "can_edit_tag": False, **dict.fromkeys(RIGHTS.split(), False)}
POWERFUL = dict.fromkeys(POWERS.split(), False)


@pytest.mark.parametrize(
    ("chat", "now", "kind"),
    [
        (PRIVATE, {"status": "kicked", "until_date": 0}, Left),
        (PRIVATE, {"status": "member"}, Joined),
        (FORUM, {"status": "left"}, Left),
        (FORUM, {"status": "member"}, Joined),
        (FORUM, {"status": "restricted", "is_member": True} | RESTRICTED, Left),
        (
            FORUM,
            {"status": "restricted"} | RESTRICTED | {"is_member": True, "can_send_messages": True},
            Joined,
        ),
        (CHANNEL, {"status": "member"}, Left),
        (CHANNEL, {"status": "administrator"} | POWERFUL, Left),
        (CHANNEL, {"status": "administrator"} | POWERFUL | {"can_post_messages": True}, Joined),
    ],
)
def test_standing(chat: dict[str, Any], now: dict[str, Any], kind: type[Event]) -> None:
    """Where the bot cannot write it has left; where it can, it has joined."""
    change = {
        "chat": chat,
        "from": ANNE,
        "date": 1,
        "old_chat_member": {"status": "left", "user": ME},
        "new_chat_member": now | {"user": ME},
    }
    assert type(hear(my_chat_member=change)) is kind
