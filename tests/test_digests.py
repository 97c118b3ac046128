"""A digest: each story once, as it stands, in messages that Telegram takes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.seeds import seed
from tests.telegram_html import parse
from watcher import articles, digests, locales, pipeline, replay, rulebook, spans, telling
from watcher.chronicle import Chronicle
from watcher.living import Living, Piece
from watcher.model import (
    ArticleId,
    Chat,
    ChatId,
    ChatSpec,
    DeliveryId,
    Kind,
    Precision,
    Published,
    StoryId,
)
from watcher.preferences import Choices, Mute, Muted
from watcher.rules import RuleBook
from watcher.timeline import Held, Page

DATES = {
    "000": "2025-12-24T10:00",
    "004": "2026-01-14T10:00",
    "001": "2026-01-26T10:00",
    "003": "2026-01-28T10:00",
    "002": "2026-01-30T16:45",
}
TITLES = {
    "001": "La Chine autorise Alibaba et d'autres à acheter des accélérateurs IA Nvidia H200, mais sous condition",
    "002": "DeepSeek autorisé à acheter les puces NVIDIA H200 : la Chine accélère dans la course à l’IA",
}
EVENING: Choices = {"rhythm": "daily", "at": "18:30"}


def moment(spelled: str) -> datetime:
    """Read a time of Paris."""
    at = replay.moment(spelled)
    assert at
    return at


SLOT = moment("2026-01-30T18:30")


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rules that ship."""
    return rulebook.read(Path(__file__).parents[1] / "rules")


def reader(**choices: object) -> Chat:
    """A chat that reads a digest in the evening."""
    return Chat(id=ChatId(7), spec=ChatSpec(address="7"), choices={**EVENING, **choices})


def told(
    book: RuleBook, chat: Chat, dates: Mapping[str, str] = DATES, now: datetime | None = None
) -> tuple[Chronicle, Held]:
    """Have a chat be told of seeds, each on its date, or all at one time."""
    chronicle = Chronicle(book, locales.catalogues(), locales.frequencies())
    gathered = set()
    for number, (name, date) in enumerate(dates.items(), 1):
        at = moment(date)
        published = Published(at=at, precision=Precision.TIME)
        url = f"https://site{name}.example/{name}"
        given = articles.from_text(TITLES.get(name, ""), seed(name), url=url, published=published)
        piece = chronicle.place(
            pipeline.judge(given, book), ArticleId(number), at, f"site{name}.example"
        )
        answers = chronicle.answers([chat], piece, now or at)
        gathered |= {piece.id for answer in answers if answer.timing.digest}
        chronicle.keep(piece, answers)
    return chronicle, digest(gathered)


def digest(gathered: set[ArticleId]) -> Held:
    """A digest that is due in the evening."""
    return Held(
        id=DeliveryId(1),
        chat=ChatId(7),
        kind=Kind.DIGEST,
        due_at=SLOT,
        silent=False,
        rule_sets=frozenset(),
        articles=frozenset(gathered),
    )


def written(chronicle: Chronicle, chat: Chat, held: Held, now: datetime = SLOT) -> list[Page]:
    """Write a digest."""
    places = digests.places(chronicle)
    assert not digests.missing(chronicle, held, places)
    return digests.pages(chronicle, chat, held, places, now=now)


def text(page: Page) -> str:
    """Return what a reader sees of a page, which Telegram takes."""
    parsed = parse(page.message.html)
    assert parsed.units <= spans.UNITS
    assert len(parsed.entities) <= spans.ENTITIES
    return parsed.text.replace("\u00a0", " ")


def test_what_a_digest_reads_like(book: RuleBook) -> None:
    """The five seeds of one day: two stories, the one that turned first, and when there is more."""
    chat = reader(urgent=False)
    chronicle, held = told(book, chat, now=SLOT - timedelta(hours=5))
    [page] = written(chronicle, chat, held)
    lines = text(page).split("\n")
    assert lines[:2] == [
        "Votre revue du 30 janvier, 18:30",
        "2 sujets, 5 articles, 2 revirements.",
    ]
    assert lines[3].startswith(
        "1. 🔁 Revirement · 🟢 Autorisé, côté Chine, non confirmé · Commerce"
    )
    assert lines[4].endswith("mais sous condition (site001.example) · 4 articles")
    assert lines[6].startswith("Chiffres : plus de 200 000 unités H200 chacune · ")
    assert "jusqu’à 400 000 GPU" in lines[6]  # that another of its articles adds
    assert lines[9].startswith("• DeepSeek autorisé à acheter les puces NVIDIA H200")
    assert any(line.startswith("2. 🟢 Rouvert") for line in lines)
    assert lines[-1] == "Rien d’autre à signaler. Prochaine revue demain à 18:30."
    assert page.articles == held.articles == {1, 2, 3, 4, 5}
    assert "<blockquote expandable>" in page.message.html
    assert (page.message.silent, page.message.link) == (False, "")
    [[button]] = page.message.buttons
    assert (button.text, button.data) == ("Changer l’heure", "v1:when")


def test_an_urgent_turn_does_not_wait(book: RuleBook) -> None:
    """A reversal comes at once; the digest then tells the story as it stands."""
    chat = reader()
    chronicle, held = told(book, chat, now=SLOT - timedelta(hours=5))
    assert held.articles == {1}
    [page] = written(chronicle, chat, held)
    assert "1 sujet, 1 article." in text(page)
    living = chronicle.told[chat.id, StoryId(2)]
    assert (living.slot, [piece.id for piece in living.pieces]) == (None, [3, 4, 5])


@pytest.mark.parametrize(
    ("late", "marked"),
    [(timedelta(hours=2), False), (timedelta(hours=2, seconds=1), True), (timedelta(days=3), True)],
)
def test_a_late_digest_says_so(book: RuleBook, late: timedelta, marked: bool) -> None:
    """More than two hours late is worth a word."""
    chat = reader(urgent=False)
    chronicle, held = told(book, chat, {"000": DATES["000"]}, SLOT - timedelta(hours=5))
    [page] = written(chronicle, chat, held, SLOT + late)
    assert text(page).startswith("Votre revue du 30 janvier, 18:30 (retardée)\n") is marked


@pytest.mark.parametrize(
    ("choices", "due", "foot", "head"),
    [
        ({"rhythm": "hourly"}, "2026-02-01T18:00", "Prochaine revue aujourd’hui à 19:00.",
         "Votre revue du 1er février, 18:00"),
        ({"days": [0]}, "2026-02-02T18:30", "Prochaine revue lundi à 18:30.",
         "Votre revue du 2 février, 18:30"),
        ({"rhythm": "instant"}, "2026-02-02T18:30", "Rien d’autre à signaler.",
         "Votre revue du 2 février, 18:30"),
        ({"zone": "America/Montreal"}, "2026-02-02T18:30", "Prochaine revue aujourd’hui à 18:30.",
         "Votre revue du 2 février, 12:30"),
        ({"quiet": {"start": "18:00", "end": "19:30", "days": [0, 1, 2, 3, 4, 5, 6],
                    "silently": False}}, "2026-02-02T19:30", "Prochaine revue demain à 19:30.",
         "Votre revue du 2 février, 19:30"),
    ],
)  # fmt: skip
def test_when_there_is_more(
    book: RuleBook, choices: dict[str, object], due: str, foot: str, head: str
) -> None:
    """Hours are those of the reader; who has no digest any more is promised none."""
    chat = reader(urgent=False)
    chronicle, held = told(book, chat, {"000": DATES["000"]}, SLOT - timedelta(hours=5))
    held, now = replace(held, due_at=moment(due)), moment(due)
    [page] = written(chronicle, reader(**choices), held, now)
    lines = text(page).split("\n")
    assert (lines[0], lines[-1].endswith(foot)) == (head, True)


def test_english(book: RuleBook) -> None:
    """A digest is in its reader's language."""
    chat = replace(reader(urgent=False), spec=ChatSpec(address="7", language="en"))
    chronicle, held = told(book, chat, now=SLOT - timedelta(hours=5))
    lines = text(written(chronicle, chat, held)[0]).split("\n")
    assert lines[0] == "Your digest of 30 January, 18:30"
    assert lines[-1] == "Nothing else to report. Next digest tomorrow at 18:30."


def test_what_is_not_wanted_any_more(book: RuleBook) -> None:
    """A story that was muted since is left out; with nothing left there is no digest."""
    chat = reader(urgent=False)
    chronicle, held = told(book, chat, now=SLOT - timedelta(hours=5))
    deaf = Mute(kind=Muted.STORY, key="2", turns=False)
    [page] = written(chronicle, replace(chat, mutes=(deaf,)), held)
    assert page.articles == {1}
    other = replace(deaf, key="1")
    assert written(chronicle, replace(chat, mutes=(deaf, other)), held) == []
    assert digests.missing(chronicle, digest({ArticleId(1), ArticleId(99)}), {})


@pytest.fixture(scope="module")
def piece(book: RuleBook) -> Piece:
    """An article with much evidence, in its place."""
    return head(book)


def head(book: RuleBook) -> Piece:
    """Place an article with much evidence."""
    chronicle, _ = told(book, reader(), {"003": DATES["003"]})
    [living] = chronicle.told.values()
    return living.head


def issue(
    book: RuleBook, piece: Piece, titles: Sequence[str], site: str, *, quoted: bool
) -> tuple[Mapping[ArticleId, StoryId], list[Page]]:
    """Write a digest of stories that are called so."""
    chat, stories = reader(), dict[ArticleId, StoryId]()
    chronicle = Chronicle(book, locales.catalogues(), locales.frequencies())
    for number, title in enumerate(titles, 1):
        article = replace(piece.verdict.article, title=title * 9, site=site)
        article = article if quoted else replace(article, text="", zones=())
        matches = piece.verdict.matches if quoted else ()
        verdict = replace(piece.verdict, article=article)
        verdict = verdict if matches else replace(verdict, stances={})
        stories[ArticleId(number)] = StoryId(number)
        first = replace(piece, id=ArticleId(number), verdict=verdict)
        chronicle.told[chat.id, StoryId(number)] = Living(
            head=first,
            rule_sets=frozenset(verdict.rule_sets),
            sent_at=SLOT + timedelta(seconds=number - 1000),
            kind=telling.Kind.NEW,
            slot=SLOT,
        )
    held = digest(set(stories))
    return stories, digests.pages(chronicle, chat, held, stories, now=SLOT)


@settings(max_examples=60, deadline=None)
@given(
    titles=st.lists(st.text(max_size=400), min_size=1, max_size=60),
    site=st.text(max_size=90),
    quoted=st.booleans(),
)
@example(titles=["De longs titres pour une longue revue. " * 9] * 60, site="site", quoted=False)
@example(titles=["De longs titres pour une longue revue. " * 9] * 60, site="site", quoted=True)
def test_any_digest_is_taken(
    book: RuleBook, piece: Piece, titles: list[str], site: str, quoted: bool
) -> None:
    """However many and long, pages are within the limits, and each story is told once, in order."""
    stories, found = issue(book, piece, titles, site, quoted=quoted)
    seen = [text(page) for page in found]
    assert [number for page in found for number in sorted(page.articles)] == sorted(stories)
    assert sum(len(page.articles) for page in found) == len(titles)
    assert [page.message.silent for page in found] == [False] + [True] * (len(found) - 1)
    assert [bool(page.message.buttons) for page in found] == [False] * (len(found) - 1) + [True]
    marks = [f" · {n}/{len(found)}\n" in one for n, one in enumerate(seen, 1)]
    assert all(marks) if len(found) > 1 else not any(marks)
    assert [one.count("Rien d’autre") for one in seen][-1] == 1
