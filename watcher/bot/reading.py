"""What people ask of what was told: why, what else, how it stands; and the archive."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from watcher import answers, overviews, searching
from watcher.bot.desk import Desk, Handler, Visitor
from watcher.buttons import whole
from watcher.dialogue import Change, Close, Event, Heard, Place, Pressed, Reply, Said, Say, Toast
from watcher.messages import N_
from watcher.model import ArticleId, Chat, Match, Message, RuleSetId, StoryId
from watcher.store import Store
from watcher.timeline import Judged, Story

LINKED: Final = 12  # stories told as one
GONE: Final = N_("That button has expired: what it was about is no longer kept.")
NO_STORY: Final = N_("There is no such story. /story lists yours.")


def argument(event: Event, at: int = 0) -> str:
    """Return what a button was given at a place; empty when it was not."""
    args = event.press.args if isinstance(event, Pressed) and event.press else ()
    return args[at] if at < len(args) else ""


def rest(event: Event, at: int) -> str:
    """Return all that a button was given from a place on: a host may have a colon before its port."""
    args = event.press.args if isinstance(event, Pressed) and event.press else ()
    return ":".join(args[at:])


def numbered(event: Event, at: int = 0) -> int:
    """Return a number that a button was given; 0, which nothing has, when it is none."""
    try:
        return whole(argument(event, at))
    except ValueError:
        return 0


def known(visitor: Visitor) -> Chat:
    """Return the chat that speaks: the desk lets no stranger through."""
    if visitor.chat is None:
        raise RuntimeError("a stranger was let through to what only chats may ask")
    return visitor.chat


def told(event: Event, message: Message) -> Sequence[Reply]:
    """Answer with a new message, and let go of the button that asked for it."""
    return [Toast(), Say(message)] if isinstance(event, Pressed) else [Say(message)]


def expired(visitor: Visitor) -> Sequence[Reply]:
    """Answer a button that names what is no more."""
    return [Toast(visitor.say(GONE))]


async def why(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Explain an alert: in a group only to who asks."""
    chat = known(visitor)
    judged = await desk.line.store.judged(ArticleId(numbered(event)), chat.id)
    if judged is None:
        return expired(visitor)
    if event.place is Place.PRIVATE:
        return told(event, _explained(desk, visitor, judged))
    brief = answers.why_briefly(
        judged,
        _followed(chat, judged),
        titles=_titles(desk),
        translations=visitor.translations,
        language=visitor.language,
    )
    return [Toast(brief, alert=True)]


def _explained(desk: Desk, visitor: Visitor, judged: Judged) -> Message:
    return answers.why(
        judged,
        _followed(known(visitor), judged),
        titles=_titles(desk),
        translations=visitor.translations,
        language=visitor.language,
    )


def _followed(chat: Chat, judged: Judged) -> Sequence[Match]:
    """Return what held for a chat; all that did, when it follows none of it any more."""
    mine = [match for match in judged.matches if chat.follows(match.rule_set)]
    return mine or judged.matches


def _titles(desk: Desk) -> Mapping[RuleSetId, str]:
    return {rule_set.id: rule_set.title for rule_set in desk.line.book.sets}


async def rate(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Keep what a chat thinks of an article."""
    chat, article, word = known(visitor), ArticleId(numbered(event)), argument(event, 1)
    store = desk.line.store
    if word not in {"yes", "no"} or await store.judged(article, chat.id) is None:
        return expired(visitor)
    await store.rate(chat.id, article, useful=word == "yes", now=desk.line.clock())
    judged = await store.judged(article, chat.id)
    thanks = Toast(visitor.say(N_("Thank you, noted.")))
    return [thanks, Change(_explained(desk, visitor, judged))] if judged else [thanks]


async def story(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Tell how a story went; without a number, list those that the chat was told of."""
    store, pressed = desk.line.store, isinstance(event, Pressed)
    asked = event.text.strip() if isinstance(event, Said) else ""
    if not pressed and not asked:
        latest = await store.stories_told(known(visitor).id, limit=overviews.STORIES)
        return [Say(overviews.stories(latest, visitor.translations, visitor.language))]
    id_ = numbered(event) if pressed else int(asked) if _is_number(asked) else 0
    found = await _whole(store, StoryId(id_))
    if found is None:
        return expired(visitor) if pressed else [visitor.line(NO_STORY)]
    if pressed and event.place is not Place.PRIVATE:
        brief = overviews.story_briefly(found, visitor.translations, visitor.language)
        return [Toast(brief, alert=True)]
    return told(event, overviews.story(found, visitor.translations, visitor.language))


async def _whole(store: Store, id: StoryId) -> Story | None:
    """Return a story as one with those that it goes on from and that go on from it."""
    asked, known = deque([id]), dict[StoryId, Story]()
    while asked and len(known) < LINKED:
        if (found := await store.story(asked.popleft())) is not None and found.id not in known:
            known[found.id] = found
            asked.extend(link.other for link in found.links)
    first = known.pop(id, None)
    return first and first.joined(list(known.values()))


def _is_number(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) < 16  # noqa: PLR2004


async def state(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Say how everything stands."""
    holdings = await desk.line.store.holdings()
    return told(event, overviews.state(holdings, visitor.translations, visitor.language))


async def search(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Look words up in the archive."""
    written = event.text if isinstance(event, Said) else ""
    return [Say(await _page(desk, visitor, written, 0))]


async def more(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Turn the page of a search."""
    page = await _page(desk, visitor, argument(event, 1), min(numbered(event), MOST))
    return [Toast(), Change(page)]


MOST: Final = 10_000  # articles that anybody turns over


async def _page(desk: Desk, visitor: Visitor, written: str, offset: int) -> Message:
    terms = searching.terms(written)
    rows = await desk.line.store.search(terms, limit=overviews.PAGE + 1, offset=offset)
    return overviews.found(
        [article for _, article in rows],
        terms,
        visitor.translations,
        visitor.language,
        offset=offset,
    )


async def close(_: Desk, __: Visitor, ___: Event) -> Sequence[Reply]:
    """Take a message away."""
    return [Toast(), Close()]


COMMANDS: Final[Mapping[str, Handler]] = {
    "fil": Handler(story),
    "story": Handler(story),
    "etat": Handler(state),
    "state": Handler(state),
    "recherche": Handler(search),
    "search": Handler(search),
}
PRESSES: Final[Mapping[str, Handler]] = {
    "why": Handler(why),
    "story": Handler(story),
    "more": Handler(more),
    "fb": Handler(rate, for_administrators=True),
    "x": Handler(close, for_administrators=True),
}
OTHERS: Final[Mapping[type[Heard], Handler]] = {}
