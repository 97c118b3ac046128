"""
What an article says of one question: is the trade in some products closed or open?

Its claims (`statements`) are added up: the heaviest polarity leads, news before reminders. The
words come from the rule files; nothing here knows of chips.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from watcher.claims import Claim, Detail, Polarity, Role, Stance, ZoneKind
from watcher.reading import Reading
from watcher.statements import Question, Statements
from watcher.text import tokens

_STANDING: Final[Mapping[Detail, Detail]] = {Detail.IMPOSED: Detail.IN_FORCE}
SURE: Final = 1.0  # weight of a verb with its product in one clause
_SAYS_MORE: Final = ("lifted", "imposed")  # of two details of one weight
Answer = TypeVar("Answer", Polarity, Detail)


def read(reading: Reading, question: Question) -> Stance | None:
    """Return what an article says; None when it says nothing of the question."""
    return weigh(tuple(Statements(reading, question).claims()))


def weigh(claims: Sequence[Claim]) -> Stance | None:
    """Add claims up: the heaviest polarity of the news leads, else that of the reminders."""
    if not claims:
        return None
    told = _in_focus(claims)
    counted = [claim for claim in told if claim.role is Role.PRIMARY] or list(told)
    polarity = _heaviest((claim.polarity, claim.weight) for claim in counted)
    leading = [claim for claim in counted if claim.polarity is polarity]
    leading.sort(key=lambda claim: -claim.weight)
    return Stance(
        polarity=polarity,
        detail=_heaviest((claim.detail, claim.weight) for claim in leading),
        objects=tuple(dict.fromkeys(name for claim in leading for name in claim.objects)),
        direction=next((claim.direction for claim in leading if claim.direction), ""),
        issuer=next((claim.issuer for claim in leading if claim.issuer), ""),
        role=leading[0].role,
        conditional=any(claim.conditional for claim in leading),
        claims=told,
        still_closed=tuple(dict.fromkeys(_still_closed(claims, leading))),
    )


def _still_closed(claims: Iterable[Claim], leading: Sequence[Claim]) -> Iterator[str]:
    """Name the models of which an article that tells of an opening says surely: they stay closed."""
    news = leading[0].polarity is Polarity.OPEN and leading[0].role is Role.PRIMARY
    opened = {_plain(name) for claim in leading for name in claim.objects}
    for claim in claims if news else ():
        stays = claim.detail is Detail.IN_FORCE and claim.role is Role.PRIMARY
        sure = claim.weight >= SURE and not claim.conditional and not claim.general
        if stays and sure and opened.isdisjoint(map(_plain, claim.objects)):
            together = " ".join(claim.held_as)  # "Blackwell B200" is one thing
            yield from [together] if together in claim.evidence.quote else claim.held_as


def _heaviest(weighed: Iterable[tuple[Answer, float]]) -> Answer:
    """Return what has the most weight; of two the one that says more."""
    totals: defaultdict[Answer, float] = defaultdict(float)
    for answer, weight in weighed:
        totals[answer] += weight
    return max(totals, key=lambda answer: (totals[answer], answer in _SAYS_MORE))


def _in_focus(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Set apart what the text says of other products than those its head speaks of."""
    ahead = {ZoneKind.TITLE, ZoneKind.LEAD, ZoneKind.HEADING}
    focus = {
        _plain(name)
        for claim in claims
        if claim.evidence.zone in ahead and claim.role is Role.PRIMARY
        for name in claim.objects
    }
    return tuple(
        claim
        if claim.evidence.zone in ahead
        or (
            (not focus or focus.intersection(map(_plain, claim.objects)))
            and claim.detail is not Detail.IN_FORCE
        )
        else replace(claim, role=Role.BACKGROUND, detail=_STANDING.get(claim.detail, claim.detail))
        for claim in claims
    )


def _plain(name: str) -> str:
    """Return what all typographies of a name share: H-200, H200."""
    return "".join(tokens(name).keys)
