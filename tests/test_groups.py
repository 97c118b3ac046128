"""What words say together: their signs multiply."""

import pytest

from tests import stating


def said(text: str) -> list[str]:
    """Return each claim of a text as its polarity and detail."""
    return [f"{claim.polarity} {claim.detail}" for claim in stating.claims(text)]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("Pékin interdit la H200.", "closed imposed"),
        ("Washington autorise la H200 en Chine.", "open eased"),
        ("Washington lève l'embargo sur la H200.", "open lifted"),
        ("L'embargo sur la H200 est levé.", "open lifted"),
        ("L'interdiction qui frappait la H200 a été levée.", "open lifted"),
        ("La levée de l'interdiction de la H200 est effective.", "open lifted"),
        ("L'embargo sur la A800 expire.", "open lifted"),
        ("Washington assouplit les restrictions sur la H20.", "open eased"),
        ("La H20 échappe à l'embargo.", "open eased"),
        ("Les ventes de H20 reprennent en Chine.", "open eased"),
        ("Washington annule la règle sur la H20.", "open eased"),
        ("Nvidia obtient l'autorisation de vendre la H20 en Chine.", "open eased"),
        ("Washington refuse d'autoriser la H200 en Chine.", "closed imposed"),
        ("Washington maintient l'interdiction de la H20.", "closed in_force"),
        ("L'embargo sur la H20 demeure.", "closed in_force"),
        ("L'interdiction de la H20 pèse sur la Chine.", "closed in_force"),
        ("Washington durcit l'encadrement de la H20.", "closed imposed"),
        ("Washington étend l'interdiction à la H20.", "closed imposed"),
        ("Pékin déconseille l'achat de H20.", "closed imposed"),
        ("Pékin met fin aux achats de H20.", "closed imposed"),
        ("Pékin ordonne à Alibaba de ne plus acheter de H20.", "closed imposed"),
        ("Pékin prie ses entreprises de se passer de la H20.", "closed imposed"),
        ("Pékin déconseille l'usage de la H20.", "closed imposed"),
        ("Pékin ordonne de ne plus utiliser la H20.", "closed imposed"),
        ("Washington retire à Nvidia sa licence pour la H20.", "closed imposed"),
        ("Le régime impose un plafond aux exportations de H20.", "closed imposed"),
    ],
)
def test_signs(text: str, detail: str) -> None:
    """To lift a ban opens, to refuse an authorisation closes; ended is more than eased."""
    assert said(text) == [detail]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("L'interdiction de la H200 n'est pas levée.", "closed in_force"),
        ("La H200 n'est plus interdite en Chine.", "open eased"),
        ("Pékin n'interdit plus la H200.", "open eased"),
        ("L'exportation de la H20 n'a jamais été autorisée.", "closed imposed"),
        ("Aucune licence n'a été accordée par Washington pour la H200.", "closed imposed"),
        ("Ni la H100 ni la H200 ne sont autorisées en Chine.", "closed imposed"),
        ("Nul fabricant n'est autorisé à vendre la H200 en Chine.", "closed imposed"),
        ("Rien n'interdit d'exporter la A800 en Chine.", "open eased"),
        ("Nvidia n'obtient pas le droit de vendre la H20 en Chine.", "closed imposed"),
        ("Washington n'envisage pas d'autoriser la B30A en Chine.", "closed imposed"),
        ("Washington n'interdit que la B200 à la Chine.", "closed imposed"),
        ("Nvidia ne peut vendre que la H20 en Chine.", "open eased"),
        ("La H20 ne peut être vendue sans licence en Chine.", "closed imposed"),
        ("La H20 peut être vendue sans licence en Chine.", "open eased"),
        ("Pas de H200 pour la Chine.", "closed imposed"),
        ("Pas de licence américaine pour la H200.", "closed imposed"),
        ("Pas de vente de H20 en Chine.", "closed imposed"),
        ("Non à la H200 : Pékin tranche.", "closed in_force"),
        ("Pékin n'a pas encore autorisé la H200.", "closed imposed"),
    ],
)
def test_denials(text: str, detail: str) -> None:
    """A denial turns the word it denies; "ne … que" turns none, "sans licence" frees."""
    assert said(text) == [detail]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("Washington envisage d'interdire la H20 à la Chine.", "pending pending"),
        ("Pékin veut interdire la H20.", "pending pending"),
        ("Washington pourrait autoriser la B30A en Chine.", "pending pending"),
        ("Washington interdirait la B30A à la Chine.", "pending pending"),
        ("Trump a annoncé qu'il interdirait la H20 à la Chine.", "closed imposed"),
        ("Trump a annoncé qu'il pourrait interdire la H20.", "pending pending"),
        ("Aucune licence américaine n'a encore été signée pour la H200.", "pending pending"),
        ("Nvidia demande une licence pour vendre la H20 en Chine.", "pending pending"),
        ("La dérogation réclamée pour la H20 a été refusée par Washington.", "closed imposed"),
        ("Washington renonce à envisager l'interdiction de la H20.", "open lifted"),
        ("Washington réfléchit au sort de la H20 vendue en Chine.", "pending pending"),
        ("L'autorisation de la H20 par Pékin est attendue.", "pending pending"),
    ],
)
def test_pending(text: str, detail: str) -> None:
    """What is weighed, wished for or possible is not done, unless that itself is refused."""
    assert said(text) == [detail]


@pytest.mark.parametrize(
    "text",
    [
        "L'exportation de la H20 vers la Chine doit désormais obtenir une licence.",
        "L'exportation de la H20 vers la Chine demandera une licence.",
        "Toute exportation demandera une licence : la H20 quitte la Chine.",
        "La H20 est soumise à autorisation américaine.",
    ],
)
def test_licence_required(text: str) -> None:
    """A licence that must be had closes; one that is given opens."""
    assert said(text)[:1] == ["closed imposed"]


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("Nvidia vend la H200 en Chine.", []),
        ("La H200 permet d'entraîner de grands modèles en Chine.", []),
        ("Les règles américaines sur la H200 sont complexes.", []),
        ("Alibaba utilise la H20 en Chine.", []),
        (
            "Washington autorise la H200 en Chine, mais pas la B200.",
            ["open eased", "closed imposed"],
        ),
        ("Washington autorise la H200 en Chine, sauf la B200.", ["open eased", "closed imposed"]),
        ("L'interdiction de la H20 visait la Chine ; elle a été abrogée.", ["open lifted"]),
        ("L'embargo bannit la H20 de Chine.", ["closed in_force", "closed imposed"]),
        ("Washington permet des ventes limitées.", []),
        ("Washington autorise Alibaba et d'autres à acheter la H20.", ["open eased"]),
        ("Nvidia et AMD, interdits de vendre la H20 en Chine.", ["closed imposed"]),
        ("Pékin bloque la H20 malgré l'autorisation américaine.", ["closed imposed", "open eased"]),
    ],
)
def test_what_belongs_together(text: str, claimed: list[str]) -> None:
    """Trade alone is no claim; lists, relatives and circumstances part groups."""
    assert said(text) == claimed
