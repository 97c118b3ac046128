"""Every channel keeps the contract of the port, and Telegram's failures are named by who must act."""

import io
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from rich.console import Console

from tests.fake_telegram import TOKEN, FakeTelegram, Fault
from watcher import channels
from watcher.buttons import Button
from watcher.channels import CHANNELS, ConsoleChannel
from watcher.channels.telegram import PROBES, TRIES, TelegramChannel
from watcher.errors import (
    CredentialError,
    DeliveryError,
    MessageGoneError,
    MovedError,
    RefusedError,
    RetryLaterError,
    ThreadGoneError,
    UnreachableError,
    UnsureError,
)
from watcher.model import ChatId, Delivery, DeliveryId, DeliveryState, Kind, Message

LINK = "https://exemple.fr/puces?a=1&b=2"
HTML = (
    "🔔 <b>Alerte</b> · Nvidia H200\n"
    f'<a href="{LINK.replace("&", "&amp;")}">Pékin bloque les H200 &amp; les B200</a>\n\n'
    "<blockquote>La douane arrête les <b>H200</b> à Shenzhen.</blockquote>\n"
    "<i>Règle\u00a0: Nvidia H200.</i>"
)
DELIVERY = Delivery(
    id=DeliveryId(1),
    chat=ChatId(1),
    address="1",
    thread=None,
    message=Message(html=HTML, link=LINK, buttons=((Button(text="Lire", url=LINK),),)),
    state=DeliveryState.QUEUED,
)


@dataclass
class Bot:
    token: SecretStr | None
    base_url: str | None
    reconcile: bool = True


@dataclass
class Configuration:
    channel: str
    telegram: Bot


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@asynccontextmanager
async def opened(
    fake: FakeTelegram, *, read_timeout: float = 20.0
) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(TOKEN, base_url=fake.url, read_timeout=read_timeout)
    try:
        yield channel
    finally:
        await channel.close()


@contextmanager
def raises(kind: type[DeliveryError]) -> Iterator[pytest.ExceptionInfo[DeliveryError]]:
    """Expect exactly this error, its text a sentence without the token."""
    with pytest.raises(DeliveryError) as caught:
        yield caught
    assert type(caught.value) is kind
    assert str(caught.value)
    assert TOKEN not in "".join(map(str, [caught.value, caught.value.__cause__]))


# All channels -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHANNELS)
async def test_contract(name: str, fake: FakeTelegram, capsys: pytest.CaptureFixture[str]) -> None:
    """A channel opens, sends with a new receipt each time, finds nothing unsent, and closes."""
    channel = channels.create(Configuration(name, Bot(SecretStr(TOKEN), fake.url)))
    assert channel.name == name
    await channel.open()
    receipts = [await channel.send(DELIVERY), await channel.send(DELIVERY)]
    assert len(set(receipts)) == 2
    assert all(receipt.isdecimal() for receipt in receipts)
    assert await channel.find(replace(DELIVERY, last_receipt=receipts[-1])) is None
    await channel.close()
    assert len(fake.texts("1")) + capsys.readouterr().out.count("Alerte") == 2


@pytest.mark.parametrize("name", CHANNELS)
async def test_contract_of_stories(
    name: str, fake: FakeTelegram, capsys: pytest.CaptureFixture[str]
) -> None:
    """A message can be edited, twice alike too, and answered, also once it is gone; receipts tell."""
    channel = channels.create(Configuration(name, Bot(SecretStr(TOKEN), fake.url)))
    first = await channel.send(DELIVERY)
    later = replace(DELIVERY, kind=Kind.EDIT, target=first, message=Message(html="Deux sources."))
    assert [await channel.edit(later), await channel.edit(later)] == [first, first]
    answer = replace(DELIVERY, kind=Kind.REPLY, target=first, message=Message(html="Revirement."))
    second = await channel.send(answer)
    third = await channel.send(replace(answer, target="404"))
    await channel.send(replace(answer, target=""))
    assert len({first, second, third}) == 3
    await channel.close()
    printed = capsys.readouterr().out
    if name == "telegram":
        assert fake.texts("1") == ["Deux sources.", *["Revirement."] * 3]
        assert fake.answers == {("1", 2): 1}
    else:
        assert "✎ an earlier message now reads" in printed
        assert "↪ answers an earlier message" in printed


async def test_telegram_needs_a_token() -> None:
    """Without a token there is no Telegram channel, and the error says where to put one."""
    with pytest.raises(CredentialError, match=r"telegram\.token_file"):
        channels.create(Configuration("telegram", Bot(None, None)))


# Telegram: sending --------------------------------------------------------------------------------


async def test_telegram_sends_what_it_is_given(fake: FakeTelegram) -> None:
    """The message arrives as HTML, with a button, a small preview and its sound switched as asked."""
    fake.chats["-1001"] = {}
    async with opened(fake) as channel:
        await channel.send(replace(DELIVERY, message=replace(DELIVERY.message, silent=True)))
        await channel.send(replace(DELIVERY, address="-1001", thread=7))
        await channel.send(replace(DELIVERY, message=Message(html="Bonjour.")))
    private, group, plain = (form for method, form in fake.calls if method == "sendMessage")
    assert private["text"] == HTML
    assert private["parse_mode"] == "HTML"
    assert private["disable_notification"] == "true"
    assert json.loads(private["link_preview_options"])["url"] == LINK
    assert json.loads(private["reply_markup"])["inline_keyboard"][0][0]["text"] == "Lire"
    assert group["message_thread_id"] == "7"
    assert group["disable_notification"] == "false"
    assert json.loads(group["link_preview_options"]) == {"is_disabled": True}
    assert "reply_markup" not in plain
    assert json.loads(plain["link_preview_options"]) == {"is_disabled": True}


REFUSALS = [
    (403, "Forbidden: bot was blocked by the user", UnreachableError),
    (403, "Forbidden: bot was kicked from the supergroup chat", UnreachableError),
    (400, "Bad Request: chat not found", UnreachableError),
    (400, "Bad Request: not enough rights to send text messages to the chat", UnreachableError),
    (400, "Bad Request: need administrator rights in the channel chat", UnreachableError),
    (400, "Bad Request: message thread not found", ThreadGoneError),
    (400, "Bad Request: TOPIC_CLOSED", ThreadGoneError),
    (400, "Bad Request: TOPIC_DELETED", ThreadGoneError),
    (400, "Bad Request: can't parse entities: unsupported start tag", RefusedError),
    (400, "Bad Request: message is too long", RefusedError),
    (401, "Unauthorized", CredentialError),
    (404, "Not Found", CredentialError),
    (500, "Internal Server Error: restart", UnsureError),
    (502, "Bad Gateway", UnsureError),
    (409, "Conflict: terminated by other request", RetryLaterError),
    (413, "Request Entity Too Large", RetryLaterError),
]


@pytest.mark.parametrize(("status", "description", "kind"), REFUSALS)
async def test_telegram_refusals(
    fake: FakeTelegram, status: int, description: str, kind: type[DeliveryError]
) -> None:
    """Each refusal is the error of the one who can act on it; nothing is tried twice."""
    fake.fail("sendMessage", Fault(status=status, description=description))
    async with opened(fake) as channel:
        with raises(kind):
            await channel.send(DELIVERY)
    assert len(fake.calls) == 1


async def test_telegram_strange_answers_end(fake: FakeTelegram) -> None:
    """A status that the Bot API does not have is tried for a while, then the message is refused."""
    strange, last = Fault(status=413, description="x"), replace(DELIVERY, attempts=TRIES)
    fake.fail("sendMessage", strange, strange)
    fake.fail("editMessageText", *[strange] * 99)
    async with opened(fake) as channel:
        with raises(RetryLaterError):
            await channel.send(replace(DELIVERY, attempts=TRIES - 1))
        assert await channel.find(last) is None
        with raises(RefusedError) as caught:
            await channel.send(last)
    assert "413" in str(caught.value)


async def test_telegram_flood(fake: FakeTelegram) -> None:
    """A 429 says how long to wait, and surely sent nothing."""
    fake.fail("sendMessage", Fault(status=429, description="x", parameters={"retry_after": 7}))
    async with opened(fake) as channel:
        with raises(RetryLaterError) as caught:
            await channel.send(DELIVERY)
    assert isinstance(caught.value, RetryLaterError)
    assert caught.value.after == timedelta(seconds=7)


async def test_telegram_migration(fake: FakeTelegram) -> None:
    """A group that became a supergroup tells its new address."""
    moved = Fault(status=400, description="x", parameters={"migrate_to_chat_id": -100777})
    fake.fail("sendMessage", moved)
    async with opened(fake) as channel:
        with raises(MovedError) as caught:
            await channel.send(DELIVERY)
    assert isinstance(caught.value, MovedError)
    assert caught.value.address == "-100777"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut=True),
        Fault(cut=True, stored=True),
        Fault(hang=True, stored=True),
        Fault(raw=b"{not json", stored=True),
        Fault(raw=b"[]", stored=True),
        Fault(raw=b'{"ok": true, "result": true}', stored=True),
        Fault(raw=b'{"ok": true}', stored=True),
        Fault(raw=b"\xff\xfe", stored=True),
        Fault(status=502, raw=b"<html><h1>Bad Gateway</h1></html>"),
        Fault(status=400, raw=b"[]"),
    ],
)
async def test_telegram_unsure(fake: FakeTelegram, fault: Fault) -> None:
    """Cut, late or unreadable answers leave open whether the message arrived."""
    fake.fail("sendMessage", fault)
    async with opened(fake, read_timeout=0.2) as channel:
        with raises(UnsureError):
            await channel.send(DELIVERY)


async def test_telegram_unreachable_server() -> None:
    """A refused connection surely sent nothing."""
    async with FakeTelegram() as gone:
        url = gone.url
    channel = TelegramChannel(TOKEN, base_url=url)
    for call in (channel.open(), channel.send(DELIVERY)):
        with raises(RetryLaterError) as caught:
            await call
        assert "cannot be reached" in str(caught.value)
    await channel.close()


async def test_telegram_wrong_token(fake: FakeTelegram) -> None:
    """A token that Telegram does not know is refused when the channel opens, and is not repeated."""
    channel = TelegramChannel(f"{TOKEN}x", base_url=fake.url)
    with raises(CredentialError) as caught:
        await channel.open()
    assert caught.value.__suppress_context__
    await channel.close()


@pytest.mark.parametrize(
    "said",
    [
        "message to edit not found",
        "message can't be edited",
        "MESSAGE_ID_INVALID",
        "message to be replied not found",
    ],
)
async def test_telegram_message_gone(fake: FakeTelegram, said: str) -> None:
    """What is edited or answered may be gone: then it is known that nothing has changed."""
    fake.chats["1"][5] = {"text": "Avant."}
    refusal = Fault(status=400, description=f"Bad Request: {said}")
    fake.fail("editMessageText", refusal)
    fake.fail("sendMessage", refusal)
    async with opened(fake) as channel:
        with raises(MessageGoneError):
            await channel.edit(replace(DELIVERY, kind=Kind.EDIT, target="5"))
        with raises(MessageGoneError):
            await channel.send(replace(DELIVERY, kind=Kind.REPLY, target="5"))
    assert fake.texts("1") == ["Avant."]


async def test_telegram_edit_unsure(fake: FakeTelegram) -> None:
    """An edit whose answer is lost is unsure; the second one finds its work done."""
    fake.chats["1"][5] = {"text": "Avant."}
    fake.fail("editMessageText", Fault(cut=True, stored=True))
    edit = replace(DELIVERY, kind=Kind.EDIT, target="5")
    async with opened(fake) as channel:
        with raises(UnsureError):
            await channel.edit(edit)
        assert await channel.edit(edit) == "5"
    assert fake.texts("1") == [HTML]


# Telegram: looking for an unsure message ------------------------------------------------------------


async def lose(channel: TelegramChannel, fake: FakeTelegram, delivery: Delivery) -> None:
    """Send a message whose answer is lost."""
    fake.fail("sendMessage", Fault(cut=True, stored=True))
    with pytest.raises(UnsureError):
        await channel.send(delivery)


async def test_find_proves_arrival(fake: FakeTelegram) -> None:
    """A message whose answer was lost is found under its id, and left as it is."""
    async with opened(fake) as channel:
        first = await channel.send(replace(DELIVERY, message=Message(html="Avant.")))
        await lose(channel, fake, DELIVERY)
        before = dict(fake.chats["1"])
        assert await channel.find(replace(DELIVERY, last_receipt=first)) == "2"
        assert fake.chats["1"] == before


async def test_find_looks_past_other_peoples_messages(fake: FakeTelegram) -> None:
    """What the subscriber wrote meanwhile takes ids, and cannot be edited."""
    async with opened(fake) as channel:
        fake.foreign = {("1", 1), ("1", 2), ("1", 3)}
        await lose(channel, fake, DELIVERY)
        assert await channel.find(DELIVERY) == "4"


async def test_find_knows_absence(fake: FakeTelegram) -> None:
    """A message that never arrived is not found, however many older ones say the same."""
    async with opened(fake) as channel:
        first = await channel.send(DELIVERY)
        fake.fail("sendMessage", Fault(cut=True))
        with pytest.raises(UnsureError):
            await channel.send(DELIVERY)
        assert await channel.find(replace(DELIVERY, last_receipt=first)) is None
        assert len(fake.texts("1")) == 1


async def test_find_where_chats_share_ids(fake: FakeTelegram) -> None:
    """In a chat long silent, the ids after the newest of all private chats are looked at."""
    fake.shared_ids = True
    fake.chats |= {str(other): {} for other in range(2, 62)}
    async with opened(fake) as channel:
        quiet = await channel.send(DELIVERY)
        for other in range(2, 32):
            await channel.send(replace(DELIVERY, address=str(other)))
        lost = replace(DELIVERY, id=DeliveryId(2), last_receipt=quiet)
        await lose(channel, fake, lost)
        for other in range(32, 62):
            await channel.send(replace(DELIVERY, address=str(other)))
        assert await channel.find(lost) == "32"


async def test_find_takes_an_edit_for_arrival(fake: FakeTelegram) -> None:
    """Should an edit succeed, the message there is ours and now says what it should."""
    fake.chats["1"][1] = {"text": "Autre chose."}
    async with opened(fake) as channel:
        assert await channel.find(DELIVERY) == "1"
    assert fake.texts("1") == [HTML]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=429, description="x", parameters={"retry_after": 3}), RetryLaterError),
        (Fault(status=403, description="Forbidden: bot was blocked by the user"), UnreachableError),
        (Fault(cut=True), UnsureError),
        (Fault(status=401, description="Unauthorized"), CredentialError),
    ],
)
async def test_find_does_not_guess(
    fake: FakeTelegram, fault: Fault, kind: type[DeliveryError]
) -> None:
    """A search that is cut short again and again says so, and nothing about the message."""
    fake.fail("editMessageText", *[fault] * PROBES)
    async with opened(fake) as channel:
        with raises(kind):
            await channel.find(DELIVERY)


# The terminal ---------------------------------------------------------------------------------------


def printed(width: int, *, terminal: bool) -> tuple[ConsoleChannel, io.StringIO]:
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
        highlight=False,
        legacy_windows=False,
    )
    return ConsoleChannel(console), out


async def test_console_prints_plain_text_into_a_pipe() -> None:
    """Piped, a message has no colours, no markup and no broken lines; quotes carry a bar."""
    channel, out = printed(40, terminal=False)
    await channel.send(DELIVERY)
    lines = out.getvalue().splitlines()
    assert "\x1b" not in out.getvalue()
    assert lines[1:3] == ["🔔 Alerte · Nvidia H200", "Pékin bloque les H200 & les B200"]
    assert "▎ La douane arrête les H200 à Shenzhen." in lines
    assert lines[-2:] == ["Règle\u00a0: Nvidia H200.", LINK]


async def test_console_marks_the_words() -> None:
    """On a terminal, the words that decided stand out and long lines wrap between words."""
    channel, out = printed(30, terminal=True)
    await channel.send(DELIVERY)
    assert "La douane arrête les \x1b[1;33mH200\x1b[0m" in out.getvalue()
    assert LINK in out.getvalue()


async def test_console_shows_foreign_markup_as_it_is() -> None:
    """Square brackets and angle brackets of an article are text, not styles."""
    channel, out = printed(80, terminal=False)
    html = "[bold]H200[/bold] &lt;b&gt; &amp;amp; :rocket:"
    await channel.send(replace(DELIVERY, message=Message(html=html)))
    assert "[bold]H200[/bold] <b> &amp; :rocket:" in out.getvalue()


async def test_console_gone() -> None:
    """A closed terminal is something to try again, not a crash."""
    channel, out = printed(80, terminal=False)
    out.close()
    with raises(RetryLaterError):
        await channel.send(DELIVERY)
