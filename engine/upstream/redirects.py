"""Where an address leads in the end, found hop by hop: what fetches it from there on meets no redirect."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from requests import Response

from engine.upstream.failure_policy.policies import Failure, Reply, reply
from engine.upstream.failure_policy.table import entry_for
from engine.upstream.http import ServiceClient

HOPS = 5
POINT = "resolve"
_MOVED = frozenset({301, 302, 303, 307, 308})


def resolved(client: ServiceClient, address: str) -> str | None:
    """Return the address that answers in place of `address`, None when nothing is there (404).

    One call of the client, of up to `HOPS` requests without a body.

    Raises:
        UpstreamDown: the service does not answer, or leads astray: to where nobody may be asked, or on and on.
        RequestRefused: it will not hand out what is there.
    """
    call = f"HEAD {urlsplit(address).path}"
    with client.calling(POINT, call) as answered:
        for _ in range(HOPS):
            address = client.onward(address)
            if not address:
                break
            response = client.transport.send("HEAD", address, {"Accept": "*/*"})
            answered(response)
            onward = response.headers.get("Location", "")
            if response.status_code not in _MOVED or not onward:
                return _read(client, address, call, response)
            address = urljoin(address, onward)
        astray = Reply(client.service, POINT, failure=Failure.ASTRAY)
        raise entry_for(astray).policy.error(astray, call, write=False)


def _read(client: ServiceClient, address: str, call: str, response: Response) -> str | None:
    """Return the address that has answered, None when nothing is there."""
    came = reply(client.service, POINT, response.status_code, response.headers, {})
    policy = None if came.success else entry_for(came).policy
    if policy and policy.blame is not None:
        raise policy.error(came, call, write=False)
    return None if policy else address
