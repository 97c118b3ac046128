"""
The forms of a French word: what an operator writes once stands for all of them.

Forms are expanded when rules are compiled, never guessed back from an article: a stemmer puts
importance, important and importation together and takes interdit from interdits. A dictionary
brings the irregular forms; the regular ones, where dictionaries have gaps, are made here.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

_FEWEST_VERB_FORMS: Final = 9  # no noun or adjective of the dictionary has more than eight
_VERB: Final = re.compile(r"(.*)(?:er|oir|ir|re)")
_TELLTALE: Final = ("é", "ée", "ait", "ez", "issent")  # of a verb of which few forms are known

# Endings of all tenses and of the past participle. The present participle is left to the
# dictionary, which knows when it is a word of its own: "important" is not about importing.
_ER_VOICED: Final = (
    "ons ez ais ait ions iez aient ai as a âmes âtes èrent é ée és ées er asse asses ât assions "
    "assiez assent"
).split()
_ER_MUTE: Final = "e es ent erai eras era erons erez eront erais erait erions eriez eraient".split()
_ISS: Final = (
    "is it issons issez issent issais issait issions issiez issaient issant isse isses îmes îtes "
    "irent ît i ie ies irai iras ira irons irez iront irais irait irions iriez iraient"
).split()
# How other verbs make their participle; the first ending that fits decides.
_PARTICIPLES: Final = [
    pair.split(":")
    for pair in (
        r"mettre:mis prendre:pris (a|e|o)indre:\1int inclure:inclus clure:clu crire:crit "
        r"suffire:suffi (d|f|u)ire:\1it lire:lu faire:fait (tr|str)aire:\1ait (pl|t)aire:\1u "
        r"cevoir:çu devoir:du pouvoir:pu mouvoir:mu savoir:su (v|val|voul|fall)oir:\1u seoir:sis "
        r"rire:ri boire:bu croire:cru suivre:suivi vivre:vécu soudre:sous coudre:cousu "
        r"moudre:moulu connaître:connu naître:né aître:u croître:cru (v|t)enir:\1enu courir:couru "
        r"quérir:quis (v|ff)rir:\1ert mourir:mort vêtir:vêtu ir:i re:u"
    ).split()
]


def forms(word: str, known: Collection[str] = ()) -> frozenset[str]:
    """
    Return every form of a word in its dictionary spelling; `known` are those of a dictionary.

    A code or an acronym only takes an s; so does a word of which no form is known.
    """
    if any(char.isdigit() for char in word) or (word.isupper() and len(word) > 1):
        return frozenset({word, f"{word}s"})
    modern = {form for form in known if len(form) > 1 and form[0].islower() >= word[0].islower()}
    if word == "avoir":
        modern.add("a")  # the one verb form of one letter; the dictionary's others are noise
    made = _conjugated(word, modern) if _is_verb(word, modern) else _declined(word, modern)
    return frozenset({word, *modern, *made})


def _is_verb(word: str, known: Collection[str]) -> bool:
    stem = _VERB.fullmatch(word)
    return stem is not None and (
        len(known) >= _FEWEST_VERB_FORMS or any(stem[1] + ending in known for ending in _TELLTALE)
    )


def _conjugated(verb: str, known: Collection[str]) -> Iterable[str]:
    stem = verb[:-2]
    if verb.endswith("er"):
        yield from (_soft(stem, ending) for ending in _ER_VOICED)
        yield from (mute + ending for mute in _mute_stems(stem, known) for ending in _ER_MUTE)
    elif verb.endswith("ir") and f"{stem}issons" in known:
        yield from (stem + ending for ending in _ISS)
    else:
        made = (re.subn(rf"{ending}\Z", participle, verb) for ending, participle in _PARTICIPLES)
        masculine = next(participle for participle, count in made if count)
        plural = masculine if masculine.endswith("s") else f"{masculine}s"
        yield from (masculine, f"{masculine}e", plural, f"{masculine}es")


def _mute_stems(stem: str, known: Collection[str]) -> Collection[str]:
    """Return the stem before an unheard e: lever, lèvera; appeler, appellera; employer, emploiera."""
    if stems := {form.removesuffix("eront") for form in known if form.endswith("eront")}:
        return stems
    if stem.endswith(("oy", "uy")):
        return {f"{stem[:-1]}i"}
    consonant = "[bcdfghjklmnpqrstvwxz]|[bcdfgptv]r|[bcdfgp]l|qu|gu|ch|gn"
    return {re.sub(rf"[eé]({consonant})\Z", r"è\1", stem)}


def _soft(stem: str, ending: str) -> str:
    """Keep c and g soft before a and o: annonçait, partageons."""
    if stem.endswith("c") and ending[0] in "aâo":
        return f"{stem[:-1]}ç{ending}"
    return f"{stem}e{ending}" if stem.endswith("g") and ending[0] in "aâo" else stem + ending


def _declined(noun: str, known: Collection[str]) -> Iterable[str]:
    """Make plurals, and complete a feminine of which one number is known."""
    if noun.endswith("al"):
        yield f"{noun[:-2]}aux"
        if known:
            yield from (f"{noun}e", f"{noun}es")
    elif noun.endswith(("au", "eu")):
        yield f"{noun}x"
    elif not noun.endswith(("s", "x", "z")):
        yield f"{noun}s"
    for form in known:
        if form.endswith("e") and form != noun:
            yield f"{form}s"
        elif form == f"{noun}es":
            yield form[:-1]


# The lock: the forms in use, frozen beside the rules so that a change of them is read in a diff.

_LOCK_LINE: Final = re.compile(r"(?P<word>[^\s:#][^:]*): *(?P<forms>\S.*)")
_LOCK_HEADER: Final = (
    "# Formes que chaque mot des règles reconnaît. Écrit par « watcher rules lock ».\n"
    "# Une forme retirée ici n’est plus reconnue.\n"
)


def read_lock(content: str) -> tuple[dict[str, tuple[str, ...]], list[int]]:
    """Return the frozen forms of each word, and the numbers of the lines that say nothing."""
    frozen: dict[str, tuple[str, ...]] = {}
    wrong = []
    for number, line in enumerate(content.split("\n"), start=1):
        if found := _LOCK_LINE.fullmatch(line.strip()):
            frozen[found["word"]] = tuple(found["forms"].split())
        elif line.strip() and not line.startswith("#"):
            wrong.append(number)
    return frozen, wrong


def write_lock(frozen: Mapping[str, Sequence[str]]) -> str:
    """Return the lock's text, one word a line, words and forms in order."""
    lines = (f"{word}: {' '.join(sorted(frozen[word]))}\n" for word in sorted(frozen))
    return _LOCK_HEADER + "".join(lines)
