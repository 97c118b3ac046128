"""
The languages we write in: French by a gettext catalogue, English as the sources say it.

Source strings have named placeholders and no markup. After changing one, bring the catalogue up to
date, translate, and compile it; a test holds it to the sources::

    pybabel extract --no-location -o watcher.pot watcher
    pybabel update --no-fuzzy-matching --ignore-obsolete -D watcher -i watcher.pot -d watcher/locale
    pybabel compile --statistics -D watcher -d watcher/locale
"""

import gettext
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "locale"


def catalogues() -> Mapping[str, gettext.NullTranslations]:
    """Load the translations of every language, by its ISO 639-1 code."""
    french = gettext.translation("watcher", FOLDER, ["fr"])
    return {"fr": french, "en": gettext.NullTranslations()}
