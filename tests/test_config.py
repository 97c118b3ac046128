"""The configuration: precedence, origins, and mistakes told with place and cure."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import config as configuration
from watcher.config import durations, mistakes
from watcher.config.keys import SHIPPED_RULES, Config, StoreKeys
from watcher.errors import ConfigError, Problem
from watcher.model import FeedSpec
from watcher.preferences import Level

TOKEN = "4242:AAveille-du-soir_0123456789abcdefghij"
Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start from a machine that sets nothing."""
    for name in list(os.environ):
        if name.startswith("WATCHER_") or name in ("CREDENTIALS_DIRECTORY", "STATE_DIRECTORY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a configuration file."""

    def _write(text: str) -> Path:
        path = tmp_path / "veille.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o640)
        return path

    return _write


def problems(path: Path | None = None) -> tuple[Problem, ...]:
    """Return the mistakes of a configuration that must have some."""
    with pytest.raises(ConfigError) as caught:
        configuration.read(path)
    return caught.value.problems


# What counts -----------------------------------------------------------------------------------


def test_without_anything(tmp_path: Path) -> None:
    """The defaults run: shipped rules and feeds, a database among the user's state, the terminal."""
    config = configuration.read()
    assert config.path is None
    assert config.rules == SHIPPED_RULES
    assert config.store.path == tmp_path / "state" / "watcher" / "watcher.db"
    assert config.channel == "console"
    assert [spec.address for spec in config.chat_specs()] == ["console"]
    assert len(config.feed_specs()) >= 40
    assert config.fetch.host_delay == timedelta(seconds=1)
    assert config.fetch.max_bytes == 5_242_880
    assert config.cadence.maximum == timedelta(hours=6)
    assert config.warnings() == ()
    assert config.origins() == {}


def test_a_whole_file(write: Write, tmp_path: Path) -> None:
    """Every key of the file arrives as a value of the model, relative paths from the file's folder."""
    (tmp_path / "mes-regles").mkdir()
    path = write(
        f"""
rules = "mes-regles"
[store]
url = "sqlite:///etat.db"
[fetch]
allow_addresses = ["127.0.0.0/8", "::1"]
host_delay = 0.5
pages = false
contact = "mailto:veille@exemple.fr"
[cadence]
minimum = "1m"
maximum = "1h30m"
[telegram]
token = "{TOKEN}"
base_url = "http://127.0.0.1:8081/bot"
[[feeds]]
url = "https://exemple.fr/fil"
title = "Exemple"
tags = ["puces"]
language = "fr"
[[feeds]]
url = "https://exemple.fr/plan.xml"
kind = "sitemap"
[[chats]]
id = -1001234
thread = 7
rule_sets = ["h200"]
level = "first"
[[chats]]
id = "@veille_puces"
"""
    )
    config = configuration.read(path)
    assert config.rules == tmp_path / "mes-regles"
    assert config.store.url == f"sqlite:///{tmp_path}/etat.db"
    assert [str(network) for network in config.fetch.allow_addresses] == ["127.0.0.0/8", "::1/128"]
    assert config.fetch.host_delay == timedelta(seconds=0.5)
    assert config.cadence.maximum == timedelta(minutes=90)
    assert config.channel == "telegram"
    assert config.feed_specs() == (
        FeedSpec(url="https://exemple.fr/fil", title="Exemple", tags=("puces",), language="fr"),
        FeedSpec(url="https://exemple.fr/plan.xml", kind="sitemap"),
    )
    first, second = config.chat_specs()
    assert (first.address, first.thread, first.rule_sets, first.level) == (
        "-1001234",
        7,
        ("h200",),
        Level.FIRST,
    )
    assert (second.address, second.level, second.language) == (
        "@veille_puces",
        Level.DEVELOPMENTS,
        "fr",
    )
    assert config.secrets == (TOKEN,)
    assert config.origins()["fetch.pages"] == f"{path}:8"
    assert config.origins()["chats[1].id"] == f"{path}:30"


def test_precedence(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment beats the credential, which beats the file, which beats the default."""
    path = write(
        f'[telegram]\ntoken = "1:fichier_{"x" * 30}"\n[fetch]\ntimeout = "10s"\nconcurrency = 4\n'
    )
    assert configuration.read(path).telegram.token is not None
    (tmp_path / "telegram-token").write_text(f"2:credential_{'x' * 30}\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    config = configuration.read(path)
    assert config.secrets[0].startswith("2:")
    assert config.origins()["telegram.token"] == str(tmp_path / "telegram-token")
    monkeypatch.setenv("WATCHER_TELEGRAM__TOKEN", f"3:variable_{'x' * 30}")
    monkeypatch.setenv("WATCHER_FETCH__TIMEOUT", "15")
    monkeypatch.setenv("WATCHER_FETCH__ALLOW_ADDRESSES", '["10.0.0.0/8", "127.0.0.1"]')
    monkeypatch.setenv("WATCHER_CHATS", '[{"id": 12}]')
    monkeypatch.setenv("WATCHER_FEEDS", "")
    config = configuration.read(path)
    assert config.secrets[0].startswith("3:")
    assert config.fetch.timeout == timedelta(seconds=15)
    assert config.fetch.concurrency == 4
    assert [str(network) for network in config.fetch.allow_addresses] == [
        "10.0.0.0/8",
        "127.0.0.1/32",
    ]
    assert config.chat_specs()[0].address == "12"
    assert config.origins()["fetch.timeout"] == "WATCHER_FETCH__TIMEOUT"
    assert config.origins()["fetch.concurrency"] == f"{path}:5"
    assert config.origins()["chats[0].id"] == "WATCHER_CHATS"


def test_the_token_may_live_in_a_file(write: Write, tmp_path: Path) -> None:
    """A token file is found beside the configuration, and its end of line does not count."""
    (tmp_path / "jeton").write_text(TOKEN + "\n")
    config = configuration.read(write('[telegram]\ntoken_file = "jeton"\n'))
    assert config.secrets == (TOKEN,)
    assert config.origins()["telegram.token"] == str(tmp_path / "jeton")


def test_the_stronger_source_chooses_the_spelling(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token from the environment needs no token file of the configuration, not even a readable one."""
    monkeypatch.setenv("WATCHER_TELEGRAM__TOKEN", TOKEN)
    config = configuration.read(write('[telegram]\ntoken_file = "absent"\n'))
    assert config.secrets == (TOKEN,)
    assert config.telegram.token_file is None
    (tmp_path / "jeton").write_text(TOKEN)
    monkeypatch.setenv("WATCHER_TELEGRAM__TOKEN_FILE", "jeton")
    monkeypatch.delenv("WATCHER_TELEGRAM__TOKEN")
    assert configuration.read(write('[telegram]\ntoken = "7:vieux_jeton"\n')).secrets == (TOKEN,)


@pytest.mark.parametrize(
    ("given", "variable", "files", "found"),
    [
        ("a.toml", "b.toml", ("watcher.toml",), "a.toml"),
        (None, "b.toml", ("watcher.toml",), "b.toml"),
        (None, None, ("watcher.toml",), "watcher.toml"),
    ],
)
def test_which_file(
    given: str | None,
    variable: str | None,
    files: tuple[str, ...],
    found: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """--config comes before WATCHER_CONFIG, which comes before the file at hand."""
    for name in files:
        Path(name).touch()
    if variable:
        monkeypatch.setenv("WATCHER_CONFIG", variable)
    assert configuration.find(Path(given) if given else None) == Path(found)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("sqlite:///veille.db", "sqlite:///{folder}/veille.db"),
        ("sqlite:////var/lib/veille.db", "sqlite:////var/lib/veille.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
        (
            "postgresql://veille:secret@localhost/veille",
            "postgresql://veille:secret@localhost/veille",
        ),
    ],
)
def test_databases(url: str, kept: str, write: Write, tmp_path: Path) -> None:
    """A relative database lies beside the configuration; everything else is taken as it is."""
    config = configuration.read(write(f'store.url = "{url}"\n'))
    assert config.store.url == kept.format(folder=tmp_path)
    assert config.store.path == (
        Path(kept[10:].format(folder=tmp_path)) if kept.endswith(".db") else None
    )
    assert config.secrets == (("secret",) if "secret" in url else ())


def test_under_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service keeps its database in its first state directory."""
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path / 'service'}:/var/lib/other")
    assert configuration.read().store.path == tmp_path / "service" / "watcher.db"


def test_feeds_come_from_both_places(write: Write, tmp_path: Path) -> None:
    """[[feeds]] come first and win over the same address in the OPML file."""
    (tmp_path / "fils.opml").write_text(
        '<opml version="2.0"><body><outline text="A" xmlUrl="https://a.fr/fil"/>'
        '<outline text="B" xmlUrl="https://b.fr/fil"/></body></opml>'
    )
    path = write('opml = "fils.opml"\n[[feeds]]\nurl = "https://b.fr/fil"\ntitle = "Le B"\n')
    specs = configuration.read(path).feed_specs()
    assert {(spec.url, spec.title) for spec in specs} == {
        ("https://a.fr/fil", "A"),
        ("https://b.fr/fil", "Le B"),
    }
    assert specs[0].url == "https://b.fr/fil"


def test_a_configuration_can_be_made_in_code() -> None:
    """A test or a demonstration needs no file."""
    config = Config(store=StoreKeys(url="sqlite:///:memory:"))
    assert config.fetch.concurrency == 32
    with pytest.raises(ValueError, match="frozen"):
        config.rules = Path()  # type: ignore[misc]


# What is probably not meant --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'[telegram]\ntoken = "{TOKEN}"\naccess = "allowlist"\n', "nobody is told"),
        ("[[chats]]\nid = 5\n", "alerts go to the terminal"),
    ],
)
def test_warnings(text: str, said: str, write: Write) -> None:
    """A token without chats and chats without a token are told, and run."""
    [sentence] = configuration.read(write(text)).warnings()
    assert said in sentence


def test_a_readable_token_is_told(write: Write) -> None:
    """A token that every user of the machine can read is worth a word."""
    path = write(f'[telegram]\ntoken = "{TOKEN}"\n[[chats]]\nid = 1\n')
    path.chmod(0o644)
    [sentence] = configuration.read(path).warnings()
    assert "chmod 640" in sentence
    assert TOKEN not in sentence


def test_a_mistyped_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that almost names a setting is told; one of somebody else's is not."""
    monkeypatch.setenv("WATCHER_TELGRAM__TOKEN", TOKEN)
    monkeypatch.setenv("WATCHER_PORT_8080_TCP", "tcp://10.0.0.1:8080")
    [sentence] = configuration.read().warnings()
    assert "WATCHER_TELGRAM__TOKEN" in sentence
    assert "WATCHER_TELEGRAM" in sentence


# What is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "code", "said"),
    [
        ("tiemout = 3\n", (1, 1), "unknown-key", "unknown key tiemout"),
        ("[fetch]\n  tiemout = 3\n", (2, 3), "unknown-key", "did you mean timeout?"),
        ("[fetch]\nzzz = 1\n", (2, 1), "unknown-key", "known here: allow_addresses, host_delay"),
        ("[[feeds]]\nurl = 'https://a.fr/f'\n[[feeds]]\nurl = 'https://b.fr/f'\nnom = 'B'\n", (5, 1), "unknown-key", "feeds[1].nom"),
        ("feeds = [{url = 'https://a.fr/f', tittle = 'A'}]\n", (1, 1), "unknown-key", "did you mean title?"),
        ("[[feeds]]\ntitle = 'A'\n", (1, 1), "missing-key", "feeds[0].url is missing"),
        ("[fetch]\ntimeout = 'vite'\n", (2, 1), "wrong-value", '"5m"'),
        ("[fetch]\ntimeout = true\n", (2, 1), "wrong-value", "seconds such as 30"),
        ("[fetch]\ntimeout = 0\n", (2, 1), "wrong-value", "at least 1 second"),
        ("[fetch]\ntimeout = '400d'\n", (2, 1), "wrong-value", "at most 366 days"),
        ("[fetch]\ntimeout = nan\n", (2, 1), "wrong-value", "seconds such as 30"),
        ("fetch = 3\n", (1, 1), "wrong-value", "fetch should be a valid"),
        ("[fetch]\nallow_addresses = ['ici']\n", (2, 1), "wrong-value", "192.168.1.0/24"),
        ("[fetch]\nallow_addresses = ['10.1.2.3/8']\n", (2, 1), "wrong-value", "10.1.2.3/8 has host bits set: give a range"),
        ("[fetch]\nallow_addresses = [3.5]\n", (2, 1), "wrong-value", "allow_addresses[0]"),
        ("[fetch]\ncontact = 'moi'\n", (2, 1), "wrong-value", "mailto:"),
        ("[cadence]\nminimum = '7h'\n", (1, 1), "wrong-value", "longer than maximum"),
        ("[[chats]]\nid = 'veille'\n", (2, 1), "wrong-value", "public @name"),
        ("[[chats]]\nid = true\n", (2, 1), "wrong-value", "public @name"),
        ("[[chats]]\nid = 1\n[[chats]]\nid = 1\n", (1, 1), "wrong-value", "each chat (and thread) once"),
        ("[[feeds]]\nurl = 'ftp://a.fr/f'\n", (2, 1), "wrong-value", "https://example.org/feed"),
        ("[[feeds]]\nurl = 'http://[::1/f'\n", (2, 1), "wrong-value", "https://example.org/feed"),
        ("[store]\nurl = 'mysql://x:motdepasse@y'\n", (2, 1), "wrong-value", "postgresql://"),
        ("rules = 'nulle-part'\n", (1, 1), "wrong-value", "folder of your rule sets"),
        ("[telegram]\ntoken = 'motdepasse'\n", (2, 1), "wrong-value", "@BotFather"),
        ("[telegram]\ntoken = '1:motdepasse'\ntoken_file = 'x'\n", (3, 1), "conflict", "keep one"),
        ("[telegram]\ntoken_file = 'absent'\n", (2, 1), "unreadable", "No such file"),
        ("[telegram]\ntoken = 1:motdepasse\n", (2, 10), "toml", "stand in quotes"),
        ('[fetch]\ntimeout = "5s\n', (2, 14), "toml", "Illegal character"),
        ('[fetch]\nallow_addresses = [\n', (2, 1), "toml", ""),
    ],
)  # fmt: skip
def test_mistakes(text: str, place: tuple[int, int], code: str, said: str, write: Write) -> None:
    """A mistake is told with its line, its column, its kind and a cure, and never with a secret."""
    path = write(text)
    found = problems(path)
    assert [(p.file, p.line, p.column, p.code) for p in found] == [(str(path), *place, code)]
    assert said in str(found[0])
    assert "motdepasse" not in str(found[0])


def test_all_mistakes_at_once(write: Write) -> None:
    """The administrator mends a file in one go."""
    path = write(
        "rules = 'absent'\n[fetch]\npages = 'peut-être'\nconcurrency = 0\n[log]\nlevel = 'fort'\n"
    )
    assert [problem.line for problem in problems(path)] == [1, 3, 4, 6]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A file that was asked for must exist."""
    [problem] = problems(tmp_path / "absent.toml")
    assert (problem.code, problem.line) == ("unreadable", 0)
    assert "No such file" in problem.message


def test_another_encoding_is_told(tmp_path: Path) -> None:
    """A file in Latin-1 names the line that shows it."""
    path = tmp_path / "latin.toml"
    path.write_bytes("# veille\n[[feeds]]\ntitle = 'Numérique'\n".encode("latin-1"))
    [problem] = problems(path)
    assert (problem.line, problem.hint) == (3, "save the file as UTF-8")


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe"])
def test_a_useless_token_file_is_told(content: bytes, write: Write, tmp_path: Path) -> None:
    """A token file without a token is refused where it is named."""
    (tmp_path / "jeton").write_bytes(content)
    [problem] = problems(write('[telegram]\ntoken_file = "jeton"\n'))
    assert problem.line == 2
    assert "jeton" in problem.message


def test_an_empty_credential_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential without a token is refused; a service without that credential is not."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert configuration.read().channel == "console"
    (tmp_path / "telegram-token").touch()
    [problem] = problems()
    assert problem.file == str(tmp_path / "telegram-token")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WATCHER_FETCH__TIEMOUT", "3", "did you mean timeout?"),
        ("WATCHER_FETCH__CONCURRENCY", "beaucoup", "valid integer"),
        ("WATCHER_FETCH__ALLOW_ADDRESSES", "[", "JSON"),
        ("WATCHER_FETCH", "{", "JSON"),
        ("WATCHER_CHATS", "[", "JSON"),
        ("WATCHER_CHATS", '[{"id": 0}]', "chats[0].id"),
    ],
)
def test_a_wrong_variable_is_named(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in the environment names its variable, or the table that it belongs to."""
    monkeypatch.setenv(name, value)
    [problem] = problems()
    assert name.startswith(problem.file)
    assert said in str(problem)


# The small parts -------------------------------------------------------------------------------


@given(st.timedeltas(min_value=timedelta(0), max_value=durations.LONGEST))
def test_a_spelt_duration_reads_back(duration: timedelta) -> None:
    """`config show` prints durations that the configuration takes."""
    assert abs(durations.parse(durations.spell(duration)) - duration) <= timedelta(microseconds=1)


@given(st.text() | st.floats() | st.integers() | st.none())
def test_a_duration_is_a_duration_or_a_sentence(value: object) -> None:
    """A wrong duration is refused with one sentence, whatever it is."""
    said = ""
    try:
        assert timedelta(0) <= durations.parse(value) <= durations.LONGEST
    except ValueError as error:
        said = str(error)
    assert not said or said.startswith("should be")


def test_places() -> None:
    """Places survive comments, long values, dotted and quoted keys, tables and repeated tables."""
    text = (
        "# [faux]\r\n"
        "a.b = [\n  1, # ]\n  2,\n]\n"
        '"c" = "=" # = \n'
        "[[p]]\nx = 1\n[[p]] # encore\n  z = 3\n[q.r]\ny = 2\n"
    )
    found = mistakes.places(text, "f")
    assert {keys: (place.line, place.column) for keys, place in found.items()} == {
        ("a", "b"): (2, 1),
        ("c",): (6, 1),
        ("p",): (7, 1),
        ("p", 0): (7, 1),
        ("p", 0, "x"): (8, 1),
        ("p", 1): (9, 1),
        ("p", 1, "z"): (10, 3),
        ("q", "r"): (11, 1),
        ("q", "r", "y"): (12, 1),
    }
    nowhere = mistakes.Place("f")
    assert mistakes.nearest(found, ("p", 1, "absent"), nowhere).line == 9
    assert mistakes.nearest({}, ("p",), nowhere) is nowhere


@pytest.mark.parametrize("text", ["1h30m", "90m", " 1.5H ", "5400", "5400s", "0.0625d"])
def test_one_duration_many_spellings(text: str) -> None:
    """Units go from days down to seconds, in either case; a bare number is seconds."""
    assert durations.parse(text) == durations.parse(durations.parse(text)) == timedelta(minutes=90)


def test_every_key_is_documented() -> None:
    """docs/configuration.md names every key in its table."""
    page = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text("utf-8")
    named = set(re.findall(r"^\| `([a-z_.\[\]]+)`", page, re.MULTILINE))
    wanted = set()
    for name, field in Config.model_fields.items():
        tables = [field.annotation, *getattr(field.annotation, "__args__", ())]
        table = next((one for one in tables if hasattr(one, "model_fields")), None)
        wanted |= {f"{name}.{key}" for key in table.model_fields} if table else {name}
    assert named == wanted
