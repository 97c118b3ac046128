"""The five given texts, and the second of them as the page it must have been."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

SEEDS: Final = Path(__file__).parents[1] / "seeds"
BODY: Final = (288, 3009)  # of seed 002: what is not the article's own stands outside


def seed(number: str) -> str:
    """Return the text of the seed whose file name begins with `number`."""
    (file,) = SEEDS.glob(f"{number}_*.txt")
    return file.read_text(encoding="utf-8")


def page(text: str, body: tuple[int, int] = BODY) -> bytes:
    """Lay the text of seed 002 out as a site would: menu, breadcrumb, article, related, comments."""
    above, below = text[: body[0]], text[body[1] :]
    headlines = [line.strip() for line in above.split("\n") if line.strip()]
    title = headlines[-4]
    related, comments = below.split("Laisser un commentaire")
    return "\n".join(
        [
            "<!DOCTYPE html><html lang='fr'><head><meta charset='utf-8'>",
            f"<title>{escape(title)} | KultureGeek</title>",
            "<link rel='canonical' href='/deepseek-h200'></head><body>",
            "<header><nav><ul>",
            *(f"<li><a href='#'>{escape(line)}</a></li>" for line in headlines[:3]),
            f"</ul></nav><p class='breadcrumb'>{escape(headlines[3])}</p></header>",
            f"<main><article><h1>{escape(title)}</h1><div class='meta'>",
            *(f"<span>{escape(line)}</span>" for line in headlines[-3:]),
            "</div><div class='entry-content'>",
            *blocks(text[slice(*body)]),
            "</div></article>",
            "<aside class='more'>",
            *blocks(related),
            "</aside><section id='comments'><h3>Laisser un commentaire</h3>",
            *blocks(comments),
            "</section></main></body></html>",
        ]
    ).encode()


def blocks(text: str) -> Iterator[str]:
    """Yield a paragraph for each line, a heading for a short one without a final stop."""
    for line in filter(str.strip, text.split("\n")):
        tag = "p" if line.rstrip().endswith((".", "»", "!", "?")) or len(line) < 20 else "h2"
        yield f"<{tag}>{escape(line.strip())}</{tag}>"
