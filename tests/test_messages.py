"""What a subscriber reads: who says what, which words decided, and nothing that was not said."""

import itertools
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.ruling import CLAIM, stance
from tests.telegram_html import parse
from watcher import locales, messages, quotes
from watcher.claims import Claim, Detail, Evidence, Stance, Zone, ZoneKind
from watcher.model import (
    Article,
    ArticleId,
    Decision,
    Match,
    Message,
    Origin,
    Precision,
    Published,
    RuleId,
    RuleSetId,
    Severity,
    StoryId,
)
from watcher.preferences import Length
from watcher.spans import clean, is_link

CATALOGUES = locales.catalogues()
TITLES = {RuleSetId("h200"): "Nvidia H200", RuleSetId("quota"): "Quotas de puces"}
TITLE = "Pékin bloque les H200 à la douane"
LEAD = "La douane de Shenzhen n’a laissé passer aucune puce H200 depuis lundi."
SECOND = "Un quota de 30\u202f% serait à l'étude, selon M. Li."
THIRD = "Les acheteurs s’inquiètent."
TEXT = f"{LEAD} {SECOND} {THIRD}\nÀ lire aussi : le H200 en baisse."
BODY = len(TEXT.partition("\n")[0])
URL = "https://exemple.fr/puces/h200"
AT = datetime(2026, 1, 30, 15, 45, tzinfo=UTC)
DAY = timedelta(days=1)
PLAIN = messages.Thread()


def buttons(message: Message) -> list[str]:
    """Read the labels of a message's buttons."""
    return [button.text for row in message.buttons for button in row]


def article(text: str = TEXT, **changes: object) -> Article:
    """An article whose last line is page furniture."""
    end = min(BODY, len(text))
    zones = (
        Zone(kind=ZoneKind.LEAD, start=0, end=end),
        Zone(kind=ZoneKind.CHROME, start=end, end=len(text)),
    )
    given = Article(
        title=TITLE,
        text=text,
        zones=zones,
        url=URL,
        site="Le Fil",
        published=Published(at=AT, precision=Precision.TIME),
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def hit(text: str, quote: str, zone: ZoneKind = ZoneKind.LEAD, words: str = "chip") -> Evidence:
    """Evidence at the first place where the quote stands."""
    start = text.index(quote)
    return Evidence(zone=zone, start=start, end=start + len(quote), words=words, quote=quote)


def match(*evidence: Evidence, rule: str = "h200/named", severity: str = "normal") -> Match:
    """A match of a rule named in French."""
    names = {"h200/named": "puce nommée", "quota/chips": "quota de puces"}
    return Match(
        rule=RuleId(rule),
        rule_set=RuleSetId(rule.partition("/")[0]),
        title=names.get(rule, ""),
        severity=Severity(severity),
        score=1.0,
        evidence=evidence,
        rules_hash="",
    )


def tell(
    given: Article,
    *matches: Match,
    language: str = "fr",
    thread: messages.Thread = PLAIN,
    length: Length = Length.NORMAL,
    number: ArticleId | None = None,
    story: StoryId | None = None,
) -> Message:
    """Render for one chat."""
    return messages.alert(
        given,
        matches,
        titles=TITLES,
        translations=CATALOGUES[language],
        language=language,
        thread=thread,
        length=length,
        number=number,
        story=story,
    )


NAMED = match(hit(TEXT, "H200"))
QUOTA = match(hit(TEXT, "quota"), rule="quota/chips", severity="high")


def test_one_match() -> None:
    """An alert names the subject, links the title, says where and when, and marks the words."""
    message = tell(article(), NAMED)
    assert message.html == (
        "🔔 <b>Alerte</b> · Nvidia H200\n"
        f'<a href="{URL}">{TITLE}</a>\n'
        "Le Fil · 30 janv. 2026 à 16:45\n"
        "\n"
        "<blockquote>La douane de Shenzhen n’a laissé passer aucune puce <b>H200</b> depuis lundi.</blockquote>\n"
        "Chiffres\u00a0: quota de 30\u202f%\n"
        "\n"
        "<i>Règle\u00a0: puce nommée, score 1.</i>"
    )
    assert (message.silent, message.link, buttons(message)) == (False, URL, ["Lire"])


def test_a_living_message() -> None:
    """An answer says what it answers; sources that joined are counted, five are named."""
    others = [article(title=f"Titre {n}", url=f"https://b.fr/{n}", site="B") for n in range(6)]
    thread = messages.Thread(
        head=Decision.REVERSAL,
        before=article(title="Les H200 passent"),
        others=others,
        figures=["jusqu’à 400 000 GPU"],
        sites=7,
        origins=1,
        articles=9,
        since=Published(at=AT, precision=Precision.TIME),
    )
    message = tell(article(), NAMED, thread=thread)
    shown = parse(message.html).text.split("\n")
    assert shown[0] == "🔁 Revirement · Nvidia H200"
    assert "Chiffres\u00a0: quota de 30\u202f% · jusqu’à 400 000 GPU" in shown
    assert shown[-12:-1] == [
        "Avant, le 30 janvier 2026\u00a0: Les H200 passent",
        "",
        "7 sources, 1 source d’origine",
        *(f"• Titre {n} (B, 30 janv. 2026 à 16:45)" for n in range(5)),
        "+ 1",
        "🧵 9 articles depuis le 30 janvier 2026.",
        "",
    ]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("fr", "Reste fermé\u00a0: Blackwell B200, H20."),
        ("en", "Still closed: Blackwell B200, H20."),
    ],
)
def test_what_stays_closed_is_told(language: str, line: str) -> None:
    """Beside what opens, one line names what does not."""
    thread = messages.Thread(still_closed=["Blackwell B200", "H20"])
    shown = parse(tell(article(), NAMED, language=language, thread=thread).html).text.split("\n")
    assert line in shown
    assert not any("closed" in one or "fermé" in one for one in tell(article(), NAMED).html.split())


def test_the_last_reversal() -> None:
    """A story that turned before says when it did so last."""
    then, now = (Published(at=at, precision=Precision.DAY) for at in (AT - 40 * DAY, AT))
    thread = messages.Thread(articles=5, since=then, turned=now)
    message = tell(article(), NAMED, thread=thread)
    told = "🧵 5 articles depuis le 21 décembre 2025, dernier revirement le 30 janvier 2026."
    assert told in parse(message.html).text


def test_score() -> None:
    """The best match's score is told, with what it had to reach where there is such a thing."""
    best = replace(QUOTA, score=8.5, min_score=5.0)
    assert ", score 8,5 (seuil 5).</i>" in tell(article(), NAMED, best).html
    assert ", score 8.5 (threshold 5).</i>" in tell(article(), best, NAMED, language="en").html


@pytest.mark.parametrize(("length", "quotes"), [("short", 0), ("normal", 2), ("long", 3)])
def test_lengths(length: str, quotes: int) -> None:
    """A short message quotes nothing and names no rule; a long one quotes three sentences."""
    matches = [match(hit(TEXT, word, words=word)) for word in ("H200", "quota", "acheteurs")]
    html = tell(article(), *matches, length=Length(length)).html
    assert html.count("<blockquote>") == quotes
    assert ("Règle" in html) is (length != "short")


def test_buttons() -> None:
    """One who may ask is offered to: why, the story so far, and silence."""
    asked = tell(
        article(),
        NAMED,
        thread=messages.Thread(articles=5),
        number=ArticleId(100),
        story=StoryId(46),
    )
    assert [[(b.text, b.data or b.url) for b in row] for row in asked.buttons] == [
        [("Lire", URL), ("Pourquoi\u202f?", "v1:why:2s"), ("Fil (5)", "v1:story:1a")],
        [("Muet…", "v1:mute:1a")],
    ]
    alone = tell(article(url=""), NAMED, number=ArticleId(1))
    assert [b.data for row in alone.buttons for b in row] == ["v1:why:1"]


def test_a_living_message_without_dates() -> None:
    """What has no date, no site and no link is named all the same."""
    nameless = article(title="Sans date", url="", site="", published=None)
    thread = messages.Thread(before=nameless, others=[nameless], sites=2, origins=2, articles=2)
    shown = parse(tell(article(), NAMED, thread=thread).html).text.split("\n")
    assert "Avant\u00a0: Sans date" in shown
    assert "• Sans date" in shown
    assert not any("🧵" in line for line in shown)


def test_several_rule_sets_are_one_message() -> None:
    """Sets are joined, the loudest gives the tone, and each has its sentence, in the text's order."""
    html = tell(article(), QUOTA, NAMED).html
    assert html.startswith("🚨 <b>Alerte prioritaire</b> · Quotas de puces, Nvidia H200\n")
    assert html.index("<b>H200</b> depuis lundi.</blockquote>") < html.index("Un <b>quota</b> de")
    assert "Règles\u00a0: quota de puces, puce nommée, score 1." in html
    assert "serait à l'étude, selon M. Li.</blockquote>" in html
    assert THIRD not in html


def answered(detail: Detail, **changes: object) -> tuple[Match, Stance]:
    """A match that rests on what the lead says, and what that is."""
    said = hit(TEXT, "n’a laissé passer aucune puce", words="closed")
    claim: Claim = replace(CLAIM, detail=detail, evidence=said, **changes)  # type: ignore[arg-type]
    return match(said, rule="h200/closed", severity="high"), stance(claim)


@pytest.mark.parametrize(
    ("detail", "conditional", "side", "fr", "en"),
    [
        (Detail.IMPOSED, False, "Chine", "🔴 Fermé, côté Chine", "🔴 Closed, Chine side"),
        (Detail.IN_FORCE, False, "", "🔴 Toujours fermé", "🔴 Still closed"),
        (Detail.EASED, True, "", "🟢 Autorisé, non confirmé", "🟢 Allowed, not confirmed"),
        (
            *(Detail.LIFTED, True, "Chine", "🟢 Rouvert, côté Chine, non confirmé"),
            "🟢 Open again, Chine side, not confirmed",
        ),
        (Detail.PENDING, False, "", "🟡 À l’étude", "🟡 Not decided"),
    ],
)
def test_the_answer_comes_first(
    detail: Detail, conditional: bool, side: str, fr: str, en: str
) -> None:
    """The first line says what happened, on whose side, and whether it is sure; then of what."""
    rests, found = answered(detail, conditional=conditional)
    for language, line in (("fr", fr), ("en", en)):
        message = messages.alert(
            article(),
            [rests, QUOTA],
            titles=TITLES,
            translations=CATALOGUES[language],
            language=language,
            stances={RuleSetId("h200"): found},
            sides={RuleSetId("h200"): side},
        )
        shown = parse(message.html)
        assert shown.text.partition("\n")[0] == f"{line} · Nvidia H200 · Quotas de puces"
        assert shown.all("b")[0] == line.partition(" ")[2].partition(",")[0]


def test_an_answer_that_no_match_rests_on_is_not_told() -> None:
    """A reminder beside a match of its rule set, or another set's answer, gives no marker."""
    rests, found = answered(Detail.IMPOSED)
    for one, name in ((NAMED, "h200"), (rests, "quota")):
        message = messages.alert(
            article(),
            [one],
            titles=TITLES,
            translations=CATALOGUES["fr"],
            language="fr",
            stances={RuleSetId(name): found},
            sides={RuleSetId(name): ""},
        )
        assert "Fermé" not in message.html


def test_english() -> None:
    """The frame is in the chat's language, the source in its own."""
    message = tell(
        article(origin=Origin.PAYWALL), replace(QUOTA, severity=Severity.LOW), language="en"
    )
    parsed = parse(message.html)
    assert parsed.text.splitlines()[0] == "ℹ️ For information · Quotas de puces"
    assert "Le Fil · 30 Jan 2026 at 16:45" in parsed.text
    assert "the page is for the site’s subscribers." in parsed.text
    assert parsed.text.endswith("Rule: quota de puces, score 1.")
    assert (message.silent, buttons(message)) == (True, ["Read"])


@pytest.mark.parametrize(
    ("precision", "at", "shown"),
    [
        (Precision.TIME, AT, "30 janv. 2026 à 16:45"),
        (Precision.ASSUMED_ZONE, AT, "30 janv. 2026 à 16:45"),
        (Precision.DAY, datetime(2026, 1, 14, tzinfo=UTC), "14 janvier 2026"),
        (Precision.DAY, datetime(2026, 1, 13, 23, tzinfo=UTC), "14 janvier 2026"),
        (Precision.DAY, datetime(2026, 3, 1, 12, tzinfo=UTC), "1er mars 2026"),
        (Precision.TIME, datetime(2026, 7, 1, 22, 5, tzinfo=UTC), "2 juil. 2026 à 00:05"),
        (Precision.DERIVED, AT, "30 janvier 2026 (date estimée)"),
        (Precision.SEEN, AT, "vu le 30 janvier 2026"),
    ],
)
def test_dates(precision: Precision, at: datetime, shown: str) -> None:
    """A date says no more than is known, in Paris time."""
    published = Published(at=at, precision=precision)
    assert f"\nLe Fil · {shown}\n" in tell(article(published=published), NAMED).html


def test_nothing_is_invented() -> None:
    """Without a date only the source is named; without a site, the host; without either, nothing."""
    assert f"</a>\nLe Fil\n\n{'<blockquote>'}" in tell(article(published=None), NAMED).html
    assert "</a>\nexemple.fr\n\n" in tell(article(published=None, site=""), NAMED).html
    bare = tell(article(published=None, site="", url=""), NAMED)
    assert f"\n{TITLE}\n\n<blockquote>" in bare.html
    assert (bare.link, buttons(bare)) == ("", [])


def test_title_fallbacks() -> None:
    """An article without a title is named by its first sentence, its host, or as untitled."""
    assert f">{LEAD}</a>" in tell(article(title=" \n"), NAMED).html
    headed = article(
        title="",
        zones=(
            Zone(kind=ZoneKind.HEADING, start=len(LEAD) + 1, end=BODY),
            Zone(kind=ZoneKind.BODY, start=0, end=len(LEAD)),
        ),
    )
    assert f">{LEAD}</a>" in tell(headed, NAMED).html
    long = "Après plusieurs mois " + "de négociations " * 20 + "la douane cède."
    shown = parse(tell(article(text=long, title="", zones=()), match()).html).all("a")[0]
    assert shown.endswith("…")
    assert long.startswith(shown[:-1] + " ")
    assert len(shown) <= messages.MADE_TITLE
    assert ">exemple.fr</a>" in tell(article(text="", title="", zones=()), match()).html
    assert "\nSans titre\n" in tell(article(text="", title="", zones=(), url=""), match()).html


def test_links() -> None:
    """The canonical address serves where the page's own makes no link; a bad one is not shown."""
    assert tell(article(url="http://intranet/a", canonical=URL), NAMED).link == URL
    bad = tell(article(url="javascript:alert(1)"), NAMED)
    assert (bad.link, parse(bad.html).links) == ("", [])


def test_figures() -> None:
    """Three figures at most are told, as they are printed; those beside the evidence come first."""
    counts = " ".join(f"Vu {n} 000 puces." for n in range(11, 15))
    text = f"{counts} Jusqu’à 400\u202f000 puces H200 à 25\u00a0%."
    shown = "11 000 puces · Jusqu’à 400\u202f000 puces H200 · 25\u00a0%\n"
    told = article(text=text, zones=())
    assert f"</blockquote>\nChiffres\u00a0: {shown}" in tell(told, match(hit(text, "H200"))).html
    english = tell(told, match(hit(text, "H200")), language="en").html
    assert f"\nFigures: {shown}" in english
    title = "Pékin taxe 30 000 H200"
    named = tell(article(title=title), match(hit(title, "H200", ZoneKind.TITLE)))
    assert "16:45\n\nChiffres\u00a0: 30 000 H200\n\n<i>" in named.html
    assert "Chiffres" not in tell(article(text=LEAD), NAMED).html


def test_words_of_the_title() -> None:
    """Where only the title decided, its words are marked; else the sentence speaks."""
    in_title = hit(TITLE, "H200", ZoneKind.TITLE)
    assert "Pékin bloque les <b>H200</b> à la douane</a>" in tell(article(), match(in_title)).html
    both = tell(article(), match(in_title, hit(TEXT, "H200")))
    assert parse(both.html).all("a") == [TITLE]
    assert "<b>H200</b> à la douane" not in both.html
    long = f"{TITLE} {'et ailleurs ' * 40}"
    cut = tell(article(title=long), match(in_title))
    assert parse(cut.html).all("b") == ["Alerte"]


def test_the_place_of_the_title_cuts_no_sentence() -> None:
    """The zone of the title counts in the title: a sentence of the text is quoted once, and whole."""
    zones = (
        Zone(kind=ZoneKind.TITLE, start=0, end=len(TITLE)),
        Zone(kind=ZoneKind.LEAD, start=0, end=len(LEAD)),
    )
    both = match(hit(LEAD, "douane", words="border"), hit(LEAD, "H200"))
    told = parse(tell(article(text=LEAD, zones=zones), both).html)
    assert told.all("blockquote") == [LEAD]


def test_chrome_is_never_quoted() -> None:
    """Page furniture is no evidence, and a sentence that runs into it ends before it."""
    start = TEXT.rindex("H200")
    chrome = Evidence(zone=ZoneKind.CHROME, start=start, end=start + 4, words="chip", quote="H200")
    assert parse(tell(article(), match(chrome)).html).all("blockquote") == []
    glued = "La puce H200 passe Lire aussi : le H20"
    zones = (
        Zone(kind=ZoneKind.BODY, start=0, end=18),
        Zone(kind=ZoneKind.CHROME, start=19, end=len(glued)),
    )
    html = tell(article(text=glued, zones=zones), match(hit(glued, "H200"))).html
    assert "<blockquote>La puce <b>H200</b> passe</blockquote>" in html


def test_touching_hits_are_one_piece() -> None:
    """Hits that overlap or touch are marked together, and blank evidence is nothing."""
    hits = [hit(LEAD, "puce"), hit(LEAD, "puce H200"), hit(LEAD, " depuis")]
    blank = Evidence(zone=ZoneKind.LEAD, start=9, end=9, words="x", quote="")
    html = tell(article(), match(*hits, blank)).html
    assert "aucune <b>puce H200 depuis</b> lundi." in html


def test_what_answers_nothing_new_is_not_quoted() -> None:
    """A second sentence is quoted only for words that the first does not have."""
    html = tell(article(), match(hit(TEXT, "H200"), hit(TEXT, "quota"))).html
    assert html.count("<blockquote>") == 1


def test_evidence_between_sentences() -> None:
    """Evidence that begins between two sentences still stands in a quote of its own."""
    gap = len(LEAD)
    evidence = Evidence(zone=ZoneKind.LEAD, start=gap, end=gap + 3, words="x", quote=" Un")
    assert parse(tell(article(), match(evidence)).html).all("blockquote") == [" Un"]


def test_long_sentences_are_cut_at_words() -> None:
    """A long sentence is quoted around its words, with marks where it was cut."""
    long = "avant cela " * 90 + "le feu vert donné au H200 " + "puis après " * 90
    whole = article(text=long, zones=())
    quoted = parse(tell(whole, match(hit(long, "feu vert"), hit(long, "H200"))).html)
    (shown,) = quoted.all("blockquote")
    assert shown.startswith("… ")
    assert shown.endswith("…")
    assert shown.strip(" …") in long
    assert shown.strip(" …").split(" ")[0] in {"avant", "cela"}
    assert len(shown) <= quotes.QUOTE + 3
    assert quoted.all("b")[1:] == ["feu vert", "H200"]
    late = "avant cela " * 90 + "le H200"
    tail = parse(tell(article(text=late, zones=()), match(hit(late, "H200"))).html).all(
        "blockquote"
    )[0]
    assert tail.startswith("… ")
    assert tail.endswith("avant cela le H200")


def test_a_cut_never_falls_inside_a_match() -> None:
    """The quote ends before a further match that it cannot hold, or shows an endless one unmarked."""
    near = "H200 " + "x" * 590 + " feu vert donné " + "fin " * 50
    shown = parse(
        tell(
            article(text=near, zones=()), match(hit(near, "H200"), hit(near, "feu vert donné"))
        ).html
    )
    (quote,) = shown.all("blockquote")
    assert quote == "H200 " + "x" * 590 + "…"
    endless = "mot " * 400
    evidence = Evidence(zone=ZoneKind.BODY, start=4, end=1200, words="x", quote=endless[4:1200])
    html = tell(article(text=endless, zones=()), match(evidence)).html
    assert parse(html).all("b") == ["Alerte"]
    assert parse(html).all("blockquote")[0].endswith("mot…")


def test_origins_are_noted() -> None:
    """A text that is not the page's own is noted in French, one sentence each; the page's is not."""
    for origin in Origin:
        notes = parse(tell(article(origin=origin), NAMED).html).all("i")[:-1]
        expected = 0 if origin in {Origin.PAGE, Origin.GIVEN} else 1
        assert len(notes) == expected
        assert all(note.startswith("Lu dans le flux seulement\u00a0: ") for note in notes)


def test_many_sets_and_rules_are_listed_in_part() -> None:
    """What is not named in full is marked as left out."""
    many = [replace(NAMED, rule_set=RuleSetId(f"s{n}"), title=f"règle {n}") for n in range(99)]
    text = parse(tell(article(), *many).html).text
    assert text.splitlines()[0].endswith("s48, s49…")
    assert text.endswith(", règle 24…, score 1.")


# Whatever comes -----------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "H200",
        "puce ",
        "<b>",
        "&amp;",
        "\n",
        ". ",
        "! ",
        "\u202e",
        "🚀",
        "👩‍💻",
        "l’",
        "\u00a0",
        "\x00",
        "\ud800",
        "«",
    ]
)
ANY = st.one_of(
    st.text(max_size=80),
    st.lists(st.one_of(WORDS, st.text(string.ascii_letters, max_size=8)), max_size=150).map(
        "".join
    ),
    st.builds(lambda piece, times: piece * times, WORDS, st.integers(1, 3000)),
)


@st.composite
def articles_and_matches(draw: st.DrawFn) -> tuple[Article, list[Match]]:
    text, title = draw(ANY), draw(ANY)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    zones = tuple(
        Zone(kind=draw(st.sampled_from(ZoneKind)), start=start, end=end)
        for start, end in itertools.pairwise(cuts)
    )
    given = Article(
        title=title,
        text=text,
        zones=zones,
        url=draw(
            st.sampled_from([URL, "", "https://x/", URL + "?a=1&b=<2>", "http://é.fr:80/\u202e"])
        ),
        canonical=draw(st.sampled_from(["", URL])),
        site=draw(ANY),
        published=draw(
            st.none()
            | st.builds(
                Published,
                at=st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
                precision=st.sampled_from(Precision),
            )
        ),
        origin=draw(st.sampled_from(Origin)),
    )

    def evidence() -> Evidence:
        zone = draw(st.sampled_from(ZoneKind))
        source = title if zone is ZoneKind.TITLE else text
        start = draw(st.integers(0, len(source)))
        end = draw(st.integers(start, min(len(source), start + 700)))
        return Evidence(zone=zone, start=start, end=end, words=draw(ANY), quote=source[start:end])

    matches = [
        Match(
            rule=RuleId(draw(ANY)),
            rule_set=RuleSetId(draw(st.sampled_from(["h200", "quota", "x" * 5000]))),
            title=draw(ANY),
            severity=draw(st.sampled_from(Severity)),
            score=1.0,
            evidence=tuple(evidence() for _ in range(draw(st.integers(0, 12)))),
            rules_hash="",
        )
        for _ in range(draw(st.integers(1, 5)))
    ]
    return given, matches


@settings(max_examples=300, deadline=None)
@given(articles_and_matches(), st.sampled_from(["fr", "en"]))
@example((article(title="x" * 1_000_000, text="H200 " * 200_000, zones=()), [NAMED]), "fr")
@example((article(title="🚀<b>&" * 250_000, text="\u202e" * 100_000, zones=()), [NAMED]), "fr")
def test_any_message_is_accepted(given: tuple[Article, list[Match]], language: str) -> None:
    """Whatever the article, the message parses, keeps the limits, and marks only what was found."""
    source, matches = given
    message = tell(source, *matches, language=language)
    parsed = parse(message.html)
    assert parsed.units <= 3900
    assert len(parsed.entities) <= 90
    assert parsed.text.strip()
    assert all(is_link(link) for link in parsed.links)
    assert message.link == "" or is_link(message.link)
    found = source.title + "\x00" + source.text
    marked = parsed.all("b")[1:]
    assert all(piece in clean(found) for piece in marked)
    told = {
        clean((source.title if e.zone is ZoneKind.TITLE else source.text)[e.start : e.end])
        for m in matches
        for e in m.evidence
    }
    for piece in marked:
        assert any(some in piece or piece in some for some in told if some)


@given(articles_and_matches(), st.sampled_from(Detail), st.booleans(), st.text(max_size=200))
def test_any_answer_is_accepted(
    given: tuple[Article, list[Match]], detail: Detail, conditional: bool, side: str
) -> None:
    """Whoever answers whatever, the message parses, keeps the limits, and begins with the answer."""
    source, matches = given
    stances = {
        m.rule_set: stance(
            replace(CLAIM, detail=detail, conditional=conditional, evidence=m.evidence[0])
        )
        for m in matches
        if m.evidence
    }
    message = messages.alert(
        source,
        matches,
        titles=TITLES,
        translations=CATALOGUES["fr"],
        language="fr",
        stances=stances,
        sides=dict.fromkeys(stances, side),
    )
    parsed = parse(message.html)
    assert parsed.units <= 3900
    assert len(parsed.entities) <= 90
    marker = messages.STANCES[detail][0] if stances else "🔔🚨ℹ️"
    assert parsed.text[0] in marker
