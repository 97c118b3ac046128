"""What the shipped rules read in a few words of news, in one line, for the tests of claims."""

from datetime import datetime
from functools import cache

from watcher import articles, matching, rulebook
from watcher.asking import Asking
from watcher.claims import Claim, Stance
from watcher.dates import PARIS
from watcher.model import Article, Precision, Published
from watcher.reading import Reading
from watcher.rules import RuleBook
from watcher.signals import Signal
from watcher.statements import Statements


@cache
def book() -> RuleBook:
    """Return the rules that ship."""
    return rulebook.compile_folder(rulebook.SHIPPED)


@cache
def asking() -> Asking:
    """Return the question of the shipped rules: is the trade in chips closed or open?"""
    return next(each.asking for each in book().sets if each.asking)


def day(date: str) -> datetime:
    """Return noon in Paris."""
    return datetime.fromisoformat(f"{date}T12:00").replace(tzinfo=PARIS)


def news(text: str, *, title: str = "", date: str = "") -> Article:
    """Return a text as an article of a day, zones and all."""
    told = Published(at=day(date), precision=Precision.DAY) if date else None
    return articles.from_text(title, text, published=told)


def reading(text: str, *, title: str = "", date: str = "") -> Reading:
    """Read a text with the words of the shipped rules found."""
    return matching.analyse(news(text, title=title, date=date), book())


def statements(text: str, *, title: str = "", date: str = "") -> Statements:
    """Return the pass over a text that yields its claims."""
    return Statements(reading(text, title=title, date=date), asking().question)


def claims(text: str, *, title: str = "", date: str = "") -> list[Claim]:
    """Return what a text says of the trade."""
    return list(statements(text, title=title, date=date).claims())


def stance(text: str, *, title: str = "", date: str = "") -> Stance | None:
    """Return what a text says on the whole."""
    return asking().of(reading(text, title=title, date=date))


def signal(text: str, word: str) -> Signal:
    """Return the one signal of a text that is printed so."""
    told = statements(text)
    (found,) = (
        s for s in told.signals if told.reading.evidence((s.first, s.last), "").quote == word
    )
    return found
