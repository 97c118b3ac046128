"""A self-hosted news watch: French feeds in, judged by rules, Telegram messages out."""

from typing import Final

__version__: Final = "0.1.0"
