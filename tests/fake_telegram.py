"""
A small Bot API server on loopback: it keeps what it accepts, refuses what Telegram refuses, and
answers wrongly when told to. It knows getMe, sendMessage and editMessageText.
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
                form = parse_qs((await reader.readexactly(length)).decode(), keep_blank_values=True)
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
