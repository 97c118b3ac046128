"""
What an article says, with the places where it says it: evidence, claims and the stance they add up to.

All are frozen values. Offsets count Unicode code points, the end is exclusive.
"""

from dataclasses import dataclass
from enum import StrEnum


class ZoneKind(StrEnum):
    """Which part of an article a piece of text is."""

    TITLE = "title"  # offsets are into `Article.title`
    HEADING = "heading"  # the rest: offsets are into `Article.text`
    LEAD = "lead"
    BODY = "body"
    QUOTE = "quote"
    CHROME = "chrome"  # page furniture: never evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A stretch of `Article.text`. Zones are in order, do not overlap and may leave gaps of space."""

    kind: ZoneKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A piece of the article that a rule rests on."""

    zone: ZoneKind
    start: int
    end: int
    words: str  # the word list, or the operator, that it answers
    quote: str  # the piece itself, as the article has it


class Why(StrEnum):
    """Why something that looks like evidence is none."""

    OUTSIDE = "outside"  # page furniture, such as the headline of another article
    OTHER = "other"  # of another product
    BACKGROUND = "background"  # a reminder
    OUTWEIGHED = "outweighed"  # the rest of the article says more strongly otherwise


@dataclass(frozen=True, slots=True)
class Aside:
    """A piece of an article that a reader might have taken for evidence."""

    quote: str
    why: Why


class Polarity(StrEnum):
    """Which way a claim answers the question of its rule set."""

    CLOSED = "closed"
    OPEN = "open"
    PENDING = "pending"  # studied, voted, threatened, awaited: neither yet


class Detail(StrEnum):
    """How a claim is closed or open."""

    IMPOSED = "imposed"
    IN_FORCE = "in_force"
    EASED = "eased"
    LIFTED = "lifted"
    PENDING = "pending"


class Role(StrEnum):
    """Whether a claim is what the article is about."""

    PRIMARY = "primary"
    BACKGROUND = "background"  # a reminder of what was known: never alerted


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement of an article about the trade in a product."""

    polarity: Polarity
    detail: Detail
    objects: tuple[str, ...]  # the products as the article writes them; empty: not named
    held_as: tuple[str, ...]  # its models; where it names none, the rule set's word for all of them
    general: bool  # names no model
    direction: str  # who closes or opens, in the rule set's words: us_export; empty: not said
    issuer: str  # the party that decides, in the rule set's words; empty: not said
    role: Role
    conditional: bool  # told without certainty: "aurait autorisé", "selon des sources"
    weight: float  # by zone, and by how directly it is said
    reason: str  # what was read, in the order of the text: "levée × interdiction"
    evidence: Evidence

    def leads(self, stance: "Stance") -> bool:
        """Whether it is one of those that a stance rests on."""
        return self.polarity is stance.polarity and self.role is stance.role


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """What an article says on the whole, and the claims that say so."""

    polarity: Polarity
    detail: Detail
    objects: tuple[str, ...]
    direction: str
    issuer: str
    role: Role
    conditional: bool
    claims: tuple[Claim, ...]  # all of them, in the order of the text
    still_closed: tuple[str, ...] = ()  # other models, where what it says is that these open
