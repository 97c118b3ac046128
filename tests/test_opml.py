"""OPML: what others write is read, what we write is read back, and files of people are kept as they are."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import opml
from watcher.config.keys import SHIPPED_FEEDS
from watcher.errors import ConfigError, Problem
from watcher.model import FeedSpec

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Mes fils</title></head>
<body>
  <!-- à relire -->
  <outline text="Matériel">
    <outline title="Puces &amp; cartes" xmlUrl=" https://puces.exemple.fr/rss "/>
    <outline text="IA"><outline text="https://ia.exemple.fr/fil" xmlUrl="https://ia.exemple.fr/fil" category="/chine/, usa"/></outline>
  </outline>
  <outline text="Doublon" xmlUrl="https://puces.exemple.fr/rss" category="quota" language="fr"/>
  <outline text="Plan" type="sitemap" xmlUrl="https://plan.exemple.fr/news.xml"/>
  <outline text="Un lien" type="link" url="https://exemple.fr/"/>
</body></opml>
"""

words = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs", "Po"]), max_size=12).map(
    lambda text: " ".join("".join(char for char in text if char not in ",/").split())
)
specs = st.builds(
    FeedSpec,
    url=st.from_regex(r"https?://[a-z]{1,9}\.(fr|com)/[a-z0-9/?=&;%+-]{0,12}", fullmatch=True),
    title=words,
    kind=st.sampled_from(["feed", "sitemap"]),
    tags=st.lists(words.filter(bool), max_size=3, unique=True).map(tuple),
    language=st.sampled_from(["", "fr", "en"]),
)


def problems(data: bytes) -> tuple[Problem, ...]:
    """Return the mistakes of a document that must have some."""
    with pytest.raises(ConfigError) as caught:
        opml.parse(data, name="fils.opml")
    return caught.value.problems


def test_reading() -> None:
    """Folders and categories become tags, titles are kept, of a feed named twice the first counts."""
    assert opml.parse(LIST.encode()) == (
        FeedSpec(
            url="https://puces.exemple.fr/rss",
            title="Puces & cartes",
            tags=("Matériel",),
        ),
        FeedSpec(url="https://ia.exemple.fr/fil", tags=("Matériel", "IA", "chine", "usa")),
        FeedSpec(url="https://plan.exemple.fr/news.xml", title="Plan", kind="sitemap"),
    )


@given(st.lists(specs, unique_by=lambda spec: spec.url))
def test_what_is_written_is_read_back(feeds: list[FeedSpec]) -> None:
    """Writing and reading lose nothing; feeds of one folder come together."""
    back = opml.parse(opml.write(feeds))
    assert {spec.url: spec for spec in back} == {spec.url: spec for spec in feeds}
    assert opml.parse(opml.write(back)) == back


@given(st.text(), st.text())
def test_any_title_can_be_written(title: str, tag: str) -> None:
    """Control characters and half surrogates of a feed's title never make a file that cannot be read."""
    [spec] = opml.parse(
        opml.write([FeedSpec(url="https://exemple.fr/fil", title=title, tags=(tag,))])
    )
    assert spec.url == "https://exemple.fr/fil"


def test_adding_keeps_the_rest() -> None:
    """A new feed goes to its folder; comments and foreign outlines stay."""
    new = FeedSpec(url="https://neuf.exemple.fr/fil", title="Neuf", tags=("Matériel",))
    data = opml.add(LIST.encode(), [new, FeedSpec(url="https://sans.exemple.fr/fil")])
    assert "à relire" in data.decode()
    assert 'type="link"' in data.decode()
    assert data.decode().count('text="Matériel"') == 1
    assert new in opml.parse(data)
    assert len(opml.parse(data)) == 5


def test_removing_keeps_the_rest() -> None:
    """A feed goes with all its outlines, and nothing else does."""
    data = opml.remove(LIST.encode(), "https://puces.exemple.fr/rss")
    assert [spec.url for spec in opml.parse(data)] == [
        "https://ia.exemple.fr/fil",
        "https://plan.exemple.fr/news.xml",
    ]
    assert "à relire" in data.decode()
    assert opml.parse(opml.remove(data, "https://absent.exemple.fr/")) == opml.parse(data)


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (b"", 1, "empty"),
        (b"<opml><body>\n<outline>\n</body></opml>", 3, "mismatch"),
        (b"<html><body/></html>", 1, "no OPML"),
        (b"<opml><head/></opml>", 1, "no OPML"),
        (
            b'<opml><body>\n<outline xmlUrl="file:///etc/passwd"/></body></opml>',
            2,
            "no http(s) address",
        ),
        (b'<opml><body>\n\n<outline xmlUrl="http://[::1"/></body></opml>', 3, "no http(s) address"),
    ],
)
def test_mistakes(data: bytes, line: int, said: str) -> None:
    """What is no list of feeds is refused with its line."""
    [problem] = problems(data)
    assert (problem.file, problem.line) == ("fils.opml", line)
    assert said in str(problem)


def test_all_mistakes_at_once() -> None:
    """Two wrong addresses are told together."""
    data = b'<opml><body><outline xmlUrl="a"/>\n<outline xmlUrl="b"/></body></opml>'
    assert [problem.line for problem in problems(data)] == [1, 2]


def test_entities_are_not_followed(tmp_path: Path) -> None:
    """A list cannot read files of this machine into itself, nor grow without end."""
    secret = tmp_path / "secret"
    secret.write_text("https://secret.exemple.fr/")
    data = f'<!DOCTYPE o [<!ENTITY x SYSTEM "file://{secret}">]><opml><body><outline text="a">&x;</outline></body></opml>'
    assert opml.parse(data.encode()) == ()
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE o [<!ENTITY a0 "{"h" * 64}">{laughs}]><opml><body><outline text="&a9;"/></body></opml>'
    assert problems(bomb.encode())


def test_files(tmp_path: Path) -> None:
    """A file is replaced whole, keeps its rights, and an unreadable one is told."""
    path = tmp_path / "fils.opml"
    opml.save(path, opml.write([]))
    path.chmod(0o600)
    opml.save(path, LIST.encode())
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(opml.load(path)) == 3
    assert [file.name for file in tmp_path.iterdir()] == ["fils.opml"]
    with pytest.raises(ConfigError, match="No such file"):
        opml.load(tmp_path / "absent.opml")
    with pytest.raises(ConfigError, match="check the folder"):
        opml.save(tmp_path / "absent" / "fils.opml", b"")


def test_the_shipped_list() -> None:
    """At least forty French feeds ship, each with a title and a folder, no address twice."""
    feeds = opml.load(SHIPPED_FEEDS)
    assert len(feeds) >= 40
    assert all(spec.title and spec.tags and spec.language == "fr" for spec in feeds)
    assert SHIPPED_FEEDS.read_text("utf-8").count("xmlUrl=") == len(feeds)
