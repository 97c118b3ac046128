"""Stories in the store: what placing needs back, and what people may list."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.newsroom import (
    H200,
    NOW,
    QUOTA,
    draft,
    name,
    placed,
    subscribed,
    verdict,
    waiting,
)
from tests.ruling import CLAIM, stance
from watcher.claims import Detail, Polarity, Role
from watcher.errors import StoreError
from watcher.model import Chat, Decision, Kind, RuleSetId, StoryId
from watcher.store import Recorded, Store
from watcher.timeline import Hearing, Holding, Link, Member, Placed

DAY = timedelta(days=1)
HELD = Holding(
    issuer="Pékin",
    product="H200",
    direction="cn_import",
    polarity=Polarity.CLOSED,
    detail=Detail.IMPOSED,
    since=NOW - DAY,
    certain=False,
    sources=("puces.example",),
)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """Open a database in memory."""
    opened = await Store.open("sqlite://", now=NOW)
    yield opened
    await opened.close()


async def place(
    store: Store,
    number: int,
    where: Placed,
    *chats: Chat,
    decision: Decision = Decision.ATTACH,
    rule_sets: tuple[RuleSetId, ...] = (H200,),
) -> Recorded:
    """Store an article where it was placed."""
    return await store.record(
        await waiting(store, number),
        verdict(*rule_sets, decision=decision),
        aliases=[name(f"puces.example/{number}")],
        drafts=[replace(draft(chat, *rule_sets), kind=Kind.EDIT) for chat in chats],
        sentences=[],
        host="puces.example",
        now=NOW,
        placed=where,
    )


async def test_what_is_remembered(store: Store) -> None:
    """At its start a daemon finds the articles of its stories as they came, and who was told."""
    [chat] = await subscribed(store, "7")
    assert await store.next_article() == 1
    first = await place(store, 1, placed(None), chat, decision=Decision.FIRST)
    assert await store.next_article() == 2
    assert first.story is not None
    link = Link(other=first.story, reason="goes on")
    old = await place(store, 2, placed(None, links=(link,)), decision=Decision.REVERSAL)
    one, other = await store.remembered(NOW - DAY)
    hearing = Hearing(kind=Kind.EDIT, rule_sets=frozenset({H200}))
    assert (one.member.article, one.told) == (first.article, {chat.id: hearing})
    assert one.links == ()
    assert one.matches
    assert one.article.title
    assert other.member == Member(
        article=old.article,
        story=StoryId(2),
        event=1,
        decision=Decision.REVERSAL,
        reason="a sentence",
        origin=None,
        published_at=NOW,
        seen_at=NOW,
        host="puces.example",
    )
    assert (other.told, other.links) == ({}, (first.story,))
    assert await store.remembered(NOW + DAY) == []


async def test_a_story_is_a_timeline(store: Store) -> None:
    """Chapters follow the dates of publication, with decision and reason; the head may change."""
    [chat] = await subscribed(store, "7")
    first = await place(store, 1, placed(None), decision=Decision.FIRST, rule_sets=(H200, QUOTA))
    assert first.story == StoryId(1)
    late = placed(first.story, published_at=NOW - 2 * DAY, head=False)
    await place(store, 2, late, decision=Decision.LATE)
    link = Link(other=StoryId(1), reason="the same product, 40 days later")
    after = placed(None, published_at=NOW + DAY, links=(link, link))
    second = await place(store, 3, after, chat, decision=Decision.FIRST)
    story = await store.story(StoryId(1))
    assert story is not None
    assert (story.first_at, story.last_at) == (NOW - 2 * DAY, NOW)
    assert (story.head, story.articles) == (first.article, 2)
    assert [(c.decision, c.reason, c.told) for c in story.chapters] == [
        (Decision.LATE, "a sentence", 0),
        (Decision.FIRST, "a sentence", 0),
    ]
    assert story.chapters[1].rule_sets == (H200, QUOTA)
    named = replace(link, other=StoryId(3), title="Pékin rouvre la porte au H200")
    assert story.links == (named,)
    assert second.story is not None
    other = await store.story(second.story)
    assert other is not None
    assert (other.links, other.chapters[0].told) == ((replace(named, other=StoryId(1)),), 1)
    assert [one.id for one in await store.stories()] == [3, 1]
    assert [one.articles for one in await store.stories(limit=1)] == [1]
    assert await store.story(StoryId(99)) is None


async def test_silence_can_be_listed(store: Store) -> None:
    """Every article that joined a story without anybody being told is found, with its reason."""
    [chat] = await subscribed(store, "7")
    first = await place(store, 1, placed(None), chat, decision=Decision.FIRST)
    await place(store, 2, placed(first.story))
    await place(store, 3, placed(first.story), chat, decision=Decision.COPY)
    found = await store.untold(NOW)
    assert [(one.story, one.decision) for one in found] == [(StoryId(1), Decision.ATTACH)]
    assert await store.untold(NOW + DAY) == ()


async def test_the_ledger_holds_the_last_state(store: Store) -> None:
    """A claim has one state, with the story that brought it; what placing changes is replaced."""
    first = await place(store, 1, placed(None, holdings=(HELD,)))
    opened = replace(HELD, polarity=Polarity.OPEN, detail=Detail.EASED, since=NOW, certain=True)
    b200 = replace(HELD, product="B200")
    await place(store, 2, placed(None, holdings=(b200, opened)))
    assert await store.holdings() == [
        replace(b200, story=StoryId(2)),
        replace(opened, story=StoryId(2)),
    ]
    elder = replace(opened, sources=("a.example", "b.example"), story=first.story)
    await place(store, 3, placed(None, holdings=(elder,)))
    assert (await store.holdings())[1] == elder


async def test_placed_with_the_verdict_or_not_at_all(store: Store) -> None:
    """A story that cannot be written takes its article along; the entry waits as before."""
    nowhere = placed(None, links=(Link(other=StoryId(99), reason="none"),), holdings=(HELD,))
    with pytest.raises(StoreError):
        await place(store, 1, nowhere)
    assert await store.stories() == []
    assert await store.holdings() == []
    assert (await store.status(NOW)).articles == 0
    assert (await place(store, 1, placed(None))).story == StoryId(1)


async def test_what_a_chapter_says(store: Store) -> None:
    """An article's own answer is kept with who gives it; a reminder, and no answer, are none."""
    said = stance(replace(CLAIM, detail=Detail.IMPOSED, issuer="Chine", conditional=True))
    reminder = replace(said, role=Role.BACKGROUND)
    for number, found in enumerate(({H200: reminder, QUOTA: said}, {H200: reminder}, {}), 1):
        await store.record(
            await waiting(store, number),
            replace(verdict(H200), stances=found),
            aliases=[name(f"puces.example/{number}")],
            drafts=[],
            sentences=[],
            host="puces.example",
            now=NOW,
            placed=placed(StoryId(1) if number > 1 else None),
        )
    story = await store.story(StoryId(1))
    assert story is not None
    assert [(one.detail, one.issuer, one.conditional) for one in story.chapters] == [
        (Detail.IMPOSED, "Chine", True),
        (None, "", False),
        (None, "", False),
    ]


async def test_an_article_without_a_title(store: Store) -> None:
    """Its first sentence names it, and its story."""
    bare = verdict(H200)
    await store.record(
        await waiting(store),
        replace(bare, article=replace(bare.article, title="")),
        aliases=[name("puces.example/1")],
        drafts=[],
        sentences=[],
        host="puces.example",
        now=NOW,
        placed=placed(None),
    )
    story = await store.story(StoryId(1))
    assert story is not None
    assert story.title == story.chapters[0].title == "Les H200 passent la douane."
    assert story.chapters[0].host == "puces.example"


async def test_the_stories_of_a_chat(store: Store) -> None:
    """A chat's own are listed, the newest first; another's are not."""
    mine, other = await subscribed(store, "7", "8")
    await place(store, 1, placed(None), mine, decision=Decision.FIRST)
    await place(store, 2, placed(None, published_at=NOW + DAY), mine, decision=Decision.FIRST)
    await place(store, 3, placed(None), other, decision=Decision.FIRST)
    assert [one.id for one in await store.stories_told(mine.id, limit=9)] == [2, 1]
    assert [one.id for one in await store.stories_told(mine.id, limit=1)] == [2]
