"""`watcher invite`: a link that lets one person in."""

import asyncio
import json
import secrets
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.state import State
from watcher.errors import CredentialError, DeliveryError, WatcherError

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.model import RuleSetId


class NoNameError(WatcherError):
    """The bot's name is not known: a link needs it."""


def invite(
    context: typer.Context,
    rule_set: Annotated[
        str, typer.Option("--for", metavar="RULE_SET", help="To follow from the start.")
    ] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long the link is good.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Print a link that lets one person, or one group, subscribe: it is good once."""
    from watcher import access
    from watcher.daemon import utcnow

    state: State = context.obj
    config = state.config()
    token = config.telegram.token
    if token is None:
        raise CredentialError("no Telegram token is set: put it in telegram.token_file")
    name = known(config.rules, rule_set) if rule_set else None
    until = utcnow() + timedelta(days=days)
    secret, nonce = token.get_secret_value(), secrets.token_bytes(access.NONCE)
    payload = access.signed(secret, nonce=nonce, expires_at=until, rule_set=name)
    link = f"https://t.me/{asyncio.run(bot_name(config))}?start={payload}"
    if as_json:
        told = {"link": link, "expires_at": f"{until:%Y-%m-%dT%H:%M:%SZ}", "rule_set": name}
        typer.echo(json.dumps(told))
        return
    typer.echo(link)
    said = REMARKS.get(config.telegram.access, f"Good once, until {until:%Y-%m-%d %H:%M} UTC.")
    typer.echo(said, err=True)


REMARKS = {
    "open": "telegram.access is open: nobody needs this link.",
    "allowlist": "telegram.access is allowlist: this link lets nobody in.",
}


def known(folder: Path, rule_set: str) -> "RuleSetId":
    """Return a rule set that there is; another one is a usage error."""
    from watcher import rulebook
    from watcher.operators import suggestion

    names = [one.id for one in rulebook.compile_folder(folder).sets]
    found = next((name for name in names if name == rule_set), None)
    if found is None:
        hint = suggestion(rule_set, names) or f"there are: {', '.join(names)}"
        raise typer.BadParameter(f"there is no rule set `{rule_set}`: {hint}")
    return found


async def bot_name(config: "Config") -> str:
    """Ask Telegram for the bot's name; raises `NoNameError`, or `CredentialError`."""
    from watcher.channels.telegram import TelegramChannel

    bot = config.telegram
    channel = TelegramChannel(
        bot.token.get_secret_value() if bot.token else "", base_url=bot.base_url
    )
    try:
        await channel.open()
    except CredentialError:
        raise
    except DeliveryError as error:
        raise NoNameError(f"the link needs the bot's name, and {error}; try again later") from error
    else:
        return channel.username
    finally:
        await channel.close()
