"""Gather the configuration, and each value's origin: environment over credential over TOML."""

import os
import stat
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from watcher.config import mistakes
from watcher.config.keys import Config
from watcher.config.mistakes import Keys, Place
from watcher.errors import ConfigError, Problem

FILE_VARIABLE: Final = "WATCHER_CONFIG"
TOKEN_CREDENTIAL: Final = "telegram-token"  # noqa: S105 - the credential's name
FILES: Final = (Path("watcher.toml"), Path("/etc/watcher/watcher.toml"))
TOKEN: Final[Keys] = ("telegram", "token")
Tree = dict[str, Any]


class _Environment(BaseSettings, Config):
    """What the variables may set; never made, only asked for its keys."""

    model_config = SettingsConfigDict(
        env_prefix="WATCHER_", env_nested_delimiter="__", env_ignore_empty=True
    )


@dataclass
class _Gathered:
    """The values so far, from the weakest source to the strongest."""

    values: Tree = field(default_factory=dict)
    origins: dict[Keys, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def lay(self, values: Tree, place: Callable[[Keys], Place]) -> None:
        """Put a source's values over the weaker ones: tables key by key, all else as a whole."""
        if _table(values, "telegram").keys() & {"token", "token_file"}:
            # The stronger source decides which of the two spellings counts.
            for key in ("token", "token_file"):
                _table(self.values, "telegram").pop(key, None)
                self.origins.pop(("telegram", key), None)
        for keys in list(self.origins):
            if isinstance(values.get(str(keys[0])), list):
                del self.origins[keys]
        _merge(self.values, values)
        self.origins |= {keys: place(keys) for keys in _paths(values)}


def find(given: Path | None = None) -> Path | None:
    """Return the file to read: the given one, WATCHER_CONFIG, ./watcher.toml, /etc/watcher/watcher.toml."""
    if given is None and (named := os.environ.get(FILE_VARIABLE)):
        return Path(named)
    return given or next((path for path in FILES if path.is_file()), None)


def read(given: Path | None = None) -> Config:
    """Read the configuration; raises `ConfigError` with all mistakes at once."""
    gathered = _Gathered()
    if path := find(given):
        _toml(gathered, path)
    _credential(gathered)
    _environment(gathered)
    _token(gathered)
    if isinstance(store := gathered.values.setdefault("store", {}), dict):
        store.setdefault("url", f"sqlite:///{_state_folder() / 'watcher.db'}")
    try:
        config = Config(**gathered.values)
    except ValidationError as error:
        found = mistakes.told(error, gathered.origins)
        raise ConfigError([*gathered.problems, *found]) from error
    if gathered.problems:
        raise ConfigError(gathered.problems)
    config._path = path
    config._origins = {mistakes.dotted(keys): str(at) for keys, at in gathered.origins.items()}
    config._warnings = tuple(gathered.warnings)
    return config


def _toml(gathered: _Gathered, path: Path) -> None:
    """Read the file; relative paths in it are taken from its folder."""
    text, file = "", Place(str(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
        values = tomllib.loads(text)
    except OSError as error:
        hint = f"give --config or {FILE_VARIABLE} the path of a readable TOML file"
        problem = file.problem("unreadable", error.strerror or str(error), hint)
        raise ConfigError([problem]) from error
    except UnicodeDecodeError as error:
        file = Place(str(path), error.object[: error.start].count(b"\n") + 1)
        problem = file.problem("toml", "this is not UTF-8", "save the file as UTF-8")
        raise ConfigError([problem]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([mistakes.broken(str(path), text, str(error))]) from error
    places = mistakes.places(text, str(path))
    folder = path.parent.absolute()
    telegram = _table(values, "telegram")
    for table, key in ((values, "rules"), (values, "opml"), (telegram, "token_file")):
        if isinstance(name := table.get(key), str):
            table[key] = str(folder / Path(name).expanduser())
    url = str(_table(values, "store").get("url"))
    name = url.removeprefix("sqlite:///")
    if name != url and name and name[0] not in ":/":
        values["store"]["url"] = f"sqlite:///{folder / name}"
    gathered.lay(values, lambda keys: mistakes.nearest(places, keys, file))
    if TOKEN in gathered.origins and path.stat().st_mode & stat.S_IROTH:
        gathered.warnings.append(
            f"Every user of this machine can read the token in {path}: chmod 640 it."
        )


def _credential(gathered: _Gathered) -> None:
    """Name the token file that systemd hands over (LoadCredential=), if it does."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder and (file := Path(folder, TOKEN_CREDENTIAL)).exists():
        gathered.lay({"telegram": {"token_file": str(file)}}, lambda _: Place(str(file)))


def _environment(gathered: _Gathered) -> None:
    """Read the WATCHER_* variables."""
    try:
        gathered.lay(EnvSettingsSource(_Environment)(), lambda keys: Place(_variable(keys)))
    except SettingsError as error:
        prefix = _variable((str(error).split('"')[1],))
        hint = """such as WATCHER_FETCH__ALLOW_ADDRESSES='["10.0.0.0/8"]'"""
        problem = Place(prefix).problem("wrong-value", "lists and tables are JSON", hint)
        gathered.problems.append(problem)
    known = [_variable((key,)) for key in Config.model_fields]
    for name in sorted(os.environ):
        head = name.upper().split("__")[0]
        close = get_close_matches(head, known, n=1, cutoff=0.8)
        if close and head not in known and name != FILE_VARIABLE:
            gathered.warnings.append(f"The variable {name} is no setting; did you mean {close[0]}?")


def _variable(keys: Keys) -> str:
    """Name the variable of a path; what stands in a list belongs to the list's variable."""
    numbers = [index for index, key in enumerate(keys) if isinstance(key, int)]
    return "WATCHER_" + "__".join(map(str, keys[: numbers[0]] if numbers else keys)).upper()


def _token(gathered: _Gathered) -> None:
    """Read the token from the file that the strongest source names."""
    telegram = _table(gathered.values, "telegram")
    if not isinstance(name := telegram.get("token_file"), str):
        return
    place = gathered.origins["telegram", "token_file"]
    if "token" in telegram:
        said = "token and token_file are both set"
        gathered.problems.append(place.problem("conflict", said, "keep one of the two"))
        return
    try:
        token = Path(name).read_text("utf-8").strip()
        reason = "" if token else "it is empty"
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
    if reason:
        said = f"the token file {name} cannot be used: {reason}"
        gathered.problems.append(place.problem("unreadable", said, "put the bot's token in it"))
        return
    telegram["token"] = token
    gathered.origins[TOKEN] = Place(name)


def _state_folder() -> Path:
    """Return where services and people keep their state."""
    if folder := os.environ.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(folder).absolute()
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state", "watcher").expanduser()


def _table(values: Tree, name: str) -> Tree:
    """Return a table of the tree; an empty one where there is none."""
    table = values.get(name)
    return table if isinstance(table, dict) else {}


def _merge(under: Tree, over: Tree) -> None:
    for key, value in over.items():
        old = under.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            _merge(old, value)
        else:
            under[key] = value


def _paths(value: object, at: Keys = ()) -> Iterator[Keys]:
    """Yield the path of everything in a tree."""
    items = value.items() if isinstance(value, dict) else ()
    for key, inner in enumerate(value) if isinstance(value, list) else items:
        yield (*at, key)
        yield from _paths(inner, (*at, key))
