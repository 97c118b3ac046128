"""The file that is handed out is as its published schema says."""

import json
from datetime import UTC
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from watcher import dossier
from watcher.dossier import Dossier, Letter, Opinion, Record, Silenced

SCHEMA = Path(__file__).parents[1] / "docs" / "export.schema.json"
CHOICES: st.SearchStrategy[Any] = st.dictionaries(st.text(), st.text() | st.lists(st.integers()))
TIMES = st.datetimes(timezones=st.just(UTC))
RECORDS = st.builds(
    Record,
    choices=CHOICES,
    choices_by_rule_set=st.dictionaries(st.text(), CHOICES),
    mutes=st.builds(Silenced, until=st.none() | TIMES).map(lambda one: (one,)),
    feedback=st.builds(Opinion, at=TIMES).map(lambda one: (one,)),
    messages=st.builds(Letter, queued_at=TIMES, sent_at=st.none() | TIMES).map(lambda one: (one,)),
    since=TIMES,
    suspended_at=st.none() | TIMES,
)


def test_the_published_schema_is_current() -> None:
    """docs/export.schema.json is what `watcher privacy schema` prints."""
    assert SCHEMA.read_text("utf-8") == dossier.schema()


@given(st.builds(Dossier, exported_at=TIMES, chats=RECORDS.map(lambda one: (one,))))
def test_every_file_keeps_to_it(whole: Dossier) -> None:
    """Whatever a chat has stored."""
    read = json.loads(dossier.written(whole))
    jsonschema.validate(read, json.loads(dossier.schema()))
    assert read["format"] == dossier.FORMAT
