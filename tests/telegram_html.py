"""A strict reader of the HTML that Telegram takes: what it would refuse is an AssertionError here."""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"<(/?)([a-z]+)((?: [a-z]+(?:=\"[^\"<>]*\")?)*)>|&(lt|gt|amp|quot);|([^<>&]+)")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TAGS = {"a", "b", "i", "blockquote"}
HREF = re.compile(r' href="([^"]*)"')


@dataclass
class Parsed:
    """The text without markup, and each entity as (tag, its text)."""

    text: str = ""
    entities: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def all(self, tag: str) -> list[str]:
        """Return the texts of one kind of entity."""
        return [text for name, text in self.entities if name == tag]

    @property
    def units(self) -> int:
        """Return the length as Telegram counts it."""
        return len(self.text.encode("utf-16-le")) // 2


def plain(escaped: str) -> str:
    """Undo the four named references."""
    return re.sub(r"&(lt|gt|amp|quot);", lambda found: NAMED[found[1]], escaped)


def parse(html: str) -> Parsed:
    """Read a message to its last character."""
    parsed, at = Parsed(), 0
    stack: list[tuple[str, int]] = []
    while at < len(html):
        token = TOKEN.match(html, at)
        assert token, f"cannot read {html[at : at + 40]!r}"
        at = token.end()
        closing, tag, attributes, name, text = token.groups()
        if not tag:
            parsed.text += NAMED[name] if name else text
        elif closing:
            opened, start = stack.pop()
            assert opened == tag, f"</{tag}> closes <{opened}>"
            assert parsed.text[start:], f"<{tag}> is empty"
            parsed.entities.append((tag, parsed.text[start:]))
        else:
            assert tag in TAGS, f"<{tag}> is not allowed"
            assert (tag, len(parsed.text)) not in stack or tag != "blockquote"
            if tag == "a":
                parsed.links.append(plain(HREF.fullmatch(attributes)[1]))  # type: ignore[index]
            else:
                assert attributes in ("", " expandable" * (tag == "blockquote"))
            stack.append((tag, len(parsed.text)))
    assert not stack, f"{stack} stay open"
    return parsed
