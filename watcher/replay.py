"""Articles of a file through the same judgement as the daemon's, under a frozen clock: no network, nothing sent."""

import gettext
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from watcher import articles, facts, locales, pipeline, stories, urls
from watcher.chronicle import Answer, Chronicle
from watcher.claims import Stance
from watcher.errors import ExtractError, Problem, ProblemsError
from watcher.living import Piece
from watcher.model import (
    LONG_AGO,
    Alias,
    AliasKind,
    Article,
    ArticleId,
    Chat,
    ChatId,
    ChatSpec,
    Decision,
    Match,
    Message,
    Precision,
    Published,
    RuleSetId,
    Verdict,
)
from watcher.rules import RuleBook
from watcher.telling import Kind

PARIS = ZoneInfo("Europe/Paris")
COMMON = 3  # articles of one host with the same sentence: then it is chrome, as in the store


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One article of a replay file."""

    id: str
    title: str
    text: str
    html: str
    url: str
    feed: str
    tags: tuple[str, ...]
    published: datetime | None
    seen: datetime | None

    @property
    def order(self) -> tuple[datetime, str]:
        """When it is judged: on arrival where that is known, else on the day it appeared."""
        return (self.seen or self.published or LONG_AGO, self.id)


def moment(value: str) -> datetime | None:
    """
    Read an ISO 8601 time; one without a zone is Paris time.

    >>> moment("2026-01-30T16:45").isoformat()
    '2026-01-30T15:45:00+00:00'
    >>> moment("") is None
    True
    """
    if not value:
        return None
    found = datetime.fromisoformat(value)
    return (found if found.tzinfo else found.replace(tzinfo=PARIS)).astimezone(UTC)


def read(text: str, file: str) -> list[Line]:
    """Read a replay file, in the order in which it is judged; every bad line is named."""
    lines, problems = [], []
    for number, row in enumerate(text.splitlines(), 1):
        if not row.strip():
            continue
        try:
            lines.append(_line(json.loads(row), f"line {number}"))
        except (ValueError, TypeError, AttributeError) as error:
            hint = "each line is a JSON object with id, title, text or html, url, published"
            problems.append(
                Problem(
                    file=file, line=number, column=1, code="J001", message=str(error), hint=hint
                )
            )
    if problems:
        raise ProblemsError(problems)
    return sorted(lines, key=lambda line: line.order)


def _line(row: Mapping[str, Any], fallback: str) -> Line:
    def said(key: str) -> str:
        value = row.get(key)
        return "" if value is None else str(value)

    return Line(
        id=said("id") or fallback,
        title=said("title"),
        text=said("text"),
        html=said("html"),
        url=said("url"),
        feed=said("feed"),
        tags=tuple(str(tag) for tag in row.get("tags") or ()),
        published=moment(said("published")),
        seen=moment(said("seen")),
    )


def built_in_chats(book: RuleBook) -> tuple[Chat, ...]:
    """One subscriber of everything, and one of each rule set."""
    wanted: list[tuple[str, tuple[RuleSetId, ...]]] = [("all", ())]
    wanted += [(rule_set.id, (rule_set.id,)) for rule_set in book.sets]
    return numbered(ChatSpec(address=name, rule_sets=sets, name=name) for name, sets in wanted)


def numbered(specs: Iterable[ChatSpec]) -> tuple[Chat, ...]:
    """Give subscribers of a file the ids that a store would give them."""
    return tuple(Chat(id=ChatId(number), spec=spec) for number, spec in enumerate(specs, 1))


@dataclass(slots=True)
class Replay:
    """What the run remembers between articles, as the store would."""

    book: RuleBook
    chats: Sequence[Chat]
    catalogues: Mapping[str, gettext.NullTranslations]
    names: dict[Alias, ArticleId] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    sentences: dict[str, Counter[int]] = field(default_factory=dict)
    chronicle: Chronicle = field(init=False)

    def __post_init__(self) -> None:
        self.chronicle = Chronicle(self.book, self.catalogues, locales.frequencies())

    def run(self, lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
        """Judge article after article; yields one JSON-ready object each."""
        for line in lines:
            yield self._told(line)

    def _told(self, line: Line) -> dict[str, Any]:
        article = self._article(line)
        aliases = self._aliases(line, article)
        known = next((self.names[alias] for alias in aliases if alias in self.names), None)
        if known is None:
            article = self._unfurnished(article)
        verdict = pipeline.judge(
            article, self.book, feed_url=line.feed, tags=line.tags, known=known
        )
        number = ArticleId(len(self.ids)) if known is None else known
        self.ids.append(line.id)
        for alias in aliases:
            self.names.setdefault(alias, number)
        piece = None
        if verdict.decision is Decision.FIRST:
            published = article.published.at if article.published else line.order[0]
            piece = self.chronicle.place(verdict, number, published, urls.host(line.url))
        return self._object(line, verdict, piece)

    def _article(self, line: Line) -> Article:
        published = (
            Published(at=line.published, precision=Precision.TIME) if line.published else None
        )
        if line.html:
            try:
                page = articles.extract(line.html.encode(), line.url)
            except ExtractError:
                page = articles.from_text(line.title, "", url=line.url)
            return replace(
                page, title=line.title or page.title, published=published or page.published
            )
        return articles.from_text(line.title, line.text, url=line.url, published=published)

    def _aliases(self, line: Line, article: Article) -> tuple[Alias, ...]:
        own = (Alias(kind=AliasKind.URL, key=urls.key(line.url)),) if line.url else ()
        return own + stories.page_aliases("", article.canonical)

    def _unfurnished(self, article: Article) -> Article:
        host = urls.host(article.url)
        hashes = set(articles.sentence_hashes(article))
        seen = self.sentences.setdefault(host, Counter())
        common = frozenset(h for h in hashes if host and seen[h] >= COMMON)
        seen.update(hashes)
        return articles.mark(article, common)

    def _object(self, line: Line, verdict: Verdict, piece: Piece | None) -> dict[str, Any]:
        placement = piece.placement if piece else None
        decided = placement or verdict
        copied = placement.copy_of if placement else verdict.copy_of
        return {
            "id": line.id,
            "rule_sets": list(verdict.rule_sets),
            "rules": [match.rule for match in verdict.matches],
            "stance": next(map(stance, verdict.stances.values()), None),
            "story": self.ids[placement.story] if placement else None,
            "event": self.ids[placement.event] if placement else None,
            "decision": decided.decision.value,
            "reason": decided.reason,
            "copy_of": None if copied is None else self.ids[copied],
            "evidence": [piece for match in verdict.matches for piece in evidence(match)],
            "figures": [asdict(fact) for fact in facts.select(verdict.article, verdict.matches)],
            "sends": self._sends(piece, line.order[0]),
        }

    def _sends(self, piece: Piece | None, now: datetime) -> list[dict[str, Any]]:
        """Write what each chat gets, and remember it."""
        answers = self.chronicle.answers(self.chats, piece, now) if piece else []
        untold = self.chronicle.untold(self.chats, piece, now) if piece else {}
        if piece:
            self.chronicle.keep(piece, answers)
        told = {answer.chat.id: answer for answer in answers}
        return [send(chat, told.get(chat.id), untold.get(chat.id, "")) for chat in self.chats]


def send(chat: Chat, answer: Answer | None, why: str) -> dict[str, Any]:
    """Write what one chat gets, or why it gets nothing, for machines."""
    message = answer.message if answer else Message(html="", silent=True)
    kind = answer.kind if answer else Kind.NONE
    return {
        "chat": chat.spec.name or chat.spec.address,
        "kind": kind.value,
        "silent": message.silent,
        "text": message.html,
        "why": answer.why if answer else why,
        "digest": answer.timing.at.isoformat() if answer and answer.timing.digest else None,
    }


def stance(found: Stance) -> dict[str, Any]:
    """Write what an article says for machines, with the claims that say so."""
    return {
        "polarity": found.polarity.value,
        "detail": found.detail.value,
        "direction": found.direction,
        "issuer": found.issuer or None,
        "object": list(found.objects),
        "role": found.role.value,
        "conditional": found.conditional,
        "claims": [
            {
                "polarity": claim.polarity.value,
                "detail": claim.detail.value,
                "direction": claim.direction,
                "issuer": claim.issuer or None,
                "object": list(claim.objects),
                "role": claim.role.value,
                "conditional": claim.conditional,
                "weight": claim.weight,
                "reason": claim.reason,
                "zone": claim.evidence.zone.value,
                "start": claim.evidence.start,
                "end": claim.evidence.end,
                "quote": claim.evidence.quote,
            }
            for claim in found.claims
        ],
    }


def evidence(match: Match) -> list[dict[str, Any]]:
    """Write a match's evidence for machines: offsets are code points of the given title or text."""
    return [
        {
            "rule": match.rule,
            "zone": piece.zone.value,
            "start": piece.start,
            "end": piece.end,
            "words": piece.words,
            "quote": piece.quote,
        }
        for piece in match.evidence
    ]
