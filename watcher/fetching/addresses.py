"""Which addresses are fetched at all, and what of them is sent. Every refusal is a `FetchError`."""

import base64

import httpx

from watcher import urls
from watcher.errors import FetchError


def parse(address: str) -> httpx.URL:
    """Read a web address; the fragment is ours to keep, not to send."""
    try:
        url = httpx.URL(address.strip().partition("#")[0])
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"this is not a web address ({error})") from error
    if url.scheme not in {"http", "https"}:
        said = url.scheme or "a relative address"
        raise FetchError(f"only http and https are fetched, not {said}")
    if not urls.host(str(url)):
        raise FetchError("this web address names no host")
    return url


def apart(url: httpx.URL) -> tuple[httpx.URL, bytes]:
    """Take the credentials out of an address; returns them as an Authorization value."""
    if not url.userinfo:
        return url, b""
    pair = base64.b64encode(f"{url.username}:{url.password}".encode())
    return url.copy_with(username=None, password=None), b"Basic " + pair


def public(address: str) -> httpx.URL:
    """Read a web address that carries no credentials."""
    url = parse(address)
    if url.userinfo:
        raise FetchError(f"{url.host}: an address with a user name is not fetched")
    return url


def target(url: httpx.URL, location: str) -> httpx.URL:
    """Return where a redirect leads; to a web address without credentials, or not at all."""
    if not location:
        raise FetchError(f"{url.host} redirects without saying where to")
    try:
        joined = str(url.join(location.encode("latin-1").decode("utf-8", "replace")))
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"{url.host} redirects to what is not a web address") from error
    return public(joined)
