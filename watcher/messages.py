"""What a subscriber reads of an article, and in which order it gives way when it is too long."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import NullTranslations
from types import MappingProxyType
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal

from watcher import actions, facts, urls
from watcher import quotes as quoting
from watcher import text as reading
from watcher.claims import Detail, Stance, ZoneKind
from watcher.model import (
    Article,
    ArticleId,
    Decision,
    Match,
    Message,
    Origin,
    Precision,
    Published,
    RuleSetId,
    Severity,
    StoryId,
)
from watcher.preferences import Length
from watcher.spans import Part, Span, clip, fit, html, is_link

# In characters.
TITLE: Final = 300
MADE_TITLE: Final = 120  # of the first sentence, where an article has no title
LIST: Final = 240  # of rule sets, of rules
SITE: Final = 80
FIGURE: Final = 120

OTHERS: Final = 5  # sources that are named
QUOTES: Final[Mapping[Length, int]] = {Length.SHORT: 0, Length.NORMAL: 2, Length.LONG: 3}
FIGURES: Final = 3
ANSWERS: Final = 3
PARIS: Final = ZoneInfo("Europe/Paris")

Say: TypeAlias = Callable[[str], str]


def N_(message: str) -> str:  # noqa: N802  gettext's own name for "translate this later"
    """Mark a text for the catalogues."""
    return message


MARKERS: Final[Mapping[Severity, tuple[str, str]]] = {
    Severity.LOW: ("ℹ️", N_("For information")),
    Severity.NORMAL: ("🔔", N_("Alert")),
    Severity.HIGH: ("🚨", N_("Priority alert")),
}
STANCES: Final[Mapping[Detail, tuple[str, str]]] = {
    Detail.IMPOSED: ("🔴", N_("Closed")),
    Detail.IN_FORCE: ("🔴", N_("Still closed")),
    Detail.EASED: ("🟢", N_("Allowed")),
    Detail.LIFTED: ("🟢", N_("Open again")),
    Detail.PENDING: ("🟡", N_("Not decided")),
}
HEADS: Final[Mapping[Decision, tuple[str, str]]] = {
    Decision.REVERSAL: ("🔁", N_("Reversal")),
    Decision.NEW_LOCK: ("🔁", N_("Reversal: another party decides")),
    Decision.DEVELOPMENT: ("🧵", N_("Continued")),
}
ORIGINS: Final[Mapping[Origin, str]] = {
    Origin.FEED_ONLY: N_("Read in the feed only: pages are switched off."),
    Origin.NO_LINK: N_("Read in the feed only: it gives no link to the article."),
    Origin.MISSING: N_("Read in the feed only: the page no longer exists."),
    Origin.UNAVAILABLE: N_("Read in the feed only: the page could not be opened."),
    Origin.NOT_HTML: N_("Read in the feed only: the link leads to a file, not to a page."),
    Origin.SOFT_404: N_("Read in the feed only: the page no longer exists."),
    Origin.PAYWALL: N_("Read in the feed only: the page is for the site’s subscribers."),
    Origin.ROBOTS: N_("Read in the feed only: the site keeps robots away from the page."),
    Origin.EMPTY: N_("Read in the feed only: no article was found on the page."),
}
FRAMES: Final[Mapping[Precision, str]] = {
    Precision.DERIVED: N_("{date} (estimated date)"),
    Precision.SEEN: N_("seen on {date}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What a living message tells beside its head article."""

    head: Decision | None = None  # a key of HEADS; None: a plain alert
    before: Article | None = None  # what the message answers
    others: Sequence[Article] = ()  # in the order in which they came
    figures: Sequence[str] = ()  # of the others, as printed
    still_closed: Sequence[str] = ()  # products, where the news is that another opens
    sites: int = 1
    origins: int = 1  # texts that are no copies
    articles: int = 1  # of the story, as far as this chat was told
    since: Published | None = None  # the first of them
    turned: Published | None = None  # the last of them that turned it, the head aside


# The alert ----------------------------------------------------------------------------------------


def alert(
    article: Article,
    matches: Sequence[Match],
    *,
    titles: Mapping[RuleSetId, str],
    translations: NullTranslations,
    language: str,
    stances: Mapping[RuleSetId, Stance] = MappingProxyType({}),
    sides: Mapping[RuleSetId, str] = MappingProxyType({}),
    thread: Thread = Thread(),
    length: Length = Length.NORMAL,
    number: ArticleId | None = None,
    story: StoryId | None = None,
) -> Message:
    """
    Tell one chat of an article and of all the matches it follows.

    `titles` names the rule sets for people, `sides` who decides in their `stances`; `language` is
    that of the translations: fr or en. Without a `number` nothing can be asked about the article.
    """
    say = translations.gettext
    link = _link(article)
    rule = judged_by(matches, {}, translations, language)  # the headline names the sets
    quotes = quoting.quotes(article, matches, QUOTES[length])
    title = name(article) or urls.host(link) or say(N_("Untitled"))
    figures = figures_line(article, matches, thread.figures, translations)
    note = ORIGINS.get(article.origin)
    parts = [
        *headline(matches, titles, stances, sides, say, head=thread.head),
        Part((not quotes and _title_marked(article, matches, link)) or [Span(title, link=link)]),
        Part([Span(source)] if (source := whence(article, translations, language)) else []),
        *(Part(quote, rank=2 + 2 * n, gap="\n" if n else "\n\n") for n, quote in enumerate(quotes)),
        Part([Span(figures)] if figures else [], rank=3, gap="\n" if quotes else "\n\n"),
        *_thread(thread, translations, language),
        Part([Span(say(note), italic=True)] if note else [], rank=1),
        Part([] if length is Length.SHORT else [Span(rule, italic=True)], gap="\n\n"),
    ]
    return Message(
        html=html(fit(parts)),
        silent=_loudest(matches) is Severity.LOW,
        link=link,
        buttons=actions.beneath(
            translations, link=link, article=number, story=story, articles=thread.articles
        ),
    )


def headline(
    matches: Sequence[Match],
    titles: Mapping[RuleSetId, str],
    stances: Mapping[RuleSetId, Stance],
    sides: Mapping[RuleSetId, str],
    say: Say,
    *,
    head: Decision | None,
) -> Iterator[Part]:
    """Say how the story goes on, and what is answered, else how loud it is; then of what."""
    if head:
        yield Part(_marker(*HEADS[head], say))
    answers = [each for each in stances.items() if _rests(matches, *each)][:ANSWERS]
    for rule_set, stance in answers:
        yield Part([*_marker(*STANCES[stance.detail], say), *_surety(stance, sides[rule_set], say)])
        yield Part([Span(clip(titles.get(rule_set, rule_set), LIST))], gap=" · ")
    if not answers and not head:
        yield Part(_marker(*MARKERS[_loudest(matches)], say))
    told = {rule_set for rule_set, _ in answers}
    others = [titles.get(m.rule_set, m.rule_set) for m in matches if m.rule_set not in told]
    yield Part([Span(_listed(others))] if others else [], gap=" · ")


def _loudest(matches: Sequence[Match]) -> Severity:
    return max((match.severity for match in matches), key=list(Severity).index)


def _marker(emoji: str, word: str, say: Say) -> list[Span]:
    return [Span(f"{emoji} "), Span(say(word), bold=True)]


def _surety(stance: Stance, side: str, say: Say) -> Iterator[Span]:
    """Say who decides and whether it is sure."""
    if side:
        yield Span(", " + say(N_("{party} side")).format(party=clip(side, SITE)))
    if stance.conditional:
        yield Span(", " + say(N_("not confirmed")))


def _rests(matches: Sequence[Match], rule_set: RuleSetId, stance: Stance) -> bool:
    """Tell whether a match of a rule set rests on what the article answers."""
    claimed = {claim.evidence for claim in stance.claims if claim.leads(stance)}
    return any(m.rule_set == rule_set and claimed.intersection(m.evidence) for m in matches)


def _source(article: Article, translations: NullTranslations, language: str) -> list[str]:
    site = clip(article.site or urls.host(_link(article)), SITE)
    return [said for said in (site, _date(article.published, translations, language)) if said]


def judged_by(
    matches: Sequence[Match],
    titles: Mapping[RuleSetId, str],
    translations: NullTranslations,
    language: str,
) -> str:
    """Name the rules that hold, and the score."""
    named = ((titles.get(match.rule_set, ""), match.title or match.rule) for match in matches)
    rules = _listed(f"{title} ({rule})" if title else rule for title, rule in named)
    frame = translations.ngettext(
        "Rule: {rules}, {score}.", "Rules: {rules}, {score}.", len({m.rule for m in matches})
    )
    return frame.format(rules=rules, score=_score(matches, translations, language))


def _score(matches: Sequence[Match], translations: NullTranslations, language: str) -> str:
    """Say the score of the best match, and what it had to reach where there is such a thing."""
    best = max(matches, key=lambda match: match.score)
    frame = N_("score {score} (threshold {least})") if best.min_score else N_("score {score}")
    reached, least = (format_decimal(n, locale=language) for n in (best.score, best.min_score))
    return translations.gettext(frame).format(score=reached, least=least)


def _listed(names: Iterable[str]) -> str:
    return clip(", ".join(dict.fromkeys(names)), LIST)


def _title_marked(article: Article, matches: Sequence[Match], link: str) -> list[Span]:
    """Mark the words of the title that decided, where it need not be cut."""
    title = article.title
    found = (e for m in matches for e in m.evidence if e.zone is ZoneKind.TITLE)
    hits = quoting.merged((e.start, e.end) for e in found)
    return (
        quoting.marked(title, 0, len(title), hits, link=link)
        if hits and len(title) <= TITLE
        else []
    )


def name(article: Article) -> str:
    """Return the title, or else the first sentence of the text."""
    if title := clip(article.title, TITLE):
        return title
    told = (z.start for z in article.zones if z.kind in (ZoneKind.LEAD, ZoneKind.BODY))
    text = article.text[next(told, 0) :]
    start, end = next(iter(reading.sentences(text)), (0, 0))
    return clip(text[start:end], MADE_TITLE)


def _date(published: Published | None, translations: NullTranslations, language: str) -> str:
    """Say no more of a date than is known, in Paris time."""
    if published is None:
        return ""
    at = published.at.astimezone(PARIS)
    timed = published.precision in (Precision.TIME, Precision.ASSUMED_ZONE)
    pattern = translations.gettext(N_("d MMM y 'at' HH:mm") if timed else N_("d MMMM y"))
    if language == "fr" and at.day == 1:
        pattern = pattern.replace("d ", "d'er' ", 1)
    date = format_datetime(at, pattern, locale=language)
    frame = FRAMES.get(published.precision)
    return translations.gettext(frame).format(date=date) if frame else date


def figures_line(
    article: Article, matches: Sequence[Match], more: Sequence[str], translations: NullTranslations
) -> str:
    """Quote the figures that tell most, and more of other articles."""
    own = [fact.quote for fact in facts.select(article, matches, most=FIGURES)]
    told = " · ".join(dict.fromkeys(clip(quote, FIGURE) for quote in (*own, *more)))
    return translations.gettext("Figures: {figures}").format(figures=told) if told else ""


def _thread(thread: Thread, translations: NullTranslations, language: str) -> list[Part]:
    """Tell what stays closed, what the message answers, and who else tells of it."""
    parts = []
    if closed := _listed(thread.still_closed):
        line = translations.gettext("Still closed: {names}.").format(names=closed)
        parts.append(Part([Span(line)], rank=3))
    if thread.before:
        date = _day(thread.before.published, translations, language)
        frame = N_("Before, on {date}: ") if date else N_("Before: ")
        head = translations.gettext(frame).format(date=date)
        parts.append(Part([Span(head), named(thread.before)], rank=5, gap="\n\n"))
    if thread.others:
        sites = translations.ngettext("{n} source", "{n} sources", thread.sites)
        origins = translations.ngettext("{n} of origin", "{n} of origin", thread.origins)
        line = f"{sites.format(n=thread.sites)}, {origins.format(n=thread.origins)}"
        parts.append(Part([Span(line, bold=True)], rank=6, gap="\n\n"))
        for other in thread.others[:OTHERS]:
            where = ", ".join(_source(other, translations, language))
            parts.append(
                Part([Span("• "), named(other), Span(f" ({where})" if where else "")], rank=7)
            )
        if (rest := len(thread.others) - OTHERS) > 0:
            parts.append(Part([Span(f"+ {rest}")], rank=6))
    since = _day(thread.since, translations, language)
    if thread.articles > 1 and since:
        turned = _day(thread.turned, translations, language)
        frame = (
            N_("{n} articles since {date}, last reversal on {turned}.")
            if turned
            else N_("{n} articles since {date}.")
        )
        line = translations.gettext(frame).format(n=thread.articles, date=since, turned=turned)
        parts.append(Part([Span(f"🧵 {line}")], rank=4))
    return parts


def _day(published: Published | None, translations: NullTranslations, language: str) -> str:
    day = replace(published, precision=Precision.DAY) if published else None
    return _date(day, translations, language)


def day(at: datetime, translations: NullTranslations, language: str) -> str:
    """Write a day, in Paris."""
    return _day(Published(at=at, precision=Precision.DAY), translations, language)


def whence(article: Article, translations: NullTranslations, language: str) -> str:
    """Say where and when an article appeared."""
    return " · ".join(_source(article, translations, language))


def named(article: Article) -> Span:
    """Name an article by its title, and lead to it."""
    return Span(name(article) or urls.host(_link(article)), link=_link(article))


def _link(article: Article) -> str:
    return next((url for url in (article.url, article.canonical) if is_link(url)), "")
