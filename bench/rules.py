"""
What do rules cost, from the raw text of an article to exact matches with evidence?

    uv run --with mokaccino --with perq python bench/rules.py [--most 100000] [--repeat 5]

Articles of 600 words are made of the sentences of the seeds. A rule asks for one of three words near one of
three others, at most 10 words between them, in one sentence; three rules of ten refuse a third group. Beside us,
in the same run: a regular expression for each group of each rule (it must find the same rules), and the
percolators mokaccino and perq. These two answer an easier question, without distance, sentence and place;
perq knows no exclusion either, and gets the text folded: once for nothing, once with the folding counted.
"""

import argparse
import gc
import os
import random
import re
import statistics
import time
import tracemalloc
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import mokaccino
import perq
from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

from watcher import matching, rulebook, rules, text
from watcher.model import Article
from watcher.rules.document import Document, parse

NEAR = 10
Group = tuple[str, ...]
Asked = tuple[Group, Group, Group]  # one of these near one of those, and none of the third


def articles(count: int = 20) -> list[Article]:
    """Make articles of 600 words of the sentences of the seeds."""
    dice = random.Random(7)
    seeds = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))
    known = [
        sentence.strip()
        for seed in seeds
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", seed.read_text("utf-8"))
        if len(sentence.split()) >= 6
    ]
    made = []
    for _ in range(count):
        dice.shuffle(known)
        size = next(n for n in range(len(known)) if len(" ".join(known[:n]).split()) >= 600)
        made.append(Article(title=known[0], text="\n".join(known[1:size]), zones=()))
    return made


ARTICLES = articles()
RAW = [f"{article.title}\n{article.text}" for article in ARTICLES]
FOLDED = [" ".join(text.tokens(raw).keys) for raw in RAW]
PRINTED = sorted({key for raw in RAW for key in text.tokens(raw).keys if len(key) > 3})
FRENCH = sorted(
    {
        text.key(word)
        for form in DefaultDictionaryFactory().get_dictionary("fr")
        if re.fullmatch("[a-zà-ÿœ]{4,}", word := str(form))
    }
)
ABSENT = sorted(set(FRENCH) - {key for raw in RAW for key in text.tokens(raw).keys})


def asked(count: int) -> list[Asked]:
    """Make what rules ask for: few words that the articles hold, many that they do not."""
    dice = random.Random(5)

    def group(printed: float) -> Group:
        return tuple(dice.choice(PRINTED if dice.random() < printed else FRENCH) for _ in range(3))

    return [
        (group(0.02), group(0.2), group(0.02) if dice.random() < 0.3 else ()) for _ in range(count)
    ]


def rule_file(wanted: Sequence[Asked]) -> dict[str, Any]:
    """Write rules as a rule file says them."""
    words: dict[str, list[str]] = {}
    written = []
    for at, (one, other, none) in enumerate(wanted):
        words |= {f"a{at}": [f"={word}" for word in one], f"b{at}": [f"={word}" for word in other]}
        when: dict[str, Any] = {"near": {"of": [f"a{at}", f"b{at}"], "words": NEAR}}
        if none:
            words[f"c{at}"] = [f"={word}" for word in none]
            when["none"] = [f"c{at}"]
        written.append({"id": f"r{at}", "title": f"Règle {at}", "when": when})
    return {"schema": 1, "rule_set": "banc", "title": "Banc", "words": words, "rules": written}


def book(said: dict[str, Any]) -> rules.RuleBook:
    """Compile a rule file that is read already."""
    return rules.compiled([Document("banc.yaml", value=said, places={(): (1, 1)})], lambda word: ())


def milliseconds(do: Callable[[int], object], at_least: int = 3, at_most: int = 200) -> float:
    """Return the median time of one article."""
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) < at_least or (
        len(times) < at_most and time.perf_counter() - begin < 3 * at_least
    ):
        start = time.perf_counter()
        do(len(times) % len(ARTICLES))
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def ours(wanted: Sequence[Asked]) -> Callable[[int], list[int]]:
    """Return what answers for an article, by its number, with the numbers of rules."""
    compiled = book(rule_file(wanted))
    return lambda at: [
        int(found.rule.removeprefix("banc/r")) for found in matching.match(ARTICLES[at], compiled)
    ]


def by_regex(wanted: Sequence[Asked]) -> Callable[[int], list[int]]:
    """Search for each group of each rule by a regular expression of its own."""
    compiled = [
        [re.compile(rf"\b(?:{'|'.join(words)})\b") if words else None for words in groups]
        for groups in wanted
    ]

    def near(
        at: int, ones: list[int], others: list[int], cuts: list[int], words: list[int]
    ) -> bool:
        place, sentence = (lambda x: bisect_right(words, x)), (lambda x: bisect_right(cuts, x))
        return any(
            0 < abs(place(one) - place(other)) <= NEAR + 1 and sentence(one) == sentence(other)
            for one in ones
            for other in others
        )

    def answer(at: int) -> list[int]:
        folded = text.fold(RAW[at])
        words = [found.start() for found in re.finditer(r"\w+", folded)]
        cuts = [len(ARTICLES[at].title)] + [
            len(ARTICLES[at].title) + 1 + end for _, end in text.sentences(ARTICLES[at].text)
        ]
        cuts += [end for _, end in text.sentences(ARTICLES[at].title)]
        cuts.sort()
        holding = []
        for number, (one, other, none) in enumerate(compiled):
            ones = [found.start() for found in one.finditer(folded)] if one else []
            if not ones or not other:
                continue
            others = [found.start() for found in other.finditer(folded)]
            if near(at, ones, others, cuts, words) and not (none and none.search(folded)):
                holding.append(number)
        return holding

    return answer


def by_mokaccino(wanted: Sequence[Asked]) -> Callable[[int], list[int]]:
    """Ask mokaccino whether the groups are there; it needs our words."""
    percolator = mokaccino.Percolator()

    def some(words: Group) -> Any:
        return mokaccino.Query.from_or([mokaccino.Query.from_kv("t", word) for word in words])

    for one, other, none in wanted:
        both = mokaccino.Query.from_and([some(one), some(other)])
        percolator.add_query(both & ~some(none) if none else both)

    def answer(at: int) -> list[int]:
        document = mokaccino.Document()
        for key in set(text.tokens(RAW[at]).keys):
            document.add_value("t", key)
        return list(percolator.percolate_list(document))

    return answer


def by_perq(wanted: Sequence[Asked], *, fold: bool) -> Callable[[int], list[Any]]:
    """Ask perq whether the groups are there, in text that is folded already or only now."""
    store = perq.MemoryStore()
    perq.index(
        [perq.Query(at, [list(one), list(other)]) for at, (one, other, _) in enumerate(wanted)],
        store,
    )
    matcher = perq.QueryMatcher(store)

    def answer(at: int) -> list[Any]:
        told = text.fold(RAW[at]) if fold else FOLDED[at]
        return list(matcher.matches(perq.Document.from_text(told)))

    return answer


def whole_rules(most: int, repeat: int) -> None:
    """Print what whole rules cost beside the peers; a ratio above 1: we are quicker."""
    print(
        "rules | watcher ms (matches) | regex | mokaccino | perq, folding counted | perq, folded before"
    )
    for count in (10, 1000, 10_000, 100_000):
        if count > most:
            break
        wanted = asked(count)
        answer = ours(wanted)
        peers: list[Callable[[int], list[Any]]] = [
            by_mokaccino(wanted),
            by_perq(wanted, fold=True),
            by_perq(wanted, fold=False),
        ]
        gc.collect()
        rounds = [[milliseconds(each) for each in (answer, *peers)] for _ in range(repeat)]
        mine = statistics.median(times[0] for times in rounds)
        ratios = [
            statistics.median(times[peer] / times[0] for times in rounds) for peer in (1, 2, 3)
        ]
        told = "not run"
        if count <= 10_000:
            naive = by_regex(wanted)
            some = range(3 if count == 10_000 else len(ARTICLES))
            if [naive(at) for at in some] != [answer(at) for at in some]:
                raise SystemExit("the regular expressions find other rules than we do")
            told = f"{milliseconds(naive, at_most=20) / mine:.0f}"
        found = sum(len(answer(at)) for at in range(len(ARTICLES))) / len(ARTICLES)
        shown = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"{count} | {mine:.2f} ({found:.1f}) | {told} | {shown}", flush=True)


def patterns(count: int) -> dict[str, Any]:
    """Make word lists of a hundred patterns each, one word or two or three, none in the articles."""
    dice = random.Random(11)
    sizes = dice.choices((1, 2, 3), (7, 2, 1), k=count)
    made = [" ".join(f"={word}" for word in dice.choices(ABSENT, k=size)) for size in sizes]
    cuts = [*range(0, count, 100), count]
    words = {f"l{begin}": made[begin:end] for begin, end in pairwise(cuts)}
    written = [{"id": name, "title": name, "when": name} for name in words]
    return {"schema": 1, "rule_set": "banc", "title": "Banc", "words": words, "rules": written}


def growth() -> None:
    """Print how the time grows with patterns that match nothing, and what the patterns weigh."""
    few, many = book(patterns(1000)), book(patterns(100_000))
    pairs = [
        [
            milliseconds(lambda at, one=each: matching.match(ARTICLES[at], one))
            for each in (few, many)
        ]
        for _ in range(5)
    ]
    ratio = statistics.median(two / one for one, two in pairs)
    print(f"1,000 patterns {pairs[0][0]:.2f} ms, 100,000 {pairs[0][1]:.2f} ms: x{ratio:.2f}")
    del few, many
    for name, said in (
        ("100,000 patterns", patterns(100_000)),
        ("10,000 rules", rule_file(asked(10_000))),
    ):
        gc.collect()
        tracemalloc.start()
        kept = book(said)
        gc.collect()
        print(
            f"{name}: {tracemalloc.get_traced_memory()[0] / 1e6:.0f} MB in {len(kept.placed)} rules"
        )
        tracemalloc.stop()


def seconds(do: Callable[[], object], repeat: int) -> float:
    """Return the shortest time of several: other work on the machine only adds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        do()
        times.append(time.perf_counter() - start)
    return min(times)


def loading(repeat: int) -> None:
    """Print what reading and compiling rule files costs."""
    said = rule_file(asked(10_000))
    print(f"compile 10,000 rules: {seconds(lambda: book(said), repeat):.2f} s")
    content = written(said)
    print(
        f"parse the YAML of 10,000 rules: {seconds(lambda: parse('banc.yaml', content), 1):.1f} s"
    )
    shipped = rulebook.SHIPPED
    compiled = rulebook.compile_folder(shipped)
    reload = seconds(lambda: rulebook.compile_folder(shipped), repeat) * 1e3
    examples = seconds(lambda: matching.failures(compiled), repeat) * 1e3
    count = sum(len(rule.examples) for _, rule in compiled.placed)
    print(f"reload the shipped sets: {reload:.0f} ms, and {count} examples: {examples:.0f} ms")


def written(said: dict[str, Any]) -> str:
    """Write a rule file as people do: one list or rule a line."""
    lists = "".join(f"  {name}: [{', '.join(words)}]\n" for name, words in said["words"].items())
    lines = "".join(
        f"  - id: {rule['id']}\n    title: {rule['title']}\n    when:\n"
        f"      near: {{of: [{', '.join(rule['when']['near']['of'])}], words: {NEAR}}}\n"
        + (f"      none: [{rule['when']['none'][0]}]\n" if "none" in rule["when"] else "")
        for rule in said["rules"]
    )
    return f"schema: 1\nrule_set: banc\ntitle: Banc\nwords:\n{lists}rules:\n{lines}"


def main() -> None:
    """Measure, and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--most", type=int, default=100_000)
    options.add_argument("--repeat", type=int, default=5)
    given = options.parse_args()
    words = statistics.mean(len(text.tokens(raw).keys) for raw in RAW)
    print(f"{len(ARTICLES)} articles of {words:.0f} words; load {os.getloadavg()[0]:.1f}")
    loading(given.repeat)
    growth()
    whole_rules(given.most, given.repeat)


if __name__ == "__main__":
    main()
