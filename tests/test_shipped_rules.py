"""The rules that ship, on the seeds and on the traps that a keyword search falls into."""

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.ruling import article
from watcher import matching, rulebook
from watcher.claims import Polarity, Zone, ZoneKind
from watcher.model import Article, Match, RuleSetId
from watcher.rules import RuleBook

SEEDS = Path(__file__).parents[1] / "seeds"
BODY_002 = (288, 3009)  # the rest of that page is menus, other headlines and comments
TITLE_002 = (
    "DeepSeek autorisé à acheter les puces NVIDIA H200 : la Chine accélère dans la course à l’IA"
)


@cache
def book() -> RuleBook:
    """Return the rules that ship."""
    return rulebook.read(rulebook.SHIPPED)


def seed(name: str, change: Callable[[str], str] = str) -> Article:
    """Return a seed as an article, its typography changed piece by piece."""
    (path,) = SEEDS.glob(f"{name}_*.txt")
    raw = path.read_bytes().decode("utf-8")
    if name != "002":
        return article(change(raw))
    before, body, after = raw[: BODY_002[0]], raw[slice(*BODY_002)], raw[BODY_002[1] :]
    text, zones = "", []
    for kind, piece in (
        (ZoneKind.CHROME, before),
        (ZoneKind.BODY, body),
        (ZoneKind.CHROME, after),
    ):
        start, text = len(text), text + change(piece)
        zones.append(Zone(kind=kind, start=start, end=len(text)))
    return Article(title=change(TITLE_002), text=text, zones=tuple(zones))


def matches(told: Article) -> dict[str, list[Match]]:
    """Return the matches of an article by rule set."""
    found: dict[str, list[Match]] = {}
    for match in matching.match(told, book()):
        found.setdefault(match.rule_set, []).append(match)
    return found


CHANGES: dict[str, Callable[[str], str]] = {
    "as given": str,
    "typographic apostrophes": lambda text: text.replace("'", "’"),
    "plain apostrophes": lambda text: text.replace("’", "'"),
    "modifier apostrophes": lambda text: text.replace("’", "ʼ").replace("'", "ʼ"),
    "no-break spaces": lambda text: re.sub(r"(?<=\d) (?=\d)| (?=[:;!?%»])", "\u00a0", text),
    "narrow spaces": lambda text: re.sub(r"(?<=\d) (?=\d)| (?=[:;!?%»])", "\u202f", text),
    "accents apart": lambda text: unicodedata.normalize("NFD", text),
    "upper case": str.upper,
}

TOKENS = {"000": 6, "001": 8, "002": 5, "003": 5, "004": 5}
QUOTAS = {
    "001": (
        "Le quota exact de puces domestiques requis n'a pas encore été précisé",
        "L'exigence de parité ou de quota avec les puces locales",
    )
}
MEASURES = {
    "000": (
        "La levée de l’interdiction des puces H200",
        "Le déblocage des puces NVIDIA H200 pour le marché chinois",
    ),
    "001": ("La Chine autorise Alibaba et d'autres à acheter des accélérateurs IA Nvidia H200",),
    "002": (
        "Pékin a donné son feu vert au géant local DeepSeek pour acquérir les puissantes puces H200",
    ),
    "003": (
        "la Chine vient d’approuver une première vague d’importations des puces graphiques",
        "plusieurs centaines de milliers de GPU H200 ont reçu l’autorisation d’entrer",
    ),
    "004": (
        "La Chine interdit l'entrée des puces H200 de NVIDIA",
        "l'importation de puces NVIDIA H200 n'était pas permise",
        "il leur était instruit de ne pas importer ces puces",
    ),
}
NEVER = {
    "000": (
        "dépendance aux exportations de données",
        "politiques d’exportation ou de transfert de données",
        "lever des freins technologiques",
        "L’importance des puces H200",
    ),
    "001": ("plus de 200 000 unités H200 chacune",),
    "002": (
        "Nvidia puce GH200 Matériel",
        "Donald Trump autorise à nouveau l’exportation des puces Nvidia H200 vers la Chine",
        "La Chine bannit les puces de Nvidia",
        "après l’interdiction des réseaux sociaux",
        "tarif douanier de 25 %",
        "jusqu’à 400 000 GPU",
    ),
    "003": ("bande passante mémoire",),
    "004": ("soulevé de nombreuses critiques",),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", TOKENS)
def test_seed_verdicts(name: str, change: str) -> None:
    """Each seed matches what it should, on the words that decide, in every typography."""
    told = seed(name, CHANGES[change])
    found = matches(told)
    assert set(found) == {"h200", "export-ban"} | ({"quota"} if name in QUOTAS else set())
    assert sum(len(match.evidence) for match in found["h200"]) == TOKENS[name]
    for rule_set, sentences in (("quota", QUOTAS), ("export-ban", MEASURES)):
        for sentence in sentences.get(name, ()):
            start = told.text.index(CHANGES[change](sentence))
            end = start + len(CHANGES[change](sentence))
            pieces = [piece for match in found[rule_set] for piece in match.evidence]
            assert any(piece.start < end and start < piece.end for piece in pieces), sentence


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", TOKENS)
def test_evidence_of_seeds_is_quoted_where_it_stands(name: str, change: str) -> None:
    """Offsets are those of the article as it was given, and never in the page's chrome."""
    told = seed(name, CHANGES[change])
    chrome = [zone for zone in told.zones if zone.kind is ZoneKind.CHROME]
    for match in matching.match(told, book()):
        for piece in match.evidence:
            source = told.title if piece.zone is ZoneKind.TITLE else told.text
            assert piece.quote == source[piece.start : piece.end]
            if piece.zone is not ZoneKind.TITLE:
                assert not any(zone.start <= piece.start < zone.end for zone in chrome)


@pytest.mark.parametrize("name", NEVER)
def test_words_of_seeds_that_are_no_evidence(name: str) -> None:
    """Chrome, data exports, figures and look-alikes are no evidence of trade or quota."""
    told = seed(name)
    for match in matching.match(told, book()):
        if match.rule_set == "h200" and name != "002":
            continue  # the H200 of these phrases is one
        for sentence in NEVER[name]:
            start = told.text.index(sentence)
            assert not any(
                piece.zone is not ZoneKind.TITLE and start <= piece.start < start + len(sentence)
                for piece in match.evidence
            ), sentence


def test_a_ban_of_another_chip_is_told_of_that_chip() -> None:
    """Seed 003 says that the B200 is banned, while the H200 is in the same sentence."""
    told = seed("003")
    begin = told.text.index("Le GPU H200 n’est pas")
    end = told.text.index("vers la Chine", begin)
    said = matching.verdict(told, book())[1][RuleSetId("export-ban")].claims
    [claim] = [claim for claim in said if begin <= claim.evidence.start < end]
    assert claim.polarity is Polarity.CLOSED
    assert "B200" in claim.objects
    assert "H200" not in "".join(claim.objects)


@pytest.mark.parametrize("name", ["001", "003"])
def test_verdicts_do_not_hang_on_a_reminder(name: str) -> None:
    """Without the reminder of another chip's ban the verdicts are the same."""
    reminders = {
        "001": (1602, 1682),
        "003": (1535, 1599),
    }
    told = seed(name)
    start, end = reminders[name]
    shorter = article(told.text[:start] + told.text[end:])
    assert set(matches(shorter)) == set(matches(told))


@pytest.mark.parametrize(
    ("text", "rule_set", "fires"),
    [
        (
            unicodedata.normalize("NFD", "La levée de l’interdiction des H200, à Pékin"),
            "export-ban",
            True,
        ),
        ("La Chine inter\u00addit la H200", "export-ban", True),
        ("La Chine inter\u200bdit la H200", "export-ban", True),
        ("les H\u2011200", "h200", True),
        ("les H\u202f200", "h200", True),
        ("les Ｈ２００ en Chine", "h200", True),
        ("PÉKIN INTERDIT LA H200", "export-ban", True),
        ("PEKIN PROHIBE LA H200", "export-ban", True),
        ("lʼinterdiction de la H200 est levée, selon Pékin", "export-ban", True),
        ("l'interdiction de la H200 est levée, selon Pékin", "export-ban", True),
        ("les \u041d200", "h200", False),
        ("la GH200, la GH-200 et la H20", "h200", False),
        ("entre H 200 000 puces", "h200", False),
        ("H20/H200", "h200", True),
        ("la H200E", "h200", False),
        ("Pas plus de 400\u2009000 GPU H200 en Chine", "quota", False),
    ],
)
def test_character_traps(text: str, rule_set: str, fires: bool) -> None:
    """Typography neither hides a word nor makes one."""
    assert (rule_set in matches(article(text))) is fires


@pytest.mark.parametrize("rule_set", ["h200", "quota", "export-ban"])
def test_every_set_has_its_examples(rule_set: str) -> None:
    """Each set ships with twenty examples at least, a third of them of what must not match."""
    examples = [
        example.matches
        for placed, rule in book().placed
        if placed.id == rule_set
        for example in rule.examples
    ]
    assert len(examples) >= 20
    assert Counter(examples)[False] * 3 >= len(examples)


def test_the_lock_is_current() -> None:
    """The frozen forms are those that the dictionary gives for the words in use."""
    path = rulebook.SHIPPED / rulebook.LOCK
    assert path.read_text("utf-8") == rulebook.lock(rulebook.SHIPPED)


def test_the_named_chips_are_chips() -> None:
    """The list of what a sentence may call a chip holds every chip that has a name."""
    words = (rulebook.SHIPPED / "vocabulary" / "puces-ia.yaml").read_text("utf-8")
    lists = {
        name: {entry.strip() for entry in entries.replace("\n", " ").split(",")}
        for name, entries in re.findall(r"^  ([\w-]+): \[([^]]+)\]", words, re.MULTILINE)
    }
    assert lists["puce-nommee"] < lists["puce"]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("rule_set", "column", "at_least"),
    [("h200", "h200", 1.0), ("export-ban", "export_ban", 0.9), ("quota", "quota_sense", 0.9)],
)
def test_labelled_stream(corpus: Path, rule_set: str, column: str, at_least: float) -> None:
    """On the labelled stream the sets agree with its readers (F1; texts only, not its pages)."""
    stream = corpus / "data" / "stream"
    with (stream / "labels.tsv").open(encoding="utf-8") as file:
        labels = {row["id"]: row[column] for row in csv.DictReader(file, delimiter="\t")}
    counts: Counter[tuple[bool, bool]] = Counter()
    for line in (stream / "articles.jsonl").read_text("utf-8").splitlines():
        item = json.loads(line)
        if "text" in item and labels[item["id"]] != "unsure":
            fired = rule_set in matches(article(item["text"], title=item["title"]))
            counts[fired, labels[item["id"]] == "yes"] += 1
    right, wrong = counts[True, True], counts[True, False] + counts[False, True]
    assert 2 * right / (2 * right + wrong) >= at_least
