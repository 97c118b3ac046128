"""
Gather the configuration: environment over credentials over TOML over defaults.

The sources are asked one by one, so that each value's origin is known and `config show` can tell it.
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError

from watcher.config import mistakes
from watcher.config.keys import Config
from watcher.config.places import Keys, nearest, places
from watcher.errors import ConfigError, Problem

PREFIX: Final = "WATCHER_"
FILE_VARIABLE: Final = "WATCHER_CONFIG"
TOKEN_CREDENTIAL: Final = "telegram-token"  # noqa: S105 - the credential's name
PLACES: Final = (Path("watcher.toml"), Path("/etc/watcher/watcher.toml"))
TOKEN: Final[Keys] = ("telegram", "token")
TOKEN_FILE: Final[Keys] = ("telegram", "token_file")
PATHS: Final[tuple[Keys, ...]] = (("rules",), ("opml",), TOKEN_FILE)
Tree = dict[str, Any]


@dataclass(kw_only=True)
class _Gathered:
    """The values so far, from the weakest source to the strongest."""

    path: Path | None = None
    values: Tree = field(default_factory=dict)
    origins: dict[Keys, mistakes.Origin] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def find(given: Path | None = None) -> Path | None:
    """Return the file to read: the given one, WATCHER_CONFIG, ./watcher.toml, /etc/watcher/watcher.toml."""
    if given is not None:
        return given
    if named := os.environ.get(FILE_VARIABLE):
        return Path(named)
    return next((path for path in PLACES if path.is_file()), None)


def read(given: Path | None = None) -> Config:
    """Read the configuration; raises `ConfigError` with all mistakes at once."""
    gathered = _Gathered(path=find(given))
    if gathered.path is not None:
        _toml(gathered, gathered.path)
    _credential(gathered)
    _environment(gathered)
    _token_file(gathered)
    _paths(gathered)
    _store(gathered)
    config = None
    try:
        config = Config(**gathered.values)
    except ValidationError as error:
        gathered.problems += mistakes.told(error, gathered.origins)
    if config is not None:
        gathered.problems += mistakes.twice(config, gathered.origins)
    if config is None or gathered.problems:
        raise ConfigError(sorted(set(gathered.problems)))
    config._path = gathered.path
    config._origins = {
        mistakes.dotted(keys): str(origin) for keys, origin in gathered.origins.items()
    }
    config._warnings = tuple(gathered.warnings)
    return config


# Sources ---------------------------------------------------------------------------------------


def _toml(gathered: _Gathered, path: Path) -> None:
    """Read the file."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        values = tomllib.loads(text)
    except OSError as error:
        hint = f"give --config or {FILE_VARIABLE} the path of a readable TOML file"
        raise ConfigError(
            [mistakes.whole(path, "unreadable", error.strerror or str(error), hint)]
        ) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigError([mistakes.undecodable(path, line)]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([mistakes.unreadable(path, text, str(error))]) from error
    found = places(text)

    def origin(keys: Keys) -> mistakes.Origin:
        return mistakes.Origin(name=str(path), place=nearest(found, keys))

    _lay(gathered, values, origin, base=path.parent)
    if TOKEN in gathered.origins and path.stat().st_mode & stat.S_IROTH:
        gathered.warnings.append(
            f"Every user of this machine can read the token in {path}: chmod 640 it."
        )


def _credential(gathered: _Gathered) -> None:
    """Read the token that systemd hands over (LoadCredential=)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder or not (file := Path(folder, TOKEN_CREDENTIAL)).exists():
        return
    token = _content(gathered, file, mistakes.Origin(name=str(file)))
    _lay(
        gathered,
        {"telegram": {"token": token}} if token else {},
        lambda _: mistakes.Origin(name=f"credential {TOKEN_CREDENTIAL}"),
    )


def _environment(gathered: _Gathered) -> None:
    """Read the WATCHER_* variables."""
    try:
        values = EnvSettingsSource(Config)()
    except SettingsError as error:
        hint = "a whole table is written as JSON; single keys as WATCHER_TABLE__KEY"
        variable = mistakes.variable(
            (getattr(error.__cause__, "field", None) or _named(str(error)),)
        )
        gathered.problems.append(mistakes.whole(variable, "wrong-value", "this is no JSON", hint))
        return
    _lay(
        gathered,
        values,
        lambda keys: mistakes.Origin(name=mistakes.variable(keys), environment=True),
    )
    known = [mistakes.variable((key,)) for key in Config.model_fields]
    for name in sorted(os.environ):
        if not name.upper().startswith(PREFIX) or name == FILE_VARIABLE:
            continue
        head = name.upper().split("__")[0]
        close = get_close_matches(head, known, n=1, cutoff=0.8)
        if head not in known and close:
            gathered.warnings.append(f"The variable {name} is no setting; did you mean {close[0]}?")


def _named(text: str) -> str:
    """Return the field that a SettingsError speaks of."""
    return text.partition('field "')[2].partition('"')[0]


# What they have in common ----------------------------------------------------------------------


def _lay(gathered: _Gathered, values: Tree, origin: mistakes.Where, base: Path = Path()) -> None:
    """Put a source's values over those of the weaker ones."""
    if _get(values, TOKEN) is not None and _get(values, TOKEN_FILE) is not None:
        message = "token and token_file are both set"
        gathered.problems.append(
            origin(TOKEN_FILE).problem("conflict", message, "keep one of the two", at_value=False)
        )
    for mine, other in ((TOKEN, TOKEN_FILE), (TOKEN_FILE, TOKEN)):
        # The stronger source decides which of the two spellings counts.
        if _get(values, mine) is not None and _get(values, other) is None:
            _drop(gathered, other)
    for keys in PATHS:
        if isinstance(text := _get(values, keys), str) and text:
            _put(values, keys, str(base.absolute() / Path(text).expanduser()))
    url = _get(values, ("store", "url"))
    if (
        isinstance(url, str)
        and (name := url.removeprefix("sqlite:///")) != url
        and name[:1] not in ("", ":", "/")
    ):
        _put(values, ("store", "url"), f"sqlite:///{base.absolute() / Path(name)}")
    _merge(gathered, values, origin, ())


def _merge(
    gathered: _Gathered, values: Mapping[str, Any], origin: mistakes.Where, at: Keys
) -> None:
    """Overlay tables key by key; anything else, lists included, is replaced as a whole."""
    for key, value in values.items():
        keys = (*at, key)
        if isinstance(value, dict) and value:
            _merge(gathered, value, origin, keys)
            continue
        for old in [old for old in gathered.origins if old[: len(keys)] == keys]:
            del gathered.origins[old]
        _put(gathered.values, keys, value)
        gathered.origins[keys] = origin(keys)
        for inner in _inside(value, keys):
            gathered.origins[inner] = origin(inner)


def _inside(value: object, keys: Keys) -> list[Keys]:
    """Return the paths of all that stands in a list of tables."""
    if not isinstance(value, list):
        return []
    tables = [(index, table) for index, table in enumerate(value) if isinstance(table, dict)]
    return [
        (*keys, index, *rest)
        for index, table in tables
        for rest in ((), *((key,) for key in table))
    ]


def _get(values: Mapping[str, object], keys: Keys) -> object:
    """Return the value at a path, if there is one."""
    value: object = values
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _put(values: Tree, keys: Keys, value: object) -> None:
    """Set the value at a path."""
    *tables, last = map(str, keys)
    for key in tables:
        if not isinstance(values.get(key), dict):
            values[key] = {}
        values = values[key]
    values[last] = value


def _drop(gathered: _Gathered, keys: Keys) -> None:
    """Forget what a weaker source said."""
    if isinstance(table := gathered.values.get(str(keys[0])), dict):
        table.pop(keys[1], None)
    gathered.origins.pop(keys, None)


def _content(gathered: _Gathered, file: Path, origin: mistakes.Origin) -> str:
    """Return the token that a file holds; empty, and a problem noted, when it holds none."""
    try:
        token = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        gathered.problems.append(
            origin.problem("unreadable", f"the token file {file} cannot be read: {reason}")
        )
        return ""
    if not token:
        gathered.problems.append(
            origin.problem("empty", f"the token file {file} is empty", "put the token in")
        )
    return token


def _token_file(gathered: _Gathered) -> None:
    """Read the token from the file that the configuration names."""
    named = _get(gathered.values, TOKEN_FILE)
    if not isinstance(named, str) or _get(gathered.values, TOKEN) is not None:
        return
    token = _content(gathered, Path(named), gathered.origins[TOKEN_FILE])
    if token:
        gathered.values["telegram"]["token"] = token
        gathered.origins[TOKEN] = mistakes.Origin(name=named)


def _paths(gathered: _Gathered) -> None:
    """Refuse a rules folder that is not there."""
    rules = _get(gathered.values, ("rules",))
    if isinstance(rules, str) and not Path(rules).is_dir():
        gathered.problems.append(
            gathered.origins[("rules",)].problem(
                "not-found", f"there is no folder {rules}", "name the folder of your rule sets"
            )
        )


def _store(gathered: _Gathered) -> None:
    """Put the database where services and people keep their state, unless the configuration says where."""
    if _get(gathered.values, ("store", "url")) is not None or not isinstance(
        gathered.values.get("store", {}), dict
    ):
        return
    folder = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    if not folder:
        home = os.environ.get("XDG_STATE_HOME") or str(Path("~/.local/state").expanduser())
        folder = str(Path(home, "watcher"))
    _put(gathered.values, ("store", "url"), f"sqlite:///{Path(folder).absolute() / 'watcher.db'}")
