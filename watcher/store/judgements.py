"""Why an article was told, as it was decided then, and what its readers think of it."""

from datetime import datetime

from sqlalchemy import Connection, select

from watcher.claims import Aside, Why
from watcher.model import ArticleId, ChatId, Decision, StoryId
from watcher.store.memory import article_of, match_of
from watcher.store.opening import Database, insert_into, reading, writing
from watcher.store.schema import articles, feedback, matches, members
from watcher.timeline import Judged


class Judgements(Database):
    """Statements over `matches` and `feedback`."""

    @reading
    def judged(self, db: Connection, article: ArticleId, chat: ChatId) -> Judged | None:
        """Return what was decided of an article, and a chat's opinion of it."""
        placed = select(articles, members.c.story_id, members.c.decision.label("placed_as"))
        joined = placed.outerjoin(members, members.c.article_id == articles.c.id)
        row = db.execute(joined.where(articles.c.id == article)).one_or_none()
        if row is None:
            return None
        found = select(matches).where(matches.c.article_id == article).order_by(matches.c.id)
        mine = (feedback.c.chat_id == chat) & (feedback.c.article_id == article)
        return Judged(
            id=article,
            article=article_of(row),
            decision=Decision(row.placed_as or row.decision),
            matches=tuple(map(match_of, db.execute(found))),
            asides=tuple(Aside(quote, Why(why)) for quote, why in row.asides),
            story=None if row.story_id is None else StoryId(row.story_id),
            useful=db.scalar(select(feedback.c.useful).where(mine)),
        )

    @writing
    def rate(
        self, db: Connection, chat: ChatId, article: ArticleId, *, useful: bool, now: datetime
    ) -> None:
        """Keep a chat's opinion of an article instead of the one it had before."""
        said = {"useful": useful, "at": now}
        new = insert_into(feedback).values(chat_id=chat, article_id=article, **said)
        key = [feedback.c.chat_id, feedback.c.article_id]
        db.execute(new.on_conflict_do_update(index_elements=key, set_=said))
