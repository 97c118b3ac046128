"""The rehearsal: a whole talk with the bot, as two subscribers see it."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from tests.telegram_html import parse
from watcher import demo, locales, rehearsal
from watcher.buttons import Press
from watcher.cli.demo import configured
from watcher.cli.state import State
from watcher.model import Message

SCENES = (
    "Bonjour. Je surveille",
    "🟢 Rouvert",
    "🔁 Revirement : nouveau décideur",
    "Pourquoi cette alerte ?",
    "🔁 Revirement\n🟢 Autorisé, côté Chine",
    "Reste fermé : Blackwell B200.",
    "🧵 Suite",
    "L’état des lieux",
    "Rythme : chaque jour à 18:30",
    "un message plus haut se lit maintenant ainsi",
    "Votre revue du 30 janvier, 18:30",
    "Recherche : quota de puces",
)


async def test_two_subscribers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The story is lived in its order; all that is shown is what Telegram would take."""
    out, shown = io.StringIO(), []
    show = rehearsal.Screen.show

    def kept(self: rehearsal.Screen, message: Message, *about: object) -> None:
        shown.append(message)
        show(self, message, *about)  # type: ignore[arg-type]

    monkeypatch.setattr(rehearsal.Screen, "show", kept)
    console = Console(file=out, width=4000)
    with demo.served(tmp_path) as urls:
        config = configured(State(console=console), tmp_path, urls[:1])
        await rehearsal.play(config, urls, console)
    told = out.getvalue().replace("\u00a0", " ").replace("\u202f", " ")
    at = 0
    for scene in SCENES:
        at = told.find(scene, at)
        assert at >= 0, scene
    for message in shown:
        assert parse(message.html).text
        buttons = [button for row in message.buttons for button in row]
        assert all(button.url or Press.read(button.data) for button in buttons)
    with pytest.raises(rehearsal.MissingButtonError, match="no message has a button"):
        rehearsal.Screen(console, locales.catalogues()["fr"]).button("Lire")
