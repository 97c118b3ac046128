"""HTML fragments as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.sources.plain import line, plain


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("", ""),
        ("Les H200  autorisés\t", "Les H200 autorisés"),
        ("<p>Un.</p>\n<p>Deux.</p>", "Un.\nDeux."),
        ("<ul><li>H20</li><li>H200</li></ul>", "H20\nH200"),
        ("Un<br>deux<br/>trois", "Un\ndeux\ntrois"),
        ("<b>Pékin</b> <i>dit</i> non<!-- bis -->.", "Pékin dit non."),
        ("<p>Avant</p><script>a < b</script><style>p{}</style><p>Après</p>", "Avant\nAprès"),
        ("L&#8217;&eacute;t&eacute; &amp; apr&egrave;s", "L’été & après"),
        ("H200 < H100 & B200", "H200 < H100 & B200"),
        ("<p>un\nseul paragraphe</p>", "un seul paragraphe"),
        ("<p>un\r\nseul paragraphe</p>", "un seul paragraphe"),
        ("<object><p>vidéo</p><param/></object> et texte", "et texte"),
        ("<td>1</td><td>2</td>", "1\n2"),
        ("<!---->", ""),
        ("\x00<p>\x00</p>", ""),
        ("&inconnu; &#xD800;", "&inconnu; \ufffd"),
    ],
)
def test_plain(fragment: str, text: str) -> None:
    """Tags go, blocks become lines, entities become signs, scripts leave nothing."""
    assert plain(fragment) == text


def test_literal() -> None:
    """Literal text keeps what looks like a tag."""
    assert plain("si a <b et c> d &eacute;", literal=True) == "si a <b et c> d é"


def test_line() -> None:
    """A title is one line."""
    assert line("<p>Puces :</p><p>un quota</p>") == "Puces : un quota"


@given(st.text(alphabet="<>&;/abp #1é\n"))
def test_total(fragment: str) -> None:
    """Any fragment has a text, without space around its lines."""
    assert all(piece == piece.strip() for piece in plain(fragment).split("\n"))
