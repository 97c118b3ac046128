"""
A small Bot API server on loopback: it keeps what it accepts, refuses what Telegram refuses, and
answers wrongly when told to. It knows the methods that we use.
"""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs

from tests.telegram_html import parse

TOKEN = "123456:abcdefghijklmnopqrstuvwxyz_0123456789"
LIMIT = 4096
BOT = 123456
RIGHTS = (
    "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
    "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
    "can_edit_stories can_delete_stories"
)


@dataclass
class Fault:
    """How one call goes wrong."""

    status: int = 200
    description: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    raw: bytes | None = None  # answered as it stands
    stored: bool = False  # the call is executed, then its answer goes wrong
    cut: bool = False  # the connection ends without an answer
    hang: bool = False  # no answer comes

    @property
    def body(self) -> bytes:
        """The answer."""
        if self.raw is not None:
            return self.raw
        refusal = {"ok": False, "error_code": self.status, "description": self.description}
        return json.dumps(refusal | {"parameters": self.parameters}).encode()


class RefusalError(Exception):
    """A 400 or 403 of the fake's own."""


@dataclass
class FakeTelegram:
    """Serves while entered; `calls`, `chats` and `faults` are open to the test."""

    chats: dict[str, dict[int, dict[str, str]]] = field(default_factory=lambda: {"1": {}})
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    shared_ids: bool = False  # private chats of a bot share one sequence
    foreign: set[tuple[str, int]] = field(default_factory=set)  # ids of other people's messages
    answers: dict[tuple[str, int], int] = field(default_factory=dict)  # replies to what
    url: str = ""
    updates: list[dict[str, Any]] = field(default_factory=list)  # that wait to be heard
    members: dict[str, dict[int, str]] = field(default_factory=dict)  # what people are, by chat
    commands: dict[str, Any] = field(default_factory=dict)
    polled: asyncio.Event = field(default_factory=asyncio.Event)

    def push(self, **update: Any) -> None:
        """Have something happen that the bot will hear of."""
        self.heard = getattr(self, "heard", 0) + 1
        self.updates.append({"update_id": self.heard, **update})
        self.polled.set()

    def named(self, method: str) -> list[dict[str, str]]:
        """Return the calls of a method."""
        return [form for name, form in self.calls if name == method]

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/bot"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, one each."""
        self.faults.setdefault(method, deque()).extend(faults)

    def texts(self, chat: str) -> list[str]:
        """Return what stands in a chat."""
        return [message["text"] for message in self.chats[chat].values()]

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split()[1].decode()
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r")[0] or 0)
                sent = (await reader.readexactly(length)).decode("utf-8", "replace")
                form = parse_qs(sent, keep_blank_values=True)
                status, body = await self._answer(path, {k: v[0] for k, v in form.items()})
                if status == 0:
                    break
                lines = f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n\r\n"
                writer.write(lines.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, form: dict[str, str]) -> tuple[int, bytes]:
        _, token, method = path.split("/")
        if token != f"bot{TOKEN}":
            return 401, b'{"ok":false,"error_code":401,"description":"Unauthorized"}'
        self.calls.append((method, form))
        if method == "getUpdates" and not self.faults.get(method):
            return 200, json.dumps({"ok": True, "result": await self._poll(form)}).encode()
        waiting = self.faults.get(method)
        fault = waiting.popleft() if waiting else None
        if fault and not fault.stored:
            return await self._go_wrong(fault)
        try:
            body = {"ok": True, "result": getattr(self, method)(form)}
        except RefusalError as error:
            status, description = error.args
            return status, Fault(status=status, description=description).body
        return await self._go_wrong(fault) if fault else (200, json.dumps(body).encode())

    async def _go_wrong(self, fault: Fault) -> tuple[int, bytes]:
        if fault.hang:
            await asyncio.Event().wait()
        return (0, b"") if fault.cut else (fault.status, fault.body)

    async def _poll(self, form: dict[str, str]) -> list[dict[str, Any]]:
        offset = int(form.get("offset", 0))
        self.updates = [one for one in self.updates if one["update_id"] >= offset]
        if not self.updates and float(form.get("timeout", 0)):
            self.polled.clear()
            await self.polled.wait()
        return list(self.updates)

    def answerCallbackQuery(self, _form: dict[str, str]) -> bool:  # noqa: N802
        """Stop a button's spinning."""
        return True

    def deleteMessage(self, form: dict[str, str]) -> bool:  # noqa: N802
        """Take a message away."""
        del self._chat(form)[int(form["message_id"])]
        return True

    def editMessageReplyMarkup(self, form: dict[str, str]) -> dict[str, Any]:  # noqa: N802
        """Take a message's buttons away."""
        return self._message(form | {"text": "x"}, int(form["message_id"]))

    def sendDocument(self, _form: dict[str, str]) -> dict[str, Any]:  # noqa: N802
        """Take a file, which this server does not read."""
        return self._message({"chat_id": "1", "text": "x"}, 1)

    def getChat(self, form: dict[str, str]) -> dict[str, Any]:  # noqa: N802
        """Describe a group."""
        self._chat(form)
        chat = {"id": int(form["chat_id"]), "type": "supergroup", "title": "Veille"}
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
        accepted = dict.fromkeys((*gifts, "gifts_from_channels"), False)
        numbers = {"accent_color_id": 0, "max_reaction_count": 1}
        return chat | numbers | {"accepted_gift_types": accepted}

    def getChatMember(self, form: dict[str, str]) -> dict[str, Any]:  # noqa: N802
        """Say what somebody is in a chat."""
        person = int(form["user_id"])
        known = self.members.get(form["chat_id"], {})
        if person not in known:
            raise RefusalError(400, "Bad Request: PARTICIPANT_ID_INVALID")
        return member(person, known[person])

    def getChatAdministrators(self, form: dict[str, str]) -> list[dict[str, Any]]:  # noqa: N802
        """List who administrates a chat."""
        self._chat(form)
        known = self.members.get(form["chat_id"], {}).items()
        return [member(person, what) for person, what in known if what != "member"]

    def getMyCommands(self, form: dict[str, str]) -> list[dict[str, str]]:  # noqa: N802
        """Return a list of commands."""
        found: list[dict[str, str]] = self.commands.get(listed(form), [])
        return found

    def setMyCommands(self, form: dict[str, str]) -> bool:  # noqa: N802
        """Keep a list of commands."""
        self.commands[listed(form)] = json.loads(form["commands"])
        return True

    def getMe(self, _form: dict[str, str]) -> dict[str, Any]:  # noqa: N802
        """Tell who the bot is."""
        return {"id": 123456, "is_bot": True, "first_name": "Veille", "username": "veille_bot"}

    def sendMessage(self, form: dict[str, str]) -> dict[str, Any]:  # noqa: N802
        """Keep a message."""
        chat = self._chat(form)
        reply = json.loads(form.get("reply_parameters", "{}"))
        if reply and reply["message_id"] not in chat and not reply["allow_sending_without_reply"]:
            raise RefusalError(400, "Bad Request: message to be replied not found")
        sequences = self.chats.values() if self.shared_ids else [chat]
        taken = [number for messages in sequences for number in messages]
        taken += [number for _, number in self.foreign]
        number = max(taken, default=0) + 1
        chat[number] = shown(form)
        if reply.get("message_id") in chat:
            self.answers[form["chat_id"], number] = reply["message_id"]
        return self._message(form, number)

    def editMessageText(self, form: dict[str, str]) -> dict[str, Any]:  # noqa: N802
        """Change a message of the bot."""
        chat, number = self._chat(form), int(form["message_id"])
        if (form["chat_id"], number) in self.foreign:
            raise RefusalError(400, "Bad Request: message can't be edited")
        if number not in chat:
            raise RefusalError(400, "Bad Request: message to edit not found")
        if chat[number] == shown(form):
            raise RefusalError(400, "Bad Request: message is not modified: ...")
        chat[number] = shown(form)
        return self._message(form, number)

    def _chat(self, form: dict[str, str]) -> dict[int, dict[str, str]]:
        if form["chat_id"] not in self.chats:
            raise RefusalError(400, "Bad Request: chat not found")
        return self.chats[form["chat_id"]]

    def _message(self, form: dict[str, str], number: int) -> dict[str, Any]:
        chat = {"id": int(form["chat_id"]), "type": "private"}
        return {"message_id": number, "date": 1, "chat": chat, "text": form["text"]}


def listed(form: dict[str, str]) -> str:
    """Name a list of commands by its scope and language."""
    return f"{json.loads(form['scope'])['type']} {form.get('language_code', '')}".strip()


def member(person: int, status: str) -> dict[str, Any]:
    """Describe a member as Telegram does."""
    user = {"id": person, "is_bot": person == BOT, "first_name": "x"}
    rights = dict.fromkeys(RIGHTS.split(), False) | {"can_post_messages": True}
    return {"user": user, "status": status} | (rights if status == "administrator" else {})


def shown(form: dict[str, str]) -> dict[str, str]:
    """Return what a reader sees of a message; refuses what Telegram would not show."""
    try:
        parsed = parse(form["text"])
    except AssertionError as error:
        raise RefusalError(400, f"Bad Request: can't parse entities: {error}") from error
    if parsed.units > LIMIT:
        raise RefusalError(400, "Bad Request: message is too long")
    kept = ("text", "reply_markup", "link_preview_options")
    return {key: form[key] for key in kept if key in form}
