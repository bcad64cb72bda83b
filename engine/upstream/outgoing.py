"""What may go out to a service, and what may come back: seen to at every call, in one place.

A call goes to the configured address of a service. A redirect is followed on its own host, and to the domains that the
service is known to keep its files at; nowhere else, so that nothing that a service says makes us call into the network
that we stand in. Photos of sellers are never fetched: eBay does that. Notifications go to the hosts that the settings
name, which may stand in our own network, and follow no redirect.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.utils import get_environ_proxies
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError, SSLError

MOST_BYTES = 20_000_000  # of one answer
_PIECE = 65_536
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9-]+")

Lead = Callable[[str], str]
"""Returns the address under which a redirect is followed, "" where it may not be."""


def onward(address: str, base: str, also: Collection[str] = ()) -> str:
    """Return the address under which a redirect of the service at `base` is followed, "" where it may not be.

    That is one on its own host, at the scheme of `base`, or by https one at the domains of `also` and below them.
    """
    try:
        parts, own = urlsplit(address), urlsplit(base)
    except ValueError:
        return ""
    if parts.netloc == own.netloc:
        return parts._replace(scheme=own.scheme).geturl()
    host = parts.netloc.lower()
    known = any(host == domain or host.endswith(f".{domain}") for domain in also)
    safe = known and _HOST.fullmatch(host) and parts.scheme in {"http", "https"}
    return parts._replace(scheme="https").geturl() if safe else ""


def public(address: str, origin: str) -> str:
    """Return the address under which a redirect of a public file at `origin` is followed, "" where it may not be.

    That is one on its own host, or by https one whose every IP address is public. Where a proxy of this machine's
    environment fetches it, names are the proxy's to look up.
    """
    if same := onward(address, origin):
        return same
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or 443
        if parts.scheme != "https" or not host:
            return ""
        if get_environ_proxies(address).get("https") and not _is_ip(host):
            return "" if host == "localhost" else address
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (ValueError, OSError):
        return ""
    outside = [ip_address(str(place[4][0]).partition("%")[0]).is_global for place in found]
    return address if outside and all(outside) else ""


def receiver_refusal(host: str, port: int, *, encrypted: bool) -> str:
    """Return why nothing is sent to a host that the settings name for notifications, "" where it may be.

    What is not `encrypted` stays in our own network. A cloud's metadata service, at a link-local address, gets nothing.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (ValueError, OSError):
        return f"the name {host} is not found on the network"
    addresses = [_plain(str(place[4][0])) for place in found]
    if any(one.is_link_local or one.is_multicast or one.is_unspecified for one in addresses):
        return f"{host} is at an address that receives no notifications"
    if not encrypted and any(one.is_global for one in addresses):
        return f"{host} is outside of our own network, where everything is sent encrypted"
    return ""


def _plain(address: str) -> IPv4Address | IPv6Address:
    """Return an IP address without its zone, as IPv4 where it is one in the clothes of the other kind."""
    found = ip_address(address.partition("%")[0])
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _is_ip(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def incoming(lead: Lead | None, seconds: float, *, whole: bool = True) -> Callable[..., None]:
    """Return a hook of requests for the answers to one call, those on its way included.

    It reads each answer, within `seconds`, unless the last one is not wanted `whole`; `lead` None means that no
    redirect is followed.
    """

    def hook(response: requests.Response, *_: object, **__: object) -> None:
        onto = response.is_redirect and lead is not None
        if whole or onto:
            _read(response, seconds)
        if onto and lead is not None:
            address = lead(urljoin(response.url, response.headers["Location"]))
            if not address:
                response.close()
                raise requests.TooManyRedirects("a redirect off the service")
            response.headers["Location"] = address

    return hook


def _read(response: requests.Response, seconds: float) -> None:
    """Read the body of an answer.

    Raises:
        RequestException: it is too large, or takes too long, or breaks off.
    """
    made: Any = response
    try:
        made._content = b"".join(_pieces(response, seconds))  # noqa: SLF001 - requests has no other way to bound a body
    except HTTPError as error:
        response.close()
        raise _as_of_requests(error) from error
    except requests.RequestException:
        response.close()
        raise
    made._content_consumed = True  # noqa: SLF001


def _pieces(response: requests.Response, seconds: float) -> Iterator[bytes]:
    size, until = 0, time.monotonic() + seconds
    while piece := response.raw.read1(_PIECE, decode_content=True):
        size += len(piece)
        if size > MOST_BYTES:
            raise requests.exceptions.ContentDecodingError("an answer without end")
        if time.monotonic() > until:
            raise requests.ReadTimeout("an answer that takes too long")
        yield piece


def _as_of_requests(error: HTTPError) -> requests.RequestException:
    """Return the error that requests itself makes of one of the library below it."""
    if isinstance(error, DecodeError):
        return requests.exceptions.ContentDecodingError(error)
    if isinstance(error, ReadTimeoutError):
        return requests.ReadTimeout(error)
    if isinstance(error, SSLError):
        return requests.exceptions.SSLError(error)
    return requests.exceptions.ChunkedEncodingError(error)


def secrets_of(headers: Mapping[str, str], form: Mapping[str, str]) -> Iterator[str]:
    """Yield what must not be repeated of a request, whoever repeats it: what lets us in, and what is asked with it."""
    kind, _, value = headers.get("Authorization", "").partition(" ")
    if kind:
        yield value
        yield from value.replace("=", " ").split()
    yield from (form.get(name, "") for name in ("refresh_token", "code"))


def as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request alone: with no `auth`, requests would put a `.netrc` entry over our Authorization header."""
    return request


def wait_asked(retry_after: str, date: str) -> float | None:
    """Return a Retry-After header in seconds; one given as a date counts from the answer's own Date."""
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - parsedate_to_datetime(date)).total_seconds())
    except ValueError:
        return None
