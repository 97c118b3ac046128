"""What a button says comes back as it was said, and nothing else is taken for it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.buttons import DATA, Press, number, whole

WORDS = st.text(
    alphabet=st.characters(exclude_characters=":", exclude_categories=["Cs"]), max_size=12
)
VERBS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)


@given(VERBS, st.lists(WORDS, max_size=4))
def test_presses_come_back(verb: str, args: list[str]) -> None:
    """A press that fits is read as it was spelled; one that does not is refused when it is made."""
    press = Press(verb, *args)
    try:
        data = press.data
    except ValueError:
        assert len(f"v1:{verb}:{':'.join(args)}".encode()) > DATA
        return
    assert Press.read(data) == press
    assert len(data.encode()) <= DATA


@given(st.text())
@example("v1:")
@example("v2:sub:h200:on")
@example("v1:SUB:h200")
@example("v1:sub\n")
def test_anything_can_be_pressed(data: str) -> None:
    """Whatever data comes, it is a press of ours or none."""
    press = Press.read(data)
    assert press is None or data.startswith("v1:")


@pytest.mark.parametrize("verb", ["", "Sub", "sub1", "sub:h200"])
def test_verbs(verb: str) -> None:
    """A verb is a word in small letters."""
    if verb == "sub:h200":
        assert Press.read(Press(verb).data) == Press("sub", "h200")  # an argument, then
        return
    with pytest.raises(ValueError, match="no button"):
        _ = Press(verb).data


@given(st.integers(0, 36**12 - 1))
def test_numbers_come_back(id_: int) -> None:
    """A number in base 36 is the same number again."""
    assert whole(number(id_)) == id_


@pytest.mark.parametrize("spelled", ["", "1A", "-1", "1 ", "٣", "1" * 13])
def test_no_number(spelled: str) -> None:
    """Nothing else is a number."""
    with pytest.raises(ValueError, match="no number"):
        whole(spelled)
