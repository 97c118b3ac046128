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
_TELLTALE: Final = (
    "é",
    "ée",
    "ait",
    "ez",
    "issent",
)  # a form in -er of few known forms is a verb too

# Present, imperfect, past, future, conditional, subjunctives and past participle, after the stem.
# The present participle is left to the dictionary, which knows when it is a word of its own:
# "important" is not about importing.
_ER_VOICED: Final = re.findall(
    r"\w+",
    "ons ez ais ait ions iez aient ai as a âmes âtes èrent é ée és ées er asse asses ât assions "
    "assiez assent",
)
_ER_MUTE: Final = re.findall(
    r"\w+", "e es ent erai eras era erons erez eront erais erait erions eriez eraient"
)
_ISS: Final = re.findall(
    r"\w+",
    "is it issons issez issent issais issait issions issiez issaient issant isse isses îmes îtes "
    "irent ît i ie ies irai iras ira irons irez iront irais irait irions iriez iraient",
)
# How other verbs make their participle; the first ending that fits decides.
_PARTICIPLES: Final = (
    (r"mettre", "mis"),
    (r"prendre", "pris"),
    (r"(a|e|o)indre", r"\1int"),
    (r"inclure", "inclus"),
    (r"clure", "clu"),
    (r"crire", "crit"),
    (r"suffire", "suffi"),
    (r"(d|f|u)ire", r"\1it"),
    (r"lire", "lu"),
    (r"faire", "fait"),
    (r"(tr|str)aire", r"\1ait"),
    (r"(pl|t)aire", r"\1u"),
    (r"cevoir", "çu"),
    (r"devoir", "du"),
    (r"pouvoir", "pu"),
    (r"mouvoir", "mu"),
    (r"savoir", "su"),
    (r"(v|val|voul|fall)oir", r"\1u"),
    (r"seoir", "sis"),
    (r"rire", "ri"),
    (r"boire", "bu"),
    (r"croire", "cru"),
    (r"suivre", "suivi"),
    (r"vivre", "vécu"),
    (r"soudre", "sous"),
    (r"coudre", "cousu"),
    (r"moudre", "moulu"),
    (r"connaître", "connu"),
    (r"naître", "né"),
    (r"aître", "u"),
    (r"croître", "cru"),
    (r"(v|t)enir", r"\1enu"),
    (r"courir", "couru"),
    (r"quérir", "quis"),
    (r"(v|ff)rir", r"\1ert"),
    (r"mourir", "mort"),
    (r"vêtir", "vêtu"),
    (r"ir", "i"),
    (r"re", "u"),
)


def forms(word: str, known: Collection[str] = ()) -> frozenset[str]:
    """
    Return every form of a word in its dictionary spelling; `known` are those of a dictionary.

    A code or an acronym only takes an s; so does a word without known forms, since nothing says
    what kind of word it is.

    >>> sorted(forms("national", ["national", "nationaux", "nationales"]))
    ['national', 'nationale', 'nationales', 'nationaux']
    """
    if any(char.isdigit() for char in word) or (word.isupper() and len(word) > 1):
        return frozenset({word, f"{word}s"})
    modern = {form for form in known if len(form) > 1 and form[0].islower() >= word[0].islower()}
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
        yield from _agreed(_participle(verb))


def _mute_stems(stem: str, known: Collection[str]) -> Collection[str]:
    """Return the stem before an unheard e: lever, lèvera; appeler, appellera; employer, emploiera."""
    if stems := {form.removesuffix("eront") for form in known if form.endswith("eront")}:
        return stems
    if stem.endswith(("oy", "uy")):
        return {f"{stem[:-1]}i"}
    grave = re.fullmatch(
        r"(.*)[eé]([bcdfghjklmnpqrstvwxz]|[bcdfgptv]r|[bcdfgp]l|qu|gu|ch|gn)", stem
    )
    return {f"{grave[1]}è{grave[2]}"} if grave else {stem}


def _soft(stem: str, ending: str) -> str:
    """Keep c and g soft before a and o: annonçait, partageons."""
    if stem.endswith("c") and ending[0] in "aâo":
        return f"{stem[:-1]}ç{ending}"
    return f"{stem}e{ending}" if stem.endswith("g") and ending[0] in "aâo" else stem + ending


def _participle(verb: str) -> str:
    made = (re.subn(rf"{ending}\Z", participle, verb) for ending, participle in _PARTICIPLES)
    return next(participle for participle, count in made if count)


def _agreed(participle: str) -> Iterable[str]:
    plural = participle if participle.endswith("s") else f"{participle}s"
    return (participle, f"{participle}e", plural, f"{participle}es")


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
        if not line.strip() or line.startswith("#"):
            continue
        if found := _LOCK_LINE.fullmatch(line.strip()):
            frozen[found["word"]] = tuple(found["forms"].split())
        else:
            wrong.append(number)
    return frozen, wrong


def write_lock(frozen: Mapping[str, Sequence[str]]) -> str:
    """Return the lock's text, one word a line, words and forms in order."""
    lines = (f"{word}: {' '.join(sorted(frozen[word]))}\n" for word in sorted(frozen))
    return _LOCK_HEADER + "".join(lines)
