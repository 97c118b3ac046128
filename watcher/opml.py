"""
OPML: the list of feeds that every reader can exchange. Folders become tags, titles are kept.

Written by hand: the libraries for it are years old, and the whole of it is one element.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from watcher.errors import ConfigError, Problem
from watcher.model import FeedSpec

MAX_BYTES: Final = 10 * 1024 * 1024
KIND: Final = "sitemap"  # `type` of an outline that is no feed; our own word, others ignore it


def load(path: Path) -> tuple[FeedSpec, ...]:
    """Read a file; raises `ConfigError` with every mistake."""
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "name a readable OPML file"
        raise ConfigError([_problem(str(path), 0, error.strerror or str(error), hint)]) from error
    return parse(data, name=str(path))


def parse(data: bytes, *, name: str = "OPML") -> tuple[FeedSpec, ...]:
    """Read a document: each URL once, its tags joined; raises `ConfigError` with every mistake."""
    if len(data) > MAX_BYTES:
        raise ConfigError([_problem(name, 0, "the file is larger than 10 MiB", "split the list")])
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        line, column = error.position
        said = str(error.msg).rsplit(", line ", 1)[0]
        raise ConfigError(
            [_problem(name, line, said, "mend the XML, or export the list again", column)]
        ) from error
    body = root.find("body") if root.tag == "opml" else None
    if body is None:
        raise ConfigError(
            [
                _problem(
                    name,
                    root.sourceline or 1,
                    "this is no OPML: <opml><body> is missing",
                    "export the list as OPML",
                )
            ]
        )
    problems: list[Problem] = []
    found: dict[str, FeedSpec] = {}
    for spec in _outlines(body, name, problems):
        known = found.get(spec.url)
        tags = (*known.tags, *spec.tags) if known else spec.tags
        first = known or spec
        found[spec.url] = FeedSpec(
            url=spec.url,
            title=first.title or spec.title,
            kind=first.kind,
            tags=tuple(dict.fromkeys(tags)),
            language=first.language or spec.language,
        )
    if problems:
        raise ConfigError(problems)
    return tuple(found.values())


def _outlines(body: etree._Element, name: str, problems: list[Problem]) -> Iterator[FeedSpec]:
    """Yield the feeds of a body in order, each with the folders around it; notes what is no feed."""
    waiting: list[tuple[etree._Element, tuple[str, ...]]] = [(body, ())]
    while waiting:
        element, folders = waiting.pop()
        children = [child for child in element if child.tag == "outline"]
        title = (element.get("text") or element.get("title") or "").strip()
        if (url := (element.get("xmlUrl") or "").strip()) and element is not body:
            if fetchable(url):
                yield _spec(element, url, folders)
            else:
                problems.append(
                    _problem(
                        name,
                        element.sourceline or 0,
                        "xmlUrl is no http(s) address",
                        "mend or remove the line",
                    )
                )
        inside = (*folders, title) if title and not url and element is not body else folders
        waiting.extend((child, inside) for child in reversed(children))


def _spec(element: etree._Element, url: str, folders: tuple[str, ...]) -> FeedSpec:
    """Return the feed that an outline names."""
    title = (element.get("text") or element.get("title") or "").strip()
    categories = [part.strip("/ ") for part in (element.get("category") or "").split(",")]
    return FeedSpec(
        url=url,
        title="" if title == url else title,
        kind=KIND if element.get("type") == KIND else "feed",
        tags=tuple(dict.fromkeys(tag for tag in (*folders, *categories) if tag)),
        language=(element.get("language") or "").strip(),
    )


# Writing ---------------------------------------------------------------------------------------


def write(specs: Iterable[FeedSpec], *, title: str = "watcher") -> bytes:
    """Return a new document; `parse` gives the same feeds back, those of one folder together."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _clean(title)
    etree.SubElement(root, "body")
    return _bytes(root, specs)


def add(data: bytes, specs: Iterable[FeedSpec]) -> bytes:
    """Return a valid document with more feeds, all else untouched; a feed goes to its first tag's folder."""
    return _bytes(etree.fromstring(data, _parser()), specs)


def remove(data: bytes, url: str) -> bytes:
    """Return a valid document without a feed, all else untouched."""
    root = etree.fromstring(data, _parser())
    for element in root.findall(".//outline"):
        if (element.get("xmlUrl") or "").strip() == url:
            element.getparent().remove(element)
    return _bytes(root, ())


def save(path: Path, data: bytes) -> None:
    """Replace a file at once, so that a daemon never reads half of it; raises `ConfigError`."""
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as new:
            new.write(data)
            new.flush()
            os.fsync(new.fileno())
        Path(new.name).chmod(mode)
        Path(new.name).replace(path)
    except OSError as error:
        hint = "check the folder, its rights and the disk"
        raise ConfigError([_problem(str(path), 0, error.strerror or str(error), hint)]) from error


def _bytes(root: etree._Element, specs: Iterable[FeedSpec]) -> bytes:
    """Append feeds to a document and write it, indented."""
    body = root.find("body")
    for spec in specs:
        folder, *others = [_clean(tag) for tag in spec.tags] or [""]
        outline = etree.SubElement(_folder(body, folder), "outline")
        values = {
            "type": KIND if spec.kind == KIND else "rss",
            "text": _clean(spec.title) or spec.url,
            "xmlUrl": spec.url,
            "category": ",".join(others),
            "language": spec.language,
        }
        for name, value in values.items():
            if value:
                outline.set(name, value)
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _folder(body: etree._Element, name: str) -> etree._Element:
    """Return the top folder of a name, made where it is missing; the body itself for no name."""
    if not name:
        return body
    for element in body:
        if element.tag == "outline" and not element.get("xmlUrl") and element.get("text") == name:
            return element
    return etree.SubElement(body, "outline", text=name)


def _clean(text: str) -> str:
    """Drop what XML cannot carry: control characters, halves of surrogate pairs."""
    kept = "".join(
        " " if char.isspace() else char for char in text if char.isspace() or char.isprintable()
    )
    return " ".join(kept.split())


def _parser() -> etree.XMLParser:
    """Return a parser that follows nothing: no entities, no network, no endless trees."""
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def fetchable(url: str) -> bool:
    """Tell whether a text is an absolute http(s) address."""
    if any(character.isspace() for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _problem(name: str, line: int, message: str, hint: str, column: int = 1) -> Problem:
    """Return a mistake in a list of feeds."""
    return Problem(
        file=name, line=line, column=max(column, 1), code="opml", message=message, hint=hint
    )
