"""RSS 0.9x, 1.0 and 2.0, RDF and Atom, through feedparser."""

import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from watcher import dates
from watcher.errors import SourceError
from watcher.model import Document, Entry, Precision, Published
from watcher.sources.plain import line, plain
from watcher.sources.refusal import head, refusal, root
from watcher.urls import absolute

_PERIODS: Final = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}  # hours
_DAYS: Final = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_SKIPPED_HOUR: Final = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_SKIPPED_DAY: Final = re.compile(rb"<day>\s*([a-z]+)\s*</day>", re.IGNORECASE)
_DECLARATION: Final = re.compile(rb"^<\?xml[^>]*\?>")
_PICTURE: Final = re.compile(rb"(<media:content\b[^>]*[^/>]>)(.*?)(</media:content\s*>)", re.DOTALL)
_LANGUAGE: Final = re.compile(r"([a-zA-Z]{2})(?![a-zA-Z])")


class FeedSource:
    """Syndication feeds; a broken one is read as far as it can be."""

    name = "feed"

    def accepts(self, body: bytes, content_type: str) -> bool:
        """Tell by the outermost element; a server's content type says little."""
        return root(body).lower() in {"rss", "feed", "rdf", "channel"}

    def parse(
        self, body: bytes, *, url: str, content_type: str, now: datetime | None = None
    ) -> Document:
        """Read a feed; not well-formed is a note, nothing of a feed at all is a `SourceError`."""
        parsed = _feedparsed(body, url, content_type)
        if not parsed.get("entries") and not parsed.get("version"):
            raise SourceError(refusal(body))
        feed: Mapping[str, Any] = parsed.get("feed", {})
        language = language_code(feed.get("language"))
        found = [_entry(raw, url, language, now) for raw in parsed["entries"]]
        entries = tuple(one for one in found if one.guid or one.url or one.title or one.text)
        start = head(body)
        hours = {int(hour) % 24 for hour in _SKIPPED_HOUR.findall(start)}  # RSS 0.91 has a 24th
        skipped = {name.lower() for name in _SKIPPED_DAY.findall(start)}
        return Document(
            title=_title(feed),
            language=language,
            entries=entries,
            time_to_live=_time_to_live(feed),
            skip_hours=frozenset(hours),
            skip_days=frozenset(n for n, name in enumerate(_DAYS) if name in skipped),
            notes=tuple(_notes(parsed, len(found) - len(entries))),
        )


def language_code(tag: str | None) -> str:
    """Return the ISO 639-1 code of a language tag; empty when there is none."""
    found = _LANGUAGE.match((tag or "").strip())
    return found[1].lower() if found else ""


def _feedparsed(body: bytes, url: str, content_type: str) -> Mapping[str, Any]:
    import feedparser

    for start, codec in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if body.startswith(start) and not body.startswith(b"<\0\0"):  # that one is UTF-32
            body = _DECLARATION.sub(b"", body.decode(codec, "replace").encode())
    body = _PICTURE.sub(rb"\1\3", body)  # feedparser takes its caption for the entry's text
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


def _told_type(body: bytes, content_type: str) -> str:
    """Return the content type to believe: what is valid UTF-8 is UTF-8, whatever is declared."""
    if not body.isascii() and b"\0" not in body[:4]:
        with suppress(UnicodeDecodeError):
            body.decode("utf-8")
            return "application/xml; charset=utf-8"
    # Without a charset, feedparser would take text/xml for ASCII, as RFC 3023 has it.
    return content_type if "charset" in content_type.lower() else "application/xml"


def _title(item: Mapping[str, Any]) -> str:
    return line(item.get("title") or "", literal=_literal(item.get("title_detail")))


def _literal(detail: Mapping[str, Any] | None) -> bool:
    return (detail or {}).get("type") == "text/plain"


def _entry(raw: Mapping[str, Any], url: str, language: str, now: datetime | None) -> Entry:
    detail = raw.get("summary_detail") or {}
    contents = [
        plain(part.get("value") or "", literal=_literal(part)) for part in raw.get("content") or ()
    ]
    return Entry(
        guid=str(raw.get("id") or "").strip(),
        url=_link(raw, url),
        title=_title(raw),
        summary=plain(raw.get("summary") or "", literal=_literal(detail)),
        content=max(contents, key=len, default=""),
        published=_published(raw, now),
        author=line(raw.get("author") or ""),
        language=language_code(raw.get("language") or detail.get("language")) or language,
    )


def _link(raw: Mapping[str, Any], base: str) -> str:
    """Return the article's own address: what a feed service replaced, else the link, else a permalink."""
    for link in (raw.get("feedburner_origlink"), raw.get("link")):
        address = absolute(link, base) if link else ""
        if address:
            return address
    guid = raw.get("id") or ""
    return guid if guid.startswith(("http://", "https://")) and " " not in guid else ""


def _published(raw: Mapping[str, Any], now: datetime | None) -> Published | None:
    """Return the date: of publication, else of creation, else of the last change."""
    for name in ("published", "created", "updated"):
        if name not in raw:  # asking for a lacking "updated" makes feedparser warn
            continue
        told = dates.published(str(raw[name]), now=now)
        parsed = raw.get(f"{name}_parsed")
        if told is None and parsed is not None:  # a form that only feedparser knows
            moment = datetime.fromtimestamp(timegm(parsed), UTC)
            told = dates.of_moment(moment, precision=Precision.ASSUMED_ZONE, now=now)
        if told is not None:
            return told
    return None


def _time_to_live(feed: Mapping[str, Any]) -> timedelta | None:
    if minutes := re.fullmatch(r"[1-9]\d{0,5}", str(feed.get("ttl") or "").strip()):
        return timedelta(minutes=int(minutes[0]))
    hours = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    times = re.fullmatch(r"[1-9]\d{0,3}", str(feed.get("sy_updatefrequency") or "1").strip())
    return timedelta(hours=hours) / int(times[0]) if hours and times else None


def _notes(parsed: Mapping[str, Any], dropped: int) -> Iterator[str]:
    if parsed.get("bozo"):
        reason = parsed.get("bozo_exception")
        yield f"mended: {type(reason).__name__}: {str(reason)[:200]}"
    if dropped:
        yield f"{dropped} entries without id, link and text were left out"
    if not parsed["entries"]:
        yield "the feed has no entries"
