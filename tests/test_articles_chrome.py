"""Page furniture in a text: by form, by phrase, and learned."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.articles import from_text, mark, sentence_hashes
from watcher.articles.chrome import cut, label
from watcher.articles.lines import lines
from watcher.claims import Zone, ZoneKind
from watcher.model import Article

ONE = "Le fabricant de puces a confirmé lundi que ses livraisons vers la Chine reprendraient dès le mois de mars."
TWO = "Les douanes de Shenzhen ont reçu la consigne de laisser passer les cartes commandées avant la fin de l'année."
THREE = "Selon deux sources du secteur, un plafond annuel reste à l'étude pour chacun des grands groupes du pays."


def gone(text: Sequence[str], title: str = "", *, given: bool = False) -> list[str]:
    """Return the lines that are cut."""
    found = lines("\n".join(text))
    return [found[number].text for number in sorted(cut(found, title, given=given))]


@pytest.mark.parametrize(
    "line",
    [
        "30 Jan. 2026 • 16:45",
        "Publié le 12 janvier 2026 à 10h15",
        "Mis à jour le 3 mars 2026 à 8:05",
        "Publié le 12 janvier 2026 à 10h15 - Mis à jour le 13 janvier 2026",
        "January 29, 2026",
        "Thursday, 29 January 2026",
        "il y a 3 jours",
        "2 hours ago",
        "3 min.",
        "Temps de lecture : 4 minutes",
        "5 min read",
        "56",
        "12 commentaires",
        "1 204 vues",
        "Facebook Twitter LinkedIn",
        "Partager sur Facebook",
        "Partager cet article :",
        "Par Nadia Exemple",
        "Par Nadia Exemple avec AFP",
        "By Jane Roe",
        "Image Logo",
        "Crédit photo : Agence Exemple",
        "© Agence Exemple 2026",
        "Photo : la salle blanche d'Aubagne",
        "Source : Gazette",
        "SOURCEGazette",
        "Tags : puces, Chine, quota",
        "Accueil > Tech > Puces",
        "Actualités › Matériel › Puces",
        "Publicité",
        "Passer la publicité",
        "Lire la suite de l'article »",
        "Read more",
        "Tous les articles",
        "The post Chips appeared first on Gazette.",
        "L’article Puces : le quota est apparu en premier sur Gazette.",
        "Abonnez-vous à notre newsletter pour suivre l'actualité des puces.",
        "Suivez-nous sur Google Actualités !",
        "Cet article est réservé aux abonnés. Il vous reste 60 % à découvrir.",
        "Votre adresse e-mail ne sera pas publiée.",
        "À lire aussi : Le fondeur double sa capacité",
        "Lire aussi Le fondeur double sa capacité",
        "Sur le même sujet",
        "Related articles",
    ],
)
def test_label(line: str) -> None:
    """These lines are furniture wherever they stand."""
    assert label(lines(line)[0])


@pytest.mark.parametrize(
    "line",
    [
        "Nvidia face aux défis du marché chinois",
        "Par quels moyens la Chine contourne l'embargo",
        "Par Nadia Exemple, les puces sont livrées depuis lundi.",
        "Le quota est entré en vigueur le 12 janvier 2026",
        "En 2026, la production doublera.",
        "Lire un contrat de fonderie demande de la patience.",
        "Facebook achète 100 000 puces H200",
        "H200",
        "x86",
        "Les sources anglaises : un problème d'eau.",
        "« Suivre la Chine sur ce terrain serait une erreur »",
        "SOURCES : le ministre a parlé hier devant les députés, qui ont voté le texte à main levée en fin de séance.",
        "Photographier une puce",
        "mars 2026 sera décisif",
        "1 204 vues de la Terre depuis l'espace, " + "une image par jour " * 20,
    ],
)
def test_no_label(line: str) -> None:
    """Sentences and headings that use the same words are text."""
    assert not label(lines(line)[0])


def test_aside_until_prose_resumes() -> None:
    """A list of other articles goes with its headlines; the paragraph below it stays."""
    text = [
        ONE,
        "Lisez aussi ces autres articles !",
        "La Chine bannit les puces",
        "Un GPU de plus ?",
        TWO,
    ]
    assert gone(text) == text[1:4]


def test_aside_on_one_line() -> None:
    """Where the other article stands on the same line, the next lines are text."""
    text = [ONE, "À lire aussi : la Chine bannit les puces", "Un plafond à l'étude", TWO]
    assert gone(text) == [text[1]]
    text[1] = "Lire aussi Pékin bannit toutes les puces américaines de ses centres"
    assert gone(text) == [text[1]]


def test_teasers_do_not_resume() -> None:
    """First words of other articles, broken off, are no return of the text."""
    teaser = "Une petite lune glacée cacherait un océan profond que des sondes iront mesurer dans les années..."
    assert gone([ONE, "Sur le même sujet", "Une lune", teaser, TWO]) == [
        "Sur le même sujet",
        "Une lune",
        teaser,
    ]


@pytest.mark.parametrize(
    "phrase",
    [
        "Laisser un commentaire",
        "12 commentaires",
        "Les derniers articles",
        "Leave a reply",
        "Commentaires (3)",
        "À propos de l'auteur",
        "Signaler une erreur dans le texte",
    ],
)
def test_ending(phrase: str) -> None:
    """Below the comments' heading nothing is text, prose of readers included."""
    assert gone([ONE, TWO, phrase, "Hugo", THREE]) == [phrase, "Hugo", THREE]


def test_count_above_the_article() -> None:
    """A comments' count above the text ends nothing."""
    assert gone(["12 commentaires", ONE, TWO]) == ["12 commentaires"]


def test_run_of_headlines() -> None:
    """In a whole page's text, three headlines in a row are other articles; two are not."""
    heads = [
        "La Chine bannit les puces",
        "Un fondeur double sa capacité",
        "Le prix de la mémoire monte",
    ]
    assert gone([ONE, *heads, TWO], given=True) == heads
    assert gone([ONE, *heads[:2], TWO], given=True) == []
    assert gone([ONE, *heads, TWO]) == []


def test_tail() -> None:
    """Labels below the last sentence go; a closing slogan of an extracted text and a list stay."""
    assert gone([ONE, TWO, "Nadia Exemple"]) == ["Nadia Exemple"]
    assert gone([ONE, TWO, "Sans recherche libre, pas d'avenir pour nous"]) == []
    assert gone([ONE, TWO, "Un fondeur double sa capacité", "Rubrique Tech"]) == [
        "Un fondeur double sa capacité",
        "Rubrique Tech",
    ]
    assert gone([ONE, TWO, "- 16 Go de mémoire", "- 2 ports"]) == []
    assert gone([ONE, *(f"{day} juin – ville {day}" for day in "ABCDEF")]) == []


def test_head_of_a_whole_page() -> None:
    """Menus, bylines and counts above the first paragraph go, longer headings stay."""
    text = ["TENDANCES", "Comparateur", "Un quota pour les puces de calcul", "Rédaction", "0", ONE]
    assert gone(text, given=True) == ["TENDANCES", "Comparateur", "Rédaction", "0"]
    assert gone(text) == ["0"]


def test_short_title_stays() -> None:
    """The only line above a text may be its title, however short."""
    assert gone(["Puces bannies", ONE, TWO], given=True) == []


def test_title() -> None:
    """Repeats of the title and breadcrumbs around it go."""
    title = "Un quota pour les puces de calcul"
    text = [f"Gazette Tech {title}", title, ONE, "Un quota pour les ordinateurs", TWO]
    assert gone(text, title) == text[:2]
    menu = ["Accueil Tech", "Menu de la Gazette de ce matin", f"Gazette {title}"]
    assert gone([*menu, title, ONE], given=True) == menu
    assert gone([*menu, title, "Le plafond de cette année", ONE], title, given=True) == [
        *menu,
        title,
    ]


def test_short_title_is_no_breadcrumb() -> None:
    """A title of two words is not looked for inside other lines."""
    assert gone(["Les puces bannies par Pékin", ONE], "Puces bannies") == []


def test_tables_are_text() -> None:
    """A text of short lines is left alone."""
    text = ["16 Go", "2 To", "Autonomie de dix heures", "OLED"]
    assert gone(text) == []


def test_never_everything() -> None:
    """Where all prose would go, nothing goes."""
    teaser = "Une petite lune glacée cacherait un océan profond que des sondes iront mesurer dans les années..."
    assert gone(["À lire aussi", teaser, "56"]) == []


@given(st.lists(st.sampled_from([ONE, TWO, "56", "À lire aussi", "Un titre de cinq mots", "Menu"])))
def test_prose_remains(text: list[str]) -> None:
    """Whatever the order of lines, a text with prose keeps some."""
    for whole in (False, True):
        left = set(text) - set(gone(text, given=whole))
        assert not {ONE, TWO} & set(text) or {ONE, TWO} & left


# Learned ------------------------------------------------------------------------------------------

RULE = "Restez dans le sujet de l'article et respectez les autres lecteurs."


def article(*text: str) -> Article:
    return from_text("Un quota de puces", "\n".join(text))


def test_hashes() -> None:
    """Each sentence of some length has one number, whatever its typography; chrome and title have none."""
    one = sentence_hashes(article(ONE, "Non. " + RULE, "56", "Un quota de puces"))
    assert len(one) == 2
    assert one == sentence_hashes(article(ONE, RULE.replace("'", "’")))
    assert all(-(2**63) <= number < 2**63 for number in one)
    assert sentence_hashes(article(RULE, RULE)) == sentence_hashes(article(RULE))


def test_mark() -> None:
    """A sentence known as common becomes chrome, in the middle of its paragraph too."""
    common = frozenset(sentence_hashes(article(RULE)))
    marked = mark(article(ONE, f"{TWO} {RULE} {THREE}"), common)
    chrome = [zone for zone in marked.zones if zone.kind is ZoneKind.CHROME]
    assert [marked.text[zone.start : zone.end] for zone in chrome] == [RULE]
    body = [zone for zone in marked.zones if zone.kind is ZoneKind.BODY]
    assert [marked.text[zone.start : zone.end].strip() for zone in body] == [TWO, THREE]
    assert list(marked.zones[1:]) == sorted(marked.zones[1:], key=lambda zone: zone.start)
    assert marked.zones[0] == Zone(kind=ZoneKind.TITLE, start=0, end=17)


def test_mark_across_zones() -> None:
    """A common sentence with a quote in it goes with all its parts."""
    said = "Le ministre l'a répété : « nous ne cèderons pas un pouce » devant la presse."
    common = frozenset(sentence_hashes(article(said)))
    marked = mark(article(ONE, TWO, said), common)
    assert marked.zones[-1].kind is ZoneKind.CHROME
    assert marked.text[marked.zones[-1].start : marked.zones[-1].end] == said
    assert all(zone.kind is not ZoneKind.QUOTE for zone in marked.zones)


def test_mark_spares() -> None:
    """Nothing known, nothing marked; and never more than half of a text."""
    told = article(ONE, RULE)
    assert mark(told, frozenset()) is told
    assert mark(told, frozenset(sentence_hashes(told))) is told
