"""All that is stored of a chat, as it is handed out: one JSON file with a published schema."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter

from watcher.preferences import Choices

FORMAT: Final = "watcher-export-1"
SCHEMA: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """A thing that the chat does not want to hear of."""

    kind: str
    key: str
    until: datetime | None
    turns: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the chat said of an article."""

    article: str
    url: str
    useful: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that was sent to the chat, or waits to be."""

    kind: str
    state: str
    queued_at: datetime
    sent_at: datetime | None
    message_id: str
    html: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A chat, or one topic of a forum."""

    address: str
    thread: int | None
    channel: str
    since: datetime
    language: str
    level: str
    name: str
    joined: bool
    active: bool
    suspended_at: datetime | None
    follows_everything: bool
    rule_sets: tuple[str, ...]
    choices: Choices
    choices_by_rule_set: Mapping[str, Choices]
    mutes: tuple[Silenced, ...]
    feedback: tuple[Opinion, ...]
    messages: tuple[Letter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is stored of one address."""

    exported_at: datetime
    chats: tuple[Record, ...]
    format: str = FORMAT


_SHAPE: Final[TypeAdapter[Any]] = TypeAdapter(Dossier)


def written(dossier: Dossier) -> bytes:
    """Write the file."""
    return _SHAPE.dump_json(dossier, indent=2) + b"\n"


def schema() -> str:
    """Return the JSON Schema of the file, as docs/export.schema.json has it."""
    shape = {"$schema": SCHEMA, **_SHAPE.json_schema(mode="serialization")}
    return json.dumps(shape, ensure_ascii=False, indent=2) + "\n"
