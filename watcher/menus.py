"""The menus of the bot: what there is to follow, what holds, what is silenced, and where to choose."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from gettext import NullTranslations
from typing import Final

from watcher import choosing
from watcher.buttons import Button
from watcher.choosing import Page, at, back, lines
from watcher.messages import N_
from watcher.model import Message, RuleSetId
from watcher.options import LANGUAGES, RHYTHMS, SCORES
from watcher.preferences import Mute, Muted
from watcher.spans import Part, Span, clip
from watcher.views import Scope, Topic, View, button, note, page, rows, tag, tick

TOPICS: Final = 60  # buttons; Telegram takes 100
MUTES: Final = 60
TITLE: Final = 120  # characters
RULES: Final = 240
STEP: Final = 1.0  # between two least scores
MORNING: Final = 8  # o’clock, when a pause until tomorrow ends

PAUSES: Final[Mapping[str, str]] = {
    "1h": N_("1 hour"),
    "8h": N_("8 hours"),
    "day": N_("Until tomorrow morning"),
    "ever": N_("Until I say so"),
}
IN_PRIVATE: Final[Sequence[tuple[str, str, str]]] = (  # French, English, what for
    ("regles", "rules", N_("choose your topics")),
    ("reglages", "settings", N_("rhythm, quiet hours, minimum score, sources")),
    ("fil", "story", N_("how a story went")),
    ("etat", "state", N_("what is held to be so today")),
    ("recherche", "search", N_("search what I have read")),
    ("pause", "pause", N_("hear nothing for a while")),
    ("canal", "channel", N_("alert a channel of yours")),
    ("lang", "lang", N_("French or English")),
    ("confidentialite", "privacy", N_("what I keep about you")),
    ("export", "export", N_("have a copy of it")),
    ("oublier", "forget", N_("delete all of it")),
    ("aide", "help", N_("what I can do")),
)
IN_GROUPS: Final[Sequence[tuple[str, str, str]]] = (
    ("regles", "rules", N_("choose the group’s topics")),
    ("reglages", "settings", N_("rhythm, quiet hours, minimum score, sources")),
    ("fil", "story", N_("how a story went")),
    ("ici", "here", N_("in a group: speak in this topic")),
    ("pause", "pause", N_("hear nothing for a while")),
    ("aide", "help", N_("what I can do")),
)


# What there is to follow ----------------------------------------------------------------------------


def hello(view: View, scope: Scope = None) -> Message:
    """Greet a newcomer, with the topics to choose from."""
    del scope
    said = view.say(
        N_("I watch French technology news sites, and tell you when something concerns you.")
    )
    head = Part([Span(view.say(N_("Hello.")), bold=True), Span(f" {said}")])
    return _topics(view, head, "hello")


def topics(view: View, scope: Scope = None) -> Message:
    """List the topics to choose from."""
    del scope
    return _topics(view, Part([Span(view.say(N_("Your topics")), bold=True)]), "topics")


def _topics(view: View, head: Part, here: str) -> Message:
    offered = view.topics[:TOPICS]
    asked = N_("Choose your topics:") if offered else N_("There is no topic to follow yet.")
    text = [head, Part([Span(view.say(asked))], gap="\n\n")]
    for rank, topic in enumerate(offered, 2):
        often = view.often([topic])
        often = view.say(N_(": {often}."), often=often) if often else "."
        name = Span(clip(topic.title, TITLE), bold=True)
        text.append(Part([Span("• "), name, Span(often)], rank=rank))
    later = N_("You can change all this with /settings, and delete everything with /forget.")
    text.append(note(view.say(later)))
    follows = view.chat.follows
    ticks = [tick(t.title, "sub", here, tag(t.id), on=follows(t.id)) for t in offered]
    every = button(view.say(N_("Choose all")), "all", here, "on", chosen=view.chat.everything)
    other = "en" if view.language == "fr" else "fr"
    doors = [
        button(view.say(N_("When?")), "show", "when", ""),
        button(view.translations.pgettext("button", "Preview"), "demo", ""),
        button(LANGUAGES[other], "lang", other, here),
    ]
    return page("", text, *rows(ticks, 1), [every] if offered else [], doors)


def confirm(topic: Topic, translations: NullTranslations) -> Message:
    """Ask whether to follow the topic of a link."""
    asked = translations.gettext("Follow “{topic}”?").format(topic=clip(topic.title, TITLE))
    yes, no = translations.pgettext("button", "Yes, follow"), translations.pgettext("button", "No")
    return page(
        "",
        [asked],
        [button(yes, "sub", "topics", tag(topic.id), "on"), button(no, "show", "topics", "")],
    )


# What holds -----------------------------------------------------------------------------------------


def settings(view: View, scope: Scope = None) -> Message:
    """Show what holds for the chat or for one topic, and lead to each choice."""
    title, doors = view.say(N_("Settings")), _doors(view, scope)
    if scope is None:
        pause = _pause_line(view)
        return page(
            title, [*lines(view, None), note(pause) if pause else ""], *doors, *_rooms(view)
        )
    topic, followed = view.topic(scope), view.chat.follows(scope)
    rules = view.translations.ngettext("Rule: {rules}.", "Rules: {rules}.", len(topic.rules))
    listed = rules.format(rules=clip(", ".join(topic.rules), RULES)) if topic.rules else ""
    text: list[str | Part] = [
        Part([Span(f" · {clip(topic.title, TITLE)}")], gap=""),
        "" if followed else view.say(N_("You do not follow this topic.")),
        listed,
        *lines(view, scope),
        note(view.say(N_("What is not chosen here follows your general settings."))),
    ]
    follow = tick(view.say(N_("Follow")), "sub", "settings", tag(scope), on=followed)
    ends = [follow, back(view, None)]
    return page(title, text, *_rhythms(view, scope), _steps(view, scope), *doors, ends)


def _rhythms(view: View, scope: Scope) -> list[Sequence[Button]]:
    here, now = at(scope), view.preferences(scope).rhythm
    offered = [
        button(view.say(text), "set", here, "rhythm", value, "settings", chosen=value is now)
        for value, text in RHYTHMS.items()
    ]
    return rows(offered, 2)


def _steps(view: View, scope: Scope) -> Sequence[Button]:
    """Offer one least score less and one more."""
    now = view.preferences(scope).min_score
    steps = {N_("Score −"): now - STEP, N_("Score +"): now + STEP}
    return [
        button(view.say(text), "set", at(scope), "score", f"{value:.0f}", "settings")
        for text, value in steps.items()
        if int(value) in SCORES
    ]


def _doors(view: View, scope: Scope) -> list[Sequence[Button]]:
    """Lead to the menus of values."""
    doors = {
        "when": N_("When?"),
        "quiet": N_("Quiet hours"),
        "score": N_("Minimum score"),
        "level": N_("Level"),
        "sources" if scope is None else "only": N_("Sources"),
        "length": N_("Detail"),
    }
    here = at(scope)
    return rows([button(view.say(text), "show", door, here) for door, text in doors.items()], 2)


def _rooms(view: View) -> list[Sequence[Button]]:
    """Lead to what only the chat as a whole has, and to the topics that it follows."""
    names = {
        "zone": N_("Time zone"),
        "language": N_("Language"),
        "muted": N_("Muted"),
        "pause": N_("Pause"),
    }
    rooms = [button(view.say(text), "show", room, "") for room, text in names.items()]
    rooms.append(button(view.say(N_("My topics")), "show", "topics", ""))
    followed = [button(t.title, "show", "settings", tag(t.id)) for t in view.followed[:TOPICS]]
    return [*rows(rooms, 2), *rows(followed, 1)]


# What is silenced -----------------------------------------------------------------------------------


def muted(view: View, scope: Scope = None) -> Message:
    """List what is silenced, each with the button that ends it."""
    del scope
    held = [mute for mute in view.chat.mutes if mute.holds(view.now)][:MUTES]
    text: list[str | Part] = [
        Part([Span(f"• {_mute(view, mute)}")], rank=rank, gap="\n" if rank > 1 else "\n\n")
        for rank, mute in enumerate(held, 1)
    ]
    hear = N_("Hear again: {name}")
    offered = [
        button(view.say(hear, name=_name(view, mute)), "hear", mute.kind, tag(mute.key))
        for mute in held
    ]
    none = view.say(N_("Nothing is muted."))
    return page(view.say(N_("Muted")), text or [none], *rows(offered, 1), [back(view, None)])


def _name(view: View, mute: Mute) -> str:
    if mute.kind is Muted.STORY:
        return view.titles.get(mute.key) or view.say(N_("story {number}"), number=mute.key)
    titles = {t.id: t.title for t in view.topics} if mute.kind is Muted.RULE_SET else {}
    return titles.get(RuleSetId(mute.key), mute.key)


def _mute(view: View, mute: Mute) -> str:
    name = clip(_name(view, mute), TITLE)
    if mute.until is None:
        return view.say(N_("{name}, for good"), name=name)
    return view.say(N_("{name}, until {date}"), name=name, date=view.moment(mute.until))


def sources(view: View, scope: Scope = None) -> Message:
    """Let each site of late be taken out."""
    silent = view.muted(Muted.SITE)
    offered = [
        tick(site, "site", tag(site), on=site not in silent) for site in choosing.known(view, None)
    ]
    text = [
        view.say(N_("Sources: {value}"), value=choosing.sources(view, scope)),
        view.say(N_("Untick the sites that you do not want to hear of.")) if offered else "",
    ]
    door = button(view.say(N_("Only some sources")), "show", "only", "")
    return page(view.say(N_("Sources")), text, *rows(offered, 2), [door], [back(view, None)])


# A pause --------------------------------------------------------------------------------------------


def pause(view: View, scope: Scope = None) -> Message:
    """Offer to hear nothing for a while."""
    del scope
    text = _pause_line(view) or view.say(N_("How long do you want to hear nothing?"))
    lost = N_("What happens meanwhile is not told afterwards; /story and /search still find it.")
    offered = [button(view.say(words), "pause", key) for key, words in PAUSES.items()]
    if paused(view):
        offered.append(button(view.say(N_("Hear again")), "pause", "off"))
    ends = [back(view, None)]
    return page(view.say(N_("Pause")), [text, view.say(lost)], *rows(offered, 2), ends)


def paused(view: View) -> list[Mute]:
    """Return the mutes that make a pause: every topic that is followed has one."""
    held = view.muted(Muted.RULE_SET)
    found = [held[topic.id] for topic in view.followed if topic.id in held]
    return found if len(found) == len(view.followed) else []


def _pause_line(view: View) -> str:
    held = paused(view)
    ends = [mute.until for mute in held if mute.until]
    if not held:
        return ""
    if not ends:
        return view.say(N_("Paused until you say so."))
    return view.say(N_("Paused until {date}."), date=view.moment(min(ends)))


def pause_ends(view: View, length: str) -> datetime | None:
    """Say when a pause ends, `None` for never; raises `KeyError` for one that is not offered."""
    if PAUSES[length] == PAUSES["ever"]:
        return None
    if length != "day":
        return view.now + timedelta(hours=int(length[:-1]))
    local = view.now.astimezone(view.preferences().timezone)
    tomorrow = local.replace(hour=MORNING, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return tomorrow.astimezone(view.now.tzinfo)


def commands(translations: NullTranslations, language: str) -> Message:
    """List the commands."""
    listed = dict.fromkeys((*IN_PRIVATE[:-1], *IN_GROUPS[3:4]))
    names = [french if language == "fr" else english for french, english, _ in listed]
    what = [translations.gettext(told) for *_, told in listed]
    text = [f"/{name} – {told}" for name, told in zip(names, what, strict=True)]
    return page(translations.gettext("What I can do"), text)


PAGES: Final[Mapping[str, Page]] = {
    "hello": hello,
    "topics": topics,
    "settings": settings,
    "when": choosing.when,
    "quiet": choosing.silence,
    "score": choosing.least,
    "level": choosing.level,
    "length": choosing.length,
    "zone": choosing.zones,
    "sources": sources,
    "only": choosing.only,
    "language": choosing.language,
    "muted": muted,
    "pause": pause,
}
