"""
Count in how many of the texts given each French word stands, as `watcher/data/frequencies.txt` has it.

Run: frequencies.py TEXTS.jsonl > watcher/data/frequencies.txt; a line is {"title": ..., "text": ...}.
"""

import json
import sys
from collections import Counter, defaultdict
from math import log2
from pathlib import Path

from watcher import articles, likeness, text

WORDS = 3000


def capitals(source: str) -> Counter[str]:
    """Count the words with a capital inside sentences."""
    found: Counter[str] = Counter()
    for start, end in text.sentences(source):
        words = text.tokens(source[start:end])
        for key, at in list(zip(words.keys, words.starts, strict=True))[1:]:
            found[likeness.stem(key)] += 1 if source[start + at].isupper() else -1
    return found


def main() -> None:
    """Print the list."""
    have: Counter[str] = Counter()
    printed: Counter[str] = Counter()
    rows = Path(sys.argv[1]).read_text("utf-8").splitlines()
    for row in map(json.loads, rows):
        article = articles.from_text(row["title"], row["text"])
        have.update(likeness.read(article).words.keys())
        printed.update(capitals(f"{article.title}\n{article.text}"))
    steps = defaultdict(list)
    for word, count in have.most_common(WORDS):
        steps[round(2 * log2(len(rows) / count))].append(
            word.capitalize() if printed[word] > 0 and word.isalpha() else word
        )
    print("# version 1: in one of 2**(n/2) French articles stand the words of line n, as stems")
    print(len(rows))
    for step, words in sorted(steps.items()):
        print(step, *sorted(words))


if __name__ == "__main__":
    main()
