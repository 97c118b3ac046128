"""Who is credited, who is only spoken of, and how many sources that makes."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import articles, crediting


def credited(text: str, *, title: str = "", host: str = "puces.example", author: str = "") -> str:
    """Name the credited outlets of an article."""
    article = replace(articles.from_text(title, text), author=author)
    return ", ".join(sorted(crediting.credits(article, host)))


@pytest.mark.parametrize(
    ("text", "outlets"),
    [
        ("Selon Reuters, Pékin bloque.", "Reuters"),
        ("D'après l’AFP, Pékin bloque.", "AFP"),
        ("Pékin bloque, rapporte Bloomberg.", "Bloomberg"),
        ("Pékin bloque, rapporte mercredi le Financial Times.", "Financial Times"),
        ("D’après le Financial Times, Pékin bloque.", "Financial Times"),
        ("Le ministre a indiqué à l’AFP que non.", "AFP"),
        ("Reuters a révélé que Pékin bloque.", "Reuters"),
        ("PARIS (AFP) - Pékin bloque.", "AFP"),
        ("Pékin bloque. (avec AFP)", "AFP"),
        ("Pékin bloque, selon deux sources citées par Reuters.", "Reuters"),
        ("On apprend grâce à Reuters que Pékin bloque.", "Reuters"),
        ("« Cela évoluera », a dit une des sources anonymes de Reuters.", "Reuters"),
        ("À en croire le quotidien économique Les Échos, non.", "Les Échos"),
        ("L’agence Reuters rapporte que non.", "Reuters"),
        ("Interrogé par l'AFP, Nvidia ne dit rien.", "AFP"),
        ("Selon les informations du Monde, Pékin bloque.", "Le Monde"),
        ("Selon Reuters et Bloomberg, non.", "Bloomberg, Reuters"),
        ("Le Monde écrit que Pékin bloque.", "Le Monde"),
        ("Bloomberg indique que Pékin bloque.", "Bloomberg"),
        ("Une dépêche de l’AFP l’annonce.", "AFP"),
        ("Pékin bloque.\\nLe Progrès avec AFP", ""),
        ("Pékin bloque.\\nPar Anne Dupont, avec l’AFP et Reuters", ""),
        ("Reuters, citant deux sources, parle d’un blocage.", "Reuters"),
        ("Bloomberg croit savoir que non.", "Bloomberg"),
        ("Source : Reuters", "Reuters"),
        ("Contacté par Reuters, le groupe se tait.", "Reuters"),
        ("Une enquête du Wall Street Journal le dit.", "Wall Street Journal"),
        ("Pékin bloque, a révélé mardi l’agence de presse Reuters.", "Reuters"),
        ("Le groupe l’a confirmé auprès de l’AFP.", "AFP"),
        ("SHANGHAI, 14 janvier (Reuters) - Pékin bloque.", "Reuters"),
        ("Pékin bloque (source : AFP).", "AFP"),
        ("Un article de The Information décrit l’accord.", "The Information"),
        ("Pékin bloque, a-t-on appris auprès de l’AFP.", "AFP"),
        ("C’est ce qu’indique une dépêche AFP.", "AFP"),
        ("Une information du Financial Times le dit.", "Financial Times"),
        ("Pékin bloque (Reuters/AFP).", "AFP, Reuters"),
        ("« Non », a déclaré un porte-parole à Reuters.", "Reuters"),
        ("« Non », a confié une source proche du dossier à l’AFP.", "AFP"),
        ("Selon des documents consultés par Bloomberg, non.", "Bloomberg"),
        ("Reuters l’avait annoncé.", "Reuters"),
        ("Pékin bloque, peut-on lire dans le Financial Times.", "Financial Times"),
        ("Reuters évoque un blocage.", "Reuters"),
        ("Reuters fait état d’un blocage.", "Reuters"),
        ("Par AFP", "AFP"),
        ("L’agence de presse Reuters a ainsi révélé que non.", "Reuters"),
    ],
)
def test_credits(text: str, outlets: str) -> None:
    """A wire credit, a source named before or after the verb, a byline; however it is encoded."""
    assert credited(text) == outlets
    assert credited(unicodedata.normalize("NFD", text)) == outlets


@pytest.mark.parametrize(
    "text",
    [
        "Reuters a licencié cent journalistes.",
        "OpenAI signe un accord avec l’AFP.",
        "Les salariés de Reuters font grève.",
        "JOEL SAGET / AFP",
        "Photo : Getty Images via AFP",
        "Une puce (photo AFP)",
        "Le patron de Reuters révèle un plan.",
        "Bloomberg annonce un plan social.",
        "Il a fait le tour du monde, selon le monde entier.",
        "Selon Nvidia, l’AFP paie cher ses serveurs.",
        "Reuters n’a pas révélé ses sources.",
        "Après l’AFP, Reuters augmente ses prix.",
        "Le point sur les puces.",
        "Selon le patron de Bloomberg, non.",
        "Un terminal Bloomberg coûte cher.",
        "Selon lui, c’est faux. Reuters est vendue.",
        "Mistral et l’AFP renouvellent leur accord.",
        "Les données de Reuters servent à l’entraînement.",
        "Le New York Times attaque OpenAI.",
        "Un accord avec Reuters",
        "© AFP",
        "Selon la Croix-Rouge, non.",
        "Le directeur de l’information de l’AFP démissionne.",
        "Nvidia a annoncé un contrat avec Bloomberg.",
        "OpenAI a annoncé verser dix millions à l’AFP.",
        "Interdit par Bloomberg",
    ],
)
def test_what_is_named_in_passing_is_not_credited(text: str) -> None:
    """News about an outlet, the credit of a picture, and words that only look like a name."""
    assert credited(text) == ""


def test_titles_sites_and_authors_credit() -> None:
    """A title may credit, an outlet's own site is its own, and a feed may name the agency as author."""
    assert credited("", title="Pékin bloque le H200, selon Reuters") == "Reuters"
    assert credited("", host="www.lefigaro.fr") == "Le Figaro"
    assert credited("", host="pas-lefigaro.fr") == ""
    assert credited("", author="Anne Dupont et AFP") == "AFP"


def test_other_articles_of_a_page_credit_nothing() -> None:
    """Below the article, a line that names its source counts, a headline of another one does not."""
    text = "Les douanes de Shenzhen retiennent les puces.\nÀ lire aussi :\nIran : le pétrole monte, selon Reuters"
    assert credited(text) == ""


@pytest.mark.parametrize(
    ("origins", "count"),
    [
        ([], 0),
        ([{1}, {1}], 1),
        ([{1}, {2}], 2),
        ([{1, "Reuters"}, {2, "Reuters"}, {3}], 2),
        ([{1, "Reuters"}, {2, "AFP"}, {3, "AFP", "Reuters"}], 1),
    ],
)
def test_independent(origins: list[set[int | str]], count: int) -> None:
    """Copies are one source, rewrites of one dispatch are, and so is what a third article ties."""
    assert crediting.independent(origins) == count
    assert crediting.independent(reversed(origins)) == count


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    """Whatever stands in an article, the answer is a set of known outlets."""
    assert isinstance(credited(text, title=text, author=text, host=text), str)
