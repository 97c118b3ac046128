"""RSS 0.9x, 1.0 and 2.0, RDF and Atom, through feedparser."""

import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from time import struct_time
from typing import Any, Final

from watcher import dates
from watcher.errors import SourceError
from watcher.model import Document, Entry, Published
from watcher.sources.plain import line, plain
from watcher.sources.refusal import head, refusal, root
from watcher.urls import absolute

_ROOTS: Final = frozenset({"rss", "feed", "rdf", "channel", "xml"})
_PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIPPED_HOUR: Final = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_SKIPPED_DAY: Final = re.compile(rb"<day>\s*([a-z]+)\s*</day>", re.IGNORECASE)
_SKIPS: Final = re.compile(rb"<skip(hours|days)>(.*?)</skip\1>", re.IGNORECASE | re.DOTALL)
_ZONE: Final = re.compile(r"(?:Z|[+-]\d\d:?\d\d|\b[A-Z]{2,5})\s*$")
_CHARSET: Final = re.compile(r"charset\s*=", re.IGNORECASE)
_DECLARATION: Final = re.compile(rb"^<\?xml[^>]*\?>")
_PICTURE: Final = re.compile(rb"(<media:content\b[^>]*[^/>]>)(.*?)(</media:content\s*>)", re.DOTALL)
_LANGUAGE: Final = re.compile(r"([a-zA-Z]{2})(?![a-zA-Z])")


class FeedSource:
    """Syndication feeds; a broken one is read as far as it can be."""

    name = "feed"

    def accepts(self, body: bytes, content_type: str) -> bool:
        """Tell by the outermost element; a server's content type says little."""
        return root(body).lower() in _ROOTS - {"xml"}

    def parse(
        self, body: bytes, *, url: str, content_type: str, now: datetime | None = None
    ) -> Document:
        """Read a feed; not well-formed is a note, nothing of a feed at all is a `SourceError`."""
        parsed = _feedparsed(body, url, content_type)
        if not parsed.get("entries") and not parsed.get("version"):
            raise SourceError(refusal(body))
        feed: Mapping[str, Any] = parsed.get("feed", {})
        language = language_code(feed.get("language"))
        entries, dropped = [], 0
        for raw in parsed["entries"]:
            entry = _entry(raw, url, language, now)
            if entry.guid or entry.url or entry.title or entry.text:
                entries.append(entry)
            else:
                dropped += 1
        hours, days = _skips(body)
        return Document(
            title=_title(feed),
            language=language,
            entries=tuple(entries),
            time_to_live=_time_to_live(feed),
            skip_hours=hours,
            skip_days=days,
            notes=tuple(_notes(parsed, dropped)),
        )


def language_code(tag: object) -> str:
    """
    Return the ISO 639-1 code of a language tag; empty when there is none.

    >>> language_code("fr-FR"), language_code("français")
    ('fr', '')
    """
    found = _LANGUAGE.match(tag.strip()) if isinstance(tag, str) else None
    return found[1].lower() if found else ""


def _feedparsed(body: bytes, url: str, content_type: str) -> Mapping[str, Any]:
    import feedparser

    body = _readable(body)
    headers = {"content-type": _told_type(body, content_type), "content-location": url}
    try:
        # A stream, never the bytes themselves: feedparser takes those for a URL or a file's path.
        parsed: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(body),
            response_headers=headers,
            sanitize_html=False,  # we keep text only
            resolve_relative_uris=False,  # in the text; the entries' own links are resolved all the same
        )
    except Exception as error:
        raise SourceError(
            f"The feed cannot be read: {type(error).__name__}: {error}. Its owner may mend it."
        ) from error
    return parsed


def _readable(body: bytes) -> bytes:
    """
    Take away what feedparser misreads.

    It takes the caption of a picture (media:description in media:content) for the entry's text, and
    does not know UTF-16 that neither mark nor declaration announces.
    """
    for start, codec in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if body.startswith(start) and not body.startswith(b"<\0\0"):  # that one is UTF-32
            body = _DECLARATION.sub(b"", body.decode(codec, "replace").encode())
    return _PICTURE.sub(rb"\1\3", body)


def _told_type(body: bytes, content_type: str) -> str:
    """
    Return the content type to believe.

    Bytes that are valid UTF-8 beyond ASCII are UTF-8, whatever is declared; a content type without a
    charset leaves it to the document (feedparser would take text/xml for ASCII, as RFC 3023 has it).
    """
    if not body.isascii() and b"\0" not in body[:4]:
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return "application/xml; charset=utf-8"
    return content_type if _CHARSET.search(content_type) else "application/xml"


def _title(item: Mapping[str, Any]) -> str:
    kind = (item.get("title_detail") or {}).get("type")
    return line(item.get("title") or "", literal=kind == "text/plain")


def _entry(raw: Mapping[str, Any], url: str, language: str, now: datetime | None) -> Entry:
    detail = raw.get("summary_detail") or {}
    contents = [part for part in raw.get("content") or () if part.get("value")]
    return Entry(
        guid=str(raw.get("id") or "").strip(),
        url=_link(raw, url),
        title=_title(raw),
        summary=plain(raw.get("summary") or "", literal=detail.get("type") == "text/plain"),
        content=max((_content(part) for part in contents), key=len, default=""),
        published=_published(raw, now),
        author=line(raw.get("author") or ""),
        language=language_code(raw.get("language") or detail.get("language")) or language,
    )


def _content(part: Mapping[str, Any]) -> str:
    return plain(part["value"], literal=part.get("type") == "text/plain")


def _link(raw: Mapping[str, Any], base: str) -> str:
    """Return the article's own address: what a feed service replaced, else the link, else a permalink."""
    for link in (raw.get("feedburner_origlink"), raw.get("link"), *_alternates(raw)):
        address = absolute(link, base) if link else ""
        if address:
            return address
    guid = raw.get("id") or ""
    return guid if guid.startswith(("http://", "https://")) and " " not in guid else ""


def _alternates(raw: Mapping[str, Any]) -> Iterator[str]:
    for link in raw.get("links") or ():
        if link.get("rel") == "alternate" and link.get("href"):
            yield link["href"]


def _published(raw: Mapping[str, Any], now: datetime | None) -> Published | None:
    """
    Return the date: of publication, else of creation, else of the last change.

    A form that only feedparser knows counts as it reads it: UTC with a zone, Paris time without.
    """
    for name in ("published", "created", "updated"):
        if name not in raw:  # asking for a lacking "updated" makes feedparser warn
            continue
        told = dates.published(str(raw[name]), now=now)
        if told is None:
            told = _parsed(str(raw[name]), raw.get(f"{name}_parsed"), now)
        if told is not None:
            return told
    return None


def _parsed(text: str, parsed: struct_time | None, now: datetime | None) -> Published | None:
    """Judge a date that feedparser read."""
    if parsed is None:
        return None
    moment = datetime.fromtimestamp(timegm(parsed), UTC)
    if ":" not in text:
        return dates.of_day(moment.date(), now=now)
    return dates.of_moment(moment if _ZONE.search(text) else moment.replace(tzinfo=None), now=now)


def _time_to_live(feed: Mapping[str, Any]) -> timedelta | None:
    minutes = str(feed.get("ttl") or "").strip()
    if re.fullmatch(r"\d{1,6}", minutes) and int(minutes):
        return timedelta(minutes=int(minutes))
    period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    times = str(feed.get("sy_updatefrequency") or "1").strip()
    if period is None or not re.fullmatch(r"\d{1,4}", times):
        return None
    return period / max(1, int(times))


def _skips(body: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """Find skipHours and skipDays, of which feedparser keeps the last only."""
    hours: set[int] = set()
    days: set[int] = set()
    start = head(body)
    for found in _SKIPS.finditer(start):
        hours |= {int(hour) % 24 for hour in _SKIPPED_HOUR.findall(found[2])}  # RSS 0.91 has a 24th
        names = {name.decode("ascii").lower() for name in _SKIPPED_DAY.findall(found[2])}
        days |= {number for number, name in enumerate(_DAYS) if name in names}
    return frozenset(hours), frozenset(days)


def _notes(parsed: Mapping[str, Any], dropped: int) -> Iterator[str]:
    if parsed.get("bozo"):
        reason = parsed.get("bozo_exception")
        yield f"mended: {type(reason).__name__}: {str(reason)[:200]}"
    if dropped:
        yield f"{dropped} entries without id, link and text were left out"
    if not parsed["entries"]:
        yield "the feed has no entries"
