"""Who Google's Identity-Aware Proxy says is asking: the assertion that it signs and adds to every request, verified.

Source: https://cloud.google.com/iap/docs/signed-headers-howto (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.auth import jwt
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from console.rules import Refused
from console.signing_keys import SKEW_SECONDS, KeysAway, SigningKeys, answered, nobody
from engine.public import Clock, access

HEADER = "x-goog-iap-jwt-assertion"
ISSUER = "https://cloud.google.com/iap"
ALGORITHM = "ES256"


class IdentityAwareProxy:
    """Takes the proxy's word for who is asking, where it was given for `audience` and signed by a key at `keys_url`."""

    way_in = ""  # the proxy asks people before they get here

    def __init__(self, audience: str, keys_url: str, clock: Clock) -> None:
        self._audience = audience
        self._keys = SigningKeys(lambda: _pems(answered(keys_url)), clock)

    async def user(self, headers: Headers) -> access.Person | Refused:
        """Return who is asking, by their e-mail address, or why nobody is known to."""
        given = headers.getlist(HEADER)
        if len(given) != 1:
            return nobody(f"the request has not one header {HEADER}: open the console by its address at the proxy")
        try:
            return await run_in_threadpool(self._verified, given[0])
        except KeysAway:
            return Refused(
                503, "The keys of Identity-Aware Proxy cannot be read, so nobody can sign in: try again soon."
            )

    def _verified(self, assertion: str) -> access.Person | Refused:
        """Return who an assertion names, or why it does not count.

        Raises:
            KeysAway: there are none to compare with.
        """
        try:
            header = jwt.decode_header(assertion)
            key_id = str(header.get("kid"))
            key = self._keys.of(key_id) if header.get("alg") == ALGORITHM else None
            if key is None:
                return nobody(f"the assertion is not signed by {ALGORITHM} with a key that Google publishes")
            claims = jwt.decode(assertion, {key_id: key}, clock_skew_in_seconds=SKEW_SECONDS)
        except (ValueError, TypeError, RecursionError):  # its message repeats what was sent
            return nobody("the assertion has expired, or its signature does not fit")
        return self._named(claims)

    def _named(self, claims: Mapping[str, Any]) -> access.Person | Refused:
        if claims.get("iss") != ISSUER:
            return nobody("the assertion was issued by somebody else than Identity-Aware Proxy")
        if claims.get("aud") != self._audience:
            return nobody("the assertion is for another service than DM_IAP_AUDIENCE names")
        user = claims.get("email") or claims.get("sub")
        if not (isinstance(user, str) and user and user.isprintable()):
            return nobody("the assertion names nobody")
        return access.Person(user)  # it says nothing of groups


def _pems(published: Mapping[str, object]) -> Mapping[str, str]:
    """Return keys in PEM, by their ids."""
    return {key_id: str(key) for key_id, key in published.items()}
