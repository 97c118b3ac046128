"""
What operators are told of rule files, in French: every key and every code, a line each.

From these tables come the JSON Schema that editors read, the tables of rules/README.md and the help
texts of reports. They stand apart from the shapes because only operators read them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from watcher.operators import Near, Number, Shape, When
from watcher.rules.schema import ExampleShape, RuleSetShape, RuleShape, Scope, VocabularyShape

Keys = Mapping[str, tuple[str, object]]  # a key: what it says, and an example of its value

_SHARED: Final[Keys] = {
    "schema": ("version de ce format", 1),
    "title": ("ce qu’un lecteur en verra", "Licences d’exportation"),
    "language": ("langue des mots : leurs formes en dépendent", "fr"),
    "words": ("listes de mots, chacune sous son nom", {"licence": ["licence", "feu vert"]}),
}
KEYS: Final[Mapping[type[Shape], Keys]] = {
    VocabularyShape: _SHARED,
    RuleSetShape: {
        "rule_set": ("nom du jeu : minuscules, chiffres, traits d’union", "export-ban"),
        **_SHARED,
        "scope": ("articles que le jeu regarde ; sinon tous", {"languages": ["fr"]}),
        "vocabulary": (
            "fichiers de listes partagées ; leurs noms s’emploient comme ceux de `words`",
            ["vocabulary/puces-ia.yaml"],
        ),
        "rules": ("les règles, dans l’ordre où elles seront citées", None),
    },
    Scope: {
        "feeds": ("adresses de flux ; `*` remplace n’importe quoi", ["https://*.example/*"]),
        "tags": ("étiquettes dont le flux porte une au moins", ["ia"]),
        "languages": ("langues de l’article ; une langue indécise passe", ["fr"]),
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
    "R115": "`stance` n’est pas compris par cette version",
    "R120": "deux fichiers portent le même `rule_set`",
    "R121": "deux règles d’un jeu portent le même `id`",
    "R122": "le vocabulaire nommé n’existe pas ou contient une faute",
    "R123": "une liste porte le nom d’une liste du vocabulaire",
    "R124": "aucune liste de ce nom",
    "R126": "condition vide, ou rien de présent n’est demandé : la règle se déclencherait presque partout",
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
    "règle": RuleShape,
    "when": When,
    "near": Near,
    "number": Number,
}
_MARKED: Final = re.compile(r"(<!-- table (\S+) -->\n).*?(<!-- fin -->)", re.DOTALL)


def filled(page: str) -> str:
    """Write the tables anew between their marks `<!-- table NAME -->` and `<!-- fin -->`."""
    return _MARKED.sub(lambda mark: f"{mark[1]}{_table(mark[2])}{mark[3]}", page)


def _table(name: str) -> str:
    rows = _keys(_PLACES[name]) if name in _PLACES else (("code", "sens"), *CODES.items())
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
