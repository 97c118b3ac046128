"""Why an article was told: what was found in it, what was decided, and what was set aside."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from gettext import NullTranslations
from typing import Final

from watcher import actions, messages, text
from watcher.buttons import number
from watcher.claims import Evidence, Polarity, Why, ZoneKind
from watcher.messages import N_
from watcher.model import Decision, Match, Message, RuleSetId
from watcher.spans import Part, Span, clip, fit, html
from watcher.timeline import Judged

QUOTE: Final = 120
EACH: Final = 6  # pieces of one zone
BRIEF: Final = 4  # pieces named in a few words

ZONES: Final[Mapping[ZoneKind, str]] = {
    ZoneKind.TITLE: N_("title"),
    ZoneKind.LEAD: N_("beginning"),
    ZoneKind.HEADING: N_("headings"),
    ZoneKind.BODY: N_("text"),
    ZoneKind.QUOTE: N_("quotations"),
}
ANSWERS: Final[Mapping[str, str]] = {
    Polarity.CLOSED: N_("says: closed"),
    Polarity.OPEN: N_("says: open"),
    Polarity.PENDING: N_("says: not decided"),
}
DECISIONS: Final[Mapping[Decision, str]] = {
    Decision.FIRST: N_("It is the first article of its story."),
    Decision.ATTACH: N_("It tells an event that was known: it joined the message about it."),
    Decision.DEVELOPMENT: N_("It tells something new in a known story."),
    Decision.REVERSAL: N_("It says the opposite of what was told before."),
    Decision.NEW_LOCK: N_("Another party now says the opposite of what was told before."),
    Decision.COPY: N_("It repeats the text of another article."),
    Decision.REVISION: N_("It was edited, and the rule holds since then."),
    Decision.LATE: N_("It came late: it is older than what was told, and says the opposite."),
    Decision.BACKGROUND: N_("It only recalls what was known: it is not told."),
    Decision.NO_MATCH: N_("No rule holds for it: it is not told."),
}
ASIDES: Final[Mapping[Why, str]] = {
    Why.OUTSIDE: N_("outside the article’s text: a link to another one"),
    Why.OTHER: N_("about another product"),
    Why.BACKGROUND: N_("only a reminder"),
    Why.OUTWEIGHED: N_("the rest of the article says more strongly otherwise"),
}


def why(
    judged: Judged,
    matches: Sequence[Match],
    *,
    titles: Mapping[RuleSetId, str],
    translations: NullTranslations,
    language: str,
) -> Message:
    """Explain an article by those of its matches that a chat follows."""
    say = translations.gettext
    parts = [
        Part([Span(say(N_("Why this alert?")), bold=True)]),
        Part([messages.named(judged.article)]),
        *(Part([Span(line)], rank=3) for line in _rules(matches, titles, translations, language)),
        Part([Span(say(DECISIONS[judged.decision]))]),
    ]
    if matches:
        parts.append(Part([Span(say(N_("Found in the article")), bold=True)], gap="\n\n"))
        for kind, label in ZONES.items():
            if found := _found(matches, kind):
                parts.append(Part([Span(f"• {say(label)}"), *_listed(found, translations)], rank=2))
    for at, aside in enumerate(judged.asides):
        if not at:
            parts.append(Part([Span(say(N_("Set aside")), bold=True)], rank=1, gap="\n\n"))
        quote = _quoted(clip(aside.quote, QUOTE), translations, bold=False)
        because = translations.gettext("{quote}: {reason}").partition("{quote}")[2]
        reason = because.format(reason=say(ASIDES[aside.why]))
        parts.append(Part([Span("• "), *quote, Span(reason)], rank=4 + at))
    reference = say(N_("Reference: {reference}.")).format(reference=number(judged.id).upper())
    parts.append(Part([Span(reference, italic=True)], gap="\n\n"))
    return Message(
        html=html(fit(parts)),
        buttons=(
            actions.rating(translations, judged.id, useful=judged.useful),
            (actions.closing(translations),),
        ),
    )


def why_briefly(
    judged: Judged,
    matches: Sequence[Match],
    *,
    titles: Mapping[RuleSetId, str],
    translations: NullTranslations,
    language: str,
) -> str:
    """Explain an article in what fits over a chat."""
    say = translations.gettext
    rules = _rules(matches[:1], titles, translations, language)
    evidence = sorted((e for m in matches for e in m.evidence), key=lambda e: e.end - e.start)
    quotes = list({text.fold(e.quote): e.quote for e in evidence}.values())[:BRIEF]
    spans = [_quoted(clip(quote, QUOTE // 2), translations) for quote in quotes]
    listed = ", ".join("".join(span.text for span in one) for one in spans)
    found = [say(N_("Found: {words}.")).format(words=listed)] if listed else []
    return clip(" ".join([*rules, say(DECISIONS[judged.decision]), *found]), actions.TOAST)


def _rules(
    matches: Sequence[Match],
    titles: Mapping[RuleSetId, str],
    translations: NullTranslations,
    language: str,
) -> list[str]:
    return [messages.judged_by([one], titles, translations, language) for one in matches]


def _found(matches: Sequence[Match], kind: ZoneKind) -> Counter[tuple[str, str]]:
    """Count the pieces of a zone that a rule rests on; a piece of several rules counts once."""
    pieces: dict[tuple[int, int, str], Evidence] = {
        (e.start, e.end, e.words): e for m in matches for e in m.evidence if e.zone is kind
    }
    return Counter((piece.quote, piece.words) for _, piece in sorted(pieces.items()))


def _listed(found: Counter[tuple[str, str]], translations: NullTranslations) -> Iterator[Span]:
    """List pieces with the word list, or the answer, that each stands for."""
    say = translations.gettext
    before = say(N_("{label}: ")).partition("{label}")[2]
    for (quote, words), times in list(found.items())[:EACH]:
        yield Span(before)
        yield from _quoted(clip(quote, QUOTE), translations)
        list_ = say(ANSWERS[words]) if words in ANSWERS else clip(words, messages.SITE)
        often = say(N_("{words}, {n} times")).format(words=list_, n=times) if times > 1 else list_
        yield Span(f" ({often})")
        before = ", "
    if (rest := len(found) - EACH) > 0:
        yield Span(f", + {rest}")


def _quoted(quote: str, translations: NullTranslations, *, bold: bool = True) -> list[Span]:
    """Put a quote between the quotation marks of the language."""
    left, _, right = translations.gettext("“{quote}”").partition("{quote}")
    return [Span(left), Span(quote, bold=bold), Span(right)]
