"""OPML: the list of feeds that every reader can exchange. Folders become tags, titles are kept."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from watcher.errors import ConfigError, Problem
from watcher.model import FeedSpec

KIND: Final = "sitemap"  # `type` of an outline that is no feed; our own word, others ignore it


def load(path: Path) -> tuple[FeedSpec, ...]:
    """Read a file; raises `ConfigError` with every mistake."""
    try:
        return parse(path.read_bytes(), name=str(path))
    except OSError as error:
        hint = "name a readable OPML file"
        raise ConfigError([_problem(str(path), 0, error.strerror or str(error), hint)]) from error


def parse(data: bytes, *, name: str = "OPML") -> tuple[FeedSpec, ...]:
    """Read a document, each URL once; raises `ConfigError` with every mistake."""
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        hint = "mend the XML, or export the list again"
        raise ConfigError([_problem(name, error.lineno or 1, error.msg, hint)]) from error
    body = root.find("body")
    if root.tag != "opml" or body is None:
        said = "this is no OPML: <opml><body> is missing"
        raise ConfigError([_problem(name, 1, said, "export the list as OPML")])
    problems: list[Problem] = []
    found: dict[str, FeedSpec] = {}
    for element in body.iter("outline"):
        url = _attribute(element, "xmlUrl")
        if url and not fetchable(url):
            said, hint = "xmlUrl is no http(s) address", "mend or remove the line"
            problems.append(_problem(name, element.sourceline, said, hint))
        elif url:
            found.setdefault(url, _spec(element, url))
    if problems:
        raise ConfigError(problems)
    return tuple(found.values())


def _attribute(element: etree._Element, *names: str) -> str:
    """Return the first of the attributes that says something."""
    return next((text for name in names if (text := element.get(name, "").strip())), "")


def _spec(element: etree._Element, url: str) -> FeedSpec:
    """Return the feed that an outline names, with the folders around it."""
    title = _attribute(element, "text", "title")
    folders = [_attribute(one, "text", "title") for one in element.iterancestors("outline")]
    categories = [part.strip("/ ") for part in element.get("category", "").split(",")]
    return FeedSpec(
        url=url,
        title="" if title == url else title,
        kind=KIND if element.get("type") == KIND else "feed",
        tags=tuple(dict.fromkeys(tag for tag in (*reversed(folders), *categories) if tag)),
        language=_attribute(element, "language"),
    )


def write(specs: Iterable[FeedSpec]) -> bytes:
    """Return a new document; `parse` gives the same feeds back, those of one folder together."""
    return add(b'<opml version="2.0"><head><title>watcher</title></head><body/></opml>', specs)


def add(data: bytes, specs: Iterable[FeedSpec]) -> bytes:
    """Return a valid document with more feeds, all else untouched; a feed goes to its first tag's folder."""
    root = etree.fromstring(data, _parser())
    body = root.find("body")
    for spec in specs:
        folder, *others = [_clean(tag) for tag in spec.tags] or [""]
        values = {
            "type": KIND if spec.kind == KIND else "rss",
            "text": _clean(spec.title) or spec.url,
            "xmlUrl": spec.url,
            "category": ",".join(others),
            "language": spec.language,
        }
        kept = {name: value for name, value in values.items() if value}
        etree.SubElement(_folder(body, folder), "outline", kept)
    return _bytes(root)


def remove(data: bytes, url: str) -> bytes:
    """Return a valid document without a feed, all else untouched."""
    root = etree.fromstring(data, _parser())
    for element in root.findall(".//outline"):
        if _attribute(element, "xmlUrl") == url:
            element.getparent().remove(element)
    return _bytes(root)


def save(path: Path, data: bytes) -> None:
    """Replace a file at once, so that a daemon never reads half of it; raises `ConfigError`."""
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("wb") as file:
            if path.exists():
                shutil.copymode(path, new)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        hint = "check the folder, its rights and the disk"
        raise ConfigError([_problem(str(path), 0, error.strerror or str(error), hint)]) from error


def _bytes(root: etree._Element) -> bytes:
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _folder(body: etree._Element, name: str) -> etree._Element:
    """Return the top folder of a name, made where it is missing; the body itself for no name."""
    if not name:
        return body
    for element in body.iterchildren("outline"):
        if element.get("text") == name and not element.get("xmlUrl"):
            return element
    return etree.SubElement(body, "outline", text=name)


def _clean(text: str) -> str:
    """Drop what XML cannot carry: control characters, halves of surrogate pairs."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _parser() -> etree.XMLParser:
    """Return a parser that follows nothing: no entities, no network, no endless trees."""
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def fetchable(url: str) -> bool:
    """Tell whether a text is an absolute http(s) address."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return sound and not any(character.isspace() for character in url)


def _problem(file: str, line: int, message: str, hint: str) -> Problem:
    return Problem(file=file, line=line, column=1, code="opml", message=message, hint=hint)
