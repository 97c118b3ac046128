"""
What French says with its small words: clauses, voice, negation, mood and time.

Closed classes of the language, none of any subject. All is read from words of a `Reading`, whose
keys are folded: "été" is "ete"; accents are looked up in the original where they matter.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from watcher.reading import Reading

BE: Final = frozenset(
    "est sont etait etaient sera seront serait seraient fut furent soit soient etant etre ete suis "
    "reste restent restait restaient restera resteront restant rester demeure demeurent demeurait "
    "demeuraient demeurera demeurant devient deviennent devenait devenu devenue voit voient verra "
    "verront voyait vu".split()
)
HAVE: Final = frozenset(
    "a ont avait avaient aura auront aurait auraient ayant ait aient eu avoir ai avons avez".split()
)
_SAID: Final = frozenset({"a", "ont"})
_LONG_PAST: Final = frozenset({"avait", "avaient"})
_DOUBTED: Final = frozenset({"aurait", "auraient", "serait", "seraient"})
# Between an auxiliary and its participle, between a negation and what it denies.
ADVERBS: Final = frozenset(
    "ne n pas plus jamais guere point rien encore toujours deja desormais bien aussi meme donc "
    "officiellement finalement enfin ainsi ensuite alors aujourd hui definitivement totalement "
    "completement partiellement entierement formellement explicitement provisoirement temporairement "
    "purement simplement nouveau nouvelle egalement immediatement clairement effectivement "
    "pratiquement quasiment tout toute tous toutes strictement largement vraiment seulement "
    "plutot aller jusqu jusque discretement recemment bientot probablement vite soudain progressivement "
    "fermement categoriquement expressement nommement se s y en le la les l leur lui".split()
)
ARTICLES: Final = frozenset(
    "le la les l un une des du de d au aux a ce cet cette ces son sa ses leur leurs notre nos "
    "votre vos mon ma mes tout toute tous toutes".split()
)
# Behind these stands a noun, never a verb: "la" and "les" may be pronouns.
DETERMINERS: Final = frozenset(
    "un une des du au aux ce cet cette ces son sa ses leurs notre nos de d plusieurs quelques "
    "deux trois certains certaines".split()
)
_NOT: Final = frozenset(
    "pas plus jamais guere point nullement aucun aucune rien ni nul nulle que qu".split()
)
_NONE: Final = frozenset("aucun aucune sans nul nulle".split())
REPORTED: Final = 6  # words from "que" to its verb
QUE: Final = 4  # words from "ne" to "que" when they mean "only"
_ALONE: Final = frozenset("peut peuvent peux pourra pourront saurait sauraient".split())
_HALF: Final = frozenset("ni aucun aucune rien jamais personne nul nulle plus".split())
_THESE: Final = frozenset("ce cet cette ces leur leurs".split())
COORDINATE: Final = frozenset("et ou ni voire comme puis".split())
_OPENERS: Final = frozenset(
    "mais or tandis alors pourtant cependant toutefois quand lorsque lorsqu puisque puisqu car "
    "quoique tant sinon si s sauf hormis excepte".split()
)
RELATIVE: Final = frozenset(
    "qui que qu dont ou lequel laquelle lesquels lesquelles auquel auxquels duquel desquels".split()
)
_STOP: Final = re.compile(r"[;:()\[\]—–!?…]|(?<=\s)-(?=\s)")
_QUESTION: Final = re.compile(r"\s*[\"”’')»\]]*\s*\?")
# What introduces a circumstance: the noun behind it is no object.
ASIDE: Final = frozenset(
    "malgre apres avant depuis par face suite via contre sous pendant durant hors hormis faute "
    "vu lors avec".split()
)
REMINDING: Final = frozenset("malgre apres depuis face suite avant lors mepris".split())
_EXCEPT: Final = frozenset("sauf hormis excepte".split())
_UNLIKE: Final = frozenset("contrairement difference inverse oppose instar outre".split())


@dataclass(frozen=True, slots=True)
class Voice:
    """How a verb stands in its clause."""

    passive: bool = False  # its subject undergoes it
    long_past: bool = False  # "avait interdit": told of an earlier time
    doubted: bool = False  # "aurait interdit": told, not vouched for
    possible: bool = False  # "interdirait", "pourrait": not done yet
    bare: bool = False  # a participle without auxiliary, put beside a noun


_UNDERGONE: Final = re.compile(r"(?:ée?|ee|i[st]?e?|ue?|use?|inte?)s?\Z")
_CONDITIONAL: Final = re.compile(
    r"(?:erai|(?<!et)(?<!xp)(?<!att)irai|[nu]drai|ttrai|evrai|rrai|[cl]urai)(?:t|ent)\Z"
)
_ACCENTED: Final = re.compile(r"(?:ée?s?|ees?)\Z")


def voice(reading: Reading, at: int, begin: int, *, after_noun: bool) -> Voice:
    """
    Read the auxiliary before the verb at `at`, not further back than `begin`.

    `after_noun`: a thing, not a person, stands right before it.
    """
    helper, before = _helper(reading, at, begin)
    possible = is_conditional(reading, at) and not _is_reported(reading, at, begin)
    if helper == "ete":
        have, _ = _helper(reading, before, begin)
        return Voice(passive=True, long_past=have in _LONG_PAST, doubted=have in _DOUBTED)
    if helper in BE:
        return Voice(passive=True, doubted=helper in _DOUBTED, possible=possible)
    if helper in HAVE:
        return Voice(long_past=helper in _LONG_PAST, doubted=helper in _DOUBTED)
    surface = _printed(reading, at)
    bare = (_UNDERGONE if after_noun else _ACCENTED).search(surface) is not None
    return Voice(passive=bare, bare=bare, possible=possible)


def _printed(reading: Reading, at: int) -> str:
    return reading.source(at)[reading.starts[at] : reading.ends[at]].lower()


def is_conditional(reading: Reading, at: int) -> bool:
    """Tell "interdirait", "pourrait" from the past of "délivrer" and "retirer", "délivrait"."""
    return _CONDITIONAL.search(unicodedata.normalize("NFC", _printed(reading, at))) is not None


def _is_reported(reading: Reading, at: int, begin: int) -> bool:
    """Tell the future of what was said: "a annoncé qu'il abrogerait"; "pourrait" stays open."""
    keys = reading.keys[begin:at]
    that = next((n for n in range(len(keys) - 1, -1, -1) if keys[n] in {"que", "qu"}), 0)
    can = reading.keys[at].startswith("pourr")
    return not can and at - begin - that <= REPORTED and bool(_SAID.intersection(keys[:that][-5:]))


def _helper(reading: Reading, at: int, begin: int) -> tuple[str, int]:
    """Return the auxiliary before a verb, over adverbs; empty when there is none."""
    for before in range(at - 1, max(begin, at - 6) - 1, -1):
        key = reading.keys[before]
        if key in BE or key in HAVE:
            if key == "a" and not _is_have(reading, before):
                return "", before
            return key, before
        if key not in ADVERBS and not key.endswith("ment"):
            break
    return "", at


def _is_have(reading: Reading, at: int) -> bool:
    """Tell "a" of avoir from "à"; without accents the two look alike."""
    return reading.source(at)[reading.starts[at] : reading.ends[at]] in {"a", "A"}


def negations(reading: Reading, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """
    Yield (first, last) word of each negation of a clause; "ne … que" is none.

    "Ne … pas", also with the other half before it ("aucune licence n'a", "ni … ni … ne") or without
    any ("ne peut être vendue"); "sans"; and "pas", "non" or "aucun" where nobody writes "ne", as headlines do.
    """
    at, half = begin, False
    while at < end:
        key = reading.keys[at]
        if key in {"ne", "n"}:
            second = at if half else _second(reading, at, end)
            if second > at or half or _ALONE.intersection(reading.keys[at + 1 : min(at + 2, end)]):
                yield at, second
            at, half = second, False
        elif key in _HALF and _has_ne(reading, at, end):
            half = True
        elif key in _NONE or (key in {"pas", "non"} and _opens(reading, at, begin)):
            yield at, at
        at += 1


def _second(reading: Reading, at: int, end: int) -> int:
    """Return the other half of a "ne"; its own place when it has none."""
    for word in range(at + 1, min(at + 8, end)):
        key = reading.keys[word]
        if key in _NOT and (key not in {"que", "qu"} or word - at <= QUE):
            return word
    return at


def _has_ne(reading: Reading, at: int, end: int) -> bool:
    return any(key in {"ne", "n"} for key in reading.keys[at + 1 : min(at + 16, end)])


def _opens(reading: Reading, at: int, begin: int) -> bool:
    """Tell whether "pas" or "non" begins a statement of its own: "Pas de licence pour la H200"."""
    starts = at == begin or not reading.gap(at).isspace()
    return starts and (at + 1 == len(reading.keys) or "," not in reading.gap(at + 1))


def clauses(reading: Reading, begin: int, end: int) -> list[tuple[int, int]]:
    """Cut a sentence into (begin, end) of its clauses."""
    cuts = [begin]
    for at in range(begin + 1, end):
        closed = reading.keys[cuts[-1]] in {"si", "s"} and "," in reading.gap(at)
        if closed or _STOP.search(reading.gap(at)) or _begins_clause(reading, at):
            cuts.append(at)
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _begins_clause(reading: Reading, at: int) -> bool:
    key, follows = reading.keys[at], reading.keys[at + 1 : at + 2]
    if key in {"tandis", "alors", "tant", "bien"}:
        return follows in (["que"], ["qu"])
    if key == "s":
        return follows in (["il"], ["ils"])
    if key == "si":  # but not "même si", and not "si sévères que"
        so = {"que", "qu"}.intersection(reading.keys[at + 2 : at + 3])
        return reading.keys[at - 1] != "meme" and reading.keys[at - 1] not in BE and not so
    return key in _OPENERS


def is_hypothesis(reading: Reading, begin: int) -> bool:
    """Tell whether a clause begins with "si"."""
    return reading.keys[begin] in {"si", "s"}


def is_contrast(reading: Reading, begin: int) -> bool:
    """Tell whether a clause only sets something apart: "mais pas la B200", "sauf la B200"."""
    apart = reading.keys[begin : begin + 2] in (["mais", "pas"], ["mais", "non"])
    return apart or reading.keys[begin] in _EXCEPT


def is_doubt(reading: Reading, sentence: int, begin: int, end: int) -> bool:
    """Tell "ignore si Pékin laissera entrer", a doubt, from "si Pékin laissait", which is no news."""
    if begin == sentence or "," in reading.gap(begin):
        return False
    keys = reading.keys[begin:end]
    return not any(
        k.endswith(("ait", "aient")) and not k.endswith(("rait", "raient")) for k in keys
    )


def is_cut(reading: Reading, first: int, after: int) -> bool:
    """Tell whether a mark that ends a clause stands before a word of a range."""
    return any(_STOP.search(reading.gap(at)) for at in range(first, after))


def is_question(reading: Reading, last: int) -> bool:
    """Tell whether a sentence whose last word is `last` asks."""
    return _QUESTION.match(reading.source(last), reading.ends[last]) is not None


def has_comma(reading: Reading, first: int, after: int) -> bool:
    """Tell whether a comma stands before a word of a range; two set a remark apart."""
    return sum("," in reading.gap(at) for at in range(first, after)) % 2 == 1


def is_taken_up(reading: Reading, at: int) -> bool:
    """Tell whether a noun points back: "ces restrictions", "leur export"."""
    return any(key in _THESE for key in reading.keys[max(0, at - 2) : at])


def is_of_before(reading: Reading, begin: int, end: int) -> bool:
    """Tell whether words are told of a time before: "la décision avait soulevé des critiques"."""
    return any(
        key in _LONG_PAST and not _is_reported(reading, at, begin)
        for at, key in enumerate(reading.keys[begin:end], begin)
    )


def excepts(reading: Reading, at: int, begin: int) -> bool:
    """Tell whether the product at a place is the exception: "sauf la H20"."""
    return not _EXCEPT.isdisjoint(reading.keys[max(begin, at - 4) : at])


def is_compared(reading: Reading, at: int, begin: int) -> bool:
    """Tell whether the product at a place is only compared with: "contrairement à la H20"."""
    return any(key in _UNLIKE for key in reading.keys[max(begin, at - 4) : at])


def is_purpose(reading: Reading, at: int) -> bool:
    """Tell whether an infinitive says what something is for: "pour échapper à"."""
    before = reading.keys[at - 1] if at else ""
    return before == "pour" and is_infinitive(reading.keys[at])


def is_manner(reading: Reading, at: int) -> bool:
    """Tell how something is done: "en bloquant les exportations"."""
    return at > 0 and reading.keys[at - 1] == "en" and reading.keys[at].endswith("ant")


def is_lasting(reading: Reading, at: int) -> bool:
    """Tell the verb of how things were, "laissait", unless it is reported: "a dit qu'il laissait"."""
    key = reading.keys[at]
    lasting = key.endswith(("ait", "aient")) and not key.endswith("fait")
    return lasting and not (
        is_conditional(reading, at) or _is_reported(reading, at, max(0, at - 12))
    )


def is_infinitive(key: str) -> bool:
    """Tell whether a word looks like an infinitive."""
    return key not in _NOT_VERBS and (
        key.endswith(("er", "ir", "dre", "tre", "ire", "aire", "oir"))
    )


_NOT_VERBS: Final = frozenset(
    "hier premier dernier fer mer hiver janvier fevrier papier dossier soir".split()
)
