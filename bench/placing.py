"""
What does it cost to place an article, with 100 to 2,000 in the window?

The articles are made of the seeds' sentences, about 300 words each, and all tell of one product:
the worst case for the index of rare words. The peer compares with every article of the window.
"""

import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watcher import articles, likeness, locales, placing, text
from watcher.model import Article, ArticleId

SEEDS = Path(__file__).parents[1] / "seeds"
START = datetime(2026, 1, 1, tzinfo=UTC)


def made(count: int) -> list[Article]:
    """Make articles of 12 sentences of the seeds and 8 names of their own."""
    chance = random.Random(7)
    sources = [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    pieces = [source[a:b] for source in sources for a, b in text.sentences(source) if b - a > 60]
    return [
        articles.from_text(
            f"H200 : {chance.choice(pieces)[:60]}",
            " ".join(
                [f"Avec Nom{number}x{one} en Chine." for one in range(8)]
                + chance.sample(pieces, 12)
            ),
        )
        for number in range(count)
    ]


def measure(count: int) -> tuple[float, float, float]:
    """Return milliseconds an article: reading it, placing it, comparing it with every other."""
    known = locales.frequencies()
    window = placing.Window()
    spent: dict[str, list[float]] = {"read": [], "place": [], "all": []}
    for number, article in enumerate(made(count + 50)):
        begun = time.process_time()
        read = likeness.read(article, known.proper)
        weights = window.weigh(read, known)
        done = time.process_time()
        candidate = placing.Candidate(
            id=ArticleId(number), published=START + timedelta(minutes=10 * number), weights=weights
        )
        placement = placing.place(candidate, window)
        placed = time.process_time()
        if number >= count:
            others = [one.article.weights for one in window.members]
            again = time.process_time()
            max(likeness.story(weights, other) for other in others)
            spent["all"].append(time.process_time() - again)
            spent["read"].append(done - begun)
            spent["place"].append(placed - done)
        window.add(candidate, placement)
    read_ms, place_ms, all_ms = (1000 * statistics.median(times) for times in spent.values())
    return read_ms, place_ms, all_ms


def main() -> None:
    """Print a table."""
    print("| in the window | read, ms | place, ms | peer, ms |\n| --- | --- | --- | --- |")
    for count in (100, 500, 1000, 2000):
        print(f"| {count} | " + " | ".join(f"{ms:.2f}" for ms in measure(count)) + " |")


if __name__ == "__main__":
    main()
