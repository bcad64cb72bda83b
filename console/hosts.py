"""Under which names the console answers."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
USUAL_PORTS = frozenset({80, 443})  # a browser leaves them out of `Host`


def own_hosts(address: str, port: int, names: Iterable[str]) -> frozenset[str]:
    """Return under which hosts the console answers: this machine's, that of the address it listens at, and `names`.

    Loopback names and the address go with `port`; a name without a port counts with any.
    """
    own = [*LOOPBACK, address]
    try:
        number = ip_address(address)
        own[-1] = f"[{number}]" if number.version == 6 else str(number)
        own = own[:-1] if number.is_unspecified else own
    except ValueError:
        pass  # a name
    usual = own if port in USUAL_PORTS else []
    return frozenset(name.lower() for name in (*(f"{name}:{port}" for name in own), *usual, *names))


def are_ours(hosts: list[str], own: frozenset[str]) -> bool:
    """Whether a request names one host, and that is ours."""
    if len(hosts) != 1:
        return False
    host = hosts[0].lower()
    name, colon, port = host.rpartition(":")
    return host in own or (bool(colon) and port.isdecimal() and name in own)
