"""Made-up news for the living messages: one ban, its end, and those who tell of it, product by product."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.watching import rss

PRODUCTS = ("H200", "H20", "MI308", "B30A")
DAY = timedelta(days=1)
APART = 40 * DAY  # what is told of two products is no one story
START = datetime.now(UTC).replace(microsecond=0) - (len(PRODUCTS) + 1) * APART + 12 * DAY
# day of publication, site, title, text; in the order of arrival: the last but one is late
TOLD = (
    (0, "agence", "Pékin interdit l’importation des puces {p}",
     "La Chine interdit l’entrée des puces {p} sur son territoire. Les douanes de Shenzhen ont renvoyé lundi "
     "les premières palettes de {p}, et les importateurs chinois ont été prévenus par courrier."),
    (0, "gazette", "Les puces {p} refoulées par les douanes chinoises",
     "Les douanes chinoises bloquent les {p} depuis lundi. À Shenzhen, des palettes de {p} ont été renvoyées, "
     "disent deux importateurs que Pékin a prévenus de l’interdiction."),
    (1, "revue", "{p} : l’interdiction de Pékin coûterait 3 milliards de dollars",
     "L’interdiction chinoise de la {p} coûterait 3 milliards de dollars au fabricant, estime un analyste. "
     "La Chine interdit l’importation des {p} depuis lundi, et les douanes de Shenzhen renvoient les palettes."),
    (1, "miroir", "Pékin interdit l’importation des puces {p}",
     "La Chine interdit l’entrée des puces {p} sur son territoire. Les douanes de Shenzhen ont renvoyé lundi "
     "les premières palettes de {p}, et les importateurs chinois ont été prévenus par courrier."),
    (2, "quotidien", "Alibaba renonce à ses {p} après l’interdiction de Pékin",
     "Alibaba annule ses commandes de {p}, puisque la Chine interdit l’importation de la {p} depuis lundi. "
     "Tencent attend encore la réponse des douanes de Shenzhen, selon un importateur."),
    (9, "agence", "Pékin autorise de nouveau l’importation des puces {p}",
     "La Chine autorise de nouveau l’importation des puces {p}. L’interdiction de la {p} est levée depuis mardi, "
     "et les douanes de Shenzhen laissent passer les palettes des importateurs chinois."),
    (9, "gazette", "Feu vert de Pékin pour la {p}",
     "Pékin a donné son feu vert à l’achat de la {p}. À Shenzhen, les douanes laissent entrer les {p} depuis mardi, "
     "et deux importateurs chinois ont reçu leurs palettes."),
    (10, "revue", "La Chine approuve l’importation de 400 000 {p}",
     "La Chine approuve l’importation de 400 000 {p} cette année, dit un analyste. Pékin a levé mardi "
     "l’interdiction de la {p}, et les douanes de Shenzhen laissent passer les palettes."),
    (1, "archive", "Les importateurs chinois privés de {p}",
     "Pékin interdit la {p} : la Chine interdit depuis lundi l’importation des {p}, et les importateurs de "
     "Shenzhen cherchent d’autres puces dans les entrepôts des douanes."),
    (11, "quotidien", "ByteDance commande des {p} après le feu vert de Pékin",
     "ByteDance commande 60 000 {p}, que la Chine autorise de nouveau depuis mardi. Les douanes de Shenzhen "
     "laissent entrer les palettes de {p} des importateurs chinois."),
)  # fmt: skip
SITES = tuple(dict.fromkeys(site for _, site, _, _ in TOLD))
COUNT = len(TOLD) * len(PRODUCTS)


def link(number: int) -> str:
    """Name the article that arrives with this number, from 0 on: each product's news in turn."""
    return f"https://{TOLD[number // len(PRODUCTS)][1]}.example/article-{number}"


def feed(site: str, arrived: int) -> bytes:
    """Write what a site has published when so many articles have arrived in all."""
    return rss(*(_item(number) for number in range(min(arrived, COUNT)) if _site(number) == site))


def _site(number: int) -> str:
    return TOLD[number // len(PRODUCTS)][1]


def _item(number: int) -> str:
    episode, product = divmod(number, len(PRODUCTS))
    day, site, title, text = (str(one) for one in TOLD[episode])
    at = START + product * APART + int(day) * DAY + timedelta(minutes=episode)
    title, text = title.format(p=PRODUCTS[product]), text.format(p=PRODUCTS[product])
    return (
        f"<item><title>{title}</title><link>{link(number)}</link><guid>{site}-{number}</guid>"
        f"<pubDate>{format_datetime(at)}</pubDate><description>{text}</description></item>"
    )
