"""What a subscriber reads of an article, and in which order it gives way when it is too long."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from gettext import NullTranslations
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from watcher import text as reading
from watcher import urls
from watcher.model import (
    Article,
    Evidence,
    Match,
    Message,
    Origin,
    Precision,
    Published,
    RuleSetId,
    Severity,
    ZoneKind,
)
from watcher.spans import Part, Span, clean, clip, fit, html, is_link

# In UTF-16 units, but the quote, which counts characters.
TITLE: Final = 300
MADE_TITLE: Final = 120  # of the first sentence, where an article has no title
NAME: Final = 80  # of a site, a rule set, a rule
QUOTE: Final = 600
QUOTES: Final = 2
BOLD: Final = 24  # matched words of one quote
SETS: Final = 4  # named in full
RULES: Final = 3  # of each

Place: TypeAlias = tuple[int, int]


def N_(message: str) -> str:  # noqa: N802  gettext's own name for "translate this later"
    """Mark a text for the catalogues."""
    return message


MARKERS: Final[Mapping[Severity, tuple[str, str]]] = {
    Severity.LOW: ("ℹ️", N_("For information")),
    Severity.NORMAL: ("🔔", N_("Alert")),
    Severity.HIGH: ("🚨", N_("Priority alert")),
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
LOCALES: Final[Mapping[str, str]] = {"fr": "fr_FR", "en": "en_GB"}
PARIS: Final = ZoneInfo("Europe/Paris")


# The alert ----------------------------------------------------------------------------------------


def alert(
    article: Article,
    matches: Sequence[Match],
    *,
    titles: Mapping[RuleSetId, str],
    translations: NullTranslations,
    language: str,
) -> Message:
    """
    Tell one chat of an article and of all the matches it follows.

    `titles` names the rule sets for people; `language` is that of the translations: fr or en.
    """
    link = next((url for url in (article.url, article.canonical) if is_link(url)), "")
    loudest = max((match.severity for match in matches), key=list(Severity).index)
    quotes = _quotes(article, matches)
    parts = [
        Part(_heading(loudest, matches, titles, translations)),
        Part(_title(article, matches, link, translations, mark=not quotes)),
        Part(_source(article, link, translations, language)),
        *(
            Part(tuple(replace(span, quote=number) for span in spans), rank=number + 1, gap=gap)
            for number, (gap, spans) in enumerate(zip(("\n\n", "\n"), quotes, strict=False), 1)
        ),
        Part(_note(article.origin, translations), rank=1),
        Part(_rules(matches, titles, translations), gap="\n\n"),
    ]
    return Message(
        html=html(fit(parts)),
        silent=loudest is Severity.LOW,
        link=link,
        button=translations.pgettext("button", "Read") if link else "",
    )


def _heading(
    severity: Severity,
    matches: Sequence[Match],
    titles: Mapping[RuleSetId, str],
    translations: NullTranslations,
) -> tuple[Span, ...]:
    emoji, word = MARKERS[severity]
    sets = _listed([titles.get(s, s) for s in dict.fromkeys(m.rule_set for m in matches)], SETS)
    return Span(f"{emoji} "), Span(translations.gettext(word), bold=True), Span(f" · {sets}")


def _title(
    article: Article,
    matches: Sequence[Match],
    link: str,
    translations: NullTranslations,
    *,
    mark: bool,
) -> tuple[Span, ...]:
    """Show the title; its own hits are marked where no sentence of the text is quoted."""
    title = clip(article.title, TITLE) or _first_sentence(article)
    title = title or urls.host(link) or translations.gettext("Untitled")
    spans = [Span(title)]
    if mark and len(article.title) <= TITLE:
        hits = _merged(_within(e, article.title) for e in _evidence(matches, title=True))
        spans = _marked(article.title, 0, len(article.title), hits) if hits else spans
    return tuple(replace(span, link=link) for span in spans)


def _first_sentence(article: Article) -> str:
    told = [zone for zone in article.zones if zone.kind is not ZoneKind.CHROME]
    told.sort(key=lambda zone: zone.kind not in (ZoneKind.LEAD, ZoneKind.BODY))
    start, end = (told[0].start, told[0].end) if told else (0, len(article.text))
    piece = article.text[start : min(end, start + MADE_TITLE * 8)]
    first = next(iter(reading.sentences(piece)), (0, 0))
    return clip(piece[first[0] : first[1]], MADE_TITLE)


def _source(
    article: Article, link: str, translations: NullTranslations, language: str
) -> tuple[Span, ...]:
    site = clip(article.site, NAME) or clip(urls.host(link), NAME)
    date = _date(article.published, translations, language) if article.published else ""
    line = " · ".join(piece for piece in (site, date) if piece)
    return (Span(line),) if line else ()


def _date(published: Published, translations: NullTranslations, language: str) -> str:
    """Say no more of a date than is known, in Paris time."""
    try:
        at = published.at.astimezone(PARIS)
    except OverflowError:  # the year 9999: the feed is wrong, and we have nothing better to say
        return ""
    timed = published.precision in (Precision.TIME, Precision.ASSUMED_ZONE)
    pattern = N_("d MMM y 'at' HH:mm") if timed else N_("d MMMM y")
    pattern = translations.gettext(pattern)
    if language == "fr" and at.day == 1:
        pattern = pattern.replace("d ", "d'er' ", 1)
    date = format_datetime(at, pattern, locale=LOCALES.get(language, "en_GB"))
    match published.precision:
        case Precision.DERIVED:
            return translations.gettext("{date} (estimated date)").format(date=date)
        case Precision.SEEN:
            return translations.gettext("seen on {date}").format(date=date)
        case _:
            return date


def _note(origin: Origin, translations: NullTranslations) -> tuple[Span, ...]:
    note = ORIGINS.get(origin)
    return (Span(translations.gettext(note), italic=True),) if note else ()


def _rules(
    matches: Sequence[Match], titles: Mapping[RuleSetId, str], translations: NullTranslations
) -> tuple[Span, ...]:
    named: dict[RuleSetId, list[str]] = defaultdict(list)
    for match in matches:
        named[match.rule_set].append(match.title or match.rule)
    sets = [
        f"{clip(titles.get(rule_set, rule_set), NAME)} ({_listed(rules, RULES)})"
        for rule_set, rules in named.items()
    ]
    count = len({match.rule for match in matches})
    sentence = translations.ngettext("Rule: {rules}.", "Rules: {rules}.", count)
    return (Span(sentence.format(rules=_listed(sets, SETS, clipped=True)), italic=True),)


def _listed(names: Sequence[str], most: int, *, clipped: bool = False) -> str:
    shown = [name if clipped else clip(name, NAME) for name in dict.fromkeys(names)]
    return ", ".join([*shown[:most], *(["…"] if len(shown) > most else [])])


# Quotes -------------------------------------------------------------------------------------------


def _evidence(matches: Sequence[Match], *, title: bool) -> list[Evidence]:
    return [e for m in matches for e in m.evidence if (e.zone is ZoneKind.TITLE) is title]


def _within(evidence: Evidence, text: str) -> Place:
    return max(evidence.start, 0), min(evidence.end, len(text))


def _quotes(article: Article, matches: Sequence[Match]) -> list[list[Span]]:
    """Quote the sentences that answer most of what the rules asked, in the order of the text."""
    told: dict[Place, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    lines: dict[int, tuple[Place, ...]] = {}
    for match in matches:
        for evidence in _evidence([match], title=False):
            start, end = _within(evidence, article.text)
            if start < end and evidence.zone is not ZoneKind.CHROME:
                sentence = _sentence(article, start, end, lines)
                place = start, min(end, sentence[1])
                told[sentence][f"{match.rule} {evidence.words}"].append(place)
    chosen: list[Place] = []
    asked: set[str] = set()
    for _ in range(QUOTES):
        new = {sentence: len(words.keys() - asked) for sentence, words in told.items()}
        best = max(new, key=lambda sentence: (new[sentence], -sentence[0]), default=None)
        if best is None or not new[best]:
            break
        chosen.append(best)
        asked |= told[best].keys()
    return [
        _excerpt(
            article.text, start, end, _merged(p for ps in told[start, end].values() for p in ps)
        )
        for start, end in sorted(chosen)
    ]


def _sentence(article: Article, start: int, end: int, lines: dict[int, tuple[Place, ...]]) -> Place:
    """Return the sentence that evidence begins in; what stands in another zone is none of it."""
    zone = next((zone for zone in article.zones if zone.start <= start < zone.end), None)
    low, high = (zone.start, zone.end) if zone else (0, len(article.text))
    begin = max(low, article.text.rfind("\n", low, start) + 1)
    if begin not in lines:
        close = article.text.find("\n", start, high)
        line = article.text[begin : close if close >= 0 else high]
        lines[begin] = tuple((begin + a, begin + b) for a, b in reading.sentences(line))
    known = lines[begin]
    number = bisect_right(known, start, key=lambda place: place[0]) - 1
    return known[number] if number >= 0 and start < known[number][1] else (start, end)


def _merged(places: Iterable[Place]) -> list[Place]:
    """Join what overlaps or touches."""
    merged: list[Place] = []
    for start, end in sorted(place for place in places if place[0] < place[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _excerpt(text: str, start: int, end: int, hits: Sequence[Place]) -> list[Span]:
    """Quote a sentence, or, when it is long, the words around the first of its hits."""
    if end - start <= QUOTE:
        return _marked(text, start, end, hits)
    first, last = hits[0]
    if last - first > QUOTE:
        return [Span(clip(text[start:end], QUOTE))]
    last = max(b for _, b in hits if b - first <= QUOTE)
    left = max(start, first - (QUOTE - (last - first)) // 2)
    right = min(end, left + QUOTE)
    if left > start:
        left = first - len(text[left:first].partition(" ")[2])
    if right < end:
        right = last + len(text[last:right].rpartition(" ")[0])
    right = min([right, *(a for a, b in hits if a < right < b)])
    before, after = ("… " if left > start else ""), ("…" if right < end else "")
    return [Span(before), *_marked(text, left, right, hits), Span(after)]


def _marked(text: str, start: int, end: int, hits: Sequence[Place]) -> list[Span]:
    spans, at = [], start
    for left, right in [(a, b) for a, b in hits if start <= a and b <= end][:BOLD]:
        spans += [Span(clean(text[at:left])), Span(clean(text[left:right]), bold=True)]
        at = right
    return [*spans, Span(clean(text[at:end]).rstrip())]
