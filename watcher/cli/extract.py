"""`watcher extract`: what is taken out of a page, and what each part of it is."""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from watcher.cli.state import State
from watcher.errors import ExtractError
from watcher.model import Origin

if TYPE_CHECKING:
    from rich.console import Console

    from watcher.config import Config
    from watcher.model import Article

STYLES: Final = {"heading": "bold", "quote": "italic", "chrome": "dim strike"}
_MARKUP: Final = re.compile(rb"<(?:!doctype|html|head|body|article|main|div|p|title|meta)\b", re.I)
_SNIFFED: Final = 8192


def extract(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE|URL|-", help="A page or a text.")],
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="Where a file's page comes from.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show the article in a page: title, date, text, and what was found to be page furniture."""
    state: State = context.obj
    if source.startswith(("http://", "https://")):
        article = asyncio.run(fetched(state.config(), source))
    else:
        article = read(content(source), url)
    if as_json:
        typer.echo(json.dumps(as_object(article), ensure_ascii=False))
    else:
        tell(article, state.console)


async def fetched(config: "Config", url: str) -> "Article":
    """Fetch a page and extract it in a process that may die of it, as the daemon does."""
    from watcher import articles
    from watcher.cli.probing import probe

    async with probe(config) as parts:
        answer = await parts.fetcher.page(url)
        form = answer.content_type
        kind = form.partition(";")[0].strip().lower()
        if kind not in {"", "text/html", "application/xhtml+xml"}:
            said = f"{answer.url} is {kind}, not a page: give the address of an article"
            raise ExtractError(said)
        return await parts.workers.run(articles.extract, answer.body, answer.url, content_type=form)


def content(source: str) -> bytes:
    """Read a file, or standard input for ``-``; an unreadable one is a usage error."""
    try:
        return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise typer.BadParameter(
            f"{source}: {error.strerror}; give a file, an https:// address, or - for standard input"
        ) from error


def read(body: bytes, url: str) -> "Article":
    """Extract a page; a text without markup is taken as it is."""
    from watcher import articles
    from watcher.articles.page import decode
    from watcher.daemon import utcnow

    if not body.strip():
        raise ExtractError("There is nothing to read: the page is empty")
    if _MARKUP.search(body[:_SNIFFED]):
        return articles.extract(body, url, now=utcnow())
    return articles.from_text("", decode(body), url=url, now=utcnow())


def as_object(article: "Article") -> dict[str, Any]:
    """Return the article as JSON has it; offsets count code points."""
    published = article.published
    names = "title text author site language url canonical"
    told = {name: getattr(article, name) for name in names.split()}
    zones = [{"kind": one.kind.value, "start": one.start, "end": one.end} for one in article.zones]
    return told | {
        "zones": zones,
        "date": published and published.at.isoformat(),
        "precision": published and published.precision.value,
        "origin": article.origin.name.lower(),
    }


# There is no feed here whose text could serve instead.
WORTH: Final = {
    Origin.PAYWALL: "the page, which says that it does not show all",
    Origin.SOFT_404: "the page, which says that the article does not exist",
}


def tell(article: "Article", console: "Console") -> None:
    """Print the article with its parts named in the margin."""
    from rich.table import Table
    from rich.text import Text

    told = as_object(article)
    told["origin"] = WORTH.get(article.origin, article.origin.value)
    if told["date"]:
        told["date"] += f" ({told['precision']})"
    head = Table.grid(padding=(0, 2))
    for name in ("title", "site", "date", "author", "language", "url", "canonical", "origin"):
        head.add_row(Text(name, "cyan"), Text(told[name] or "-", overflow="fold"))
    console.print(head, end="\n\n")
    parts = Table.grid(padding=(0, 2))
    for zone in article.zones:
        if zone.kind != "title":
            piece = article.text[zone.start : zone.end].strip()
            style = STYLES.get(zone.kind.value, "")
            parts.add_row(Text(zone.kind.value, "cyan"), Text(piece, style))
    console.print(parts)
