"""Articles for tests of stories: read, weighed, and with statements said in one line."""

from datetime import UTC, datetime, timedelta

from watcher import articles, likeness
from watcher.claims import Detail, Polarity, Role
from watcher.ledger import Statement
from watcher.likeness import Frequencies, Likeness, Weights
from watcher.model import ArticleId
from watcher.placing import Candidate, Told

START = datetime(2026, 1, 14, tzinfo=UTC)
KNOWN = likeness.frequencies("100\n2 de puce\n6 Chin Washington")
DETAILS = {
    Polarity.CLOSED: Detail.IMPOSED,
    Polarity.OPEN: Detail.EASED,
    Polarity.PENDING: Detail.PENDING,
}


def read(title: str, text: str) -> Likeness:
    """Read what an article is compared by."""
    return likeness.read(articles.from_text(title, text), KNOWN.proper)


def weighed(title: str, text: str, known: Frequencies = KNOWN) -> Weights:
    """Weigh the words of an article."""
    return likeness.weigh(read(title, text), known)


def says(
    polarity: Polarity,
    number: int = 0,
    *,
    days: float = 0,
    issuer: str = "Chine",
    product: str = "H200",
    direction: str = "cn_import",
    role: Role = Role.PRIMARY,
    conditional: bool = False,
    host: str = "",
    general: bool = False,
) -> Statement:
    """One statement of the article `number`."""
    return Statement(
        issuer=issuer,
        product=product,
        direction=direction,
        polarity=polarity,
        detail=DETAILS[polarity],
        role=role,
        conditional=conditional,
        at=START + timedelta(days=days),
        article=ArticleId(number),
        host=host or f"site{number}.example",
        origin=ArticleId(number),
        general=general,
    )


def candidate(
    number: int,
    title: str,
    text: str,
    *said: Statement,
    days: float = 0,
    figures: tuple[Told, ...] = (),
    recalls: bool = False,
) -> Candidate:
    """An article that waits for its place."""
    return Candidate(
        id=ArticleId(number),
        published=START + timedelta(days=days),
        weights=weighed(title, text),
        statements=said,
        figures=figures,
        recalls=recalls,
    )
