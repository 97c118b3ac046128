"""Living messages: a chat reads a story in one message, edited and answered, whatever happens."""

from collections.abc import AsyncIterator

import pytest

from tests.newsroom import (
    H200,
    HOUR,
    MINUTE,
    NOW,
    entry,
    name,
    placed,
    poll,
    subscribed,
    verdict,
    waiting,
)
from watcher.model import (
    Chat,
    ChatSpec,
    Decision,
    Delivery,
    DeliveryState,
    Draft,
    Kind,
    Message,
    StoryId,
)
from watcher.store import Recorded, Store
from watcher.timeline import Placed

ONE = StoryId(1)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """Open a database in memory."""
    opened = await Store.open("sqlite://", now=NOW)
    yield opened
    await opened.close()


async def tell(
    store: Store,
    number: int,
    kind: Kind,
    *chats: Chat,
    text: str = "",
    place: Placed | None = None,
    minutes: float = 0,
) -> Recorded:
    """Have the article of this number join story 1 (the first one begins it) and be told so."""
    html = text or f"Dépêche {number}."
    message = Message(html=html, silent=kind is Kind.EDIT)
    return await store.record(
        await waiting(store, number),
        verdict(H200, decision=Decision.DEVELOPMENT),
        aliases=[name(f"puces.example/{number}")],
        drafts=[Draft(chat=c.id, rule_sets=(H200,), message=message, kind=kind) for c in chats],
        sentences=[],
        host="puces.example",
        now=NOW + minutes * MINUTE,
        placed=place or placed(None if number == 1 else ONE, event=number),
    )


async def claim(store: Store, minutes: float = 0, limit: int = 99) -> list[Delivery]:
    """Claim for a minute."""
    return await store.claim(NOW + minutes * MINUTE, limit=limit, lease=MINUTE)


async def send(store: Store, receipt: str, minutes: float = 0) -> Delivery:
    """Carry the one delivery that is due."""
    [delivery] = await claim(store, minutes)
    await store.sent(delivery.id, receipt, now=NOW + minutes * MINUTE)
    return delivery


async def test_a_story_is_one_message(store: Store) -> None:
    """The second article edits the message of the first; a reversal answers it and is read on."""
    [chat] = await subscribed(store, "7")
    assert (await tell(store, 1, Kind.NEW, chat)).story == ONE
    first = await send(store, "41")
    assert (first.kind, first.target) == (Kind.NEW, "")
    await tell(store, 2, Kind.EDIT, chat)
    edit = await send(store, "41")
    assert (edit.kind, edit.target, edit.message.html) == (Kind.EDIT, "41", "Dépêche 2.")
    [told] = await store.told_of(ONE)
    assert (told.receipt, told.articles, told.event, told.since) == ("41", 2, 2, NOW)
    await tell(store, 3, Kind.REPLY, chat, minutes=1)
    reply = await send(store, "42", 1)
    assert (reply.kind, reply.target) == (Kind.REPLY, "41")
    await tell(store, 4, Kind.EDIT, chat, minutes=2)
    assert (await send(store, "42", 2)).target == "42"
    [told] = await store.told_of(ONE)
    assert (told.chat, told.receipt, told.articles) == (chat.id, "42", 2)
    assert told.state is DeliveryState.SENT


async def test_an_unsent_message_is_rewritten(store: Store) -> None:
    """While the first message waits, what joins the story goes into it: one row, one message."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, Kind.NEW, chat)
    assert (await tell(store, 2, Kind.EDIT, chat)).deliveries == 1
    assert (await send(store, "41")).message == Message(html="Dépêche 2.")
    assert await claim(store, 9) == []
    [told] = await store.told_of(ONE)
    assert (told.articles, told.receipt) == (2, "41")


async def test_edits_are_calm(store: Store) -> None:
    """A chat sees at most one edit a minute, the newest text wins, and nothing is edited in vain."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, Kind.NEW, chat)
    await send(store, "41")
    await tell(store, 2, Kind.EDIT, chat)
    await send(store, "41")
    for number in (3, 4):
        await tell(store, number, Kind.EDIT, chat)
    assert await store.next_delivery(NOW) == NOW + MINUTE
    assert await claim(store, 0.9) == []
    assert (await send(store, "41", 1)).message.html == "Dépêche 4."
    await tell(store, 5, Kind.EDIT, chat, text="Dépêche 4.", minutes=3)
    assert await claim(store, 3) == []
    assert (await store.status(NOW)).outbox[DeliveryState.SENT] == 4
    assert await store.next_delivery(NOW) is None


async def test_an_edit_on_its_way_is_not_rewritten(store: Store) -> None:
    """What joins while an edit is in the air is an edit of its own, after it, a minute later."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, Kind.NEW, chat)
    await send(store, "41")
    await tell(store, 2, Kind.EDIT, chat)
    [flying] = await claim(store)
    await tell(store, 3, Kind.EDIT, chat, text="Dépêche 1.")  # what the message still says
    assert await claim(store) == []
    assert await store.recover(NOW) == 1
    [again] = await claim(store)
    assert (again.id, again.state, again.kind) == (flying.id, DeliveryState.UNSURE, Kind.EDIT)
    await store.sent(again.id, "41", now=NOW)
    assert await claim(store, 0.9) == []
    assert (await send(store, "41", 1)).message.html == "Dépêche 1."


async def test_lanes(store: Store) -> None:
    """Of what is due, reversals come first, then alerts, then edits; a chat and all chats alike."""
    one, two, three = await subscribed(store, "7", "8", "9")
    await tell(store, 1, Kind.NEW, one, two, three)
    for delivery in await claim(store):
        await store.sent(delivery.id, "41", now=NOW)
    await tell(store, 2, Kind.EDIT, one, two)
    await tell(store, 3, Kind.NEW, one, three, place=placed(None))
    await tell(store, 4, Kind.REPLY, one, place=placed(ONE))
    turns = [[(d.chat, d.kind) for d in await claim(store, 1, limit=2)] for _ in range(2)]
    assert turns == [[(one.id, Kind.REPLY), (three.id, Kind.NEW)], [(two.id, Kind.EDIT)]]


async def test_lanes_of_a_forum(store: Store) -> None:
    """The topics of a forum share one place in flight: a reversal in one passes alerts in another."""
    specs = [ChatSpec(address="-100", thread=n) for n in (1, 2)]
    calm, stirred = await store.sync_chats(specs, channel="telegram", now=NOW)
    await tell(store, 1, Kind.NEW, stirred)
    await send(store, "41")
    await tell(store, 2, Kind.NEW, calm, place=placed(None))
    await tell(store, 3, Kind.REPLY, stirred)
    assert [(await send(store, n)).chat for n in ("42", "43")] == [stirred.id, calm.id]


async def test_an_answer_waits_for_what_it_answers(store: Store) -> None:
    """A reversal does not overtake the message it turns round, even when that one must wait."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, Kind.NEW, chat)
    [first] = await claim(store)
    await tell(store, 2, Kind.REPLY, chat)
    await store.retry(first.id, until=NOW + MINUTE, error="503")
    assert await claim(store) == []
    assert await store.next_delivery(NOW) == NOW + MINUTE
    assert (await send(store, "41", 1)).id == first.id
    assert (await send(store, "42", 1)).target == "41"


async def test_a_lost_message_is_written_anew(store: Store) -> None:
    """A deleted message comes back once, with the newest text, and is the story's from then on."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, Kind.NEW, chat)
    await send(store, "41")
    await tell(store, 2, Kind.EDIT, chat)
    [edit] = await claim(store)
    await tell(store, 3, Kind.EDIT, chat)
    await tell(store, 4, Kind.REPLY, chat)
    await store.renew(edit.id, now=NOW)
    await store.renew(edit.id, now=NOW)  # a report that comes too late
    anew = await send(store, "50")
    assert (anew.id, anew.kind, anew.target) == (edit.id, Kind.NEW, "")
    assert anew.state is DeliveryState.QUEUED
    reply = await send(store, "51")
    assert (reply.kind, reply.target) == (Kind.REPLY, "50")
    assert (await send(store, "50", 1)).target == "50"
    assert [told.receipt for told in await store.told_of(ONE)] == ["51"]


async def test_a_lost_message_stays_the_storys(store: Store) -> None:
    """After the message was written anew, the next edit is of the new one."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, Kind.NEW, chat)
    await send(store, "41")
    await tell(store, 2, Kind.EDIT, chat)
    [edit] = await claim(store)
    await store.renew(edit.id, now=NOW)
    await send(store, "50")
    await tell(store, 3, Kind.EDIT, chat)
    assert (await send(store, "50")).target == "50"


async def test_a_reply_to_a_lost_message(store: Store) -> None:
    """A channel that will not take the answer gets a plain message."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, Kind.NEW, chat)
    await send(store, "41")
    await tell(store, 2, Kind.REPLY, chat)
    [reply] = await claim(store)
    await store.renew(reply.id, now=NOW)
    assert (await send(store, "42")).kind is Kind.NEW
    assert [told.receipt for told in await store.told_of(ONE)] == ["42"]


async def test_a_refused_message_is_no_thread(store: Store) -> None:
    """When the first message never left, what would edit or answer it comes as a message."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, Kind.NEW, chat)
    [first] = await claim(store)
    await tell(store, 2, Kind.EDIT, chat)  # queued while the first is in the air
    await store.refuse(first.id, error="message is too long")
    edit = await send(store, "41")
    assert (edit.kind, edit.message.html) == (Kind.NEW, "Dépêche 2.")
    await tell(store, 3, Kind.EDIT, chat)
    [again] = await claim(store)
    assert again.target == "41"
    await store.refuse(again.id, error="can't parse entities")
    await tell(store, 4, Kind.REPLY, chat)
    [reply] = await claim(store)
    await store.refuse(reply.id, error="can't parse entities")
    for number, kind in ((5, Kind.EDIT), (6, Kind.REPLY)):
        await tell(store, number, kind, chat)
        assert (await send(store, str(number), 2)).target == ("" if number == 5 else "5")


async def test_no_receipt_survives_a_move(store: Store) -> None:
    """Numbers count anew at the new address: nobody's message there is edited by mistake."""
    [chat] = await subscribed(store, "-5")
    await tell(store, 1, Kind.NEW, chat)
    await send(store, "41")
    await tell(store, 2, Kind.EDIT, chat)
    [edit] = await claim(store)
    await store.unsure(edit.id, until=NOW, error="no answer")
    await store.move(chat.id, address="-1005")
    anew = await send(store, "3")
    assert (anew.kind, anew.state, anew.address) == (Kind.NEW, DeliveryState.QUEUED, "-1005")
    await tell(store, 3, Kind.EDIT, chat)
    assert (await send(store, "3")).target == "3"


async def test_merged_chats_read_one_message(store: Store) -> None:
    """Two chats that turn out to be one go on in the message of the one that stays."""
    old, new = await subscribed(store, "-5", "-1005")
    await tell(store, 1, Kind.NEW, old, new)
    await tell(store, 2, Kind.NEW, old, place=placed(None))
    for delivery in [*await claim(store), *await claim(store)]:
        await store.sent(delivery.id, "41", now=NOW)
    for delivery in await claim(store):
        await store.sent(delivery.id, "42", now=NOW)
    await store.move(old.id, address="-1005")
    assert [told.chat for told in await store.told_of(ONE)] == [new.id]
    assert [told.chat for told in await store.told_of(StoryId(2))] == [new.id]
    await tell(store, 3, Kind.EDIT, old)
    assert (await send(store, "41")).target == "41"
    await tell(store, 4, Kind.EDIT, new, place=placed(StoryId(2)), minutes=2)
    assert (await send(store, "43", 2)).kind is Kind.NEW  # the old chat's message is out of reach


async def test_suspended_chats_catch_up(store: Store) -> None:
    """While a chat blocks us its story goes on in what waits for it."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, Kind.NEW, chat)
    await send(store, "41")
    await store.suspend(chat.id, error="blocked", now=NOW)
    for number in (2, 3):
        await tell(store, number, Kind.EDIT, chat)
    await store.resume_chat(chat.id)
    assert (await send(store, "41")).message.html == "Dépêche 3."
    assert await claim(store, 9) == []


async def test_an_answer_to_another_story(store: Store) -> None:
    """A draft may name the story whose message it answers; it begins the article's own thread."""
    [chat] = await subscribed(store, "7")
    await tell(store, 1, Kind.NEW, chat)
    await send(store, "41")
    message = Message(html="Nouveau blocage.")
    answer = Draft(chat=chat.id, rule_sets=(H200,), message=message, kind=Kind.REPLY, story=ONE)
    recorded = await store.record(
        await waiting(store, 2),
        verdict(H200, decision=Decision.REVERSAL),
        aliases=[],
        drafts=[answer],
        sentences=[],
        host="puces.example",
        now=NOW,
        placed=placed(None),
    )
    assert (await send(store, "42")).target == "41"
    assert recorded.story is not None
    receipts = [[t.receipt for t in await store.told_of(s)] for s in (ONE, recorded.story)]
    assert receipts == [["41"], ["42"]]


async def test_a_revised_article_corrects(store: Store) -> None:
    """An article that was edited is told to nobody again, but may correct what a chat reads."""
    [chat] = await subscribed(store, "7")
    one = await tell(store, 1, Kind.NEW, chat)
    await send(store, "41")
    feed = (await store.feeds())[0].id
    await store.record_poll(feed, poll(entry(1, title="Corrigé")), now=NOW)
    [edited] = await store.pending(NOW + HOUR, limit=9)
    for kind, deliveries in ((Kind.REPLY, 0), (Kind.EDIT, 1)):
        message = Message(html="Corrigé.")
        recorded = await store.record(
            edited,
            verdict(H200, decision=Decision.REVISION),
            aliases=[],
            drafts=[Draft(chat=chat.id, rule_sets=(H200,), message=message, kind=kind)],
            sentences=[],
            host="puces.example",
            now=NOW,
            placed=placed(ONE),
        )
        assert (recorded.article, recorded.deliveries) == (one.article, deliveries)
    assert (await send(store, "41")).message.html == "Corrigé."
    assert [told.articles for told in await store.told_of(ONE)] == [1]
    story = await store.story(ONE)
    assert story is not None
    assert [one.decision for one in story.chapters] == [Decision.DEVELOPMENT]


async def test_without_a_story(store: Store) -> None:
    """An edit or reply of an article that was not placed is a message of its own, as before."""
    chats = await subscribed(store, "7", "8")
    for number, kind in ((1, Kind.EDIT), (2, Kind.REPLY)):
        message = Message(html=f"Dépêche {number}.")
        await store.record(
            await waiting(store, number),
            verdict(H200),
            aliases=[],
            drafts=[
                Draft(chat=chats[number - 1].id, rule_sets=(H200,), message=message, kind=kind)
            ],
            sentences=[],
            host="puces.example",
            now=NOW,
        )
    assert [(d.kind, d.target) for d in await claim(store)] == [(Kind.REPLY, ""), (Kind.NEW, "")]
