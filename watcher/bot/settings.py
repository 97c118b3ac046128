"""
Onboarding and settings: what a chat follows, when and how it hears of it, what it silences.

Every change is stored before its menu is drawn again, from what is stored then.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeAlias

from watcher import choosing, chronicle, matching, menus, messages, options
from watcher.bot.desk import OLD, OLD_BUTTON, Desk, Handler, Run, Visitor
from watcher.dialogue import Change, Event, Heard, Pressed, Reply, Say, Toast
from watcher.hours import DIGESTS
from watcher.menus import PAGES
from watcher.messages import N_
from watcher.model import Decision, Message, RuleSetId, StoryId, Verdict
from watcher.preferences import Mute, Muted, chosen
from watcher.spans import Span, clip, html
from watcher.views import Scope, Topic, View, named, tag

MONTH: Final = timedelta(days=30)
FEWEST: Final = 2.0  # days that tell how many alerts a week brings
SITES: Final = 20
TOAST: Final = 200  # characters
RHYTHM: Final = frozenset({"rhythm", "at", "days", "urgent", "quiet", "zone"})
ALONE: Final = frozenset({"zone", "language"})  # that only the chat as a whole has

NOTED: Final = N_("Noted.")
GONE: Final = N_("The topic “{name}” is gone. Your other topics are unchanged.")
LAST_DAY: Final = N_("Keep one day at least.")
WHICH_ZONE: Final = N_("In which time zone?")
NO_ALERT: Final = N_("There was no alert of these topics yet.")


class GoneError(Exception):
    """A rule set was removed; the name is that of its button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Where a press leads to."""

    page: str
    scope: Scope = None
    toast: str = ""
    question: tuple[str, ...] = ()  # the next text answers it; `toast` asks it

    def __post_init__(self) -> None:
        """Refuse a menu that there is not; raises `KeyError`."""
        PAGES[self.page]


Doing: TypeAlias = Callable[[Desk, View, tuple[str, ...]], Awaitable[Turn]]


# What a menu shows ----------------------------------------------------------------------------------


async def view(desk: Desk, visitor: Visitor) -> View:
    """Gather what the menus show to a chat; raises `ValueError` for a stranger."""
    chat, store, now = visitor.chat, desk.line.store, desk.line.clock()
    if chat is None:
        raise ValueError("a stranger has no settings")
    came = await store.alert_scores(now - MONTH, now=now)
    keys = [mute.key for mute in chat.mutes if mute.kind is Muted.STORY]
    stories = [await store.story(StoryId(int(key))) for key in keys]
    return View(
        chat=chat,
        topics=topics(desk, came.scores),
        now=now,
        translations=visitor.translations,
        days=came.days if came.days >= FEWEST else 0.0,
        sites=await store.busy_hosts(now - MONTH, limit=SITES),
        titles={str(story.id): story.title for story in stories if story},
    )


def topics(desk: Desk, scores: Mapping[RuleSetId, Sequence[float]]) -> list[Topic]:
    """Describe the rule sets in force."""
    return [
        Topic(
            id=one.id,
            title=one.title,
            rules=tuple(rule.title for rule in one.rules),
            defaults=one.defaults,
            scores=scores.get(one.id, ()),
        )
        for one in desk.line.book.sets
    ]


def scoped(seen: View, spelled: str) -> Scope:
    """Find the rule set that a button is about; raises `GoneError`."""
    if spelled == "":
        return None
    found = named(spelled, (topic.id for topic in seen.topics))
    if found is None:
        raise GoneError(spelled)
    return RuleSetId(found)


async def shown(desk: Desk, event: Heard, turn: Turn) -> Sequence[Reply]:
    """Draw a menu in the place of the one whose button was pressed."""
    visitor = await desk.visitor(event)
    message = PAGES[turn.page](await view(desk, visitor), turn.scope)
    return [Toast(clip(visitor.say(turn.toast), TOAST) if turn.toast else ""), Change(message)]


def told(visitor: Visitor, sentence: str, **values: str) -> Say:
    """Answer with one sentence."""
    return Say(Message(html=html([Span(visitor.say(sentence).format(**values))])))


def pressed(doing: Doing) -> Run:
    """Answer a button: do what it says, then draw the menu that it leads to."""

    async def run(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
        press = event.press if isinstance(event, Pressed) else None
        try:
            turn = await doing(desk, await view(desk, visitor), press.args if press else ())
            if turn.question:
                desk.ask(event, *turn.question)
                return [Toast(), told(visitor, turn.toast)]
        except GoneError as error:
            gone = visitor.say(GONE).format(name=error)
            return [Toast(gone, alert=True), *(await shown(desk, event, Turn(page="topics")))[1:]]
        except options.LastDayError:
            return [Toast(visitor.say(LAST_DAY), alert=True)]
        except (ValueError, KeyError):
            turn = Turn(page="settings", toast=OLD_BUTTON)
        return await shown(desk, event, turn)

    return run


def asked_for(page: str) -> Run:
    """Answer a command with a menu."""

    async def run(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
        del event
        return [Say(PAGES[page](await view(desk, visitor), None))]

    return run


# Buttons --------------------------------------------------------------------------------------------


async def _show(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`show:PAGE:SCOPE`."""
    del desk
    page, spelled = args
    return Turn(page=page, scope=scoped(seen, spelled))


async def _subscribe(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`sub:PAGE:RULE_SET:on|off`: follow one rule set, or no more."""
    page, spelled, state = args
    this = scoped(seen, spelled)
    if this is None or state not in ("on", "off"):
        raise ValueError(state)
    turn = Turn(page=page, scope=this if page == "settings" else None, toast=NOTED)
    if seen.chat.follows(this) != (state == "on"):
        before = dict.fromkeys(seen.chat.spec.rule_sets or [topic.id for topic in seen.followed])
        after = [*before, this] if state == "on" else [one for one in before if one != this]
        await desk.line.store.follow(seen.chat.id, after, everything=False)
        await desk.refresh()
    return turn


async def _all(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`all:PAGE:on`: follow every rule set, later ones too."""
    page, _ = args
    turn = Turn(page=page, toast=NOTED)
    await desk.line.store.follow(seen.chat.id, (), everything=True)
    await desk.refresh()
    return turn


async def _set(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`set:SCOPE:NAME:VALUE[:PAGE]`: choose a value."""
    spelled, name, value, *page = args
    scope = None if name in ALONE else scoped(seen, spelled)
    changes = options.change(name, value, seen.preferences(scope))
    there = [Turn(page=one, scope=scope, toast=NOTED) for one in page]
    turn = await keep(desk, seen, scope, changes)
    return there[0] if there and turn.page != "zone" else turn


async def _day(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`day:SCOPE:NAME:DAY:on|off`: take a day of the week in or out."""
    spelled, name, day, state = args
    return await _set(desk, seen, (spelled, name, day + state))


async def keep(desk: Desk, seen: View, scope: Scope, changes: options.Changes) -> Turn:
    """Store a choice, and say where to go from it: to the zone, the first time that it matters."""
    store, chat = desk.line.store, seen.chat
    await store.choose(chat.id, chosen(seen.preferences(scope), **changes), scope)
    if RHYTHM & changes.keys():
        await desk.replanned(chat.id)
    else:
        await desk.refresh()
    hours = changes.get("quiet") or changes.get("rhythm") in DIGESTS
    if hours and "zone" not in chat.choices:
        return Turn(page="zone", toast=WHICH_ZONE)
    return Turn(page=_page_of(seen, changes), scope=scope, toast=NOTED)


def _page_of(seen: View, changes: options.Changes) -> str:
    """Name the menu that a choice is made in; a zone is asked for on the way to another one."""
    if "zone" in changes:
        digest = seen.preferences().rhythm in DIGESTS
        return "when" if digest else "quiet" if seen.preferences().quiet else "settings"
    if "language" in changes:
        return "language"
    return next(page for page, names in choosing.ABOUT.items() if names & changes.keys())


async def _inherit(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`inherit:RULE_SET:PAGE`: have for a rule set what holds for the chat."""
    spelled, page = args
    scope = scoped(seen, spelled)
    if scope is not None:
        await desk.line.store.inherit(seen.chat.id, scope, choosing.ABOUT[page])
        await desk.replanned(seen.chat.id)
    return Turn(page=page, scope=scope, toast=NOTED)


async def _only(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`only:SCOPE:SITE:on|off`: hear of some sites only; no site and off: of all."""
    spelled, wanted, state = args
    scope, sites = scoped(seen, spelled), frozenset[str]()
    if wanted:
        site = frozenset(filter(None, [named(wanted, choosing.known(seen, scope))]))
        before = seen.preferences(scope).sites
        sites = before | site if state == "on" else before - site
    return await keep(desk, seen, scope, {"sites": sites})


async def _site(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`site:SITE:on|off`: hear of a site, or of all but it."""
    wanted, state = args
    site = named(wanted, choosing.known(seen, None))
    if site is None:
        raise ValueError(wanted)
    if state == "on":
        await desk.line.store.unmute(seen.chat.id, Muted.SITE, site)
    else:
        await desk.line.store.mute(seen.chat.id, Mute(kind=Muted.SITE, key=site))
    await desk.refresh()
    return Turn(page="sources", toast=NOTED)


async def _hear(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`hear:KIND:KEY`: hear of a silenced thing again."""
    named_kind, wanted = args
    kind = Muted(named_kind)
    for mute in seen.chat.mutes:
        if mute.kind is kind and tag(mute.key) == wanted:
            await desk.line.store.unmute(seen.chat.id, mute.kind, mute.key)
    await desk.refresh()
    return Turn(page="muted", toast=NOTED)


async def _pause(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`pause:LENGTH` or `pause:off`: a pause is a mute of each topic that is followed."""
    (length,) = args
    store, held = desk.line.store, seen.muted(Muted.RULE_SET)
    if length == "off":
        for mute in menus.paused(seen):
            await store.unmute(seen.chat.id, mute.kind, mute.key)
    else:
        until = menus.pause_ends(seen, length)
        for topic in seen.followed:
            pause = Mute(kind=Muted.RULE_SET, key=topic.id, until=until, turns=False)
            if topic.id not in held or not held[topic.id].turns:  # it was asked for by itself
                await store.mute(seen.chat.id, pause)
    await desk.refresh()
    return Turn(page="pause", toast=NOTED)


async def language(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    """`lang:CODE:PAGE`."""
    code, page = args
    turn = Turn(page=page, toast=NOTED)
    await keep(desk, seen, None, options.change("language", code, seen.preferences()))
    return turn


async def _least(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """`min:RULE_SET:SCORE`, under another message than a menu: that one stays."""
    answer, *_ = await pressed(_score)(desk, visitor, event)
    return [answer]


async def _score(desk: Desk, seen: View, args: tuple[str, ...]) -> Turn:
    spelled, value = args
    return await _set(desk, seen, (spelled, "score", value))


async def _when(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """`when`, under a digest: that one stays."""
    return [Toast(), *await asked_for("when")(desk, visitor, event)]


async def _expired(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """Answer any other button with the menu of today; what it stands under stays."""
    told_so = Toast(visitor.say(OLD_BUTTON))
    return [told_so, *await asked_for("settings")(desk, visitor, event)]


async def _preview(desk: Desk, visitor: Visitor, event: Event) -> Sequence[Reply]:
    """`demo:`: show the newest alert of what is followed, or else of any topic."""
    del event
    seen = await view(desk, visitor)
    sets = [topic.id for topic in seen.followed or seen.topics]
    found = await desk.line.store.latest(sets)
    if found is None:
        return [Toast(visitor.say(NO_ALERT), alert=True)]
    article, matches = found
    book = desk.line.book
    _, stances = matching.verdict(article, book)
    judged = Verdict(
        article=article, matches=matches, decision=Decision.FIRST, reason="", stances=stances
    )
    alert = messages.alert(
        article,
        [match for match in matches if match.rule_set in sets],
        titles={topic.id: topic.title for topic in seen.topics},
        translations=visitor.translations,
        language=visitor.language,
        stances=stances,
        sides=chronicle.sides(judged, book),
    )
    label = html([Span(visitor.say(N_("Preview")), bold=True)])
    return [Toast(), Say(replace(alert, html=f"{label}\n{alert.html}", silent=False))]


# Tables ---------------------------------------------------------------------------------------------

COMMANDS: Final[Mapping[str, Handler]] = {
    **dict.fromkeys(("regles", "rules"), Handler(asked_for("topics"), for_administrators=True)),
    **dict.fromkeys(
        ("reglages", "settings"), Handler(asked_for("settings"), for_administrators=True)
    ),
    "pause": Handler(asked_for("pause"), for_administrators=True),
}
PRESSES: Final[Mapping[str, Handler]] = {
    verb: Handler(run, for_administrators=True)
    for verb, run in {
        "show": pressed(_show),
        "sub": pressed(_subscribe),
        "all": pressed(_all),
        "set": pressed(_set),
        "day": pressed(_day),
        "inherit": pressed(_inherit),
        "only": pressed(_only),
        "site": pressed(_site),
        "hear": pressed(_hear),
        "pause": pressed(_pause),
        "lang": pressed(language),
        "min": _least,
        "demo": _preview,
        "when": _when,
        OLD: _expired,
    }.items()
}
OTHERS: Final[Mapping[type[Heard], Handler]] = {}
