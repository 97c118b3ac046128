"""Whoever presses a button or writes to the bot is answered, and what they chose is stored."""

from collections.abc import AsyncIterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from tests.desks import LINA, Talk, happened, labels, shown, talking, toast
from tests.telegram_html import parse
from watcher.buttons import DATA, Press
from watcher.config.keys import TelegramKeys
from watcher.dialogue import Change, Place, Say, Toast
from watcher.model import Message, RuleSetId
from watcher.preferences import Length, Level, Mute, Muted, Quiet, Rhythm

H200, DOUANE = RuleSetId("h200"), RuleSetId("douane")
EXPIRED = "Ce bouton a expiré, voici le menu à jour."


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """A desk, and Lina, who may come in."""
    async with talking(tmp_path) as found:
        yield found


def sound(message: Message) -> None:
    """Hold a message to what Telegram takes and people can read."""
    parsed = parse(message.html)
    assert parsed.units <= 3900
    assert message.buttons
    for row in message.buttons:
        assert 1 <= len(row) <= 8
        for button in row:
            assert len(button.text) <= 30
            assert button.text == button.text.strip() != ""
            assert len(button.data.encode()) <= DATA


# Every button ---------------------------------------------------------------------------------------


async def test_every_button_of_every_menu(talk: Talk) -> None:
    """From /start, each button is answered, leads to a menu, and pressed twice changes no more."""
    await happened(talk, 1.5, 4, 6)
    walk = Walk(talk)
    await walk.go(shown(await talk.says("/start")))
    store, me = talk.watch.store, await talk.chat()
    for mute in (
        Mute(kind=Muted.STORY, key="1"),
        Mute(kind=Muted.STORY, key="46", until=talk.watch.clock() + timedelta(days=7)),
        Mute(kind=Muted.RULE_SET, key="parti"),
    ):
        await store.mute(me.id, mute)
    await walk.go(shown(await talk.says("/reglages")))
    verbs = {Press.read(data).verb for data in walk.pressed}  # type: ignore[union-attr]
    with_menus = talk.desk.presses.keys() - {"", "min", "when"}  # those stand under other messages
    assert verbs == with_menus
    assert walk.chosen >= {
        *Rhythm, *Level, *Length, "fr", "en", "Europe/Zurich", "Indian/Reunion", "puces.example"
    }  # fmt: skip


class Walk:
    """Someone who presses each button once, always one of the menu in front of them."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.pressed: set[str] = set()
        self.chosen: set[object] = set()

    async def go(self, message: Message) -> None:
        """Press what was not pressed yet; when there is nothing left here, look in other menus."""
        here: Message | None = message
        while here:
            data = self._fresh(here)
            here = (await self._press(data) or here) if data else await self._elsewhere()

    def _fresh(self, message: Message) -> str:
        sound(message)
        found = (button.data for row in message.buttons for button in row)
        return next((data for data in found if data not in self.pressed), "")

    async def _elsewhere(self) -> Message | None:
        for data in sorted(self.pressed):
            if data.startswith("v1:show:"):
                message = shown(await self.talk.presses(data))
                if self._fresh(message):
                    return message
        return None

    async def _press(self, data: str) -> Message | None:
        self.pressed.add(data)
        replies = await self.talk.presses(data)
        head, *rest = replies
        assert isinstance(head, Toast), data
        assert len(head.text) <= 200
        assert head.text != EXPIRED, data
        after = await self.talk.chat()
        again = await self.talk.presses(data)
        assert await self.talk.chat() == after, f"{data} pressed twice"
        assert [type(one) for one in again] == [type(one) for one in replies]
        self.chosen |= {after.preferences.rhythm, after.preferences.level, after.spec.language}
        self.chosen |= {after.preferences.length, after.preferences.zone, *after.preferences.sites}
        return rest[0].message if rest and isinstance(rest[0], Change) else None


@pytest.mark.parametrize(
    "data",
    [
        "v1:set::zone:Mars/Base",
        "v1:set::rhythm:hasty",
        "v1:set::at:9999",
        "v1:set::nights:3on",  # no quiet hours
        "v1:set::days:9on",
        "v1:set::days:3maybe",
        "v1:set::urgent:perhaps",
        "v1:set::quiet:07000700",
        "v1:set::score:11",
        "v1:set::language:xx",
        "v1:set::favourite:blue",
        "v1:set:",
        "v1:day::days:3",
        "v1:show:cellar:",
        "v1:sub:topics::on",
        "v1:sub:topics:h200:perhaps",
        "v1:sub:cellar:h200:on",
        "v1:inherit:h200:cellar",
        "v1:site:nowhere.example:off",
        "v1:hear:planet:mars",
        "v1:pause:3h",
        "v1:ask::name",
        "v1:lang:xx:topics",
    ],
)
async def test_a_button_that_is_not_ours(talk: Talk, data: str) -> None:
    """Whatever it says, it is answered with the menu of today and stores nothing."""
    await talk.says("/start")
    before = await talk.chat()
    replies = await talk.presses(data)
    assert toast(replies) == EXPIRED
    sound(shown(replies))
    assert await talk.chat() == before


@pytest.mark.parametrize("data", ["v1:fly:46", "v0:sub:h200", "hello"])
async def test_a_button_of_another_time(talk: Talk, data: str) -> None:
    """It may stand under an alert: that stays, and the menu of today comes beside it."""
    await talk.says("/start")
    replies = await talk.presses(data)
    assert toast(replies) == EXPIRED
    assert isinstance(replies[1], Say)
    sound(shown(replies))


async def test_a_removed_topic(talk: Talk) -> None:
    """Its button says so by name; the other topics stay, and it is followed again if it returns."""
    await talk.says("/start")
    await talk.watch.store.follow((await talk.chat()).id, [RuleSetId("parti")], everything=False)
    replies = await talk.presses("v1:show:settings:parti")
    assert toast(replies) == (
        "Le sujet «\u00a0parti\u00a0» n’existe plus. Vos autres sujets sont inchangés."
    )
    assert "Vos sujets" in shown(replies).html
    await talk.presses("v1:sub:topics:h200:on")
    assert set((await talk.chat()).spec.rule_sets) == {"parti", H200}


# Topics ---------------------------------------------------------------------------------------------


async def test_start(talk: Talk) -> None:
    """A newcomer chooses topics, and can have all of them."""
    await happened(talk, 1.5, 4, 6)
    message = shown(await talk.says("/start"))
    assert parse(message.html).text == (
        "Bonjour. Je surveille les sites d’actualité tech français et je vous préviens quand un"
        " sujet vous concerne.\n\nChoisissez vos sujets\u00a0:\n"
        "• Douane\u00a0: moins d’une alerte par semaine.\n• H200\u00a0: environ 10 alertes par semaine.\n\n"
        "Vous pourrez tout changer avec /reglages et tout effacer avec /oublier."
    )
    assert labels(message) == ["☐ Douane", "☐ H200", "Tout choisir", "Quand\u202f?", "Aperçu", "English"]  # fmt: skip
    assert talk.watch.line.chats == []

    message = shown(await talk.presses("v1:sub:hello:h200:on"))
    assert "☑ H200" in labels(message)
    assert [chat.spec.rule_sets for chat in talk.watch.line.chats] == [(H200,)]
    message = shown(await talk.presses("v1:all:hello:on"))
    assert (await talk.chat()).everything
    assert "• Tout choisir" in labels(message)
    await talk.presses("v1:sub:hello:h200:off")
    assert (await talk.chat()).spec.rule_sets == (DOUANE,)
    await talk.presses("v1:sub:hello:douane:off")
    assert not (await talk.chat()).follows(DOUANE)
    assert talk.watch.line.chats == []


async def test_links(talk: Talk) -> None:
    """A link to a topic asks once; one to a topic that is gone says so and offers the others."""
    message = shown(await talk.says("/start s_h200"))
    assert message.html == "Suivre «\u00a0H200\u00a0»\u202f?"
    assert labels(message) == ["Oui, suivre", "Non"]
    await talk.presses(message.buttons[0][0].data)
    assert (await talk.chat()).spec.rule_sets == (H200,)
    gone, menu = await talk.says("/start s_parti")
    assert isinstance(gone, Say)
    assert "n’existe plus" in gone.message.html
    assert isinstance(menu, Say)
    sound(menu.message)


async def test_strangers(talk: Talk) -> None:
    """Without access a stranger is told where to get it; with an invitation they come in."""
    talk.address, talk.sender = "8", 8
    told = shown(await talk.says("/start"))
    assert told.html == "Ce bot est sur invitation. Demandez un lien à son administrateur."
    assert await talk.watch.store.chat_at("telegram", "8") is None
    assert shown(await talk.says("Bonjour")).html == told.html
    assert toast(await talk.presses("v1:sub:topics:h200:on")) == told.html
    assert "/regles" in shown(await talk.says("/aide")).html
    talk.desk.keys = TelegramKeys(access="open")
    assert "Bonjour." in shown(await talk.says("/start i_n0nce")).html


async def test_groups(talk: Talk) -> None:
    """In a group its administrators choose; whatever the others say to each other is not ours."""
    talk.address, talk.place = "-100", Place.GROUP
    assert "Bonjour." in shown(await talk.says("/start i_n0nce")).html
    await talk.presses("v1:ask::at")
    talk.sender = 8
    refusal = "Seuls les administrateurs du groupe peuvent changer ces réglages."
    assert toast(await talk.presses("v1:sub:topics:h200:on")) == refusal
    assert shown(await talk.says("/reglages")).html == refusal
    assert await talk.says("07:30") == []  # it was not them who were asked
    talk.sender = 7
    assert "suivent l’heure de ce lieu" in shown(await talk.says("07:30")).html
    assert (await talk.chat()).preferences.at == time(7, 30)


async def test_preview(talk: Talk) -> None:
    """The newest real alert of what is followed, marked; none yet: said so."""
    await talk.says("/start")
    assert "aucune alerte" in toast(await talk.presses("v1:demo:"))
    await happened(talk, 1.5, 4)
    message = shown(await talk.presses("v1:demo:"))
    assert parse(message.html).text.startswith("Aperçu\n🔔 Alerte · H200\nPékin rouvre la porte")
    await talk.presses("v1:sub:topics:douane:on")
    assert "aucune alerte" in toast(await talk.presses("v1:demo:"))


# What holds -----------------------------------------------------------------------------------------


async def test_settings_of_a_topic(talk: Talk) -> None:
    """A topic shows what holds for it; what was chosen for it goes before the chat's own."""
    await happened(talk, 1.5, 4, 6)
    await talk.says("/start")
    await talk.presses("v1:sub:topics:h200:on")
    await talk.presses("v1:set::zone:Europe/Paris")
    await talk.presses("v1:set::quiet:22000700")
    await talk.presses("v1:set:h200:rhythm:daily:settings")
    message = shown(await talk.presses("v1:set:h200:score:2:settings"))
    assert parse(message.html).text == (
        "Réglages · H200\nRègle\u00a0: Le mot est cité.\n\n"
        "Rythme\u00a0: chaque jour à 18:30\n"
        "Revirements\u00a0: tout de suite\n"
        "Fuseau\u00a0: Europe/Paris (il y est 10:00)\n"
        "Heures calmes\u00a0: de 22:00 à 07:00, tout attend leur fin\n"
        "Score minimum\u00a0: 2 (environ 7 alertes par semaine ces 30 derniers jours)\n"
        "Niveau\u00a0: les nouveautés\n"
        "Sources\u00a0: toutes\n"
        "Détail\u00a0: normal\n\n"
        "Ce qui n’est pas choisi ici suit vos réglages généraux."
    )
    assert labels(message)[:6] == [
        "Tout de suite", "Toutes les heures", "• Chaque jour", "Sans son", "Score −", "Score +"
    ]  # fmt: skip
    chat = await talk.chat()
    assert chat.preferences_for(H200, {}).min_score == 2
    assert chat.preferences.min_score == 0
    assert chat.preferences.quiet == Quiet(start=time(22), end=time(7))

    message = shown(await talk.presses("v1:show:score:h200"))
    assert "Comme mes autres sujets" in labels(message)
    message = shown(await talk.presses("v1:inherit:h200:score"))
    assert "Comme mes autres sujets" not in labels(message)
    assert (await talk.chat()).by_rule_set[H200] == {"rhythm": "daily"}


async def test_zone_is_asked_for_once(talk: Talk) -> None:
    """The first digest or quiet hours ask for the time zone, and go on from there."""
    await talk.says("/start")
    assert toast(await talk.presses("v1:set::level:all")) == "C’est noté."
    replies = await talk.presses("v1:set::rhythm:daily")
    assert toast(replies) == "Dans quel fuseau horaire\u202f?"
    assert "Genève" in labels(shown(replies))
    message = shown(await talk.presses("v1:set::zone:Indian/Reunion"))
    assert "il y est 13:00" in message.html
    assert "• Chaque jour" in labels(message)
    assert toast(await talk.presses("v1:set::rhythm:hourly")) == "C’est noté."
    await talk.presses("v1:set::rhythm:instant")
    await talk.presses("v1:set::quiet:22000700")
    assert "Heures calmes" in shown(await talk.presses("v1:set::zone:Europe/Paris")).html
    await talk.presses("v1:set::quiet:off")
    assert "Réglages" in shown(await talk.presses("v1:set::zone:Europe/Paris")).html


async def test_one_day_stays(talk: Talk) -> None:
    """The last day of a digest cannot be taken out."""
    await talk.says("/start")
    for day in range(6):
        await talk.presses(f"v1:day::days:{day}:off")
    assert (await talk.presses("v1:day::days:6:off")) == [Toast("Gardez au moins un jour.", alert=True)]  # fmt: skip
    assert (await talk.chat()).preferences.days == {6}


async def test_least_score_under_an_alert(talk: Talk) -> None:
    """The button under an explanation stores the score and leaves the message alone."""
    await talk.says("/start")
    assert await talk.presses("v1:min:h200:6") == [Toast("C’est noté.")]
    assert (await talk.chat()).preferences_for(H200, {}).min_score == 6


async def test_when_under_a_digest(talk: Talk) -> None:
    """Changing the hour from a digest leaves the digest where it is."""
    await talk.says("/start")
    head, menu = await talk.presses("v1:when")
    assert head == Toast()
    assert isinstance(menu, Say)


async def test_language(talk: Talk) -> None:
    """The menus follow the language at once, whether chosen with a button or a command."""
    talk.language = "en-GB"
    assert "Hello." in shown(await talk.says("/start")).html
    assert "Bonjour." in shown(await talk.presses("v1:lang:fr:hello")).html
    assert "Language" in shown(await talk.says("/lang en")).html
    assert "• English" in labels(shown(await talk.says("/lang")))
    assert "/rules" in shown(await talk.says("/help")).html


async def test_sources(talk: Talk) -> None:
    """A site can be left out, or be among the only ones."""
    await happened(talk, 1.5, host="puces.example")
    await talk.says("/start")
    message = shown(await talk.presses("v1:site:puces.example:off"))
    assert "toutes, sauf puces.example" in message.html
    assert (await talk.chat()).mutes == (Mute(kind=Muted.SITE, key="puces.example"),)
    await talk.presses("v1:site:puces.example:on")
    assert (await talk.chat()).mutes == ()
    await talk.presses("v1:only:h200:puces.example:on")
    assert (await talk.chat()).preferences_for(H200, {}).sites == {"puces.example"}
    message = shown(await talk.presses("v1:only:h200::off"))
    assert "• Toutes" in labels(message)


# Silence --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "said"),
    [
        ("1h", "En pause jusqu’au 28 janvier à 11:00."),
        ("8h", "En pause jusqu’au 28 janvier à 18:00."),
        ("day", "En pause jusqu’au 29 janvier à 08:00."),
        ("ever", "En pause jusqu’à nouvel ordre."),
    ],
)
async def test_pause(talk: Talk, length: str, said: str) -> None:
    """A pause silences what is followed, turns too, and ends by itself or when asked."""
    await talk.says("/start")
    await talk.presses("v1:all:hello:on")
    assert "Pendant combien de temps" in shown(await talk.says("/pause")).html
    assert said in shown(await talk.presses(f"v1:pause:{length}")).html
    assert said in shown(await talk.says("/reglages")).html
    held = (await talk.chat()).mutes
    assert {(mute.kind, mute.key, mute.turns) for mute in held} == {
        (Muted.RULE_SET, H200, False),
        (Muted.RULE_SET, DOUANE, False),
    }
    await talk.presses("v1:pause:off")
    assert (await talk.chat()).mutes == ()


async def test_a_pause_leaves_other_mutes(talk: Talk) -> None:
    """A topic that was silenced by itself keeps its own time."""
    await talk.says("/start")
    await talk.presses("v1:all:hello:on")
    own = Mute(kind=Muted.RULE_SET, key=H200)
    await talk.watch.store.mute((await talk.chat()).id, own)
    await talk.presses("v1:pause:1h")
    assert own in (await talk.chat()).mutes


async def test_muted(talk: Talk) -> None:
    """What is silenced is listed by name and until when, and heard again at a press."""
    await happened(talk, 1.5)
    await talk.says("/start")
    store, me, now = talk.watch.store, await talk.chat(), talk.watch.clock()
    assert "Rien n’est en sourdine." in shown(await talk.presses("v1:show:muted:")).html
    for mute in (
        Mute(kind=Muted.STORY, key="1", until=now + timedelta(days=4)),
        Mute(kind=Muted.STORY, key="46"),
        Mute(kind=Muted.RULE_SET, key="douane", until=now - timedelta(days=1)),
        Mute(kind=Muted.SITE, key="puces.example"),
    ):
        await store.mute(me.id, mute)
    message = shown(await talk.presses("v1:show:muted:"))
    assert parse(message.html).text == (
        "En sourdine\n\n"
        "• puces.example, définitivement\n"
        "• Pékin rouvre la porte au H200, jusqu’au 1er février à 10:00\n"
        "• fil 46, définitivement"
    )
    message = shown(await talk.presses("v1:hear:story:46"))
    assert "fil 46" not in message.html


# What is typed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "typed", "said"),
    [
        ("v1:ask::at", "25h", "«\u00a025h\u00a0» n’est pas une heure. Écrivez par exemple 07:30."),
        ("v1:ask::quiet", "la nuit", "«\u00a0la nuit\u00a0» n’est pas une plage d’heures. Écrivez par exemple 22:00-07:00."),
        ("v1:ask::zone", "Pari", "Fuseau inconnu\u00a0: «\u00a0Pari\u00a0». Vouliez-vous dire Europe/Paris\u202f?"),
        ("v1:ask::zone", "Xyzzyx", "Fuseau inconnu\u00a0: «\u00a0Xyzzyx\u00a0». Écrivez une grande ville proche, ou Europe/Paris."),
    ],
)  # fmt: skip
async def test_a_wrong_answer(talk: Talk, button: str, typed: str, said: str) -> None:
    """It is said what is wrong and what is right; the next text answers the same question."""
    await talk.says("/start")
    assert "Écrivez" in shown(await talk.presses(button)).html
    assert shown(await talk.says(typed)).html == said
    right = {"at": "7h15", "quiet": "23h à 6h30", "zone": "genève"}[button.rpartition(":")[2]]
    sound(shown(await talk.says(right)))
    assert "Je ne comprends que" in shown(await talk.says("Merci !")).html


async def test_typed_values(talk: Talk) -> None:
    """What was typed is stored as if it had been pressed."""
    await talk.says("/start")
    await talk.presses("v1:ask::zone")
    await talk.says("Lausanne")
    await talk.presses("v1:ask:h200:at")
    message = shown(await talk.says("7 h 15"))
    assert "• 07:15" in labels(message)
    await talk.presses("v1:ask::quiet")
    message = shown(await talk.says("23h-6h30"))
    assert "• De 23:00 à 06:30" in labels(message)
    chat = await talk.chat()
    assert chat.preferences.zone == "Europe/Zurich"
    assert chat.preferences_for(H200, {}).at == time(7, 15)
    assert chat.preferences.rhythm is Rhythm.INSTANT


async def test_a_question_is_dropped(talk: Talk) -> None:
    """Turning to something else, a restart, and a topic that goes leave no trap behind."""
    await talk.says("/start")
    await talk.presses("v1:ask::at")
    await talk.says("/regles")
    forgotten, menu = await talk.says("07:30")
    assert isinstance(forgotten, Say)
    assert forgotten.message.html == "Je ne sais plus à quoi cela répond. Choisissez de nouveau ici\u00a0:"  # fmt: skip
    assert isinstance(menu, Say)
    await talk.presses("v1:ask:h200:at")
    sets = tuple(one for one in talk.watch.line.book.sets if one.id != H200)
    talk.watch.line.book = type(talk.watch.line.book)(
        **{name: getattr(talk.watch.line.book, name) for name in ("hash", "lexicon", "placed", "index", "pairs", "always")}, sets=sets
    )  # fmt: skip
    assert "Vos sujets" in shown(await talk.says("07:30")).html
    assert await talk.says("") == []
    assert "n’existe plus" in toast(await talk.presses("v1:ask:h200:at"))


async def test_many_questions(talk: Talk) -> None:
    """The oldest of too many open questions is forgotten, no other."""
    await talk.says("/start")
    for number in range(1_000):
        talk.desk.asked[f"-{number}", None, number] = ("", "at")
    await talk.presses("v1:ask::at")
    assert len(talk.desk.asked) == 1_000
    assert ("-0", None, 0) not in talk.desk.asked
    assert (LINA, None, 7) in talk.desk.asked
