"""The menus in which a subscriber chooses one value: each is a button, the chosen one is marked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from babel.dates import get_day_names

from watcher.buttons import Button
from watcher.hours import DIGESTS
from watcher.messages import N_
from watcher.model import Message
from watcher.options import (
    LANGUAGES,
    LENGTHS,
    LEVELS,
    NIGHTS,
    RHYTHMS,
    SCORES,
    TIMES,
    ZONES,
    spelled,
)
from watcher.preferences import EVERY_DAY, Muted, Rhythm
from watcher.spans import Part, Span, clip
from watcher.views import WEEK, Scope, View, button, page, rows, tag, tick

SITES: Final = 40  # buttons
TITLE: Final = 60  # characters
INSIDE: Final[Mapping[str, str]] = {"off": N_("keep for later"), "on": N_("without sound")}
TITLES: Final[Mapping[str, str]] = {
    "when": N_("When?"),
    "quiet": N_("Quiet hours"),
    "score": N_("Minimum score"),
    "level": N_("Level"),
    "length": N_("Detail"),
    "only": N_("Only some sources"),
    "zone": N_("Time zone"),
    "language": N_("Language"),
}
ABOUT: Final[Mapping[str, frozenset[str]]] = {  # the preferences that a menu is about
    "when": frozenset({"rhythm", "at", "days", "urgent"}),
    "quiet": frozenset({"quiet"}),
    "score": frozenset({"min_score"}),
    "level": frozenset({"level"}),
    "length": frozenset({"length"}),
    "only": frozenset({"sites"}),
}

V = TypeVar("V", bound=str)
Page: TypeAlias = Callable[[View, Scope], Message]


# What holds, in words -------------------------------------------------------------------------------


def rhythm(view: View, scope: Scope) -> str:
    """Say when alerts come."""
    chosen = view.preferences(scope)
    if chosen.rhythm is not Rhythm.DAILY:
        return view.say(RHYTHMS[chosen.rhythm])
    days = view.days_named(chosen.days)
    return view.say(N_("{days} at {time}"), days=days, time=f"{chosen.at:%H:%M}")


def quiet(view: View, scope: Scope) -> str:
    """Say when there is to be no sound."""
    chosen = view.preferences(scope).quiet
    if chosen is None:
        return view.say(N_("none"))
    said = view.say(
        N_("{start} to {end}"), start=f"{chosen.start:%H:%M}", end=f"{chosen.end:%H:%M}"
    )
    days = "" if chosen.days == EVERY_DAY else view.days_named(chosen.days)
    kept = view.say(N_("without sound") if chosen.silently else N_("all waits for their end"))
    return ", ".join(filter(None, (said, days, kept)))


def score(view: View, scope: Scope) -> str:
    """Say how high a score must be, and what that comes to."""
    least = view.preferences(scope).min_score
    said = f"{least:g}" if least else view.say(N_("no minimum"))
    often = view.often(view.followed if scope is None else [view.topic(scope)])
    frame = N_("{score} ({often} over the last 30 days)")
    return view.say(frame, score=said, often=often) if often else said


def sources(view: View, scope: Scope) -> str:
    """Say which sites are heard."""
    only, muted = view.preferences(scope).sites, view.muted(Muted.SITE)
    said = clip(", ".join(sorted(only)), 120) if only else view.say(N_("all"))
    if not muted:
        return said
    return view.say(
        N_("{sources}, except {muted}"), sources=said, muted=clip(", ".join(muted), 120)
    )


def zone(view: View) -> str:
    """Say in which zone the hours are meant, and what time it is there."""
    chosen = view.preferences()
    there = f"{view.now.astimezone(chosen.timezone):%H:%M}"
    said = view.say(N_("{zone} (it is {time} there)"), zone=chosen.zone, time=there)
    return view.say(N_("Time zone: {value}"), value=said)


def lines(view: View, scope: Scope) -> list[str | Part]:
    """Say all that holds, in the order of the settings."""
    chosen = view.preferences(scope)
    label = view.say(N_("Rhythm: {value}"), value="")
    turns = N_("at once") if chosen.urgent else N_("in the digest")
    told = view.say(N_("Reversals: {value}"), value=view.say(turns))
    return [
        Part([Span(label), Span(rhythm(view, scope), bold=True)], gap="\n\n"),
        told if chosen.rhythm in DIGESTS else "",
        zone(view),
        view.say(N_("Quiet hours: {value}"), value=quiet(view, scope)),
        view.say(N_("Minimum score: {value}"), value=score(view, scope)),
        view.say(N_("Level: {value}"), value=view.say(LEVELS[chosen.level])),
        view.say(N_("Sources: {value}"), value=sources(view, scope)),
        view.say(N_("Detail: {value}"), value=view.say(LENGTHS[chosen.length])),
    ]


# The menus -----------------------------------------------------------------------------------------


def when(view: View, scope: Scope) -> Message:
    """Offer the rhythms, and the hours and days of a digest."""
    chosen, here = view.preferences(scope), at(scope)
    keyboard = rows(_values(view, here, "rhythm", RHYTHMS, chosen.rhythm), 2)
    text = [view.say(N_("Rhythm: {value}"), value=rhythm(view, scope))]
    if chosen.rhythm is Rhythm.DAILY:
        times = [
            button(f"{one:%H:%M}", "set", here, "at", spelled(one), chosen=one == chosen.at)
            for one in sorted({*TIMES, chosen.at})
        ]
        other = button(view.say(N_("Another time…")), "ask", here, "at")
        keyboard += [*rows(times, 5), (other,), *_days(view, here, "days", chosen.days)]
    if chosen.rhythm in DIGESTS:
        one = N_("What happens in between comes in one message; none if nothing does.")
        text += [zone(view), view.say(one)]
        turns = view.say(N_("Reversals at once"))
        keyboard += [(tick(turns, "set", here, "urgent", on=chosen.urgent),), _zone(view)]
    return _page(view, scope, "when", text, keyboard)


def silence(view: View, scope: Scope) -> Message:
    """Offer quiet hours."""
    chosen, here = view.preferences(scope).quiet, at(scope)
    text = [view.say(N_("Quiet hours: {value}"), value=quiet(view, scope))]
    offered = [button(view.say(N_("none")), "set", here, "quiet", "off", chosen=chosen is None)]
    now = (chosen.start, chosen.end) if chosen else NIGHTS[0]
    for start, end in dict.fromkeys([*NIGHTS, now]):
        said = view.say(N_("{start} to {end}"), start=f"{start:%H:%M}", end=f"{end:%H:%M}")
        this = chosen is not None and (start, end) == now
        hours = spelled(start) + spelled(end)
        offered.append(button(said, "set", here, "quiet", hours, chosen=this))
    offered.append(button(view.say(N_("Other hours…")), "ask", here, "quiet"))
    keyboard = rows(offered, 2)
    if chosen:
        text.append(zone(view))
        inside = _values(view, here, "silently", INSIDE, "on" if chosen.silently else "off")
        keyboard += [*_days(view, here, "nights", chosen.days), inside, _zone(view)]
    return _page(view, scope, "quiet", text, keyboard)


def least(view: View, scope: Scope) -> Message:
    """Offer the least score, with what each comes to."""
    chosen = view.preferences(scope).min_score
    said = N_("An article scores higher, the more it says of what a topic looks for.")
    text = [view.say(N_("Minimum score: {value}"), value=score(view, scope)), view.say(said)]
    topics = view.followed if scope is None else [view.topic(scope)]
    before = ""
    for one in SCORES:
        often = view.often(topics, one)
        if often != before:
            text.append(view.say(N_("• {score} or more: {often}"), score=one, often=often))
        before = often
    names = {f"{one}": f"{one}" if one else N_("no minimum") for one in SCORES}
    offered = _values(view, at(scope), "score", names, f"{chosen:g}")
    return _page(view, scope, "score", text, rows(offered))


def level(view: View, scope: Scope) -> Message:
    """Offer how much of a story is told."""
    offered = _values(view, at(scope), "level", LEVELS, view.preferences(scope).level)
    text = [
        view.say(N_("Every article: each is a message of its own.")),
        view.say(N_("What is new: one message a story, which grows quietly; a reversal rings.")),
        view.say(N_("One alert a story: its first article, then nothing that rings.")),
    ]
    return _page(view, scope, "level", text, rows(offered, 1))


def length(view: View, scope: Scope) -> Message:
    """Offer how much of an article is told."""
    offered = _values(view, at(scope), "length", LENGTHS, view.preferences(scope).length)
    said = N_("Short: the title and where it stands. Long: with more of the text.")
    return _page(view, scope, "length", [view.say(said)], rows(offered))


def zones(view: View, scope: Scope) -> Message:
    """Offer time zones; it is the chat's, whatever the rule set."""
    del scope
    chosen = view.preferences().zone
    names = {chosen: chosen, **ZONES}
    offered = _values(view, "", "zone", names, chosen)
    offered.append(button(view.say(N_("Another city…")), "ask", "", "zone"))
    said = view.say(N_("Digests and quiet hours keep to the clock of this place."))
    return _page(view, None, "zone", [zone(view), said], rows(offered, 2))


def only(view: View, scope: Scope) -> Message:
    """Offer to hear some sites only."""
    chosen, here = view.preferences(scope).sites, at(scope)
    text = [
        view.say(N_("Sources: {value}"), value=sources(view, scope)),
        view.say(N_("Tick the sites that you want to hear of; the others will be left out.")),
    ]
    every = button(view.say(N_("all")), "only", here, "", "off", chosen=not chosen)
    offered = [tick(one, "only", here, tag(one), on=one in chosen) for one in known(view, scope)]
    return _page(view, scope, "only", text, [(every,), *rows(offered, 2)])


def known(view: View, scope: Scope) -> list[str]:
    """List the sites that can be chosen: those that were, and those of late."""
    before = [*sorted(view.preferences(scope).sites), *view.muted(Muted.SITE)]
    return list(dict.fromkeys([*before, *view.sites]))[:SITES]


def language(view: View, scope: Scope) -> Message:
    """Offer the languages, each in its own words."""
    del scope
    offered = [
        button(name, "lang", code, "language", chosen=code == view.language)
        for code, name in LANGUAGES.items()
    ]
    said = view.say(N_("Articles are quoted as they are written."))
    return _page(view, None, "language", [said], rows(offered))


def at(scope: Scope) -> str:
    """Spell what a choice is about in a button's data."""
    return "" if scope is None else tag(scope)


def back(view: View, scope: Scope) -> Button:
    """Lead back to the settings."""
    return button(view.translations.pgettext("button", "Back"), "show", "settings", at(scope))


def _zone(view: View) -> Sequence[Button]:
    return [button(view.say(N_("Time zone")), "show", "zone", "")]


def _values(view: View, here: str, name: str, words: Mapping[V, str], chosen: V) -> list[Button]:
    """Make a button of each value."""
    return [
        button(view.say(text), "set", here, name, value, chosen=value == chosen)
        for value, text in words.items()
    ]


def _days(view: View, here: str, name: str, chosen: frozenset[int]) -> list[Sequence[Button]]:
    names = get_day_names("abbreviated", locale=view.language)
    days = [tick(names[day], "day", here, name, f"{day}", on=day in chosen) for day in range(WEEK)]
    return rows(days)


def _page(
    view: View,
    scope: Scope,
    about: str,
    text: Sequence[str],
    keyboard: Sequence[Sequence[Button]],
) -> Message:
    """Write a menu of values; for a rule set, with the way back to what holds for the chat."""
    title, ends = view.say(TITLES[about]), [back(view, scope)]
    if scope is not None:
        title = f"{title} · {clip(view.topic(scope).title, TITLE)}"
        if ABOUT[about] & view.chat.by_rule_set.get(scope, {}).keys():
            same = view.say(N_("As for my other topics"))
            ends.insert(0, button(same, "inherit", at(scope), about))
    return page(title, text, *keyboard, ends)
