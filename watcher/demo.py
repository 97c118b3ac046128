"""The five seeds served as real feeds and pages on loopback, so that the whole line can be seen at work."""

import hashlib
import html
import json
import re
import socket
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

HERE = Path(__file__).resolve().parent
SHIPPED = HERE / "shipped" / "seeds"
DATE = re.compile(r"^ date \d{4}-\d{2}-\d{2} ")
SUMMARY, PARAGRAPH = 280, 150  # characters of a summary; a longer line is prose
SEEDS = SHIPPED if SHIPPED.is_dir() else HERE.parent / "seeds"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>{site}</title><link>{base}/</link><language>fr</language>
<item>{title}<link>{base}/article?utm_source=rss&amp;utm_medium=feed</link>{guid}{date}
<description>{summary}</description></item></channel></rss>"""
ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>{site}</title><id>{base}/</id>
<entry><id>{base}/article</id>{title}<link href="article"/>{date}<summary>{summary}</summary></entry></feed>"""
RDF = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="{base}/"><title>{site}</title><link>{base}/</link>
<dc:language>fr</dc:language></channel><item rdf:about="{base}/article">{title}<link>{base}/article</link>{date}
<description>{summary}</description></item></rdf:RDF>"""
PAGE = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>{title}</title>
<meta property="og:site_name" content="{site}"></head>
<body><main>{heading}
{paragraphs}
</main></body></html>"""


@dataclass(frozen=True, slots=True)
class Story:
    """How one seed is published. `date` is the feed's own markup; a site may give none."""

    prefix: str
    site: str
    feed: str
    date: str
    title: str = ""
    guid: str = ""


STORIES = (
    Story("000", "Demo Auto", RSS, "<pubDate>Wed, 24 Dec 2025 09:00:00 +0100</pubDate>"),
    Story("004", "Demo Hardware", ATOM, "<published>2026-01-14T11:30:00+01:00</published>"),
    Story(
        "001",
        "Demo Agence",
        RSS,
        "",
        "La Chine autorise Alibaba et d'autres à acheter des accélérateurs IA Nvidia H200, mais sous condition",
        '<guid isPermaLink="false">agence-001</guid>',
    ),
    Story("003", "Demo Composants", RDF, "<dc:date>2026-01-28</dc:date>"),
    Story(
        "002",
        "Demo Culture",
        RSS,
        "<pubDate>Fri, 30 Jan 2026 16:45:00 +0100</pubDate>",
        "DeepSeek autorisé à acheter les puces NVIDIA H200 : la Chine accélère dans la course à l’IA",
    ),
)
EPISODES = (  # and how many of the stories are out by then
    ("24 December 2025", 1),
    ("14 January 2026", 2),
    ("26 January 2026", 3),
    ("28 and 30 January 2026", 5),
    ("The same five again, on the same database", 5),
)


def seed(prefix: str) -> str:
    """Return the text of the seed whose file name starts so, without the date that was put before it."""
    text = next(SEEDS.glob(f"{prefix}_*.txt")).read_text(encoding="utf-8")
    return DATE.sub("", text)


def feed(story: Story, base: str) -> str:
    """Write the story's feed: its first sentence as summary, and no more of a title than the site gives."""
    first = next(line for line in seed(story.prefix).splitlines() if len(line) > PARAGRAPH)
    return story.feed.format(
        site=html.escape(story.site),
        base=base,
        title=f"<title>{html.escape(story.title)}</title>" if story.title else "",
        guid=story.guid,
        date=story.date,
        summary=html.escape(textwrap.shorten(first, SUMMARY, placeholder="…")),
    )


def page(story: Story) -> str:
    """Write the story's page as flat as pages come: every line a paragraph, menus and all."""
    lines = [line.strip() for line in seed(story.prefix).splitlines() if line.strip()]
    return PAGE.format(
        title=html.escape(f"{story.title} - {story.site}" if story.title else story.site),
        site=html.escape(story.site),
        heading=f"<h1>{html.escape(story.title)}</h1>" if story.title else "",
        paragraphs="\n".join(f"<p>{html.escape(line)}</p>" for line in lines),
    )


class Site(BaseHTTPRequestHandler):
    """One site: `/feed`, `/article`, conditional GET by ETag; anything else is missing."""

    protocol_version = "HTTP/1.1"
    documents: ClassVar[dict[str, tuple[str, bytes]]] = {}

    def do_GET(self) -> None:
        """Answer as a small static site would."""
        kind, body = self.documents.get(self.path.partition("?")[0], ("", b""))
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if not body:
            self._answer(HTTPStatus.NOT_FOUND, {}, b"")
        elif self.headers.get("If-None-Match") == etag:
            self._answer(HTTPStatus.NOT_MODIFIED, {"ETag": etag}, b"")
        else:
            self._answer(HTTPStatus.OK, {"ETag": etag, "Content-Type": kind}, body)

    def _answer(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal for the alerts."""


def ports(state: Path) -> list[int]:
    """Take the ports of the last run on this state again: the addresses are the articles' names."""
    kept = state / "ports.json"
    if kept.exists():
        return [int(port) for port in json.loads(kept.read_text(encoding="ascii"))]
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in STORIES]
    found = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    kept.write_text(json.dumps(found), encoding="ascii")
    return found


@contextmanager
def served(state: Path) -> Iterator[list[str]]:
    """Serve the seeds, each on a site of its own, and give the addresses of their feeds."""
    servers = []
    try:
        for story, port in zip(STORIES, ports(state), strict=True):
            base = f"http://127.0.0.1:{port}"
            documents = {
                "/feed": ("application/xml; charset=utf-8", feed(story, base).encode()),
                "/article": ("text/html; charset=utf-8", page(story).encode()),
            }
            handler = type("Site", (Site,), {"documents": documents})
            server = ThreadingHTTPServer(("127.0.0.1", port), handler)
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            servers.append((server, f"{base}/feed"))
        yield [address for _, address in servers]
    finally:
        for server, _ in servers:
            server.shutdown()
            server.server_close()
