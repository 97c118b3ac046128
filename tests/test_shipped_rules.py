"""The rules that ship, on the seeds and on the traps that a keyword search falls into."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from html import escape
from html.entities import codepoint2name

import pytest

from tests import seeds
from tests.ruling import article, one_rule
from watcher import articles, matching, rulebook
from watcher.claims import Claim, Polarity, Role, Stance, ZoneKind
from watcher.dates import PARIS
from watcher.model import Article, Match, Precision, Published, RuleSetId
from watcher.rules import RuleBook

PUBLISHED = {
    "000": datetime(2025, 12, 24, tzinfo=PARIS),
    "001": datetime(2026, 1, 26, tzinfo=PARIS),
    "002": datetime(2026, 1, 30, 16, 45, tzinfo=PARIS),
    "003": datetime(2026, 1, 28, tzinfo=PARIS),
    "004": datetime(2026, 1, 14, tzinfo=PARIS),
}
TITLES = {
    "001": "La Chine autorise Alibaba et d'autres à acheter des accélérateurs IA Nvidia H200,"
    " mais sous condition",
    "002": "DeepSeek autorisé à acheter les puces NVIDIA H200 : la Chine accélère dans la course"
    " à l’IA",
}


@cache
def book() -> RuleBook:
    """Return the rules that ship."""
    return rulebook.read(rulebook.SHIPPED)


def from_text(name: str, title: str, text: str) -> Article:
    """Return the text of a seed as the article of its day."""
    day = Published(at=PUBLISHED[name], precision=Precision.DAY)
    return articles.from_text(title, text, published=day)


def seed(name: str, change: Callable[[str], str] = str) -> Article:
    """Return a seed as its text was given, its typography changed."""
    return from_text(name, "", change(seeds.seed(name)))


def matches(told: Article) -> dict[str, list[Match]]:
    """Return the matches of an article by rule set."""
    found: dict[str, list[Match]] = {}
    for match in matching.match(told, book()):
        found.setdefault(match.rule_set, []).append(match)
    return found


def stance(told: Article) -> Stance:
    """Return what an article says of the trade."""
    return matching.verdict(told, book())[1][RuleSetId("export-ban")]


SPACES = re.compile(r"(?<=\d) (?=\d)| (?=[:;!?%»])|(?<=«) ")
CHANGES: dict[str, Callable[[str], str]] = {
    "as given": str,
    "typographic apostrophes": lambda text: text.replace("'", "’"),
    "plain apostrophes": lambda text: text.replace("’", "'"),
    "modifier apostrophes": lambda text: text.replace("’", "ʼ").replace("'", "ʼ"),
    "no-break spaces": lambda text: SPACES.sub("\u00a0", text),
    "narrow spaces": lambda text: SPACES.sub("\u202f", text),
    "accents apart": lambda text: unicodedata.normalize("NFD", text),
    "upper case": str.upper,
}
REMINDERS = {"001": (1602, 1682), "003": (1535, 1599)}


def entities(text: str) -> str:
    """Write everything that is not ASCII as an HTML entity, by name where it has one."""
    return "".join(
        char
        if char.isascii()
        else f"&{codepoint2name[ord(char)]};"
        if ord(char) in codepoint2name
        else f"&#{ord(char)};"
        for char in text
    )


def page(name: str) -> Article:
    """Return a seed as the extractor gives it back out of an HTML page full of entities."""
    text, title = seeds.seed(name), TITLES.get(name, "")
    if name == "002":
        html = seeds.page(text).decode()
    else:
        body = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())
        html = f"<!DOCTYPE html><html><head><title>{escape(title)}</title></head><body>{body}</body></html>"
    found = articles.extract(entities(html).encode("ascii"), f"https://presse.example/{name}")
    return replace(found, published=Published(at=PUBLISHED[name], precision=Precision.DAY))


def without_reminder(name: str) -> Article:
    """Return a seed without the sentence that reminds of another chip's ban."""
    start, end = REMINDERS[name]
    text = seeds.seed(name)
    return from_text(name, "", text[:start] + text[end:])


@cache
def told(name: str, form: str) -> Article:
    """Return a seed in one of its forms."""
    if form == "page":
        return page(name)
    if form == "title apart":
        return from_text(name, TITLES[name], seeds.seed(name))
    if form == "chrome cut":
        return from_text(name, TITLES[name], seeds.seed(name)[slice(*seeds.BODY)])
    if form == "without the reminder":
        return without_reminder(name)
    return seed(name, CHANGES[form])


FORMS = [
    *((name, form) for name in PUBLISHED for form in (*CHANGES, "page")),
    *((name, "title apart") for name in TITLES),
    ("002", "chrome cut"),
    *((name, "without the reminder") for name in REMINDERS),
]
TOKENS = {"000": 6, "001": 7, "002": 5, "003": 5, "004": 5}  # a title printed twice counts once
QUOTAS = {
    "001": (
        "Le quota exact de puces domestiques requis n'a pas encore été précisé",
        "L'exigence de parité ou de quota avec les puces locales",
    )
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
        "IA : Donald Trump autorise à nouveau l’exportation des puces Nvidia H200 vers la Chine",
        "La Chine autorise l’importation des GPU NVIDIA H200 pour accélérer ses ambitions en IA",
        "La Chine bannit les puces de Nvidia",
        "après l’interdiction des réseaux sociaux",
        "tarif douanier de 25 %",
        "jusqu’à 400 000 GPU",
    ),
    "003": ("bande passante mémoire",),
    "004": ("soulevé de nombreuses critiques",),
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a reader takes a seed to say of the trade."""

    polarity: Polarity
    way: str
    issuer: str = ""
    conditional: bool = False
    news: tuple[str, ...]
    support: tuple[str, ...] = ()  # need not be found; where it is, it says the same


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """What a seed recalls of earlier decisions; no issuer: the passage may leave it open."""

    quote: str
    polarity: Polarity
    issuer: str = ""


VERDICTS = {
    "000": Verdict(
        polarity=Polarity.OPEN,
        way="",
        news=(
            "La levée de l’interdiction des puces H200",
            "Le déblocage des puces NVIDIA H200 pour le marché chinois",
        ),
    ),
    "001": Verdict(
        polarity=Polarity.OPEN,
        way="cn_import",
        issuer="Chine",
        conditional=True,
        news=(TITLES["001"],),
        support=("la levée partielle de ces restrictions",),
    ),
    "002": Verdict(
        polarity=Polarity.OPEN,
        way="cn_import",
        issuer="Chine",
        news=(
            "Pékin a donné son feu vert au géant local DeepSeek pour acquérir les puissantes"
            " puces H200 de NVIDIA",
        ),
        support=("assouplissement des conditions d’imporations américaines",),
    ),
    "003": Verdict(
        polarity=Polarity.OPEN,
        way="cn_import",
        issuer="Chine",
        news=(
            "la Chine vient d’approuver une première vague d’importations des puces graphiques"
            " NVIDIA H200",
            "plusieurs centaines de milliers de GPU H200 ont reçu l’autorisation d’entrer sur le"
            " territoire chinois",
        ),
    ),
    "004": Verdict(
        polarity=Polarity.CLOSED,
        way="cn_import",
        issuer="Chine",
        news=(
            "La Chine interdit l'entrée des puces H200 de NVIDIA",
            "l'importation de puces NVIDIA H200 n'était pas permise",
        ),
        support=(
            "il leur était instruit de ne pas importer ces puces",
            "interdiction pure et simple",
        ),
    ),
}
RECALLED = [
    (
        "001",
        Reminder(
            quote="les H100 et A100, ont été interdits à l'exportation vers la Chine par Washington",
            polarity=Polarity.CLOSED,
            issuer="États-Unis",
        ),
    ),
    (
        "002",
        Reminder(
            quote="Washington a autorisé NVIDIA à vendre ses processeurs H200",
            polarity=Polarity.OPEN,
            issuer="États-Unis",
        ),
    ),
    (
        "003",
        Reminder(
            quote="ce dernier restant toujours interdit d’exportation vers la Chine",
            polarity=Polarity.CLOSED,
        ),
    ),
    (
        "003",
        Reminder(
            quote="validation par les autorités américaines, fin 2025, de ventes ciblées",
            polarity=Polarity.OPEN,
            issuer="États-Unis",
        ),
    ),
    (
        "004",
        Reminder(
            quote="autoriser l'exportation des puces H200",
            polarity=Polarity.OPEN,
            issuer="États-Unis",
        ),
    ),
    (
        "004",
        Reminder(
            quote="La décision récente d'autoriser, sous condition, leur export en Chine",
            polarity=Polarity.OPEN,
            issuer="États-Unis",
        ),
    ),
]


def places(name: str, form: str, quote: str) -> Iterator[tuple[bool, int, int]]:
    """Yield where a seed, in that form, has a passage: in its title or not, start, end."""
    wanted = CHANGES.get(form, str)(quote)
    for in_title, source in ((True, told(name, form).title), (False, told(name, form).text)):
        for found in re.finditer(re.escape(wanted), source):
            yield in_title, *found.span()


def said(name: str, form: str, quote: str) -> list[Claim]:
    """Return the claims whose evidence overlaps a passage."""
    where = list(places(name, form, quote))
    return [
        claim
        for claim in stance(told(name, form)).claims
        for in_title, start, end in where
        if (claim.evidence.zone is ZoneKind.TITLE) is in_title
        and claim.evidence.start < end
        and start < claim.evidence.end
    ]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_seed_stance(name: str, form: str) -> None:
    """Each seed says what its reader takes it to say, in each form it may come in."""
    wanted, found = VERDICTS[name], stance(told(name, form))
    assert found.role is Role.PRIMARY
    assert (found.polarity, found.direction, found.issuer) == (
        wanted.polarity,
        wanted.way,
        wanted.issuer,
    )
    assert "H200" in {chip.upper() for chip in found.objects}
    assert found.conditional or not wanted.conditional


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_seed_news(name: str, form: str) -> None:
    """The passages that decide are read as news, with the polarity of the seed and no other."""
    wanted = VERDICTS[name]
    for quote in wanted.news:
        news = [claim for claim in said(name, form, quote) if claim.role is Role.PRIMARY]
        assert {claim.polarity for claim in news} == {wanted.polarity}, quote
    for quote in wanted.support:
        assert {claim.polarity for claim in said(name, form, quote)} <= {wanted.polarity}, quote


@pytest.mark.parametrize("form", [*CHANGES, "page"])
@pytest.mark.parametrize(("name", "recalled"), RECALLED)
def test_seed_reminders(name: str, recalled: Reminder, form: str) -> None:
    """What was decided before is read as a reminder, of the one who decided it."""
    claims = said(name, form, recalled.quote)
    assert {(claim.role, claim.polarity) for claim in claims} == {
        (Role.BACKGROUND, recalled.polarity)
    }
    assert not recalled.issuer or recalled.issuer in {claim.issuer for claim in claims}


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_seed_matches(name: str, form: str) -> None:
    """Each seed matches the sets it should, on the words that decide."""
    found = matches(told(name, form))
    assert set(found) == {"h200", "export-ban"} | ({"quota"} if name in QUOTAS else set())
    if form in CHANGES:
        assert sum(len(match.evidence) for match in found["h200"]) == TOKENS[name]
    pieces = [piece for match in found.get("quota", ()) for piece in match.evidence]
    for quote in QUOTAS.get(name, ()):
        assert any(
            start <= piece.start < piece.end <= end
            for _, start, end in places(name, form, quote)
            for piece in pieces
        ), quote


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_evidence_of_seeds_is_quoted_where_it_stands(name: str, form: str) -> None:
    """Offsets are those of the article as it was given, and never in the page's chrome."""
    given = told(name, form)
    chrome = [zone for zone in given.zones if zone.kind is ZoneKind.CHROME]
    for match in matching.match(given, book()):
        for piece in match.evidence:
            source = given.title if piece.zone is ZoneKind.TITLE else given.text
            assert piece.quote == source[piece.start : piece.end]
            if piece.zone is not ZoneKind.TITLE:
                assert not any(zone.start <= piece.start < zone.end for zone in chrome)


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_words_of_seeds_that_are_no_evidence(name: str, form: str) -> None:
    """Chrome, data exports, figures and look-alikes are no evidence of trade or quota."""
    found = matches(told(name, form))
    pieces = [
        piece
        for rule_set in set(found) - {"h200"}
        for match in found[rule_set]
        for piece in match.evidence
    ]
    for quote in NEVER[name]:
        assert not said(name, form, quote), quote
        for _, start, end in places(name, form, quote):
            assert not any(
                start <= piece.start < end for piece in pieces if piece.zone is not ZoneKind.TITLE
            ), quote


def test_a_ban_of_another_chip_is_told_of_that_chip() -> None:
    """Seed 003 says that the B200 is banned, while the H200 is in the same sentence."""
    claims = said("003", "as given", "Le GPU H200 n’est pas le processeur le plus avancé de NVIDIA")
    banned = said("003", "as given", "ce dernier restant toujours interdit d’exportation")
    assert not claims
    assert ["B200" in claim.objects and "H200" not in claim.objects for claim in banned] == [True]


@pytest.mark.parametrize(
    ("text", "rule", "fires"),
    [
        (
            unicodedata.normalize("NFD", "La levée de l’interdiction des puces H200, à Pékin"),
            "export-ban/open",
            True,
        ),
        ("La Chine inter\u00addit la H200", "export-ban/closed", True),
        ("La Chine inter\u200bdit la H200", "export-ban/closed", True),
        ("les H\u2011200", "h200/citee", True),
        ("les H\u202f200", "h200/citee", True),
        ("les Ｈ２００ en Chine", "h200/citee", True),
        ("PÉKIN INTERDIT LA H200", "export-ban/closed", True),
        ("PEKIN PROHIBE LA H200", "export-ban/closed", True),
        ("Pékin : lʼinterdiction de la H200 est maintenue", "export-ban/closed", True),
        ("Pékin : l'interdiction de la H200 est maintenue", "export-ban/closed", True),
        ("les \u041d200", "h200/citee", False),
        ("la GH200, la GH-200 et la H20", "h200/citee", False),
        ("entre H 200 000 puces", "h200/citee", False),
        ("H20/H200", "h200/citee", True),
        ("la H200E", "h200/citee", False),
    ],
)
def test_character_traps(text: str, rule: str, fires: bool) -> None:
    """Typography neither hides a word of a headline nor makes one."""
    found = matching.match(article("", title=text), book())
    assert (rule in {match.rule for match in found}) is fires


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("400\u2009000 GPU", "400\u2009000"),
        ("400.000 GPU", "400.000"),
        ("400,000 GPU", "400,000"),
        ("400k GPU", "400k"),
        ("quatre cent mille GPU", "quatre cent mille"),
        ("entre 40 000 et 80 000 unités", "80 000"),
        ("un droit de douane de 25 pour cent", "25 pour cent"),
    ],
)
def test_number_traps(text: str, quote: str) -> None:
    """A quantity of chips and a tariff are numbers, however they are spelt."""
    words = "{puce: [GPU, unité], taxe: [droit de douane]}"
    number = "[{number: {min: 1000, near: puce}}, {number: {unit: '%', near: taxe}}]"
    (found,) = matching.match(article(text), one_rule(words, f"{{any: {number}}}"))
    assert quote in {piece.quote for piece in found.evidence if piece.words == "number"}


@pytest.mark.parametrize("rule", [rule.id for _, rule in book().placed])
def test_every_rule_has_its_examples(rule: str) -> None:
    """Each rule ships with twenty examples at least, a third of them of what must not match."""
    (examples,) = (
        [example.matches for example in placed.examples]
        for _, placed in book().placed
        if placed.id == rule
    )
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
