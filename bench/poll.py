"""
What does `watcher poll --once` cost on 200 loopback feeds: new, unchanged, and unchanged without validators?

    python bench/poll.py [--feeds 200] [--repeat 3]

CPU seconds of the whole process tree (user + system), start of Python included, beside a peer in the same
run: httpx and feedparser in one loop, with conditional GET, no store, no rules, no pages. Requests are
counted by the server; `parsed` counts what the program said it read. Every feed has an address of its own.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import multiprocessing
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

VOCABULARY = (
    "puce mémoire réseau modèle serveur centre données accord marché usine brevet logiciel écran"
)
WORDS = VOCABULARY.split()
PEER = """
import asyncio, json, pathlib, sys, feedparser, httpx
state = pathlib.Path(sys.argv[1]); known = json.loads(state.read_text()) if state.exists() else {}
parsed = 0
async def one(client, gate, url):
    global parsed
    async with gate:
        answer = await client.get(url, headers={"If-None-Match": known[url]} if known.get(url) else {})
    if answer.status_code == 200:
        parsed += 1
        feedparser.parse(answer.content)
        known[url] = answer.headers.get("etag", "")
async def main():
    gate = asyncio.Semaphore(32)
    async with httpx.AsyncClient() as client:
        await asyncio.gather(*(one(client, gate, url) for url in sys.stdin.read().split()))
asyncio.run(main()); state.write_text(json.dumps(known)); print(parsed)
"""


def document(number: int) -> bytes:
    """Write a feed of thirty entries, about 30 kB."""
    dice = random.Random(number)
    items = "".join(
        f"<item><title>{' '.join(dice.choices(WORDS, k=7))}</title><guid>{number}-{i}</guid>"
        f"<link>http://exemple.fr/{number}/{i}</link><pubDate>Mon, {i % 28 + 1:02} Jan 2026 08:00:00 +0100</pubDate>"
        f"<description>{' '.join(dice.choices(WORDS, k=120))}</description></item>"
        for i in range(30)
    )
    head = f"<title>Flux {number}</title><link>http://exemple.fr/{number}</link>"
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()
    )


def addresses(feeds: int) -> list[str]:
    """Give every feed a loopback address: on the open web, too, nearly each has a host of its own."""
    return [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(feeds)]


class Farm:
    """The served feeds; `/_stats` tells and resets the counts, `/_liar` drops the validators."""

    def __init__(self, feeds: int) -> None:
        self.hosts = addresses(feeds)
        self.bodies = {f"/{number}": document(number) for number in range(feeds)}
        self.counts = {"200": 0, "304": 0}
        self.validators = True

    def answer(self, path: str, etag_sent: str) -> tuple[str, bytes, str]:
        """Give status line, body and ETag for a request."""
        if path == "/_stats":
            told, self.counts = self.counts, {"200": 0, "304": 0}
            return "200 OK", json.dumps(told).encode(), ""
        if path == "/_liar":
            self.validators = False
            return "200 OK", b"ok", ""
        body = self.bodies[path]
        etag = f'"{hashlib.md5(body).hexdigest()}"' if self.validators else ""
        if etag and etag_sent == etag:
            self.counts["304"] += 1
            return "304 Not Modified", b"", etag
        self.counts["200"] += 1
        return "200 OK", body, etag

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                sent = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:])}
                status, body, etag = self.answer(lines[0].split()[1], sent.get("if-none-match", ""))
                kind = f"ETag: {etag}\r\n" if etag else ""
                kind += f"Content-Type: application/rss+xml\r\nContent-Length: {len(body)}"
                writer.write(f"HTTP/1.1 {status}\r\n{kind}\r\n\r\n".encode() + body)
                await writer.drain()
        writer.close()

    async def run(self, ports: "multiprocessing.Queue[int]") -> None:
        """Serve for ever, on one port of all the addresses."""
        with socket.create_server(("127.0.0.1", 0)) as one:
            port = one.getsockname()[1]
        server = await asyncio.start_server(self.talk, ["127.0.0.1", *self.hosts], port)
        ports.put(port)
        await server.serve_forever()


def serve(feeds: int, ports: "multiprocessing.Queue[int]") -> None:
    """Serve in a process of its own, so that its CPU is not counted."""
    asyncio.run(Farm(feeds).run(ports))


def spent(command: list[str], feed: str = "") -> tuple[float, float, str]:
    """Run a command; returns CPU seconds of it and its children, wall seconds, and what it printed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, input=feed, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - start, done.stdout


def configure(folder: Path, urls: list[str]) -> Path:
    """Write a configuration that polls these feeds, judges what they say and prints alerts."""
    feeds = "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls)
    file = folder / "watcher.toml"
    file.write_text(
        f"""[store]
url = "sqlite:///{folder}/watcher.db"
[fetch]
allow_addresses = ["127.0.0.0/8"]
host_delay = 0
pages = false
{feeds}"""
    )
    return file


def main() -> None:
    """Measure, and print one table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--feeds", type=int, default=200)
    options.add_argument("--repeat", type=int, default=3)
    asked = options.parse_args()
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(asked.feeds, ports), daemon=True)
    server.start()
    port = ports.get()
    urls = [f"http://{host}:{port}/{n}" for n, host in enumerate(addresses(asked.feeds))]
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), urls, port, asked.repeat)
    finally:
        server.terminate()


def measure(folder: Path, urls: list[str], port: int, repeat: int) -> None:
    """Run both programs through the three cases."""
    ours = [sys.executable, "-m", "watcher", "--config", str(configure(folder, urls))]
    ours += ["poll", "--once", "--all", "--json"]
    peer = [sys.executable, "-c", PEER, str(folder / "peer.json")]
    print(f"{len(urls)} feeds; CPU s / wall s, median; load {os.getloadavg()[0]:.1f}")
    print(f"{'case':22}{'watcher':>14}{'peer':>14}{'CPU ratio':>11}  requests 200/304, parsed")
    for case, times in (("new", 1), ("unchanged, 304", repeat), ("unchanged, no ETag", repeat)):
        if case.endswith("no ETag"):
            ask(port, "/_liar")
        one, two, told = [], [], ""
        for _ in range(times):
            ask(port, "/_stats")
            one.append(spent(ours))
            counts = json.loads(ask(port, "/_stats"))
            summary = json.loads(one[-1][2])
            parsed = summary["feeds"] - summary["unchanged"] - len(summary["failed"])
            told = f"{counts['200']}/{counts['304']}, {parsed}"
            two.append(spent(peer, "\n".join(urls)))
        cpu, wall = (statistics.median(run[i] for run in one) for i in (0, 1))
        peer_cpu, peer_wall = (statistics.median(run[i] for run in two) for i in (0, 1))
        print(
            f"{case:22}{cpu:7.2f} /{wall:5.2f}{peer_cpu:7.2f} /{peer_wall:5.2f}{cpu / peer_cpu:11.2f}  {told}"
        )


def ask(port: int, path: str) -> str:
    """Ask the server for its counts, or tell it to change."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.read().decode()


if __name__ == "__main__":
    main()
