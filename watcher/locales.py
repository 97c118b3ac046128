"""
The languages we write in: gettext catalogues, French first.

Source strings are English, with named placeholders and no markup. After changing one, bring the
catalogues up to date, translate, and compile them; a test holds them to the sources::

    pybabel extract --no-location -o watcher.pot watcher
    pybabel update --no-fuzzy-matching --ignore-obsolete -D watcher -i watcher.pot -d watcher/locale
    pybabel compile --statistics -D watcher -d watcher/locale
"""

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from watcher import likeness

FOLDER: Final = Path(__file__).parent / "locale"
WORDS: Final = Path(__file__).parent / "data" / "frequencies.txt"
DOMAIN: Final = "watcher"
LANGUAGES: Final = ("fr", "en")


def catalogues() -> Mapping[str, gettext.NullTranslations]:
    """Load the translations of every language, by its ISO 639-1 code."""
    return MappingProxyType(
        {language: gettext.translation(DOMAIN, FOLDER, [language]) for language in LANGUAGES}
    )


@cache
def frequencies() -> likeness.Frequencies:
    """Load the list of how many French articles have a word."""
    return likeness.frequencies(WORDS.read_text(encoding="utf-8"))
