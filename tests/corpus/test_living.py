"""Living messages of the real daemon, killed at random moments: what stands in each is what was decided."""

import json
import random
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.corpus import episodes
from tests.corpus.test_kill import KILLS, TOKEN, Feeds, Telegram, finish, kill, world
from tests.telegram_html import parse
from watcher import rulebook, urls
from watcher.buttons import Button
from watcher.model import Message
from watcher.store.threads import rendered

pytestmark = pytest.mark.corpus

CHATS = (
    "",
    'rule_sets = ["h200"]\n',
    'rule_sets = ["export-ban"]\nlanguage = "en"\n',
    'rule_sets = ["export-ban"]\nlevel = "first"\n',
    'rule_sets = ["h200"]\nlevel = "all"\n',
)
EARLIER = "UPDATE {0} SET {1} = strftime('%Y-%m-%d %H:%M:%f000', {1}, '-60 seconds') WHERE {2}"
DEATHS = KILLS * 2 // 3
MORE = re.compile(r"^\+ (\d+)$", re.MULTILINE)
STORY = re.compile(r"🧵 (\d+) articles")


@contextmanager
def told_of(corpus: Path, folder: Path, *, every: float) -> Iterator[tuple[Telegram, list[str]]]:
    """Serve the episodes, one article after the other."""

    def body(number: int, after: float) -> bytes:
        arrived = int(after / every) if every else episodes.COUNT
        return episodes.feed(episodes.SITES[number], arrived)

    feeds = Feeds(len(episodes.SITES), body)
    with world(corpus, folder, feeds, rulebook.SHIPPED, CHATS) as both:
        yield both


def rows(folder: Path, query: str) -> list[sqlite3.Row]:
    """Ask the daemon's database."""
    with closing(sqlite3.connect(folder / "watcher.db")) as db:
        db.row_factory = sqlite3.Row
        return list(db.execute(query))


def rest(folder: Path) -> None:
    """Let the minute pass between two edits of a chat: all that waits for it waits no more."""
    with closing(sqlite3.connect(folder / "watcher.db")) as db, db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").fetchone():
            db.execute(EARLIER.format("chats", "edited_at", "true"))
            db.execute(EARLIER.format("outbox", "due_at", "kind = 'edit' AND state = 'queued'"))


def matched(folder: Path) -> dict[str, frozenset[str]]:
    """Return the articles of stories with the rule sets that hold for them."""
    query = "SELECT DISTINCT url, rule_set FROM matches JOIN articles a ON a.id = article_id"
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows(folder, query):
        found[row["url"]].add(row["rule_set"])
    return {url: frozenset(sets) for url, sets in found.items()}


@dataclass
class Sent:
    """A new message or an answer in the store."""

    row: sqlite3.Row
    edits: list[sqlite3.Row] = field(default_factory=list)
    articles: dict[int, str] = field(default_factory=dict)  # told by it: number and address

    @property
    def last(self) -> sqlite3.Row:
        """The row with what it says since its last edit."""
        return self.edits[-1] if self.edits else self.row


def stored(folder: Path) -> dict[int, Sent]:
    """Return what the store says was sent, with edits and all that is told by it."""
    all_ = rows(
        folder, "SELECT o.*, c.address FROM outbox o JOIN chats c ON c.id = chat_id ORDER BY id"
    )
    assert {row["state"] for row in all_} == {"sent"}
    found = {row["id"]: Sent(row) for row in all_ if row["kind"] != "edit"}
    about = {row["id"]: row["target_id"] if row["kind"] == "edit" else row["id"] for row in all_}
    for row in all_:
        if row["kind"] == "edit":
            found[row["target_id"]].edits.append(row)
    for row in rows(
        folder,
        "SELECT DISTINCT oa.outbox_id, a.id, a.url FROM outbox_alerts oa "
        "JOIN alerts al ON al.id = oa.alert_id JOIN articles a ON a.id = al.article_id ORDER BY a.id",
    ):
        found[about[row["outbox_id"]]].articles[row["id"]] = row["url"]
    return found


def links(message: dict[str, Any]) -> list[str]:
    """Return the addresses in a message."""
    return [e["url"] for e in message.get("entities", ()) if e["type"] == "text_link"]


def check_text(sent: Sent, message: dict[str, Any], store: dict[int, Sent]) -> None:
    """Hold what a chat reads to what was decided: text, head, the others or their number, all of them."""
    last = sent.last
    assert message["text"] == parse(last["html"]).text
    keyboard = tuple(
        tuple(
            Button(text=text, url=url, data=data, danger=danger) for text, url, data, danger in row
        )
        for row in json.loads(last["buttons"])
    )
    said = Message(html=last["html"], link=last["link"], buttons=keyboard)
    assert sent.row["rendered"] == rendered(said)
    read, head = links(message), sent.row["link"]
    assert read[0] == head
    others = [url for url in sent.articles.values() if urls.host(url) != urls.host(head)]
    more = MORE.search(message["text"])
    assert len(set(others) & set(read)) + int(more[1] if more else 0) == len(others), (
        others,
        message,
    )
    if (before := sent.row["target_id"]) is not None:
        answered = message["reply_to_message"]["message_id"]
        assert str(answered) == store[before].row["receipt"]
    else:
        assert "reply_to_message" not in message
    count = STORY.search(message["text"])
    assert int(count[1] if count else 1) == len(story_of(sent, store)), message["text"]


def story_of(sent: Sent, store: dict[int, Sent]) -> set[int]:
    """Return what a chat was told of a story by a message and those before it."""
    row, told = sent.row, set(sent.articles)
    for id_, other in store.items():
        same = other.row["story_id"] == row["story_id"] or id_ == row["target_id"]
        if id_ < row["id"] and other.row["chat_id"] == row["chat_id"] and same:
            told |= story_of(other, store)
    return told


def check(folder: Path, telegram: Telegram) -> str:
    """Hold what chats read to what the store says; returns the figures."""
    store, stats = stored(folder), telegram.read("stats")
    messages = {
        (str(m["chat_id"]), str(m["message_id"])): m["message"] for m in telegram.read("messages")
    }
    told = f"{len(store)} messages, {sum(len(s.edits) for s in store.values())} edits: {stats}"
    keys = [(sent.row["address"], sent.row["receipt"]) for sent in store.values()]
    assert len(set(keys)) == len(keys), told
    assert set(keys) <= set(messages), told
    assert len(messages) - len(keys) == stats["duplicates"] <= stats["replies_lost"], told
    assert stats["flood_ignored"] == 0, told
    heads = [(sent.row["address"], sent.row["link"]) for sent in store.values()]
    assert len(set(heads)) == len(heads), told
    for sent in store.values():
        check_text(sent, messages[sent.row["address"], sent.row["receipt"]], store)
    return told


def check_all_told(folder: Path, store: dict[int, Sent]) -> None:
    """Hold that each article is told, once, in each chat that follows it; copies may be left out."""
    told = Counter((s.row["address"], url) for s in store.values() for url in s.articles.values())
    assert set(told.values()) == {1}
    copies = {
        row["url"] for row in rows(folder, "SELECT url FROM articles WHERE copy_of IS NOT NULL")
    }
    for number, follows in enumerate(CHATS, 1):
        only = "h200" if "h200" in follows else "export-ban"
        wanted = {url for url, sets in matched(folder).items() if only in sets} - copies
        assert wanted <= {url for chat, url in told if chat == str(number)}, number


def test_living_messages_survive_deaths(corpus: Path, tmp_path: Path) -> None:
    """Every article is told where it is followed, in messages that read as the store says, each there once."""
    dice, folder, log = random.Random(5), tmp_path / "living", tmp_path / "living.log"
    products = episodes.PRODUCTS

    def waiting() -> list[sqlite3.Row]:
        return rows(
            folder, "SELECT *, due_at > datetime('now') AS later FROM outbox WHERE state != 'sent'"
        )

    def calm(_: list[str]) -> bool:
        """Tell whether all has arrived, and what waits is an edit that waits for its minute."""
        read = rows(folder, "SELECT count(*) FROM entries WHERE state = 'done'")[0][0]
        patient = [row["kind"] == "edit" and bool(row["later"]) for row in waiting()]
        return bool(read == episodes.COUNT and all(patient))

    with told_of(corpus, folder, every=DEATHS * 2.5 / episodes.COUNT) as (telegram, command):
        for _ in range(DEATHS):
            kill(command, log, after=dice.uniform(0.0, 2.0), ready="watching")
            rest(folder)
        finish(command, log, patience=60, done=calm)
        while waiting():
            rest(folder)
            finish(command, log, patience=60, done=calm)
        expected = {
            episodes.link(n): {"export-ban"}
            | ({"h200"} if products[n % len(products)] == "H200" else set())
            for n in range(episodes.COUNT)
        }
        assert matched(folder) == expected
        told = check(folder, telegram)
    check_all_told(folder, stored(folder))
    sys.stderr.write(f"{DEATHS} kills, {told}\n")
    assert TOKEN not in log.read_text()
