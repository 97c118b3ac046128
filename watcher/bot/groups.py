"""Forum topics and channels: where a group wants its alerts, and channels bound from a private chat."""

from collections.abc import Mapping, Sequence
from typing import Final

from watcher import errors
from watcher.bot.desk import NO_ACCESS, Desk, Handler, Visitor
from watcher.dialogue import AskForChannel, Event, Heard, Place, Reply, Said
from watcher.messages import N_
from watcher.model import Chat, Delivery, Message
from watcher.spans import Span, html

NO_TOPIC: Final = N_("Write this in a topic of the group: its alerts will then come there.")
ALREADY_HERE: Final = N_("The alerts already come into this topic.")
NOW_HERE: Final = N_("The group’s alerts will come into this topic from now on.")
TOPIC_OF_ITS_OWN: Final = N_(
    "This topic now has alerts of its own. Choose which with /rules, written here."
)
WHICH_CHANNEL: Final = N_(
    "Make me an administrator of the channel, with the right to post. Then pick it with the button "
    "below, or forward me one of its posts."
)
PICK: Final = N_("Pick a channel")
IN_PRIVATE_ONLY: Final = N_("Write this to me in private.")
NOT_YOURS: Final = N_("Only someone who administrates this channel can bind it.")
CANNOT_POST: Final = N_(
    "I cannot post in this channel: make me an administrator with the right to post, and try again."
)
NOT_TOLD: Final = N_("Telegram does not answer at the moment. Try again in a minute.")
BOUND: Final = N_(
    "The channel now gets the same alerts as you. When you change yours, write /channel again to "
    "bring it up to date; to stop, remove me from the channel."
)
TOPIC_GONE: Final = N_(
    "The topic where I wrote in “{group}” is closed or deleted: the alerts come to the group as a "
    "whole for now. Reopen it, or write /here in another topic."
)


async def here(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Bind the topic: a group that has none of its own moves in, any other topic starts empty."""
    chat, thread = visitor.chat, event.thread
    if chat is None:
        return [visitor.line(NO_ACCESS)]
    if thread is None:
        return [visitor.line(NO_TOPIC)]
    if chat.spec.thread == thread:
        return [visitor.line(ALREADY_HERE)]
    store, where = desk.line.store, (desk.channel, event.address)
    whole = await store.chat_at(*where)
    if whole is not None and await store.settle_in(whole.id, thread):
        answer = NOW_HERE
    else:  # the configuration places the group itself, or other topics have their own already
        language, now = chat.spec.language, desk.line.clock()
        await store.join(*where, thread, language=language, now=now)
        answer = TOPIC_OF_ITS_OWN
    await desk.refresh()
    return [visitor.line(answer)]


async def channel(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Ask for a channel, or bind the one that was picked."""
    if event.place is not Place.PRIVATE or not isinstance(event, Said):
        return [visitor.line(IN_PRIVATE_ONLY)]
    picked = event.shared_chat or event.forwarded_from
    if picked and visitor.chat is not None:
        return [visitor.line(await _bound(desk, visitor.chat, event, picked))]
    message = Message(html=html([Span(visitor.say(WHICH_CHANNEL))]))
    return [AskForChannel(message, visitor.say(PICK))]


async def _bound(desk: Desk, owner: Chat, event: Said, picked: str) -> str:
    """Give a channel what its administrator follows, if it is theirs; return what to say."""
    try:
        if not await desk.rights.administrates(picked, event.sender):
            return NOT_YOURS
        if not await desk.rights.posts(picked):
            return CANNOT_POST
    except errors.DeliveryError:
        return NOT_TOLD
    store, now = desk.line.store, desk.line.clock()
    bound = await store.join(desk.channel, picked, language=owner.spec.language, now=now)
    await store.adopt(bound.id, owner.id)
    await store.resume_chat(bound.id)
    await desk.refresh()
    return BOUND


async def topic_gone(desk: Desk, delivery: Delivery) -> None:
    """Tell the administrators whom we know, in private, that a topic takes no messages any more."""
    store, now = desk.line.store, desk.line.clock()
    people = await desk.rights.administrators(delivery.address)
    known = [await store.chat_at(desk.channel, str(person)) for person in people]
    operators = [await store.chat_at(desk.channel, str(one)) for one in desk.keys.administrators]
    group = await desk.rights.title(delivery.address)
    for chat in [one for one in known if one] or [one for one in operators if one]:
        told = desk.line.catalogues[chat.spec.language].gettext(TOPIC_GONE).format(group=group)
        await store.say(chat.id, Message(html=html([Span(told)])), now=now)
    desk.line.wake()


_HERE: Final = Handler(here, for_administrators=True, for_strangers=True)
_CHANNEL: Final = Handler(channel)

COMMANDS: Final[Mapping[str, Handler]] = {
    "ici": _HERE,
    "here": _HERE,
    "canal": _CHANNEL,
    "channel": _CHANNEL,
}
PRESSES: Final[Mapping[str, Handler]] = {}
OTHERS: Final[Mapping[type[Heard], Handler]] = {}
