"""What is no command goes to whom it is meant for; no two topics claim one command or button."""

from collections import Counter
from pathlib import Path

from tests.desks import shown, talking
from watcher.bot import tables
from watcher.config.keys import TelegramKeys
from watcher.dialogue import Said, Say


def test_every_command_and_button_has_one_home() -> None:
    """A name in two tables would silently hide one of the two handlers."""
    for table in ("COMMANDS", "PRESSES", "OTHERS"):
        names = Counter(name for topic in tables._TOPICS for name in getattr(topic, table))
        assert not [name for name, count in names.items() if count > 1], table
    assert len(tables.COMMANDS) > 20
    assert len(tables.PRESSES) > 20


async def test_texts_find_their_reader(tmp_path: Path) -> None:
    """An answer to a question, an article from an operator, a channel's post, a text for nobody."""
    async with talking(tmp_path) as talk:
        talk.desk.text = tables.TEXT
        await talk.says("/start")
        assert "/regles" in shown(await talk.says("Bonjour")).html
        talk.desk.keys = TelegramKeys(administrators=(7,))
        (told, *_) = await talk.says("La Chine autorise le H200\nLes puces passent la douane.")
        assert isinstance(told, Say)
        assert "Règles" in told.message.html
        await talk.presses("v1:ask::at")
        assert "25h" in shown(await talk.says("25h")).html
        await talk.says("/aide")  # the question is withdrawn
        talk.desk.keys = TelegramKeys(allow=(7,))
        passed_on = Said(address="7", sender=7, language="fr", text="x", forwarded_from="-1009")
        (answer,) = await talk.desk.answer(passed_on)
        assert isinstance(answer, Say)
        assert "Le canal reçoit" in answer.message.html
