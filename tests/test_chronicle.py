"""The five seeds as a subscriber would have lived them: three messages, two of them answers, two edits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from tests.seeds import seed
from tests.telegram_html import parse
from watcher import articles, locales, pipeline, replay, rulebook
from watcher.chronicle import Answer, Chronicle
from watcher.hours import Timing
from watcher.ledger import Entry
from watcher.living import Piece
from watcher.model import (
    ArticleId,
    Chat,
    ChatId,
    ChatSpec,
    Decision,
    Precision,
    Published,
    RuleSetId,
    Verdict,
)
from watcher.model import Kind as Sent
from watcher.preferences import Level, Mute, Muted
from watcher.rules import RuleBook
from watcher.telling import Kind
from watcher.timeline import Hearing

ORDER = ("000", "004", "001", "003", "002")
DATES = ("2025-12-24", "2026-01-14", "2026-01-26", "2026-01-28", "2026-01-30T16:45")
TITLES = {
    "001": "La Chine autorise Alibaba et d'autres à acheter des accélérateurs IA Nvidia H200, mais sous condition",
    "002": "DeepSeek autorisé à acheter les puces NVIDIA H200 : la Chine accélère dans la course à l’IA",
}
TURNS = (Decision.REVERSAL, Decision.NEW_LOCK)


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rules that ship."""
    return rulebook.read(Path(__file__).parents[1] / "rules")


@pytest.fixture(scope="module")
def verdicts(book: RuleBook) -> dict[str, Verdict]:
    """The seeds, judged once."""
    found = {}
    for name, date in zip(ORDER, DATES, strict=True):
        at = replay.moment(date)
        assert at is not None
        published = Published(at=at, precision=Precision.TIME if "T" in date else Precision.DAY)
        url = f"https://site{name}.example/{name}"
        given = articles.from_text(TITLES.get(name, ""), seed(name), url=url, published=published)
        found[name] = pipeline.judge(given, book)
    return found


@dataclass
class Watch:
    """A chronicle that is fed seeds by name."""

    chronicle: Chronicle
    verdicts: dict[str, Verdict]
    chats: Sequence[Chat] = ()

    def read(self, name: str, number: int = -1, host: str = "") -> Piece:
        """Place a seed; its number is that of its name."""
        verdict = self.verdicts[name]
        assert verdict.article.published
        piece = self.chronicle.place(
            verdict,
            ArticleId(int(name) if number < 0 else number),
            verdict.article.published.at,
            host or f"site{name}.example",
        )
        self.chronicle.keep(piece)
        return piece

    def tell(self, chat: int, piece: Piece, days: float = 0) -> tuple[str, bool, str]:
        """Tell one chat: kind, whether it is silent, and the text."""
        now = piece.published + timedelta(days=days)
        answers = self.chronicle.answers([self.chats[chat]], piece, now)
        self.chronicle.note(piece, answers)
        for answer in answers:
            assert answer.draft().kind.value == answer.kind.value
            return answer.kind.value, answer.message.silent, answer.message.html
        return "none", True, ""


def follower(number: int, *sets: str, level: Level = Level.DEVELOPMENTS) -> Chat:
    """A chat that follows rule sets, or all."""
    wanted = tuple(map(RuleSetId, sets))
    return Chat(
        id=ChatId(number), spec=ChatSpec(address=str(number), rule_sets=wanted, level=level)
    )


@pytest.fixture
def watch(book: RuleBook, verdicts: dict[str, Verdict]) -> Watch:
    """Followers of everything at each level, and of one set each."""
    chats = [follower(0), follower(1, "quota"), follower(2, "h200"), follower(3, "export-ban")]
    chats += [follower(4, level=Level.ALL), follower(5, level=Level.FIRST)]
    return begin(book, verdicts, chats)


def begin(book: RuleBook, verdicts: dict[str, Verdict], chats: Sequence[Chat]) -> Watch:
    """Begin with nothing read."""
    chronicle = Chronicle(book, locales.catalogues(), locales.frequencies())
    return Watch(chronicle, verdicts, chats)


def test_the_seeds_in_the_order_of_their_dates(watch: Watch) -> None:
    """Three messages with sound, the second and third as answers; then edits. Quota: one message."""
    lived: dict[int, list[tuple[str, bool]]] = {chat: [] for chat in range(6)}
    for name in ORDER:
        piece = watch.read(name)
        for chat, told in lived.items():
            kind, silent, _ = watch.tell(chat, piece)
            told.append((kind, silent))
    loud = [("new", False), ("reply", False), ("reply", False)]
    edits = [("edit", True), ("edit", True)]
    assert lived[0] == lived[2] == lived[3] == loud + edits
    assert [kind for kind, _ in lived[1]] == ["none", "none", "new", "none", "none"]
    assert [kind for kind, _ in lived[4]] == ["new", "reply", "reply", "new", "new"]
    assert [kind for kind, _ in lived[5]] == ["new", "edit", "edit", "edit", "edit"]


def test_what_the_last_edit_reads_like(watch: Watch) -> None:
    """Sources and figures have joined; the message says what it answers, and never names who did not."""
    texts = [parse(watch.tell(0, watch.read(name))[2]).text for name in ORDER]
    assert "Revirement : nouveau décideur" in texts[1].replace("\u00a0", " ")
    for piece in ("3 sources, 3 sources d’origine", "DeepSeek", "jusqu’à 400 000 GPU", "25 %"):
        assert piece in texts[4]
    told = "🧵 5 articles depuis le 24 décembre 2025, dernier revirement le 14 janvier 2026."
    assert told in texts[4]
    assert "Avant, le 14 janvier 2026" in texts[4]
    assert "Washington" not in texts[0]
    assert ["Reste fermé : Blackwell B200." in text.replace("\u00a0", " ") for text in texts] == [
        *(False, False, False),
        *(True, True),
    ]


def test_a_copy_raises_sites_not_origins(watch: Watch) -> None:
    """The same text on another site is an edit with one origin; on the same site it is nothing."""
    watch.tell(0, watch.read("001"))
    same = watch.read("001", 11, host="site001.example")
    other = watch.read("001", 12, host="agence.example")
    assert same.placement.decision is other.placement.decision is Decision.COPY
    assert watch.tell(0, same)[0] == "none"
    kind, _, html = watch.tell(0, other)
    assert kind == "edit"
    assert "2 sources, 1 source d’origine" in html


def test_rewrites_of_one_dispatch_have_one_origin(
    book: RuleBook, verdicts: dict[str, Verdict]
) -> None:
    """Two sites that credit one agency are two sources of one origin; their statements say so too."""
    credits = {"001": "Reuters", "003": "Site et Reuters", "002": "AFP"}
    signed = {
        name: replace(verdicts[name], article=replace(verdicts[name].article, author=author))
        for name, author in credits.items()
    }
    watch = begin(book, signed, [follower(0)])
    pieces = [watch.read(name) for name in credits]
    texts = [watch.tell(0, piece)[2] for piece in pieces]
    assert "2 sources, 1 source d’origine" in texts[1]
    assert "3 sources, 2 sources d’origine" in texts[2]
    assert {tuple(said.credits) for said in pieces[1].article.statements} == {("Reuters",)}


def test_a_suite_answers_what_has_grown_old(watch: Watch) -> None:
    """More than a week after the message a new one goes on, without sound."""
    watch.tell(2, watch.read("003"))
    kind, silent, html = watch.tell(2, watch.read("002"), days=8)
    assert (kind, silent) == ("reply", True)
    assert "<b>Suite</b>" in html


def test_what_arrives_late_joins_quietly(watch: Watch) -> None:
    """The ban, read after its end was told, is an edit, and brings no figures of the past."""
    watch.tell(0, watch.read("003"))
    piece = watch.read("004")
    assert piece.placement.decision is Decision.LATE
    kind, silent, _ = watch.tell(0, piece)
    assert (kind, silent) == ("edit", True)


def test_what_is_old_is_forgotten(watch: Watch) -> None:
    """A message goes with its head; what else it told goes one by one."""
    pieces = [watch.read(name) for name in ("000", "003")]
    for piece in pieces:
        watch.tell(0, piece)
    watch.chronicle.forget(pieces[0].published)
    assert len(watch.chronicle.window.members) == 2
    assert len(watch.chronicle.told) == 2
    watch.tell(0, watch.read("004"))  # late, and older than what it joins
    (living,) = [one for one in watch.chronicle.told.values() if one.joined]
    watch.chronicle.forget(pieces[1].published)
    (kept,) = watch.chronicle.told.values()
    assert (len(living.joined), kept.joined, kept.past) == (1, (), ())
    assert [member.article.id for member in watch.chronicle.window.members] == [pieces[1].id]
    assert set(watch.chronicle.told) == {(ChatId(0), pieces[1].placement.story)}
    watch.chronicle.forget(pieces[1].published + timedelta(days=1))
    assert not watch.chronicle.told
    assert not watch.chronicle.under


def test_who_missed_the_turn_hears_of_it_from_the_next(watch: Watch) -> None:
    """The site that told of a reversal is muted: the next site's article is the reversal."""
    deaf = Mute(kind=Muted.SITE, key="site001.example")
    watch.chats = [replace(follower(2, "h200"), mutes=(deaf,))]
    lived = [watch.tell(0, watch.read(name)) for name in ORDER]
    assert [(kind, silent) for kind, silent, _ in lived[:4]] == [
        ("new", False),
        ("reply", False),
        ("none", True),
        ("reply", False),
    ]
    assert "<b>Revirement</b>" in lived[3][2]
    assert lived[4][0] == "edit"


def test_why_nothing_was_sent(watch: Watch) -> None:
    """For each chat that gets nothing there is a reason; the others are not named."""
    watch.read("000")
    piece = watch.read("004")
    chats = [follower(0), follower(1, "quota"), replace(follower(2), choices={"min_score": 99})]
    untold = watch.chronicle.untold(chats, piece, piece.published)
    assert untold[ChatId(1)] == "it follows none of the rule sets"
    assert untold[ChatId(2)].endswith("is below its minimum of 99")
    assert set(untold) == {1, 2}


def test_a_digest_is_joined_while_it_is_open(watch: Watch) -> None:
    """What adds nothing joins the digest to come; once that was due, it begins none by itself; what is new does."""
    daily = {"rhythm": "daily", "at": "18:30", "zone": "UTC", "urgent": False}
    chat = replace(follower(7), choices=daily)
    now = watch.verdicts["003"].article.published
    assert now
    morning = now.at.replace(hour=8)
    [first] = answers(watch, chat, watch.read("003"), morning)
    assert first.timing == Timing(
        at=morning.replace(hour=18, minute=30), digest=True, reason="in the next digest"
    )
    assert (first.kind, first.message.html) == (Kind.NEW, "")
    assert first.why == "it has not heard of it: in the next digest"
    joins = watch.read("002")
    later = morning + timedelta(hours=1)
    watch.chronicle.moved(chat.id, {first.timing.at: later})
    assert [living.slot for living in watch.chronicle.told.values()] == [later]
    [second] = watch.chronicle.answers([chat], joins, later - timedelta(minutes=1))
    assert (second.kind, second.draft().digest, second.draft().due_at) == (Kind.EDIT, True, later)
    [third] = watch.chronicle.answers([chat], joins, later)  # it tells new figures
    assert (third.kind, third.draft().digest) == (Kind.REPLY, True)
    assert third.timing.at == first.timing.at
    adds = replace(joins, placement=replace(joins.placement, decision=Decision.ATTACH))
    assert watch.chronicle.answers([chat], adds, later) == []
    assert watch.chronicle.untold([chat], adds, later) == {7: "nothing is new since its digest"}


def answers(watch: Watch, chat: Chat, piece: Piece, now: datetime) -> list[Answer]:
    """Tell a chat of an article."""
    found = watch.chronicle.answers([chat], piece, now)
    watch.chronicle.note(piece, found)
    return found


def test_what_was_told_is_remembered_as_it_was_told(watch: Watch) -> None:
    """A message, then an edit of it; and an edit whose message is forgotten is a message."""
    first, second = watch.read("003"), watch.read("002")
    edit = Hearing(kind=Sent.EDIT, rule_sets=frozenset({RuleSetId("h200")}))
    watch.chronicle.retell(second, {ChatId(9): edit}, first.published)
    watch.chronicle.retell(first, {ChatId(8): replace(edit, kind=Sent.NEW)}, first.published)
    watch.chronicle.retell(second, {ChatId(8): edit}, second.published)
    lived = {
        key[0]: [piece.id for piece in living.pieces]
        for key, living in watch.chronicle.told.items()
    }
    assert lived == {9: [second.id], 8: [first.id, second.id]}


def test_undated_seeds_are_told(watch: Watch) -> None:
    """An article without a date of its own is placed by when it came."""
    verdict = watch.verdicts["003"]
    bare = replace(verdict, article=replace(verdict.article, published=None))
    at = verdict.article.published
    assert at
    piece = watch.chronicle.place(bare, ArticleId(9), at.at, "")
    assert watch.tell(0, piece)[0] == "new"


def test_every_order_ends_alike(book: RuleBook, verdicts: dict[str, Verdict]) -> None:
    """In all 120 orders: the same events and stories, one ledger; nothing old is told as a turn."""
    ends: set[tuple[frozenset[frozenset[int]], frozenset[frozenset[int]], tuple[Entry, ...]]] = (
        set()
    )
    for order in permutations(ORDER):
        watch = begin(book, verdicts, ())
        placed = [watch.read(name) for name in order]
        for at, piece in enumerate(placed):
            older = any(piece.published < one.published for one in placed[:at])
            assert not (older and piece.placement.decision in TURNS)
        ledger = tuple(
            replace(entry, sources=tuple(sorted(entry.sources)))
            for entry in watch.chronicle.ledger()
        )
        ends.add(
            (
                parts([(piece.id, piece.placement.event) for piece in placed]),
                parts([(piece.id, piece.placement.story) for piece in placed]),
                ledger,
            )
        )
    ((events, stories, ledger),) = ends
    assert events == {frozenset({0}), frozenset({4}), frozenset({1, 2, 3})}
    assert stories == {frozenset({0}), frozenset({1, 2, 3, 4})}
    state = {(one.issuer, one.product): one.polarity.value for one in ledger}
    assert state["Chine", "H200"] == "open"
    assert state["États-Unis", "H200"] == "open"
    assert {told for (_, product), told in state.items() if product == "B200"} == {"closed"}


def parts(named: Sequence[tuple[int, int]]) -> frozenset[frozenset[int]]:
    """Group ids by what they are put under."""
    return frozenset(frozenset(i for i, name in named if name == one) for _, one in named)
