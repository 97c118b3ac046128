"""
Does memory stay flat when stories come and go for months?

    python bench/memory.py [--articles 20000] [--window 1000]

Made-up articles go through the chronicle in virtual time, told to three chats; every day it forgets what has left
the window. The peer is the same process after a quarter of the articles.
"""

import argparse
import gc
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from placing import made

from watcher import locales, pipeline, placing, rulebook
from watcher.chronicle import Chronicle
from watcher.model import (
    Article,
    ArticleId,
    Chat,
    ChatId,
    ChatSpec,
    Level,
    Precision,
    Published,
    RuleSetId,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SITES = 40
TEXTS = 2_000  # that differ; later articles take them up with names of their own
CHATS = tuple(
    Chat(id=ChatId(number), spec=spec)
    for number, spec in enumerate(
        (
            ChatSpec(address="1"),
            ChatSpec(address="2", rule_sets=(RuleSetId("h200"),), level=Level.FIRST),
            ChatSpec(address="3", level=Level.ALL),
        )
    )
)


def arriving(count: int, every: timedelta) -> Iterator[Article]:
    """Yield articles, each with words that no other has."""
    for number, article in enumerate(islice(cycle(made(TEXTS)), count)):
        text = f"{article.text} Ici, Mot{number} parle de nouveau{number} avec ami{number}."
        at = Published(at=START + every * number, precision=Precision.TIME)
        zones = tuple(
            replace(zone, end=max(zone.end, len(text))) if zone is article.zones[-1] else zone
            for zone in article.zones
        )
        yield replace(article, text=text, zones=zones, published=at)


def resident() -> int:
    """Return what the process holds, in pages."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1])


def main() -> None:
    """Print what is held after each quarter, against the first."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=20_000)
    arguments.add_argument("--window", type=int, default=1_000)
    given = arguments.parse_args()
    every = placing.LINKS / given.window
    book = rulebook.read(rulebook.SHIPPED)
    chronicle = Chronicle(book, locales.catalogues(), locales.frequencies())
    swept, first, begun = START, 0, time.process_time()
    for number, article in enumerate(arriving(given.articles, every), 1):
        now = START + every * number
        verdict = pipeline.judge(article, book)
        host = f"site{number % SITES}.example"
        piece = chronicle.place(verdict, ArticleId(number), now, host)
        chronicle.keep(piece, chronicle.answers(CHATS, piece, now))
        if now - swept >= DAY:
            chronicle.forget(now - placing.LINKS)
            swept = now
        if number % (given.articles // 4) == 0:
            held = resident()
            first = first or held
            pieces = {
                id(one)
                for living in chronicle.told.values()
                for one in (*living.pieces, *living.past)
            }
            print(
                f"{100 * number // given.articles} %, day {(now - START).days}: x{held / first:.3f} "
                f"({len(chronicle.window.members)} in the window, {len(chronicle.window.words)} words, "
                f"{len(chronicle.told)} messages of {len(pieces)} articles, "
                f"{1e3 * (time.process_time() - begun) / number:.1f} ms an article)"
            )


if __name__ == "__main__":
    main()
