"""What the straight line needs from the outside, where two implementations of it ship."""

from datetime import datetime
from typing import Protocol

from watcher.model import Delivery, Document
from watcher.turns import Turns


class Channel(Protocol):
    """Carries a message to one address; raises `DeliveryError` and nothing else."""

    name: str
    turns: Turns  # taken by `send` and `edit` before anything leaves

    async def open(self) -> None:
        """Get ready to send; `CredentialError` when the channel does not know us."""
        ...

    async def send(self, delivery: Delivery) -> str:
        """
        Return the channel's receipt, such as Telegram's `message_id`.

        A reply answers `delivery.target`, if that still stands.
        """
        ...

    async def edit(self, delivery: Delivery) -> str:
        """
        Make the message `delivery.target` read as this one; return its receipt.

        Repeating it changes nothing more. `MessageGoneError` when there is nothing to edit.
        """
        ...

    async def find(self, delivery: Delivery) -> str | None:
        """Return the receipt of an unsure delivery if it did arrive, `None` if it surely did not."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Source(Protocol):
    """Reads one kind of polled document. Pure: bytes in, values out; it may be slow."""

    name: str

    def accepts(self, body: bytes, content_type: str) -> bool:
        """Tell whether these bytes look like this kind of document."""
        ...

    def parse(
        self, body: bytes, *, url: str, content_type: str, now: datetime | None = None
    ) -> Document:
        """Read the document, without dates far after `now`; raises `SourceError` and nothing else."""
        ...
