"""
What operators are told of rule files, in French: every key and every code, a line each.

From these tables come the JSON Schema that editors read, the tables of rules/README.md and the help
texts of reports. They stand apart from the shapes because only operators read them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from watcher.asking import PartyShape, SensesShape, StanceShape
from watcher.claims import Polarity
from watcher.operators import Near, Number, Shape, When
from watcher.rules.schema import (
    DefaultsShape,
    ExampleShape,
    RuleSetShape,
    RuleShape,
    Scope,
    VocabularyShape,
)
from watcher.signals import Sense

Keys = Mapping[str, tuple[str, object]]  # a key: what it says, and an example of its value

_SHARED: Final[Keys] = {
    "schema": ("version de ce format", 1),
    "title": ("ce qu’un lecteur en verra", "Licences d’exportation"),
    "language": ("langue des mots : leurs formes en dépendent", "fr"),
    "words": ("listes de mots, chacune sous son nom", {"licence": ["licence", "feu vert"]}),
}
KEYS: Final[Mapping[type[Shape], Keys]] = {
    VocabularyShape: {
        **_SHARED,
        "senses": ("ce que ces listes font à un commerce : voir « Prendre position »", None),
    },
    RuleSetShape: {
        "rule_set": ("nom du jeu : minuscules, chiffres, traits d’union", "export-ban"),
        **_SHARED,
        "scope": ("articles que le jeu regarde ; sinon tous", {"languages": ["fr"]}),
        "defaults": (
            "comment l’entend qui n’a rien choisi d’autre ; sinon tout, aussitôt",
            {"rhythm": "daily", "at": "07:30"},
        ),
        "vocabulary": (
            "fichiers de listes partagées ; leurs noms s’emploient comme ceux de `words`",
            ["vocabulary/puces-ia.yaml"],
        ),
        "stance": ("une question à deux réponses opposées : voir « Prendre position »", None),
        "rules": ("les règles, dans l’ordre où elles seront citées", None),
    },
    StanceShape: {
        "question": ("la question, telle qu’un lecteur la poserait", "Le cobalt sort-il ?"),
        "about": ("listes de ce qui s’échange, nommé précisément", ["cobalt"]),
        "families": ("listes qui le nomment en gros : « puces Blackwell »", "famille"),
        "also_called": ("listes de mots qui le reprennent : « le minerai »", "minerai"),
        "rivals": ("listes de ce qui se ferme et s’ouvre aussi, mais est une autre affaire", "or"),
        "makers": ("listes de qui le produit : « les puces de Nvidia » en sont", "mineur"),
        "parties": ("qui peut fermer ou ouvrir ; les clés sont dans la table suivante", None),
        "trade": ("listes des mots d’échange, par sens de passage", {"export": "vendre"}),
        "called": (
            "leur nom à tous dans le registre, quand aucun n’est nommé",
            "minerai congolais",
        ),
        "min_weight": ("poids que doit réunir ce qui parle, pour qu’une règle tienne", 2),
    },
    PartyShape: {
        "name": ("son nom dans les alertes", "RDC"),
        "words": ("liste de ses noms : « Kinshasa », « le ministère des Mines »", "rdc"),
        "adjective": ("liste de ses adjectifs : « l’embargo congolais »", "congolais"),
        "direction": ("le sens de passage qu’il tient : une clé de `trade`", "export"),
    },
    SensesShape: {
        "verbs": ("listes de verbes, par sens", {"closes": "interdire"}),
        "nouns": ("listes de noms, par sens", {"closes": ["interdiction", "embargo"]}),
        "idle": (
            "listes de ce qui ressemble à un mot d’un sens et n’en est pas",
            "neutre",
        ),
        "bills": ("listes de qui vote sans décider encore : « le Sénat »", "parlement"),
        "enacted": ("listes qui disent que la loi est là : « promulguer »", "promulguer"),
        "denied": ("listes de ce qui dément : la phrase ne dit rien", "dementir"),
        "elsewhere": ("listes d’autres pays, dont parle alors la phrase", "ailleurs"),
    },
    Scope: {
        "feeds": ("adresses de flux ; `*` remplace n’importe quoi", ["https://*.example/*"]),
        "tags": ("étiquettes dont le flux porte une au moins", ["ia"]),
        "languages": ("langues de l’article ; une langue indécise passe", ["fr"]),
    },
    DefaultsShape: {
        "rhythm": (
            "`instant` ; `hourly`, une revue par heure ; `daily`, une par jour ; `silent`, sans bruit",
            "daily",
        ),
        "at": ("heure de la revue du jour, chez l’abonné", "07:30"),
        "days": ("jours de cette revue", ["monday", "friday"]),
        "min_score": ("score au-dessous duquel l’article n’est pas annoncé", 3),
    },
    RuleShape: {
        "id": ("nom de la règle ; son nom entier est `jeu/règle`", "licence"),
        "title": ("la nouvelle en une ligne, telle qu’elle paraît dans l’alerte", "Une licence"),
        "severity": ("`low` : pour information, sans bruit ; `high` : alerte prioritaire", "high"),
        "when": ("condition : le nom d’une liste, ou des clés de la table suivante", "licence"),
        "min_score": ("poids que les preuves doivent réunir", 3),
        "zones": ("parties de l’article où chercher ; sinon toutes", ["title", "lead"]),
        "weights": ("poids d’une preuve selon sa partie", {"title": 5}),
        "must_match": (
            "exemples qui doivent déclencher : une phrase, ou `{title, text}`",
            ["Pékin accorde une licence pour la H200."],
        ),
        "must_not_match": (
            "exemples qui ne doivent pas déclencher",
            ["Une licence de pêche en Chine."],
        ),
    },
    ExampleShape: {
        "title": ("titre de l’exemple", "La H200 recule"),
        "text": ("texte de l’exemple", "Le marché hésite."),
    },
    When: {
        "words": ("un mot de la liste est présent ; le nom seul dit la même chose", "puce"),
        "all": (
            "toutes ces conditions tiennent ; chacune est le nom d’une liste, ou des clés entre `{ }`",
            ["puce", "chine"],
        ),
        "any": ("une au moins de ces conditions tient", ["puce", {"regex": "rtx ?\\d+"}]),
        "none": ("aucune de ces conditions ne tient", ["jeu-video"]),
        "context": (
            "toutes tiennent, mais elles plantent le décor et ne sont pas citées comme preuve",
            ["chine"],
        ),
        "near": (
            "des mots de plusieurs listes se tiennent ensemble",
            {"of": ["licence", "puce"], "words": 8},
        ),
        "number": (
            "un nombre est écrit (« 400 000 », « 0,4 million », « quatre cent mille », "
            "« 25 pour cent »)",
            {"min": 1000, "near": "puce"},
        ),
        "regex": (
            r"une expression RE2 (ni `(?=…)` ni `\1`) est trouvée, lue sans casse, sans accents, "
            "apostrophes droites",
            "rtx ?\\d+",
        ),
        "stance": (
            "ce que l’article répond à la question du jeu ; un rappel ne compte pas",
            "closed",
        ),
    },
    Near: {
        "of": (
            "deux listes au moins : autour d’un mot de la première, un mot de chaque autre",
            ["licence", "puce"],
        ),
        "words": ("mots entre eux, au plus ; sinon peu importe", 8),
        "in": ("sans sortir de la phrase (`sentence`) ou du paragraphe (`paragraph`)", "sentence"),
        "ordered": ("`true` : dans l’ordre des listes, `words` comptés du mot précédent", True),
    },
    Number: {
        "min": ("borne basse, comprise", 1000),
        "max": ("borne haute, comprise", 9000000000),
        "unit": ("`%`, `€` ou `$` ; sinon un nombre nu", "%"),
        "near": ("liste dont un mot est dans la même phrase, à `words` mots au plus", "puce"),
        "words": ("mots entre le nombre et celui de `near`, au plus", 3),
    },
}

SENSES: Final[Mapping[Sense, str]] = {
    Sense.CLOSES: "ferme à lui seul : interdire, embargo",
    Sense.HAMPERS: "ferme, si la phrase parle d’échange ou d’un pays : bloquer, limiter",
    Sense.OPENS: "ouvre : autoriser, licence, feu vert",
    Sense.BOUNDS: "ne compte que levé, assoupli, durci ou maintenu : règle, contrôle",
    Sense.TIGHTENS: "ferme davantage : durcir, étendre",
    Sense.ENDS: "retourne ce qu’il gouverne : lever, annuler, fin",
    Sense.LAPSES: "retourne son sujet : l’embargo expire",
    Sense.ESCAPES: "épargne son sujet : la puce échappe à l’embargo",
    Sense.EASES: "ouvre ce qui était fermé : assouplir",
    Sense.REFUSES: "retourne ce qu’il gouverne : refuser d’autoriser",
    Sense.AIMS: "relie une chose à ce qui la ferme : viser, concerner",
    Sense.GRANTS: "n’ajoute rien, mais peut être nié : n’a pas obtenu de licence",
    Sense.ORDERS: "un ordre, qui vaut ce qu’il ordonne : sommer, consigne, il faut",
    Sense.ASKS: "un souhait (demander une licence), ou un ordre à quelqu’un",
    Sense.ALLOWS: "rend possible ce qu’il gouverne : pouvoir, laisser",
    Sense.RESUMES: "rouvre un échange : reprendre, relance",
    Sense.DISCOURAGES: "ferme sans interdire : déconseiller",
    Sense.KEEPS: "ce qui était reste : maintenir, demeurer",
    Sense.WEIGHS: "rien n’est décidé : envisager, projet, vote",
    Sense.WISHES: "quelqu’un le veut ou le craint : souhaiter, craindre",
    Sense.USES: "l’emploi de la chose, qu’on peut refuser : utiliser, installer",
}
ANSWERS: Final[Mapping[Polarity, str]] = {
    Polarity.CLOSED: "fermé : interdit, restreint, refusé, maintenu",
    Polarity.OPEN: "ouvert : autorisé, levé, assoupli",
    Polarity.PENDING: "rien n’est décidé : à l’étude, voté en commission, espéré, craint",
}

CODES: Final[Mapping[str, str]] = {
    "R100": "ce n’est pas du YAML : tabulation, guillemet ou crochet oublié, deux documents",
    "R101": "une clé est écrite deux fois",
    "R102": "alias, étiquette `!…`, clé qui n’est pas un mot, faux nombre ou imbrication trop profonde",
    "R103": "le fichier est vide",
    "R110": "clé inconnue à cet endroit",
    "R111": "clé manquante",
    "R112": "valeur hors de la liste permise",
    "R113": "mauvaise sorte de valeur : texte, liste, nombre ; un code fait de chiffres se met entre guillemets",
    "R114": "valeur refusée : nom mal formé, nombre négatif, liste trop courte, texte trop long",
    "R120": "deux fichiers portent le même `rule_set`",
    "R121": "deux règles d’un jeu portent le même `id`",
    "R122": "le vocabulaire nommé n’existe pas ou contient une faute",
    "R123": "une liste porte le nom d’une liste du vocabulaire",
    "R124": "aucune liste de ce nom",
    "R126": "condition vide, ou rien de présent n’est demandé : la règle se déclencherait presque partout",
    "R127": "une règle demande `stance`, mais le jeu ne pose pas de question : écrivez `stance` avant `rules`",
    "R128": "aucun vocabulaire du jeu n’apporte `senses` : on ne saurait quels mots ferment ou ouvrent",
    "R130": "mot impossible à chercher : sans lettre, préfixe trop court, `=` ou `*` mal placé, suite trop longue",
    "R140": "RE2 refuse l’expression `regex` ; il n’a ni regard avant ou arrière, ni renvoi : employez `near` ou `none`",
    "R142": "`min` dépasse `max` : aucun nombre ne peut convenir",
    "R200": "un exemple de `must_match` ne déclenche pas la règle",
    "R201": "un exemple de `must_not_match` la déclenche ; les mots trouvés suivent",
    "R300": "le dossier ou un fichier ne peut être lu",
    "R301": "le dossier ne contient aucun fichier `.yaml`",
    "R302": "le fichier n’est pas en UTF-8",
    "R310": "une ligne de `forms.lock` ne dit pas `mot: forme forme`",
    "L401": "la règle n’a pas d’exemple dans `must_match`, ou pas dans `must_not_match` : rien ne la garde d’un faux pas",
    "L402": "aucune condition n’emploie cette liste",
    "L403": "deux listes d’un même `near` ont des formes en commun : le même mot, dit deux fois, suffit",
    "L404": "une liste et celle qu’un `none` de la même règle exclut ont des formes en commun, qui ne compteront jamais",
    "L405": "rien que `regex` ou `number` : sans mot à chercher d’abord, la règle est jouée sur chaque article",
    "L406": "ce préfixe ouvre trop de mots du dictionnaire : écrivez le mot, ses formes suivront",
    "L407": "`words` est si large que `near` couvre la phrase entière : réduisez-le, ou ôtez-le si c’est voulu",
    "L408": "deux sens opposés de `senses` ont des formes en commun : on lirait l’un pour l’autre",
}

SCHEMAS: Final[Mapping[str, tuple[type[Shape], str]]] = {
    "rule-set": (RuleSetShape, "Un jeu de règles"),
    "vocabulary": (VocabularyShape, "Des listes de mots que plusieurs jeux partagent"),
}


class _Generate(GenerateJsonSchema):
    """Says what an operator may write, where pydantic would say what Python is given."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])  # who means nothing leaves the key out

    def function_plain_schema(
        self, schema: core_schema.PlainValidatorFunctionSchema
    ) -> JsonSchemaValue:
        return {"type": "string"}  # the name of a word list

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, self.generate_inner(schema["schema"])]}  # `bare`


def schema(kind: str) -> str:
    """Return the JSON Schema of a rule set or of a vocabulary as the text of its file."""
    return json.dumps(_schema(*SCHEMAS[kind]), ensure_ascii=False, indent=2) + "\n"


def _schema(shape: type[Shape], title: str) -> dict[str, Any]:
    """Make a schema in draft 7, which editors know best."""
    made = shape.model_json_schema(ref_template="#/definitions/{model}", schema_generator=_Generate)
    definitions = made.pop("$defs", {})
    for each in KEYS:
        own = made if each is shape else definitions.get(each.__name__)
        if own is not None:
            own["properties"] = {
                key: _told(each, key, value) for key, value in own["properties"].items()
            }
    whole = {"$schema": "http://json-schema.org/draft-07/schema#", **made, "title": title}
    whole.pop("description")  # the docstring, as below
    for own in definitions.values():
        own.pop("title")
        own.pop("description")
    return whole | {"definitions": definitions} if definitions else whole


def _told(shape: type[Shape], key: str, written: dict[str, Any]) -> dict[str, Any]:
    """Complete what is known of a key; beside `$ref` draft 7 reads nothing."""
    says, example = KEYS[shape][key]
    kept = {name: value for name, value in written.items() if name not in {"title", "default"}}
    if (shape, key) == (When, "stance"):
        kept = {"oneOf": [{"const": each, "description": ANSWERS[each]} for each in ANSWERS]}
    if (shape, key) in {(SensesShape, "verbs"), (SensesShape, "nouns")}:
        lists = kept.pop("additionalProperties")
        named = {each: {"description": SENSES[each], **lists} for each in SENSES}
        kept |= {"properties": named, "additionalProperties": False}
    if "$ref" in kept:
        kept = {"allOf": [kept]}
    # In editors \w is ASCII: they would leave the list `économie` unread. `check` reads the names.
    for lists in kept.pop("patternProperties", {}).values():
        kept["additionalProperties"] = lists
    told = {"description": says, **kept}
    if default := _default(shape, key):
        told["default"] = default
    return told if example is None else told | {"examples": [example]}


def _default(shape: type[Shape], key: str) -> object:
    """Return what holds without the key, when that can be said in a word."""
    [default] = [
        each.default for name, each in shape.model_fields.items() if key == (each.alias or name)
    ]
    return default if isinstance(default, str | int | list) else None


# The tables of the page -------------------------------------------------------------------------

_PLACES: Final[Mapping[str, type[Shape]]] = {
    "jeu": RuleSetShape,
    "scope": Scope,
    "defaults": DefaultsShape,
    "règle": RuleShape,
    "when": When,
    "near": Near,
    "number": Number,
    "stance": StanceShape,
    "parties": PartyShape,
    "senses": SensesShape,
}
_TOLD: Final[Mapping[str, Iterable[tuple[str, ...]]]] = {
    "codes": (("code", "sens"), *CODES.items()),
    "sens": (("sens", "ce qu’il fait"), *((f"`{each}`", SENSES[each]) for each in SENSES)),
    "réponses": (("réponse", "sens"), *((f"`{each}`", ANSWERS[each]) for each in ANSWERS)),
}
_MARKED: Final = re.compile(r"(<!-- table (\S+) -->\n).*?(<!-- fin -->)", re.DOTALL)


def filled(page: str) -> str:
    """Write the tables anew between their marks `<!-- table NAME -->` and `<!-- fin -->`."""
    return _MARKED.sub(lambda mark: f"{mark[1]}{_table(mark[2])}{mark[3]}", page)


def _table(name: str) -> str:
    rows = _keys(_PLACES[name]) if name in _PLACES else _TOLD[name]
    head, *lines = (f"| {' | '.join(row)} |\n" for row in rows)
    return "".join((head, re.sub("[^|\n]+", " --- ", head), *lines))


def _keys(shape: type[Shape]) -> Iterator[tuple[str, ...]]:
    yield "clé", "sens", "par défaut"
    for name, each in shape.model_fields.items():
        key = each.alias or name
        says, example = KEYS[shape][key]
        default = _default(shape, key)
        without = "obligatoire" if each.is_required() else f"`{_flow(default)}`" if default else ""
        yield f"`{key}`" if example is None else f"`{key}: {_flow(example)}`", says, without


def _flow(value: object) -> str:
    """Write a value as YAML in one line, without the quotes that it does not need."""
    return re.sub(r'"([\w-]+)"', r"\1", json.dumps(value, ensure_ascii=False))
