"""What people may look up: how a story went, how everything stands, what the archive has."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from gettext import NullTranslations
from typing import Final

from watcher import actions, messages, searching
from watcher.buttons import Button, Press, number
from watcher.messages import N_, STANCES
from watcher.model import Article, Decision, Message
from watcher.searching import Term
from watcher.spans import Part, Span, clip, fit, html, is_link
from watcher.text import key
from watcher.timeline import Chapter, Holding, Story

CHAPTERS: Final = 20
STORIES: Final = 8
PRODUCTS: Final = 12
BRIEF: Final = 3  # answers told over a chat
PAGE: Final = 5  # articles of one answer to a search
TURNS: Final = (Decision.REVERSAL, Decision.NEW_LOCK)
WAYS: Final[Mapping[str, str]] = {"export": N_("exports"), "import": N_("imports")}


def story(story: Story, translations: NullTranslations, language: str) -> Message:
    """Tell a story by the dates of publication; of a long one the newest articles."""
    told = [one for one in story.chapters if one.decision is not Decision.COPY]
    shown = told[-CHAPTERS:]
    parts = [
        Part([Span("🧵 "), Span(_title(story, translations), bold=True)]),
        Part([Span(_length(story, translations, language))]),
    ]
    if older := len(told) - len(shown):
        more = translations.ngettext("+ {n} older article", "+ {n} older articles", older)
        parts.append(Part([Span(more.format(n=older), italic=True)], rank=1, gap="\n\n"))
    for age, one in zip(range(len(shown), 0, -1), shown, strict=True):
        lane = _lane(one, translations, language)
        parts.append(Part([Span(lane)], rank=1 + age, gap="\n\n"))
        site = [Span(f" ({clip(one.site, messages.SITE)})")] if one.site else []
        parts.append(Part([_linked(one, translations), *site], rank=1 + age))
    below = (actions.muting(translations, story.id), actions.closing(translations))
    return Message(html=html(fit(parts)), buttons=(below,))


def story_briefly(story: Story, translations: NullTranslations, language: str) -> str:
    """Tell how a story went in what fits over a chat."""
    lanes = [_lane(one, translations, language) for one in story.chapters if one.detail]
    newest = list(dict.fromkeys(lanes))[-BRIEF:]
    told = [_length(story, translations, language), *(clip(one, actions.TOAST) for one in newest)]
    while len("\n".join(told)) > actions.TOAST:
        del told[1]
    return "\n".join(told)


def _lane(one: Chapter, translations: NullTranslations, language: str) -> str:
    """Say when an article appeared and what it answers; who listens to it hears the word."""
    day = messages.day(one.published_at, translations, language)
    if one.detail is None:
        return day
    say = translations.gettext
    emoji, word = STANCES[one.detail]
    told = [say(word)]
    if one.issuer:
        told.append(say(N_("{party} side")).format(party=clip(one.issuer, messages.SITE)))
    if one.conditional:
        told.append(say(N_("not confirmed")))
    if one.decision in TURNS:
        told.append(say(N_("reversal")))
    return f"{emoji} {day} · {', '.join(told)}"


def _length(story: Story, translations: NullTranslations, language: str) -> str:
    """Say how many articles tell a story, and from when to when."""
    first, last = (
        messages.day(at, translations, language) for at in (story.first_at, story.last_at)
    )
    one_day = translations.ngettext(
        "{n} article, on {first}.", "{n} articles, on {first}.", story.articles
    )
    days = translations.gettext("{n} articles, from {first} to {last}.")
    return (one_day if first == last else days).format(n=story.articles, first=first, last=last)


def _title(story: Story, translations: NullTranslations) -> str:
    titles = (story.title, *(one.title for one in story.chapters))
    named = (clip(title, messages.TITLE) for title in titles)
    return next(filter(None, named), "") or translations.gettext("Untitled")


def _linked(one: Chapter, translations: NullTranslations) -> Span:
    named = (clip(one.title, messages.TITLE), clip(one.host, messages.SITE))
    name = next(filter(None, named), "") or translations.gettext("Untitled")
    return Span(name, link=one.url if is_link(one.url) else "")


def stories(found: Sequence[Story], translations: NullTranslations, language: str) -> Message:
    """List stories, each with a button that tells it."""
    say = translations.gettext
    if not found:
        return Message(html=html([Span(say(N_("You have not been told of any story yet.")))]))
    parts = [Part([Span(say(N_("Your latest stories")), bold=True)])]
    for at, one in enumerate(found[:STORIES], 1):
        length = _length(one, translations, language)
        line = [Span(f"{at}. "), Span(_title(one, translations), bold=True)]
        parts.append(Part(line, rank=at, gap="\n\n"))
        parts.append(Part([Span(length)], rank=at))
    rows = tuple(
        (
            Button(
                text=clip(f"{at}. {_title(one, translations)}", actions.LABEL),
                data=Press("story", number(one.id)).data,
            ),
        )
        for at, one in enumerate(found[:STORIES], 1)
    )
    return Message(html=html(fit(parts)), buttons=(*rows, (actions.closing(translations),)))


def state(holdings: Sequence[Holding], translations: NullTranslations, language: str) -> Message:
    """Say how everything stands, product by product, what most sources tell first."""
    say = translations.gettext
    products: defaultdict[str, list[Holding]] = defaultdict(list)
    for one in holdings:
        products[key(one.product)].append(one)
    if not products:
        return Message(html=html([Span(say(N_("Nothing is known to be closed or open yet.")))]))
    parts = [Part([Span(say(N_("How things stand")), bold=True)])]
    ranked = sorted(
        products.values(),
        key=lambda mine: (max(len(one.sources) for one in mine), max(one.since for one in mine)),
        reverse=True,
    )
    for rank, mine in enumerate(ranked[:PRODUCTS], 1):
        product = clip(mine[0].product, messages.SITE)
        parts.append(Part([Span(product, bold=True)], rank=rank, gap="\n\n"))
        parts += [
            Part([Span(_held(one, translations, language))], rank=rank)
            for one in mine
            if not any(_is_vaguer(one, other) for other in mine)
        ]
    return Message(html=html(fit(parts)), buttons=((actions.closing(translations),),))


def _is_vaguer(one: Holding, other: Holding) -> bool:
    """Tell whether another entry says the same and names more of who decides and which way."""
    return (
        one.polarity is other.polarity
        and (one.issuer, one.direction) != (other.issuer, other.direction)
        and one.issuer in ("", other.issuer)
        and one.direction in ("", other.direction)
    )


def _held(one: Holding, translations: NullTranslations, language: str) -> str:
    """Say who closes or opens what, since when and who says so."""
    say = translations.gettext
    way = WAYS.get(one.direction.rpartition("_")[2])
    who = [clip(one.issuer, messages.SITE)] if one.issuer else [say(N_("nobody named"))]
    side = f"{who[0]} ({say(way)})" if way else who[0]
    emoji, word = STANCES[one.detail]
    sources = translations.ngettext("{n} source", "{n} sources", len(one.sources))
    line = say(N_("{side}: {state} since {date}, {sources}")).format(
        side=side,
        state=say(word).lower(),
        date=messages.day(one.since, translations, language),
        sources=sources.format(n=len(one.sources)),
    )
    return f"{emoji} {line}" + ("." if one.certain else f", {say('not confirmed')}.")


def found(
    articles: Sequence[Article],
    terms: Sequence[Term],
    translations: NullTranslations,
    language: str,
    *,
    offset: int = 0,
) -> Message:
    """Show one page of what the archive has; one article more than a page means that there is more."""
    say = translations.gettext
    asked = " ".join(map(str, terms))
    if not terms:
        return Message(html=html([Span(say(N_("Write what to look for, such as: /search H200")))]))
    if not articles:
        nothing = say(N_("Nothing found for “{words}”. Try fewer words, or a beginning: autoris*"))
        return Message(html=html([Span(nothing.format(words=clip(asked, messages.LIST)))]))
    head = say(N_("Search: {words}")).format(words=clip(asked, messages.LIST))
    parts = [Part([Span(head, bold=True)])]
    for rank, article in enumerate(articles[:PAGE], 1):
        where = messages.whence(article, translations, language)
        parts.append(Part([messages.named(article)], rank=rank, gap="\n\n"))
        parts.append(Part([Span(where)] if where else [], rank=rank))
        parts.append(Part(searching.excerpt(article, terms), rank=PAGE + rank))
    pages = _pages(offset, asked, translations, more=len(articles) > PAGE)
    if pages is None:
        hint = say(N_("Add words to narrow the search down."))
        parts.append(Part([Span(hint, italic=True)], gap="\n\n"))
    rows = (pages or (), (actions.closing(translations),))
    return Message(html=html(fit(parts)), buttons=tuple(filter(None, rows)))


def _pages(
    offset: int, asked: str, translations: NullTranslations, *, more: bool
) -> tuple[Button, ...] | None:
    """Offer the pages before and after; `None` where the words fit no button."""
    offered = []
    if offset:
        offered.append((translations.pgettext("button", "Previous"), max(0, offset - PAGE)))
    if more:
        offered.append((translations.pgettext("button", "More"), offset + PAGE))
    try:
        return tuple(
            Button(text=text, data=Press("more", number(at), asked).data) for text, at in offered
        )
    except ValueError:
        return None
