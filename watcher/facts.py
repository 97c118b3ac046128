"""
Figures as facts: what a number counts, between which bounds, in which role, and who is behind it.

What cannot be told safely stays empty. A number without a unit, a counted noun or a bound is no
fact: years, dates, models, versions and telephone numbers have none.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, zip_longest
from typing import Final

from watcher import figures
from watcher import text as typography
from watcher.claims import Zone, ZoneKind
from watcher.figures import Figure
from watcher.model import Article, Match

NEAR: Final = 100  # characters to a role word of the same sentence
CLAUSE: Final = 300  # characters back to the actor
HEAD: Final = 80  # characters before a number that may belong to it
HUGE: Final = 1e15  # more is a serial number
SMALL: Final = 10  # a bare count below is no news: "trois sources"
LARGE: Final = 1000  # a bound from here on is a fact without a noun: "jusqu’à 400 000 seraient"

# Patterns over folded text, but for those of names.
ROLES: Final[Mapping[str, str]] = {
    "livraison": r"livraisons?|livr(?:er\w*|ees?)|distributions?|expedi\w+",
    "commande": r"command(?:e[rs]?|ee?s?|ent|er\w+)",
    "demande": r"demand\w+",
    "tarif": r"tarif\w*",
    "taxe": r"(?:sur)?tax(?:es?|ees?|ations?|er)|droits?[ ]de[ ]douane",
    "autorisation": r"autoris\w+|approuv\w+|approbation|validation|feu[ ]vert|licences?",
    "volume": r"volumes?|quantites?",
    "investissement": r"invest(?:i\w*|\w+ments?)",
    "chiffre d’affaires": r"chiffres?[ ]d'affaires",
    "vente": r"ventes?|vend(?:re|ra|ront|rait|raient|ue?s?|ent)",
    "achat": r"achats?|achet\w+|acquisitions?|acquerir",
    "importation": r"import(?:ation|er|ee)\w*",
    "exportation": r"export(?:ation|er|ee)\w*",
    "production": r"productions?|produi(?:re|ra|ront|rait)",
    "prix": r"prix",
    # These govern a number or are none of its business: "part" is often "d’une part", and a
    # volume beside the word quota is not the quota.
    "part": r"parts?",
    "quota": r"quotas?|contingents?",
    "plafond": r"plafonds?|limites?",
}
_GOVERNING: Final = ("part", "quota", "plafond")
_LIMITS: Final = ("quota", "plafond")
_NEARBY: Final = re.compile(
    rf"(?<!\w)(?:{'|'.join(words for role, words in ROLES.items() if role not in _GOVERNING)})(?!\w)"
)
_HEAD: Final = re.compile(
    rf"""
    (?<!\w)
    (?:(?P<role>{"|".join(ROLES.values())})(?:[ ](?!et[ ]|ou[ ])[a-z'-]+){{0,2}}
       [ ](?:de[ ]|d'|(?:fix|port|relev|abaiss|limit|ramen)\w+[ ]a[ ]))?
    (?:(?P<never>(?:ne[ ]|n')(?:[a-z]+[ ]){{0,3}}?)?(?:(?:
        (?P<max>jusqu'(?:a|aux?)|au[ ](?:plus|maximum)|(?:limit|plafonn)\w+[ ]a
          |(?:pas[ ]plus|moins|(?:au[ ])?maximum)[ ]d[e'])
      | (?P<min>au[ ](?:moins|minimum)|depass\w+(?:[ ]pas)?|a[ ]partir[ ]d[e']
          |(?:pas[ ]moins|plus|minimum|au-de(?:la|ssus))[ ]d[e'])
      | (?P<about>environ|quelque|presque|(?:pres|autour|de[ ]l'ordre)[ ]d[e'])
    )(?:[ ]|(?<=')))+)?
    (?P<some>(?:des|quelques|plusieurs)[ ])?
    (?P<opening>(?:entre|de)[ ])?\Z
    """,
    re.VERBOSE,
)
_CHANGE: Final = re.compile(
    r"(?:pass|relev|augment|port|grimp|progress|hauss|baiss|tomb|recul|redui|abaiss|chut|mont)\w*"
    r"(?: \w+){0,2} de \Z"
)
_JOINS: Final = (" et ", " a ", "-", " - ")
_TAIL: Final = re.compile(
    r"[ -]?(?:k|m|mds?|mill\w+)?(?:[ ]?(?:%|pour|de |d'|dollar|euro|\$|€).*)?\Z"
)
_SOME: Final = re.compile(r"(?:[a-z]+aines|milliers|millions|milliards)\b")
_ROUND: Final = re.compile(r"une? [a-z]+(?:aine|ier)\b")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_CODE: Final = re.compile(r"(\w*[A-ZÀ-Þ\d]\w*) \Z")  # "RTX 5090", "Windows 11", "01 23 45"
_PRODUCT: Final = re.compile(r"(?<!\w)[a-z]+\d\w+")
_NOUN: Final = re.compile(
    r" (?P<of>de la |de l'|du |des |de |d')?"
    r"(?:(?:nouv|autre|premi|derni|procha|petit|grand|puissant|seul)[a-z]* )?"
    r"(?P<noun>[^\W\d_]+(?:-[^\W\d_]+)*|[a-z]+-?\d\w*)(?!\w)"
)
_MODEL: Final = re.compile(r"(?: [A-Z]\w+){0,2} (?:[A-Z]\w*-?\d\w*|\d+[A-Z]\w*)")
_CODA: Final = re.compile(
    r"(?: chacune?s?\b)?"
    r"(?: au (?:(?P<max>plus|maximum)|(?P<min>moins|minimum))(?! (?:tard|tot|vite|haut|bas))\b)?"
)
_TIMES: Final = frozenset(
    "fois an ans annee annees mois semaine semaines jour jours nuits heure heures h minute "
    "minutes min seconde secondes trimestres siecles mars day days".split()
)
_NO_NOUNS: Final = frozenset(
    "a alors apres au aucun aucuns autres aux avec ca car ce certains certaines ces cet cette chez "
    "ci comme contre d dans de deja depuis des dix dont du elles en entre est et etaient eux font "
    "ici ils je la le les leur leurs lors lorsque mais meme moins ne nos nous on ont ou par pas "
    "pendant plus plusieurs pour pres puis quand que quelques qui s sa sans sauf se selon ses si "
    "six soit son sont sous sur tous toutes tres trois un une vers vos vous y".split()
)

_NAME: Final = r"[A-ZÀ-ÖØ-Þ][\w&-]*\w(?: [A-ZÀ-ÖØ-Þ][\w&-]*\w){0,2}"
_NAMES: Final = rf"{_NAME}(?:(?:, {_NAME}){{0,3}} et {_NAME})?"
_VERB: Final = (
    r"(?:(?:ne|se|en|l[ae]s?) |[nsl]['’])?(?:a|ont|va|vont|est|sont|av(?:ait|aient)"
    r"|\w+r(?:a|ont|ait|aient)|doi(?:t|vent)|peu(?:t|vent)|veu(?:t|lent)|prévoi(?:t|ent)"
    r"|reçoi(?:t|vent)|achèt(?:e|ent)|(?:produi|investi)(?:t|sent)|vend(?:ent)?|(?:livr|command"
    r"|impos|annonc|autoris|approuv|limit|réclam|exig|tabl|vis|demand|espèr|propos|compt)(?:e|ent))\b"
)
_SUBJECT: Final = re.compile(
    rf"(?:(?:^|[,;:«(–—] ?|\b(?:que|et|mais|où|si) |\bqu['’])(?:[Ll][ae]s? |[Ll]['’])?"
    rf"(?!(?:Il|Elle|On|Ça|Cela|Cet?|Cette|Une?|L[ae]|[DLMS]es|Leur|Chaque|Rien|Tout|Tous|Qui)s?\b)(?P<subject>{_NAMES}) "
    rf"|(?<!\w)(?P<named>{_NAMES}),? qui ){_VERB}"
)
_ANOTHER: Final = re.compile(r"\b(?:ils?|elles?|on|qui)\b")
_RECEIVER: Final = re.compile(rf" (?:à|pour|chez|par) (?:l[ae]s? |l['’])?(?P<name>{_NAMES})")
_MARKS: Final = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
_MARKED: Final = re.compile(f"[{_MARKS}]")
_CLUSTER: Final = re.compile(rf".[{_MARKS}]*", re.DOTALL)
_SPACES: Final = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure with what is said of it; an open bound, like a number not given exactly, is None."""

    zone: ZoneKind = ZoneKind.TITLE
    start: int
    end: int
    quote: str = ""  # with its bound, its noun and the word that governs it
    min: float | None
    max: float | None
    value: float | None
    unit: str  # "%", "$", "€", or "" for a count
    noun: str  # what is counted
    role: str  # a key of ROLES
    who: str = ""
    vague: bool  # only about: "près de", "une centaine", "des milliers"


# Which facts are told ------------------------------------------------------------------------------


def select(
    article: Article, matches: Sequence[Match], *, most: int | None = None
) -> tuple[Fact, ...]:
    """
    Return the facts that stand with what the rules rest on, in order and once, title first.

    Those in a sentence with evidence go before the others of its paragraph, and these before the
    sentences elsewhere on the same product, such as the H200; `most` takes them in this order.
    """
    evidence = [piece for match in matches for piece in match.evidence]
    title = {piece.start for piece in evidence if piece.zone is ZoneKind.TITLE}
    text = {piece.start for piece in evidence if piece.zone is not ZoneKind.TITLE}
    pages = [_Page(article.title, title), _Page(article.text, text)]
    products = {code for page in pages for at in page.told for code in page.products[at]}
    ranked: dict[str, tuple[int, int, Fact]] = {}
    for page, facts in zip(pages, (read(article.title), _zoned(article)), strict=True):
        for fact in facts:
            if (rank := page.rank(fact.start, products)) is not None:
                ranked.setdefault(typography.fold(fact.quote), (rank, len(ranked), fact))
    chosen = sorted(ranked.values(), key=lambda one: one[:2])[:most]
    return tuple(fact for _, _, fact in sorted(chosen, key=lambda one: one[1]))


class _Page:
    """A title or text: which sentences and lines have evidence, and which name what product."""

    def __init__(self, source: str, places: set[int]) -> None:
        self.starts = [start for start, _ in typography.sentences(source)]
        self.lines = list(accumulate(map(len, source.splitlines(keepends=True)), initial=0))
        self.told = {bisect_right(self.starts, at) for at in places}
        self.told_lines = {bisect_right(self.lines, at) for at in places}
        self.products: defaultdict[int, set[str]] = defaultdict(set)
        for code in _PRODUCT.finditer(typography.fold(source)):
            self.products[bisect_right(self.starts, code.start())].add(code[0])

    def rank(self, at: int, products: set[str]) -> int | None:
        """Return how far from the evidence a place is; None: it has nothing to do with it."""
        number = bisect_right(self.starts, at)
        if number in self.told:
            return 0
        if bisect_right(self.lines, at) in self.told_lines:
            return 1
        return None if products.isdisjoint(self.products[number]) else 2


def _zoned(article: Article) -> Iterator[Fact]:
    """Yield the facts of the text; one that stands in the page's chrome, or reaches there, is none."""
    zones = [Zone(kind=ZoneKind.BODY, start=0, end=0)]
    zones += [zone for zone in article.zones if zone.kind is not ZoneKind.TITLE]
    starts = [zone.start for zone in zones]
    for fact in read(article.text):
        ends = [(at, zones[bisect_right(starts, at) - 1]) for at in (fact.start, fact.end - 1)]
        first, last = (zone.kind if at < zone.end else ZoneKind.BODY for at, zone in ends)
        if ZoneKind.CHROME not in (first, last):
            yield replace(fact, zone=first)


# What a number says --------------------------------------------------------------------------------


@lru_cache(maxsize=8)  # an article is told to many chats
def read(source: str) -> tuple[Fact, ...]:
    """Return the facts of a title or text in its order."""
    bare, places = _bare(source)
    plain = typography.fold(bare)
    sentences = typography.sentences(bare)
    found = figures.read(bare)
    done = 0
    facts = []
    for one, other in zip_longest(found, found[1:]):
        if one.start < done or (fact := _fact(plain, bare, done, one, other)) is None:
            continue
        start, end = sentences[bisect_right(sentences, (fact.start, len(bare))) - 1]
        done = fact.end
        first, after = places[fact.start], places[fact.end]
        facts.append(
            replace(
                fact,
                start=first,
                end=after,
                quote=source[first:after],
                role=fact.role or _role(plain, fact, start, end),
                who=_who(bare, fact, start),
            )
        )
    return tuple(facts)


def _bare(source: str) -> tuple[str, Sequence[int]]:
    """Return a text with one character for each letter and a plain space, and all its places."""
    if not _MARKED.search(source):
        return source.translate(_SPACES), range(len(source) + 1)
    clusters = list(_CLUSTER.finditer(source))
    bare = "".join(unicodedata.normalize("NFC", cluster[0])[0] for cluster in clusters)
    return bare.translate(_SPACES), [*(one.start() for one in clusters), len(source)]


def _fact(plain: str, bare: str, done: int, one: Figure, other: Figure | None) -> Fact | None:
    """Read what belongs to a number, or to two that are a range; None when it is no fact."""
    low, high = _range(plain, bare, one, other) or (one, one)
    begin = max(done, one.start - HEAD)
    head = _HEAD.search(plain, begin, one.start)
    noun, end = _noun(plain, bare, high)
    coda = _CODA.match(plain, end)
    some = _SOME.match(plain, one.start) is not None
    if head is None or coda is None or noun in _TIMES:
        return None
    change = _CHANGE.search(plain, begin, one.start)
    alone = change or (head["opening"] and low is high) or (head["some"] and not some)
    said = dict.fromkeys(head.groupdict()) if alone else head.groupdict()
    role = _named(said["role"] or "")
    never = said["never"] and (said["min"] or "").startswith(("plus", "depass"))
    most = bool(never or said["max"] or coda["max"] or role in _LIMITS)
    least = bool(said["min"] or coda["min"])
    bound = most or least or low is not high
    if not _is_fact(plain, bare, high, noun, bound=bound):
        return None
    smallest, largest, value = _amounts(low, high, most=most, least=least, some=some)
    return Fact(
        start=one.start if alone else head.start(),
        end=coda.end(),
        min=smallest,
        max=largest,
        value=value,
        unit=high.unit,
        noun=noun,
        role=role,
        vague=bool(some or said["about"] or _ROUND.match(plain, one.start)),
    )


def _amounts(
    low: Figure, high: Figure, *, most: bool, least: bool, some: bool
) -> tuple[float | None, float | None, float | None]:
    """Return the least, the most and the exact value that are said; "des milliers" says a least."""
    if low is not high:
        return min(low.value, high.value), max(low.value, high.value), None
    if most:
        return None, None if some else high.value, None
    if least or some:
        return high.value, None, None
    return None, None, high.value


def _range(
    plain: str, bare: str, one: Figure, other: Figure | None
) -> tuple[Figure, Figure] | None:
    """Join "entre 2 et 3 millions", "de 10 à 15 %", "40 000-80 000"; "passe de 25 à 15 %" is a change."""
    between = plain[one.end : other.start] if other else ""
    if other is None or between not in _JOINS:
        return None
    head = plain[max(0, one.start - HEAD) : one.start]
    low = _completed(bare, one, other)
    if between == " et ":
        joined = head.endswith("entre ")
    else:
        year = _YEAR.fullmatch(plain, one.start, one.end) and not head.endswith("de ")
        joined = low.value < other.value and not year and not _CHANGE.search(head)
    return (low, other) if joined and low.unit == other.unit else None


def _completed(bare: str, one: Figure, other: Figure) -> Figure:
    """Give the first number of a range the scale and unit that are printed after the second."""
    own, tail = (
        piece[found.start() :] if (found := _TAIL.search(typography.fold(piece))) else ""
        for piece in (bare[one.start : one.end], bare[other.start : other.end])
    )
    read = figures.read(bare[one.start : one.end] + tail) if tail and not own else ()
    value = max((each.value for each in read if each.value <= other.value), default=one.value)
    return replace(one, value=value, unit=one.unit or other.unit)


def _noun(plain: str, bare: str, figure: Figure) -> tuple[str, int]:
    """Return what is counted, a plural or a code, and where it ends with the model's name."""
    found = _NOUN.match(plain, figure.end)
    if found is None or found["noun"] in _NO_NOUNS:
        return "", figure.end
    word, printed = found["noun"], bare[found.start("noun") : found.end("noun")]
    code = len(printed) > 1 and printed[:2].isupper()
    if figure.unit:
        counted = found["of"] is not None and (code or printed[0].islower())
    elif word in _TIMES:
        return word, figure.end
    else:
        counted = found["of"] in (None, "de ", "d'") and (
            code or (printed[0].islower() and word[-1] in "sx")
        )
    if not counted:
        return "", figure.end
    model = _MODEL.match(bare, found.end())
    return printed, model.end() if model else found.end()


def _is_fact(plain: str, bare: str, figure: Figure, noun: str, *, bound: bool) -> bool:
    """Tell a fact from a year, a model ("RTX 5090"), a telephone number or "trois sources"."""
    year = _YEAR.fullmatch(plain, figure.start, figure.end)
    if figure.value > HUGE:
        return False
    if figure.unit:
        return True
    if bound:
        return bool(noun) or (figure.value >= LARGE and not year)
    if not noun or year or figure.value < SMALL:
        return False
    code = _CODE.search(bare, max(0, figure.start - HEAD), figure.start)
    numbered = code is not None and typography.fold(code[1]) not in _NO_NOUNS
    return not (numbered and plain[figure.start : figure.end].isdigit())


def _role(plain: str, fact: Fact, start: int, end: int) -> str:
    """Find the nearest role word of the sentence, one before the number first."""
    before = list(_NEARBY.finditer(plain, max(start, fact.start - NEAR), fact.start))
    found = before[-1] if before else _NEARBY.search(plain, fact.end, min(end, fact.end + NEAR))
    return _named(found[0]) if found else ""


def _named(word: str) -> str:
    return next((role for role, words in ROLES.items() if re.fullmatch(words, word)), "")


def _who(bare: str, fact: Fact, start: int) -> str:
    """Name the last subject before the number, else who follows it: "à Alibaba", "pour Tencent"."""
    cut = max(start, fact.start - CLAUSE)
    before = "…" * (cut > start) + bare[cut : fact.end]
    found = list(_SUBJECT.finditer(before))
    if found:
        another = _ANOTHER.search(before, found[-1].end())
        return "" if another else found[-1]["subject"] or found[-1]["named"]
    receiver = _RECEIVER.match(bare, fact.end)
    return receiver["name"] if receiver else ""
