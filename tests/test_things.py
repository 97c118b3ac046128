"""Which product a statement is about."""

import pytest

from tests import stating
from watcher.things import Kind


def about(text: str) -> list[tuple[str, ...]]:
    """Return the products of each claim of a text."""
    return [claim.objects for claim in stating.claims(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("la puce H20", [("H20", Kind.PRODUCT)]),
        ("les puces d'IA H20", [("H20", Kind.PRODUCT)]),
        ("les puces de Nvidia, la H20", [("H20", Kind.PRODUCT)]),
        ("des puces et des H20", [("puces", Kind.GENERIC), ("H20", Kind.PRODUCT)]),
        ("des puces ; la H20", [("puces", Kind.GENERIC), ("H20", Kind.PRODUCT)]),
        ("des puces. La H20", [("puces", Kind.GENERIC), ("H20", Kind.PRODUCT)]),
        (
            "des puces bien plus lentes que celles vues ici la H20",
            [("puces", Kind.GENERIC), ("H20", Kind.PRODUCT)],
        ),
        ("des puces sauf la H20", [("puces", Kind.GENERIC), ("H20", Kind.PRODUCT)]),
        ("les puces d'IA", [("puces d'IA", Kind.FAMILY)]),
        ("les puces de Huawei", [("Huawei", Kind.RIVAL)]),
        ("les puces Ascend", [("Ascend", Kind.RIVAL)]),
        ("les puces, Huawei", [("puces", Kind.GENERIC), ("Huawei", Kind.RIVAL)]),
        ("les puces ou Huawei", [("puces", Kind.GENERIC), ("Huawei", Kind.RIVAL)]),
        ("les logiciels de conception de puces", [("logiciels", Kind.RIVAL)]),
        ("les logiciels ; de puces", [("logiciels", Kind.RIVAL), ("puces", Kind.GENERIC)]),
        ("les puces que vend Nvidia", [("puces", Kind.FAMILY)]),
        ("Nvidia cède. Les puces chinoises", [("puces", Kind.FAMILY)]),
        ("Nvidia et sa H20. Les puces", [("H20", Kind.PRODUCT), ("puces", Kind.GENERIC)]),
    ],
)
def test_found(text: str, found: list[tuple[str, Kind]]) -> None:
    """A model names the chips before it; a maker makes them chips of AI; others are rivals."""
    told = stating.statements(text)
    assert [(thing.name(told.reading), thing.kind) for thing in told.things] == found


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Washington interdit les H100 et A100 à la Chine.", [("H100", "A100")]),
        ("Washington interdit les H100, A100 et H800.", [("H100", "A100", "H800")]),
        ("Washington autorise la H200, mais pas la B200.", [("H200",), ("B200",)]),
        ("Washington interdit les puces d'IA à la Chine.", [("puces d'IA",)]),
        ("Washington interdit les puces d'IA, dont la H20.", [("H20",)]),
        (
            "Washington autorise les puces de pointe en Chine sauf la B200.",
            [("puces de pointe",), ("B200",)],
        ),
        ("Contrairement à la B200, la H200 est autorisée en Chine.", [("H200",)]),
        ("La H200 est, contrairement à la B200, autorisée en Chine.", [("H200",)]),
        ("Vendue en Chine avec la H100 interdite, la H20 plaît.", [("H100",)]),
        ("La H20, qui suit la H100, est interdite en Chine.", [("H20",)]),
        ("La H20 qui suit la H100 et inquiète est interdite en Chine.", [("H20",)]),
        ("La H20, une version bridée de la H100, est interdite en Chine.", [("H20",)]),
        ("Les douanes bloquent la H20, le jour où sortait la H200.", [("H20",)]),
        ("La H20, que Pékin a bannie, reste rapide.", [("H20",)]),
        ("La H20, Pékin l'interdit.", [("H20",)]),
        ("La vente de la H20 en Chine est bloquée.", [("H20",)]),
        ("La H20 progresse ; Washington en bloque la vente.", [("H20",)]),
        ("Nvidia cède en Chine la H200, celle-ci étant autorisée.", [("H200",)]),
        ("La H20 se vend mal, les ventes sont bloquées par Pékin.", [("H20",)]),
        ("La H20 est vieille. Elle est bannie par Pékin.", [("H20",)]),
        ("La H20 est vieille. Cette puce est interdite en Chine.", [("H20",)]),
        ("La H20 est vieille. Pékin vient d'en interdire l'importation.", [("H20",)]),
        ("La H20 est vieille.\nLes quotas restent.\nCette interdiction demeure.", [("H20",)]),
        ("La H20 est vieille. L'interdiction vise la Chine.", []),
        ("Cette puce est interdite en Chine.", []),
        ("La Chine interdit l'importation.", []),
        ("Pékin lève l'interdiction du gallium, pas de la H20.", [("H20",)]),
        ("Washington interdit à la Chine les logiciels de conception de puces.", []),
        ("Pékin interdit les puces mémoire de Micron ; la H20 se vend.", []),
        ("Washington interdit les GH200 à la Chine.", []),
        ("Pékin lève l'interdiction du gallium ; la H20 attend.", []),
    ],
)
def test_about(text: str, named: list[tuple[str, ...]]) -> None:
    """A claim is about the product its words govern, else what was spoken of, never a rival."""
    assert about(text) == named
