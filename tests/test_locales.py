"""Every text is translated, and the catalogues are those of the sources."""

import io
import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from watcher import locales

PACKAGE = Path(locales.__file__).parent
PLACEHOLDER = re.compile(r"\{[^}]*\}")

Key = tuple[str | None, str | tuple[str, ...]]


def catalogue(language: str) -> Catalog:
    path = locales.FOLDER / language / "LC_MESSAGES" / "watcher.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


@pytest.fixture(scope="module")
def used() -> set[Key]:
    """All texts that the sources ask for."""
    return {(context, text) for _, _, text, _, context in extract_from_dir(PACKAGE)}


@pytest.mark.parametrize("language", locales.LANGUAGES)
def test_catalogues_follow_the_sources(language: str, used: set[Key]) -> None:
    """A catalogue has the texts of the sources: none is missing, none is left over."""
    known = {
        (m.context, tuple(m.id) if isinstance(m.id, list | tuple) else m.id)
        for m in catalogue(language)
        if m.id
    }
    assert known == used, "bring the catalogues up to date: see watcher/locales.py"


@pytest.mark.parametrize("language", locales.LANGUAGES)
def test_compiled_catalogues_are_current(language: str) -> None:
    """The compiled catalogue is what its source compiles to."""
    fresh = io.BytesIO()
    write_mo(fresh, catalogue(language))
    committed = locales.FOLDER / language / "LC_MESSAGES" / "watcher.mo"
    assert committed.read_bytes() == fresh.getvalue(), "run the third command of watcher/locales.py"


def test_french_is_complete() -> None:
    """Each text has a French one, with the same placeholders, real apostrophes and no markup."""
    for message in catalogue("fr"):
        if not message.id:
            continue
        sources = message.id if isinstance(message.id, list | tuple) else [message.id]
        translations = (
            message.string if isinstance(message.string, list | tuple) else [message.string]
        )
        assert not message.fuzzy
        for translation in translations:
            assert translation, f"{message.id} has no translation"
            assert PLACEHOLDER.findall(translation) == PLACEHOLDER.findall(sources[0])
            assert not re.search(r"[<>]", translation)
            assert not re.search(r"\w'\w", translation), f"{translation}: a straight apostrophe"
            assert not re.search(r" [:;!?»]|« ", translation), f"{translation}: a space may break"


def test_catalogues() -> None:
    """Both languages load; French has plurals of its own: zero is singular."""
    loaded = locales.catalogues()
    assert tuple(loaded) == ("fr", "en")
    assert loaded["fr"].gettext("Alert") == "Alerte"
    assert loaded["en"].gettext("Alert") == "Alert"
    plural = [loaded["fr"].ngettext("{n} source", "{n} sources", n) for n in (0, 1, 2)]
    assert plural == ["{n} source", "{n} source", "{n} sources"]
