"""Which language an article is in."""

from functools import cache
from typing import Any, Final

LANGUAGES: Final = ("fr", "en", "de", "es", "it")
SAMPLE: Final = 1000  # characters are plenty
ENOUGH: Final = (
    200  # characters; on headlines identifiers guess ("Nvidia : quota H200" is Latin to them)
)


def language(told: str, text: str) -> str:
    """Return what the page or feed told, else what the text looks like; empty when it is too short."""
    if told or len(text) < ENOUGH:
        return told
    code, _ = _identifier().classify(text[:SAMPLE])
    return str(code)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_DIR / MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier
