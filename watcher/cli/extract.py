"""`watcher extract`: what is taken out of a page, and what each part of it is."""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from watcher.cli.state import State
from watcher.errors import ConfigError, ExtractError, Problem

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from watcher.config import Config
    from watcher.model import Article

STYLES: Final = {
    "title": "bold",
    "heading": "bold",
    "lead": "",
    "body": "",
    "quote": "italic",
    "chrome": "dim strike",
}
_MARKUP: Final = re.compile(
    rb"<(?:!doctype|html|head|body|article|main|div|p|title|meta)\b", re.IGNORECASE
)
_SNIFFED: Final = 8192


def extract(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL|-", help="A page or a text.", show_default=False)
    ],
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="Where a file's page comes from.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show the article in a page: title, date, text, and what was found to be page furniture."""
    from watcher.daemon import utcnow

    state: State = context.obj
    if source.startswith(("http://", "https://")):
        article = asyncio.run(fetched(state.config(), source))
    else:
        article = read(content(source), url, utcnow())
    if as_json:
        sys.stdout.write(json.dumps(as_object(article), ensure_ascii=False) + "\n")
    else:
        tell(article, state.console)


async def fetched(config: "Config", url: str) -> "Article":
    """Fetch a page and extract it in a process that may die of it, as the daemon does."""
    from watcher import articles
    from watcher.cli.probing import probe

    async with probe(config) as parts:
        answer = await parts.fetcher.page(url)
        kind = answer.content_type.partition(";")[0].strip().lower()
        if kind not in {"", "text/html", "application/xhtml+xml"}:
            raise ExtractError(
                f"{answer.url} is {kind}, not a page: give the address of an article"
            )
        return await parts.workers.run(
            articles.extract, answer.body, answer.url, content_type=answer.content_type
        )


def content(source: str) -> bytes:
    """Read a file, or standard input for ``-``; raises `ConfigError` when it cannot be."""
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        problem = Problem(
            file=source,
            line=0,
            column=0,
            code="unreadable",
            message=error.strerror or str(error),
            hint="give the path of a page, an address that begins with https://, or - for standard input",
        )
        raise ConfigError([problem]) from error


def read(body: bytes, url: str, now: "datetime") -> "Article":
    """Extract a page; a text without markup is taken as it is."""
    from watcher import articles
    from watcher.articles.page import decode

    if not body.strip():
        raise ExtractError("There is nothing to read: the page is empty")
    if _MARKUP.search(body[:_SNIFFED]):
        return articles.extract(body, url, now=now)
    return articles.from_text("", decode(body), url=url, now=now)


def as_object(article: "Article") -> dict[str, Any]:
    """Return the article as JSON has it; offsets count code points."""
    published = article.published
    return {
        "title": article.title,
        "text": article.text,
        "zones": [
            {"kind": zone.kind.value, "start": zone.start, "end": zone.end}
            for zone in article.zones
        ],
        "date": None if published is None else published.at.isoformat(),
        "precision": None if published is None else published.precision.value,
        "author": article.author,
        "site": article.site,
        "language": article.language,
        "url": article.url,
        "canonical": article.canonical,
        "origin": article.origin.name.lower(),
    }


def tell(article: "Article", console: "Console") -> None:
    """Print the article with its parts named in the margin."""
    from rich.table import Table
    from rich.text import Text

    told = as_object(article)
    date = f"{told['date']} ({told['precision']})" if told["date"] else ""
    head = Table.grid(padding=(0, 2))
    for name in ("title", "site", "date", "author", "language", "url", "canonical"):
        value = date if name == "date" else told[name]
        head.add_row(
            Text(name, "cyan"),
            Text(value or "-", "bold" if name == "title" else "", overflow="fold"),
        )
    head.add_row(Text("origin", "cyan"), Text(article.origin.value))
    console.print(head)
    console.print()
    parts = Table.grid(padding=(0, 2))
    for zone in article.zones:
        if zone.kind == "title":
            continue
        piece = article.text[zone.start : zone.end].strip()
        parts.add_row(Text(zone.kind.value, "cyan"), Text(piece, STYLES[zone.kind.value]))
    console.print(parts)
