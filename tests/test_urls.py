"""Identity keys: what must meet, what must stay apart."""

import tomllib
from importlib import resources

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher import urls

ARTICLE = "https://www.puces.example/economie/quotas-h200-4711.html"

SPELLINGS = [
    ("http", "http://www.puces.example/economie/quotas-h200-4711.html"),
    ("no www", "https://puces.example/economie/quotas-h200-4711.html"),
    ("www2", "https://www2.puces.example/economie/quotas-h200-4711.html"),
    ("final slash", ARTICLE + "/"),
    ("fragment", ARTICLE + "#commentaires"),
    ("empty query", ARTICLE + "?"),
    ("white space", f"\n  {ARTICLE}\t"),
    ("no scheme", "//www.puces.example/economie/quotas-h200-4711.html"),
    ("capital host, usual port", "HTTPS://WWW.Puces.Example:443/economie/quotas-h200-4711.html"),
    ("root dot", "https://www.puces.example./economie/quotas-h200-4711.html"),
    ("double slash", "https://www.puces.example//economie//quotas-h200-4711.html"),
    ("dot segments", "https://www.puces.example/a/../economie/./quotas-h200-4711.html"),
    ("needless escapes", "https://www.puces.example/economie/quotas%2Dh200%2d4711.html"),
    ("reader named", "https://lecteur:secret@www.puces.example/economie/quotas-h200-4711.html"),
    ("session in the path", ARTICLE + ";jsessionid=0A1B2C"),
    ("utm", ARTICLE + "?utm_source=rss&utm_medium=feed&UTM_Campaign=x"),
    ("xtor", ARTICLE + "?xtor=RSS-16"),
    ("xtor as fragment", ARTICLE + "#xtor=RSS-3208"),
    ("at internet", ARTICLE + "?at_medium=custom7&at_campaign=rss&at_creation=tech"),
    ("matomo", ARTICLE + "?mtm_campaign=flux&pk_kwd=h200"),
    ("ad clicks", ARTICLE + "?fbclid=IwAR0&gclid=x&msclkid=y&srsltid=z"),
    ("mail campaigns", ARTICLE + "?mc_cid=1&mc_eid=2&mkt_tok=3&_hsenc=4&elqTrackId=5"),
    ("eulerian", ARTICLE + "?eml-publisher=lettre&eml-name=jeudi&ea-id=1&ectrans=1"),
    ("le monde", ARTICLE + "?lmd_medium=al&lmd_campaign=envoye-par-appli&lmd_creation=ios"),
    ("criteo, google", ARTICLE + "?cto_pld=1&gad_source=1&gad_campaignid=2"),
    ("origin", ARTICLE + "?ref=rss&cmp=x"),
    ("origin among words", ARTICLE + "?source=newsletter-tech&from=flux_rss"),
    ("feed flag", ARTICLE + "?fromRss=1"),
    ("referrer", ARTICLE + "?ref_src=twsrc%5Etfw&referrer=accueil"),
    ("session", ARTICLE + "?PHPSESSID=abc"),
    ("m.", "https://m.puces.example/economie/quotas-h200-4711.html"),
    ("mobile.", "https://mobile.puces.example/economie/quotas-h200-4711.html"),
    ("amp.", "https://amp.puces.example/economie/quotas-h200-4711.html"),
    ("/amp/...", "https://www.puces.example/amp/economie/quotas-h200-4711.html"),
    (".../amp", ARTICLE + "/amp/"),
    (".amp.html", "https://www.puces.example/economie/quotas-h200-4711.amp.html"),
    ("amp flag", ARTICLE + "?amp=1"),
    ("bare amp flag", ARTICLE + "?amp"),
    ("amp style", ARTICLE + "?outputType=AMP"),
    (
        "amp cache",
        "https://www-puces-example.cdn.ampproject.org/c/s/www.puces.example/economie/quotas-h200-4711.html?usqp=x",
    ),
    (
        "amp viewer",
        "https://www.google.fr/amp/s/www.puces.example/economie/quotas-h200-4711.html",
    ),
    (
        "redirector",
        "https://agregat.example/redirect?id=3&url=https%3A%2F%2Fpuces.example%2Feconomie%2Fquotas-h200-4711.html%3Futm_source%3Dagregat",
    ),
    (
        "search result",
        "https://www.google.com/url?sa=t&q=https://puces.example/economie/quotas-h200-4711.html&ved=2",
    ),
    (
        "share button",
        "https://reseau.example/sharer/sharer.php?u=https%253A%252F%252Fpuces.example%252Feconomie%252Fquotas-h200-4711.html",
    ),
    (
        "redirector in a redirector",
        "https://l.reseau.example/l.php?u=https%3A%2F%2Fclick.lettre.example%2F%3Furl%3Dhttps%253A%252F%252Fpuces.example%252Feconomie%252Fquotas-h200-4711.html",
    ),
]

TWINS = [
    ("https://puces.example/lev%C3%A9e", "https://puces.example/levée"),
    ("https://puces.example/lev%c3%a9e", "https://puces.example/lev%C3%A9e"),
    ("https://puces.example/?p=12&a=1", "https://puces.example/?a=1&p=12"),
    ("https://puces.example/?q=deux+mots", "https://puces.example/?q=deux%20mots"),
    ("https://médias.example/a", "https://xn--mdias-bsa.example/a"),
    ("https://puces.example", "http://www.puces.example/"),
    ("https://puces.example/dossier/index.html", "https://puces.example/dossier/"),
    ("https://puces.example:8443/a/", "https://www.puces.example:8443/a"),
    ("http://[::1]:80/a", "https://[0:0:0:0:0:0:0:1]/a"),
]

STRANGERS = [
    ("https://puces.example/?p=12", "https://puces.example/?p=13"),
    ("https://puces.example/article.php?id=1", "https://puces.example/article.php?id=2"),
    ("https://puces.example/a/1", "https://puces.example/a/2"),
    ("https://puces.example/a?v=abc", "https://puces.example/a?v=abd"),
    ("https://puces.example/a?v=Abc", "https://puces.example/a?v=abc"),
    ("https://puces.example/Nvidia", "https://puces.example/nvidia"),
    ("https://tech.puces.example/a", "https://sport.puces.example/a"),
    ("https://puces.example/a", "https://puces.test/a"),
    ("https://puces.example/a", "https://puces.example:8443/a"),
    ("https://puces.example/forum?t=5&page=2", "https://puces.example/forum?t=6&page=2"),
    ("https://puces.example/#!/article/1", "https://puces.example/#!/article/2"),
    ("https://puces.example/news?ref=123", "https://puces.example/news?ref=124"),
    ("https://puces.example/trajet?from=lyon", "https://puces.example/trajet?from=lille"),
    ("https://puces.example/vue?source=12", "https://puces.example/vue?source=13"),
    ("https://puces.example/?s=facebook", "https://puces.example/?s=twitter"),
    ("https://puces.example/?at_id=1", "https://puces.example/?at_id=2"),
    ("https://puces.example/pub?ad_id=1", "https://puces.example/pub?ad_id=2"),
    ("https://puces.example/a?rss=politique", "https://puces.example/a?rss=tech"),
    ("https://puces.example/?ea=1", "https://puces.example/?ea=2"),
    ("https://puces.example/?eml=1", "https://puces.example/?eml=2"),
    ("https://puces.example/?m_i=1", "https://puces.example/?m_i=2"),
    ("https://puces.example/amp", "https://puces.example/"),
    ("https://amp.example/a", "https://m.example/a"),
    ("https://puces.example/a%2Fb", "https://puces.example/a/b"),
    ("https://puces.example/a?u=https://un.example/", "https://puces.example/a?u=https://deux.example/"),
    ("https://puces.example/go?url=/un", "https://puces.example/go?url=/deux"),
    ("https://www.google.com/amp/aide", "https://www.google.com/amp/actualites"),
    ("https://x.cdn.ampproject.org/rtv/1", "https://x.cdn.ampproject.org/rtv/2"),
    ("urn:uuid:1", "urn:uuid:2"),
    ("mailto:a@puces.example", "mailto:b@puces.example"),
]  # fmt: skip

ODD = [
    "", " ", "https://", "https:///a", "http://[", "http://[::1", "https://h:port/", "https://h:99999/", "%", "%zz",
    "http://..", "https://\udcff.example/", "https://a\x00b/", "https://" + "é" * 70 + ".fr/", "//", "#!", "?", "::",
    "javascript:alert(1)", "https://long.example/" + "a" * 5000, "\ud800", "h200", "https://www./", "http://%zz/",
]  # fmt: skip


@pytest.mark.parametrize("url", [url for _, url in SPELLINGS], ids=[name for name, _ in SPELLINGS])
def test_spellings_of_one_article_share_a_key(url: str) -> None:
    """Scheme, tracking, rendering and redirector do not make another article."""
    assert urls.key(url) == "puces.example/economie/quotas-h200-4711.html"


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_equal_addresses_share_a_key(one: str, other: str) -> None:
    """Escapes, order and default files are matters of spelling."""
    assert urls.key(one) == urls.key(other)


@pytest.mark.parametrize(("one", "other"), STRANGERS)
def test_different_pages_keep_different_keys(one: str, other: str) -> None:
    """What may name content stays in the key."""
    assert urls.key(one) != urls.key(other)


def test_no_parameter_is_in_two_lists() -> None:
    """What is listed is in lower case, once, and no single name is in a family already."""
    path = resources.files("watcher").joinpath("data/tracking.toml")
    lists = tomllib.loads(path.read_text("utf-8"))
    words = [word for part in lists for line in lists[part].values() for word in line.split()]
    assert all(word == word.lower() for word in words)
    told = {part: " ".join(lists[part].values()).split() for part in lists}
    names = [*told["families"], *told["names"], *told["origins"]]
    assert len(names) == len(set(names))
    assert not [name for name in told["names"] if name.startswith(tuple(told["families"]))]


@pytest.mark.parametrize("tail", ["?id=7", "?p=7", "?v=7", "?ref=123", "?page=2", "?article=x&n=2"])
def test_plain_ids_are_kept(tail: str) -> None:
    """A parameter that names content is part of the identity."""
    assert urls.key(ARTICLE + tail).endswith(tail)


def test_a_key_has_no_credentials() -> None:
    """A password in an address does not reach the store through its key."""
    assert "secret" not in urls.key("https://lecteur:secret@puces.example/flux")


def test_redirectors_may_be_nested_deeply() -> None:
    """However many redirectors are stacked, the key is the article's."""
    url = "https://puces.example/a"
    for _ in range(5):
        url = "https://out.example/?url=" + url.replace("%", "%25").replace(":", "%3A").replace(
            "?", "%3F"
        )
    assert urls.key(url) == "puces.example/a"


PIECES = st.sampled_from([
    "http://", "https://", "//", "www.", "m.", "amp.", "fr.m.", "puces.example", "google.com", "x.cdn.ampproject.org",
    "/", "/c/s/", "/amp/", "/amp", ".amp", ".html", "index.html", "?", "&", "=", "url=", "out.", "/redirect", "%2F", "%",
    "%3A", "é", "#", "#!", ":80", ":8443", ":", "@", "[::1]", "..", "/../", ";jsessionid=1", "utm_x=1", "ref=rss", " ", "+",
    "\t", "a",
])  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES, max_size=14).map("".join)))
@example("http://www.m.www.puces.example/amp/a/amp/amp.amp")
@example("https://out.example/?url=https://out.example/?url=https://a.example")
def test_key_is_total_and_idempotent(url: str) -> None:
    """Any string has a key, and a key is its own key."""
    assert urls.key(urls.key(url)) == urls.key(url)


@pytest.mark.parametrize("url", ODD)
def test_odd_strings_do_no_harm(url: str) -> None:
    """Whatever stands in a feed's link, the functions answer."""
    assert urls.key(urls.key(url)) == urls.key(url)
    assert isinstance(urls.host(url), str)
    assert isinstance(urls.absolute(url, url), str)
    assert urls.same_site(url, ARTICLE) is False


@given(st.text(), st.text())
def test_absolute_gives_a_web_address_or_nothing(link: str, base: str) -> None:
    """No link makes another scheme come out."""
    for page in (base, ARTICLE):
        assert urls.absolute(link, page).partition(":")[0].lower() in {"", "http", "https"}


@pytest.mark.parametrize(
    ("link", "result"),
    [
        ("/a", "https://puces.example/a"),
        ("b.html", "https://puces.example/tech/b.html"),
        ("//autre.example/a", "https://autre.example/a"),
        ("http://autre.example/a", "http://autre.example/a"),
        ("\n /deux mots\t", "https://puces.example/deux%20mots"),
        ("/cou\npé", "https://puces.example/coupé"),
        ("?p=2", "https://puces.example/tech/a.html?p=2"),
        ("", ""),
        ("mailto:redaction@puces.example", ""),
        ("javascript:void(0)", ""),
        ("file:///etc/hostname", ""),
        ("http://[", ""),
        ("http:///a", ""),
    ],
)
def test_absolute(link: str, result: str) -> None:
    """A link is read as a browser reads it; only web addresses come out."""
    assert urls.absolute(link, "https://puces.example/tech/a.html") == result


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://Puces.Example/a", "puces.example"),
        ("https://puces.example:443/", "puces.example"),
        ("http://puces.example:443/", "puces.example:443"),
        ("https://puces.example.:8443/", "puces.example:8443"),
        ("https://lecteur:secret@puces.example/", "puces.example"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("https://médias.example/", "xn--mdias-bsa.example"),
        ("https://puces.example:99999/", ""),
        ("mailto:a@b", ""),
        ("http://:80", ""),
        ("http://:81", ""),
    ],
)
def test_host(url: str, name: str) -> None:
    """A host is named by DNS and port, nothing else."""
    assert urls.host(url) == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.puces.example/a", "http://puces.example/b", True),
        ("https://m.puces.example/a", "https://amp.puces.example/a", True),
        ("https://tech.puces.example/a", "https://puces.example/a", True),
        ("https://tech.puces.example/a", "https://sport.puces.example/a", False),
        ("https://puces.example/", "https://autrepuces.example/", False),
        ("https://puces.example/", "https://example/", False),
        ("http://127.0.0.1:8001/", "http://127.0.0.1:8002/", False),
        ("", "", False),
    ],
)
def test_same_site(one: str, other: str, same: bool) -> None:
    """Renderings and parts of a site are that site; neighbours are not."""
    assert urls.same_site(one, other) is same
    assert urls.same_site(other, one) is same
