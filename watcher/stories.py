"""What an article is known by, and whether anybody must hear of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from watcher import text, urls
from watcher.claims import Role, Stance
from watcher.model import (
    Alias,
    AliasKind,
    Article,
    ArticleId,
    Decision,
    Document,
    Entry,
    Match,
)

SAME_TITLE = 0.5  # share of the shorter title's words; below it, one address shows two articles


def distinct(document: Document) -> Document:
    """
    Take away the ids that a feed gives to several of its entries: they name nothing.

    Miniflux and FreshRSS both met feeds with one id for all; an entry is then known by its link.
    """
    uses = Counter(entry.guid for entry in document.entries if entry.guid)
    entries = tuple(
        replace(entry, guid="") if uses[entry.guid] > 1 and entry.url else entry
        for entry in document.entries
    )
    return replace(document, entries=entries)


def entry_aliases(entry: Entry, feed_address: str) -> tuple[Alias, ...]:
    """Name an entry before its page is fetched: by its id, which counts within its feed, and its link."""
    found = []
    if entry.guid:
        found.append(Alias(kind=AliasKind.GUID, key=f"{urls.key(feed_address)} {entry.guid}"))
    if entry.url:
        found.append(Alias(kind=AliasKind.URL, key=urls.key(entry.url)))
    return tuple(found)


def page_aliases(url: str, canonical: str) -> tuple[Alias, ...]:
    """
    Name an article after its page was fetched: by where it stands and where it says it stands.

    A home page names no article: dead links often lead there, and would all become one.
    """
    found = []
    for kind, address in ((AliasKind.FINAL, url), (AliasKind.CANONICAL, canonical)):
        key = urls.key(address) if address else ""
        if key and not is_home(key):
            found.append(Alias(kind=kind, key=key))
    return tuple(found)


def is_home(key: str) -> bool:
    """
    Tell whether an address key is a site's front door.

    >>> is_home("example.org/"), is_home("example.org/a"), is_home("example.org/?p=12")
    (True, False, False)
    """
    return key.partition("/")[2] == ""


def same_article(title: str, other: str) -> bool:
    """
    Tell whether two titles found under one address may belong to one article.

    >>> same_article("Nvidia : Pékin bloque le H200", "Pékin bloque le H200 de Nvidia")
    True
    >>> same_article("Nvidia : Pékin bloque le H200", "Toute l’actualité")
    False
    """
    one, two = (set(text.tokens(some).keys) for some in (title, other))
    if not one or not two:
        return True
    return len(one & two) / min(len(one), len(two)) >= SAME_TITLE


def astray(entry: Entry, page: Article) -> bool:
    """Tell whether a link has led elsewhere: dead ones are often sent to a page on something else."""
    moved = bool(page.url) and urls.key(page.url) != urls.key(entry.url)
    return moved and not same_article(entry.title, page.title)


def decide(
    matches: Sequence[Match], stances: Sequence[Stance], *, known: ArticleId | None, edited: bool
) -> tuple[Decision, str]:
    """Decide what an article is to its subscribers, with the reason."""
    if known is not None and not edited:
        return Decision.COPY, "the same article was read before under one of its names"
    if not matches and any(stance.role is Role.BACKGROUND for stance in stances):
        return Decision.BACKGROUND, "what it says of the question is only a reminder"
    if not matches:
        return Decision.NO_MATCH, "no rule holds"
    sets = ", ".join(dict.fromkeys(match.rule_set for match in matches))
    if edited:
        return Decision.REVISION, f"edited since it was read; told only to whom {sets} is new"
    return Decision.FIRST, f"not read before under any of its names, and {sets} applies"
