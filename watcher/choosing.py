"""The menus in which a subscriber chooses one value: each is a button, the chosen one is marked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from babel.dates import get_day_names

from watcher.buttons import Button
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
from watcher.preferences import EVERY_DAY, Muted, Preferences, Quiet, Rhythm
from watcher.spans import Part, Span, clip
from watcher.views import Scope, View, button, page, rows, tag, tick

DIGESTS: Final = (Rhythm.HOURLY, Rhythm.DAILY)
SITES: Final = 40  # buttons
ABOUT: Final[Mapping[str, frozenset[str]]] = {  # the preferences that a menu is about
    "when": frozenset({"rhythm", "at", "days", "urgent"}),
    "quiet": frozenset({"quiet"}),
    "score": frozenset({"min_score"}),
    "level": frozenset({"level"}),
    "length": frozenset({"length"}),
    "only": frozenset({"sites"}),
}

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
    said = f"{least:g}" if least else view.say(N_("none"))
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
    return view.say(N_("{zone} (it is {time} there)"), zone=chosen.zone, time=there)


def lines(view: View, scope: Scope) -> list[str | Part]:
    """Say all that holds, in the order of the settings."""
    chosen = view.preferences(scope)
    label = view.say(N_("Rhythm: {value}"), value="")
    turns = N_("at once") if chosen.urgent else N_("in the digest")
    return [
        Part([Span(label), Span(rhythm(view, scope), bold=True)], gap="\n\n"),
        view.say(N_("Reversals: {value}"), value=view.say(turns))
        if chosen.rhythm in DIGESTS
        else "",
        view.say(N_("Time zone: {value}"), value=zone(view)),
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
    keyboard = list(rows(_values(view, scope, "rhythm", RHYTHMS, chosen.rhythm), 2))
    if chosen.rhythm is Rhythm.DAILY:
        times = [
            button(f"{one:%H:%M}", "set", here, "at", spelled(one), chosen=one == chosen.at)
            for one in sorted({*TIMES, chosen.at})
        ]
        other = button(view.say(N_("Another time…")), "ask", here, "at")
        keyboard += [*rows(times, 5), (other,), *_days(view, scope, "days", chosen.days)]
    if chosen.rhythm in DIGESTS:
        turns = view.say(N_("Reversals at once"))
        keyboard.append((tick(turns, "set", here, "urgent", on=chosen.urgent),))
    said = view.say(N_("Rhythm: {value}"), value=rhythm(view, scope))
    text: list[str | Part] = [Part([Span(said)], gap="\n\n")]
    if chosen.rhythm in DIGESTS:
        text.append(view.say(N_("Time zone: {value}"), value=zone(view)))
        text.append(
            view.say(N_("What happens in between comes in one message; none if nothing does."))
        )
        keyboard.append((button(view.say(N_("Time zone")), "show", "zone", ""),))
    return _page(view, scope, "when", N_("When?"), text, keyboard)


def silence(view: View, scope: Scope) -> Message:
    """Offer quiet hours."""
    chosen, here = view.preferences(scope).quiet, at(scope)
    nights = {*NIGHTS} | ({(chosen.start, chosen.end)} if chosen else set())
    offered = [button(view.say(N_("none")), "set", here, "quiet", "off", chosen=chosen is None)]
    for start, end in sorted(nights, reverse=True):
        said = view.say(N_("{start} to {end}"), start=f"{start:%H:%M}", end=f"{end:%H:%M}")
        this = chosen is not None and (chosen.start, chosen.end) == (start, end)
        hours = spelled(start) + spelled(end)
        offered.append(button(said, "set", here, "quiet", hours, chosen=this))
    offered.append(button(view.say(N_("Other hours…")), "ask", here, "quiet"))
    keyboard = list(rows(offered, 2))
    if chosen:
        keyboard += [*_days(view, scope, "nights", chosen.days), _inside(view, here, chosen)]
        keyboard.append((button(view.say(N_("Time zone")), "show", "zone", ""),))
    text: list[str | Part] = [
        Part([Span(view.say(N_("Quiet hours: {value}"), value=quiet(view, scope)))], gap="\n\n")
    ]
    if chosen:
        text.append(view.say(N_("Time zone: {value}"), value=zone(view)))
    return _page(view, scope, "quiet", N_("Quiet hours"), text, keyboard)


def _inside(view: View, here: str, chosen: Quiet) -> Sequence[Button]:
    """Offer what happens during quiet hours."""
    words = {"off": N_("keep for later"), "on": N_("without sound")}
    silently = "on" if chosen.silently else "off"
    return [
        button(view.say(text), "set", here, "silently", value, chosen=value == silently)
        for value, text in words.items()
    ]


def least(view: View, scope: Scope) -> Message:
    """Offer the least score, with what each comes to."""
    chosen = view.preferences(scope).min_score
    topics = view.followed if scope is None else [view.topic(scope)]
    offered = [
        button(
            f"{one}" if one else view.say(N_("none")),
            "set",
            at(scope),
            "score",
            f"{one}",
            chosen=one == chosen,
        )
        for one in SCORES
    ]
    text: list[str | Part] = [
        Part([Span(view.say(N_("Minimum score: {value}"), value=score(view, scope)))], gap="\n\n"),
        view.say(
            N_(
                "Each alert has a score: the more an article says of what the rules look for, the higher."
            )
        ),
    ]
    if often := {one: view.often(topics, one) for one in SCORES if view.days}:
        told = [
            f"{one}: {often[one]}" for one in SCORES if one == 0 or often[one] != often[one - 1]
        ]
        text += [Part([Span(f"• {line}")]) for line in told]
    return _page(view, scope, "score", N_("Minimum score"), text, rows(offered, 4))


def level(view: View, scope: Scope) -> Message:
    """Offer how much of a story is told."""
    offered = _values(view, scope, "level", LEVELS, view.preferences(scope).level)
    text: list[str | Part] = [
        Part([Span(view.say(N_("Every article: each is a message of its own.")))], gap="\n\n"),
        view.say(N_("What is new: one message a story, which grows quietly; a reversal rings.")),
        view.say(N_("One alert a story: its first article, then nothing that rings.")),
    ]
    return _page(view, scope, "level", N_("Level"), text, rows(offered, 1))


def length(view: View, scope: Scope) -> Message:
    """Offer how much of an article is told."""
    offered = _values(view, scope, "length", LENGTHS, view.preferences(scope).length)
    text = [
        Part(
            [
                Span(
                    view.say(
                        N_("Short: the title and where it stands. Long: with more of the text.")
                    )
                )
            ],
            gap="\n\n",
        )
    ]
    return _page(view, scope, "length", N_("Detail"), text, rows(offered, 3))


def zones(view: View, scope: Scope) -> Message:
    """Offer time zones; it is the chat's, whatever the rule set."""
    chosen = view.preferences().zone
    offered = [
        button(
            view.say(ZONES[one]) if one in ZONES else one,
            "set",
            "",
            "zone",
            one,
            chosen=one == chosen,
        )
        for one in dict.fromkeys([*ZONES, chosen])
    ]
    offered.append(button(view.say(N_("Another city…")), "ask", "", "zone"))
    text = [Part([Span(view.say(N_("Time zone: {value}"), value=zone(view)))], gap="\n\n")]
    return _page(view, scope, "zone", N_("Time zone"), text, rows(offered, 2))


def only(view: View, scope: Scope) -> Message:
    """Offer to hear some sites only."""
    chosen = view.preferences(scope).sites
    offered = [
        tick(site, "only", at(scope), tag(site), on=site in chosen) for site in known(view, scope)
    ]
    every = button(view.say(N_("all")), "only", at(scope), "", "off", chosen=not chosen)
    text = [
        Part([Span(view.say(N_("Sources: {value}"), value=sources(view, scope)))], gap="\n\n"),
        view.say(N_("Tick the sites that you want to hear of; the others will be left out.")),
    ]
    return _page(view, scope, "only", N_("Only some sources"), text, [(every,), *rows(offered, 2)])


def known(view: View, scope: Scope) -> list[str]:
    """List the sites that can be chosen: those of late, and those that were."""
    named = [
        *view.sites[: SITES // 2],
        *sorted(view.preferences(scope).sites),
        *view.muted(Muted.SITE),
    ]
    return list(dict.fromkeys(named))[:SITES]


def language(view: View, scope: Scope) -> Message:
    """Offer the languages, each in its own words."""
    offered = [
        button(name, "lang", code, "language", chosen=code == view.language)
        for code, name in LANGUAGES.items()
    ]
    text = [Part([Span(view.say(N_("Articles are quoted as they are written.")))], gap="\n\n")]
    return _page(view, scope, "language", N_("Language"), text, rows(offered))


def at(scope: Scope) -> str:
    """Spell what a choice is about in a button's data."""
    return "" if scope is None else tag(scope)


def back(view: View, scope: Scope) -> Button:
    """Lead back to the settings."""
    return button(view.translations.pgettext("button", "Back"), "show", "settings", at(scope))


def _values(
    view: View,
    scope: Scope,
    name: str,
    words: Mapping[Rhythm, str] | Mapping[Level, str] | Mapping[Length, str],
    chosen: str,
) -> list[Button]:
    return [
        button(view.say(text), "set", at(scope), name, value, chosen=value == chosen)
        for value, text in words.items()
    ]


def _days(
    view: View, scope: Scope, name: str, chosen: frozenset[int]
) -> Sequence[Sequence[Button]]:
    names = get_day_names("abbreviated", locale=view.language)
    return rows(
        [
            tick(names[day], "day", at(scope), name, str(day), on=day in chosen)
            for day in sorted(EVERY_DAY)
        ]
    )


def _page(
    view: View,
    scope: Scope,
    about: str,
    title: str,
    text: Sequence[str | Part],
    keyboard: Sequence[Sequence[Button]],
) -> Message:
    """Write a menu of values; for a rule set, with the way back to what holds for the chat."""
    name = view.say(title)
    shown = (
        name
        if scope is None or about not in ABOUT
        else f"{name} · {clip(view.topic(scope).title, 60)}"
    )
    ends = [back(view, scope)]
    if (
        scope is not None
        and ABOUT.get(about, frozenset()) & view.chat.by_rule_set.get(scope, {}).keys()
    ):
        ends.insert(0, button(view.say(N_("As for my other topics")), "inherit", at(scope), about))
    return page(shown, text, *keyboard, ends)
