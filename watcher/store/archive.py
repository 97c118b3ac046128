"""The archive as people search it: the words of every article whose text is kept."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    column,
    delete,
    insert,
    literal_column,
    select,
    table,
)

from watcher import text
from watcher.claims import ZoneKind
from watcher.model import Article, ArticleId
from watcher.searching import Term
from watcher.store.memory import article_of
from watcher.store.opening import Database, reading
from watcher.store.schema import ARCHIVE, articles, storable

archive: Final = table(ARCHIVE, column("rowid"), column("title"), column("body"))
BEST_FIRST: Final[ColumnElement[float]] = literal_column(
    f"bm25({ARCHIVE}, 4.0, 1.0)"
)  # a title says more than a text


class Archive(Database):
    """Statements over `archive`."""

    @reading
    def search(
        self, db: Connection, terms: Sequence[Term], *, limit: int, offset: int = 0
    ) -> list[tuple[ArticleId, Article]]:
        """Return the articles that have all terms, the best first."""
        if not terms:
            return []
        found = literal_column(ARCHIVE).op("MATCH")(" AND ".join(map(_asked, terms)))
        best = select(archive.c.rowid).where(found).order_by(BEST_FIRST, archive.c.rowid.desc())
        ids = list(db.scalars(best.limit(limit).offset(offset)))
        rows = {row.id: row for row in db.execute(select(articles).where(articles.c.id.in_(ids)))}
        return [(ArticleId(id_), article_of(rows[id_])) for id_ in ids]


def enter(db: Connection, id_: ArticleId, article: Article) -> None:
    """Let an article be found by its words as they are now; page furniture is none of them."""
    shown, at = [], 0
    for zone in (zone for zone in article.zones if zone.kind is ZoneKind.CHROME):
        shown.append(article.text[at : zone.start])
        at = zone.end
    shown.append(article.text[at:])
    db.execute(delete(archive).where(archive.c.rowid == id_))
    row = {"rowid": id_, "title": _words(article.title), "body": _words("\n".join(shown))}
    db.execute(insert(archive), row)


def _words(source: str) -> str:
    return storable(" ".join(text.tokens(source).keys))


def _asked(term: Term) -> str:
    """Spell a term in the language of FTS5: inside quotes nothing means anything."""
    ways = (f'"{" ".join(keys)}"{" *" * term.begins}' for keys in term.spellings)
    return f"({' OR '.join(ways)})"
