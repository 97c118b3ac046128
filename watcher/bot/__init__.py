"""The bot: people serve themselves in the chat."""
