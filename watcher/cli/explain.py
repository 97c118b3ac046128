"""`watcher rules explain`: why each rule holds for a text, or does not."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.extract import content, fetched, read
from watcher.cli.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.text import Text

    from watcher.claims import Claim, Evidence
    from watcher.explaining import Explanation
    from watcher.model import Article


def explain(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="TEXT|FILE|URL|-", help="A sentence, a text or a page.")
    ],
    only: Annotated[str, typer.Option("--rule", metavar="SET/RULE", help="This rule alone.")] = "",
    folder: Annotated[
        Path | None,
        typer.Option("--rules", metavar="DIR", help="Rule files.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """Tell for each rule whether it holds: the evidence in its sentence, or what was missing."""
    from watcher import explaining, rulebook
    from watcher.operators import suggestion

    state: State = ctx.obj
    book = rulebook.compile_folder(folder or state.config().rules)
    known = [rule.id for _, rule in book.placed]
    if only and only not in known:
        hint = suggestion(only, known) or f"there are: {', '.join(known)}"
        raise typer.BadParameter(f"there is no rule `{only}`: {hint}")
    article = article_of(source, state)
    told = [each for each in explaining.explain(article, book) if only in {"", each.rule.id}]
    if as_json:
        typer.echo(json.dumps([as_object(each) for each in told], ensure_ascii=False))
    else:
        tell(article, told, state.console)


def article_of(source: str, state: State) -> "Article":
    """Read what is to be judged; words with a space between that name no file are a text."""
    if source.startswith(("http://", "https://")):
        return asyncio.run(fetched(state.config(), source))
    is_text = " " in source and not Path(source).exists()
    return read(source.encode() if is_text else content(source), "")


def as_object(told: "Explanation") -> dict[str, Any]:
    """Return what became of a rule as JSON has it; offsets count code points."""
    from watcher import replay

    names = "zone start end words quote".split()
    evidence = told.match.evidence if told.match else ()
    return {
        "rule": told.rule.id,
        "title": told.rule.title,
        "holds": not told.because,
        "because": told.because,
        "score": told.match.score if told.match else 0,
        "evidence": [{name: getattr(piece, name) for name in names} for piece in evidence],
        "stance": told.stance and replay.stance(told.stance),
    }


def tell(article: "Article", explanations: "Sequence[Explanation]", console: "Console") -> None:
    """Print each rule, and its evidence between brackets in the sentences it stands in."""
    from rich.text import Text

    for told in explanations:
        sign, style = ("✗", "red") if told.because else ("✓", "green")
        line = Text.assemble((sign, style), " ", (told.rule.id, "bold"), f"  {told.rule.title}")
        line.append(f"\n    {told.because}" if told.because else "")
        said = told.stance.claims if told.stance else ()
        for claim in said:
            leads = told.stance is not None and claim.leads(told.stance)
            line.append(f"\n  {'•' if leads else '·'} {summary(claim)}")
            quote(line, article, [claim.evidence])
        found = told.match.evidence if told.match else ()
        answers = {claim.evidence for claim in said}
        quote(line, article, [each for each in found if each not in answers])
        console.print(line, soft_wrap=True)


def summary(claim: "Claim") -> str:
    """Tell in a line what was read; empty pieces are left out."""
    pieces = (
        "/".join(dict.fromkeys((claim.polarity, claim.detail))),
        claim.role if claim.role == "background" else "",
        "not confirmed" if claim.conditional else "",
        f"by {claim.issuer}" if claim.issuer else "",
        claim.direction,
        f"of {', '.join(claim.objects)}" if claim.objects else "",
        f"weight {claim.weight:g}",
        claim.reason,
    )
    return "; ".join(filter(None, pieces))


def quote(line: "Text", article: "Article", evidence: "Sequence[Evidence]") -> None:
    """Add each sentence with evidence, the evidence between brackets."""
    from watcher.explaining import marked

    for zone, pieces in marked(article, evidence):
        line.append(f"\n    {zone.value}  ", "cyan")
        for piece, words in pieces:
            line.append(f"[{piece}]" if words else piece, "bold" if words else "")
