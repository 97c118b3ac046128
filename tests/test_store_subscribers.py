"""What chats choose by themselves is kept, apart from what the configuration says of them."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.newsroom import (
    H200,
    HOUR,
    MINUTE,
    NOW,
    QUOTA,
    entry,
    feed,
    name,
    placed,
    poll,
    subscribed,
    verdict,
)
from watcher.buttons import Button
from watcher.model import Chat, ChatSpec, Kind, Message, RuleSetId
from watcher.preferences import Choices, Level, Mute, Muted
from watcher.store import Store

T = TypeVar("T")
DAY = timedelta(days=1)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """An empty store."""
    opened = await Store.open("sqlite://", now=NOW)
    yield opened
    await opened.close()


async def joined(store: Store, address: str = "7", thread: int | None = None) -> Chat:
    """Let a chat in."""
    return await store.join("telegram", address, thread, language="fr", now=NOW)


async def known(store: Store, address: str = "7", thread: int | None = None) -> Chat:
    """Read a chat."""
    found = await store.chat_at("telegram", address, thread)
    assert found
    return found


# Coming in ------------------------------------------------------------------------------------------


async def test_join(store: Store) -> None:
    """Whoever comes in follows nothing yet; each topic of a forum is a chat of its own."""
    assert await store.chat_at("telegram", "7") is None
    chat = await store.join("telegram", "7", language="en", now=NOW)
    assert chat.spec == ChatSpec(address="7", language="en")
    assert not chat.follows(H200)
    assert await store.chats() == []
    assert (await joined(store, "-100", 4)).spec.thread == 4
    assert await store.chat_at("telegram", "-100") is None
    assert await store.chat_at("console", "7") is None


async def test_join_again(store: Store) -> None:
    """Coming in again changes nothing of what was chosen."""
    chat = await joined(store)
    await store.follow(chat.id, [H200], everything=False)
    await store.choose(chat.id, {"rhythm": "daily", "language": "en"})
    before = await known(store)
    assert await store.join("telegram", "7", language="fr", now=NOW + DAY) == before


async def test_a_configured_chat_comes_in(store: Store) -> None:
    """It keeps what the configuration says, and stays when it is taken out of that."""
    [configured] = await subscribed(store, "7")
    assert (await joined(store)).id == configured.id
    assert (await known(store)).everything
    assert await store.sync_chats([], channel="telegram", now=NOW) == [configured]


async def test_chats_that_came_by_themselves_stay(store: Store) -> None:
    """The configuration takes away only those that it named."""
    await subscribed(store, "1")
    chat = await joined(store)
    await store.follow(chat.id, [H200], everything=False)
    left = await store.sync_chats([], channel="telegram", now=NOW)
    assert [one.spec.address for one in left] == ["7"]


async def test_configuration_counts_anew_when_it_changes(store: Store) -> None:
    """What a chat chose goes before the configuration until that says something else of it."""
    spec = ChatSpec(address="7", rule_sets=(H200,), level=Level.ALL)
    [chat] = await store.sync_chats([spec], channel="telegram", now=NOW)
    await store.follow(chat.id, [QUOTA], everything=False)
    await store.choose(chat.id, {"level": "first", "rhythm": "hourly"})
    [again] = await store.sync_chats([spec], channel="telegram", now=NOW)
    assert again.spec.rule_sets == (QUOTA,)
    assert again.preferences.level is Level.FIRST

    changed = replace(spec, rule_sets=(H200, QUOTA))
    [anew] = await store.sync_chats([changed], channel="telegram", now=NOW)
    assert anew.spec == changed
    assert anew.choices == {"rhythm": "hourly"}


# Choosing -------------------------------------------------------------------------------------------


async def test_inherit(store: Store) -> None:
    """A choice for a rule set goes before the chat's, until it is taken back."""
    chat = await joined(store)
    await store.choose(chat.id, {"min_score": 2.0})
    await store.choose(chat.id, {"min_score": 4.0, "length": "short"}, H200)
    assert (await known(store)).preferences_for(H200, {}).min_score == 4
    assert not (await known(store)).follows(H200)
    await store.inherit(chat.id, H200, {"min_score", "rhythm"})
    assert (await known(store)).by_rule_set == {H200: {"length": "short"}}
    assert (await known(store)).preferences_for(H200, {}).min_score == 2
    await store.inherit(chat.id, QUOTA, {"min_score"})  # nothing was chosen for it


async def test_answers_go_first(store: Store) -> None:
    """An answer waits in the outbox before any alert, with its buttons."""
    chat = await joined(store)
    menu = Message(html="Vos sujets", buttons=((Button(text="Retour", data="v1:menu"),),))
    await store.say(chat.id, menu, now=NOW)
    [delivery] = await store.claim(NOW, limit=9, lease=MINUTE)
    assert (delivery.kind, delivery.message) == (Kind.ANSWER, menu)


# What came ------------------------------------------------------------------------------------------


async def happened(store: Store, number: int, score: float, host: str, days: int) -> None:
    """Let an article alert h200 and quota, some days ago."""
    at = NOW - days * DAY
    await store.record_poll(await feed(store), poll(entry(number)), now=at)
    found = await store.pending(at + HOUR, limit=99)
    said = verdict(H200, QUOTA)
    low = [replace(match, score=score) for match in said.matches]
    high = replace(low[0], score=score + 1, rule=replace_rule(low[0].rule))
    await store.record(
        next(one for one in found if one.entry.guid == f"puces-{number}"),
        replace(said, matches=(*low, high)),
        aliases=[name(f"{host}/{number}")],
        drafts=[],
        sentences=[],
        host=host,
        now=at,
        placed=placed(None, host=host),
    )


def replace_rule(rule: Any) -> Any:
    """Name another rule of the set."""
    return type(rule)(f"{rule}-2")


async def test_what_came_of_late(store: Store) -> None:
    """The best score of each alert, over the days since the first; the busiest sites first."""
    nothing = await store.alert_scores(NOW - 30 * DAY, now=NOW)
    assert (nothing.days, nothing.scores) == (0, {})
    assert await store.latest([H200]) is None
    await happened(store, 1, 9.0, "vieux.example", days=40)
    await happened(store, 2, 1.0, "puces.example", days=10)
    await happened(store, 3, 3.0, "calme.example", days=5)
    await happened(store, 4, 2.0, "puces.example", days=1)
    came = await store.alert_scores(NOW - 30 * DAY, now=NOW)
    assert came.days == 10
    assert {rule_set: sorted(scores) for rule_set, scores in came.scores.items()} == {
        H200: [2.0, 3.0, 4.0],
        QUOTA: [1.0, 2.0, 3.0],
    }
    sites = await store.busy_hosts(NOW - 30 * DAY, limit=9)
    assert sites == ["puces.example", "calme.example"]
    assert await store.busy_hosts(NOW - 30 * DAY, limit=1) == ["puces.example"]
    latest = await store.latest([H200])
    assert latest
    assert {match.score for match in latest[1]} == {2.0, 3.0}
    assert await store.latest([RuleSetId("autre")]) is None


# All at once ----------------------------------------------------------------------------------------

SETS = st.sampled_from([H200, QUOTA, RuleSetId("autre")])
SOME: Any = st.fixed_dictionaries(
    {},
    optional={
        "rhythm": st.sampled_from(["instant", "hourly", "daily", "silent"]),
        "level": st.sampled_from(["all", "developments", "first"]),
        "language": st.sampled_from(["fr", "en"]),
        "min_score": st.floats(0, 10),
        "sites": st.lists(st.sampled_from(["a.example", "b.example"]), unique=True).map(sorted),
    },
)
KEYS = st.tuples(st.sampled_from(Muted), st.sampled_from(["46", "a.example", "h200"]))


@dataclass
class Wish:
    """What one chat is known to have chosen."""

    everything: bool = False
    followed: set[RuleSetId] = field(default_factory=set)
    choices: dict[str, Any] = field(default_factory=dict)
    by_rule_set: dict[RuleSetId, dict[str, Any]] = field(default_factory=dict)
    mutes: dict[tuple[Muted, str], Mute] = field(default_factory=dict)


class Choosing(RuleBasedStateMachine):
    """Two chats choose, follow and mute in any order: each reads what it chose, and only that."""

    who = st.integers(0, 1)

    @initialize()
    def open(self) -> None:
        """Let two chats in."""
        self.runner = asyncio.Runner()
        self.store = self.run(Store.open("sqlite://", now=NOW))
        self.chats = [self.run(joined(self.store, address)) for address in ("7", "8")]
        usual = {"level": "developments", "language": "fr"}
        self.wishes = [Wish(choices=dict(usual)) for _ in self.chats]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one statement of the store."""
        return self.runner.run(work)

    @rule(who=who, choices=SOME)
    def choose(self, who: int, choices: Choices) -> None:
        """Choose for the chat."""
        self.run(self.store.choose(self.chats[who].id, choices))
        self.wishes[who].choices.update(choices)

    @rule(who=who, choices=SOME, rule_set=SETS)
    def choose_for(self, who: int, choices: Choices, rule_set: RuleSetId) -> None:
        """Choose for one rule set, followed or not."""
        self.run(self.store.choose(self.chats[who].id, choices, rule_set))
        self.wishes[who].by_rule_set.setdefault(rule_set, {}).update(choices)

    @rule(who=who, rule_set=SETS, names=st.sets(st.sampled_from(["rhythm", "min_score"])))
    def inherit(self, who: int, rule_set: RuleSetId, names: set[str]) -> None:
        """Take choices for a rule set back."""
        self.run(self.store.inherit(self.chats[who].id, rule_set, names))
        for each in names:
            self.wishes[who].by_rule_set.get(rule_set, {}).pop(each, None)

    @rule(who=who, rule_sets=st.sets(SETS), everything=st.booleans())
    def follow(self, who: int, rule_sets: set[RuleSetId], everything: bool) -> None:
        """Follow some rule sets, or all."""
        self.run(self.store.follow(self.chats[who].id, rule_sets, everything=everything))
        wish = self.wishes[who]
        wish.everything, wish.followed = everything, set() if everything else rule_sets
        for rule_set in rule_sets:
            wish.by_rule_set.setdefault(rule_set, {})

    @rule(who=who, key=KEYS, days=st.none() | st.integers(1, 9), turns=st.booleans())
    def mute(self, who: int, key: tuple[Muted, str], days: int | None, turns: bool) -> None:
        """Silence a thing, perhaps once more."""
        until = None if days is None else NOW + days * DAY
        mute = Mute(kind=key[0], key=key[1], until=until, turns=turns)
        self.run(self.store.mute(self.chats[who].id, mute))
        self.wishes[who].mutes[key] = mute

    @rule(who=who, key=KEYS)
    def unmute(self, who: int, key: tuple[Muted, str]) -> None:
        """Hear of a thing again, silenced or not."""
        self.run(self.store.unmute(self.chats[who].id, *key))
        self.wishes[who].mutes.pop(key, None)

    @invariant()
    def each_reads_what_it_chose(self) -> None:
        """Nothing is lost, and nothing of one chat is the other's."""
        for chat, wish in zip(self.chats, self.wishes, strict=True):
            found = self.run(known(self.store, chat.spec.address))
            assert set(found.spec.rule_sets) == wish.followed
            assert found.everything == wish.everything
            assert found.by_rule_set == wish.by_rule_set
            assert {(mute.kind, mute.key): mute for mute in found.mutes} == wish.mutes
            for each, value in wish.choices.items():
                kept = getattr(found.preferences, each)
                assert (sorted(kept) if each == "sites" else kept) == value
            for rule_set, choices in wish.by_rule_set.items():
                resolved = found.preferences_for(rule_set, {"rhythm": "silent"})
                wanted = {"rhythm": "silent", **wish.choices, **choices}["rhythm"]
                assert resolved.rhythm == wanted

    def teardown(self) -> None:
        """Close what was opened."""
        self.run(self.store.close())
        self.runner.close()


TestChoosing = Choosing.TestCase
TestChoosing.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


async def test_a_chat_taken_out_of_the_configuration_is_a_stranger(store: Store) -> None:
    """Nobody keeps access whom the administrator took out; one who comes back is as before."""
    await store.sync_chats([ChatSpec(address="5")], channel="telegram", now=NOW)
    assert await store.chat_at("telegram", "5") is not None
    await store.sync_chats([], channel="telegram", now=NOW)
    assert await store.chat_at("telegram", "5") is None
    assert await store.known_at("telegram", "5") is None
    back = await store.join("telegram", "5", language="fr", now=NOW)
    assert await store.chat_at("telegram", "5") == back
