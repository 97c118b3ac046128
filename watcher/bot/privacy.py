"""What people may ask about their own data: what is kept, a copy of it, its end."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from watcher import dossier
from watcher.bot.desk import Desk, Handler, Visitor
from watcher.buttons import Button, Press
from watcher.dialogue import Attach, Change, Close, Event, Place, Pressed, Reply, Say, Toast
from watcher.messages import N_
from watcher.model import Message
from watcher.spans import Part, Span, fit, html

FILE: Final = "watcher-export.json"
SALT: Final = 16  # bytes
KEPT: Final = (
    N_(
        "I keep the number of this chat, its language and time zone, your choices and your ratings."
    ),
    N_("I keep neither names nor what you write."),
    N_(
        "I keep what I sent you for 90 days, so as to bring it up to date and not to repeat myself."
    ),
    N_("It all stays with the administrator of this bot; nobody else gets any of it."),
    N_("If you block me, I erase it all after 30 days."),
    N_("/export hands you all of it in a file, /forget erases it at once."),
)


async def privacy(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Say what is kept."""
    del desk, event
    head = Part([Span(visitor.say(N_("What I know of you")), bold=True)])
    lines = [Part([Span(visitor.say(line))], gap="\n• ") for line in KEPT]
    return [Say(Message(html=html(fit([head, *lines]))))]


async def export(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Hand out all that is stored of the chat."""
    store, now = desk.line.store, desk.line.clock()
    found = await store.dossier(desk.channel, event.address, now=now)
    if found is None:
        return [visitor.line(NOTHING)]
    caption = visitor.say(N_("All that I have stored about this chat."))
    return [Attach(name=FILE, content=dossier.written(found), caption=caption)]


async def forget(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Ask whether all is to be erased, and erase it."""
    match event:
        case Pressed(press=Press(args=("yes",))):
            return await _forgotten(desk, visitor, event)
        case Pressed(press=Press(args=("no",))):
            return [Toast(visitor.say(N_("All stays as it is."))), Close()]
        case Pressed():
            return [Toast(), Change(_question(desk, visitor, event))]
        case _:
            return [Say(_question(desk, visitor, event))]


async def _forgotten(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    store, line = desk.line.store, desk.line
    salt = secrets.token_bytes(SALT)
    async with line.placing:  # nothing that is being told just now comes after it
        there = await store.erase(desk.channel, event.address, salt=salt, now=line.clock())
        if visitor.chat:
            line.chronicle.leave(visitor.chat.id)
    await desk.refresh()
    said = visitor.say(ERASED if there else NOTHING)
    return [Toast(), Change(Message(html=html([Span(said)])))]


def _question(desk: Desk, visitor: Visitor, event: Event) -> Message:
    """Write mock M8: what goes, what stays, where to get a copy, and two buttons."""
    chat = visitor.chat
    followed = sum(chat.follows(one.id) for one in desk.line.book.sets) if chat else 0
    what = visitor.say(
        N_(
            "I will delete your subscriptions ({n}), your settings and the history of what I sent "
            "you. The messages you have received stay in this chat: Telegram does not let me "
            "remove them all."
        )
    )
    whole = [N_("This goes for the whole group, with all its topics.")]
    group = whole if event.place is not Place.PRIVATE else []
    copy = visitor.say(N_("To keep a copy: {command}")).format(command="/export")
    parts = [
        Part([Span(visitor.say(N_("Erase everything?")), bold=True)]),
        Part([Span(what.format(n=followed))]),
        *(Part([Span(visitor.say(line))]) for line in group),
        Part([Span(copy)], gap="\n\n"),
    ]
    words = visitor.translations
    yes = Button(
        text=words.pgettext("button", "Yes, erase everything"),
        data=Press("forget", "yes").data,
        danger=True,
    )
    no = Button(text=words.pgettext("button", "No, keep it"), data=Press("forget", "no").data)
    return Message(html=html(fit(parts)), buttons=((yes,), (no,)))


NOTHING: Final = N_("Nothing is stored about this chat.")
ERASED: Final = N_(
    "Everything is erased. For 30 days I keep a fingerprint of this chat, so as not to write to it "
    "by mistake. /start begins anew."
)

FOR_ALL: Final = Handler(privacy, for_strangers=True)
COMMANDS: Final[Mapping[str, Handler]] = {
    "privacy": FOR_ALL,
    "confidentialite": FOR_ALL,
    "export": Handler(export, for_administrators=True),
    "forget": Handler(forget, for_administrators=True),
    "oublier": Handler(forget, for_administrators=True),
}
PRESSES: Final[Mapping[str, Handler]] = {
    "forget": Handler(forget, for_administrators=True, for_strangers=True),  # pressed again
}
OTHERS: Final[Mapping[type, Handler]] = {}
