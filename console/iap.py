"""Who Google's Identity-Aware Proxy says is asking: the assertion that it signs and adds to every request, verified.

Source: https://cloud.google.com/iap/docs/signed-headers-howto (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

import requests
from google.auth import jwt
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from console.gate import Refused
from engine.log import get_logger
from engine.public import Clock, access

log = get_logger(__name__)

HEADER = "x-goog-iap-jwt-assertion"
ISSUER = "https://cloud.google.com/iap"
ALGORITHM = "ES256"
KEYS_SECONDS = 3_600.0  # for so long a key that is published no more still counts
AGAIN_SECONDS = 10.0  # no sooner are keys read again, for one that is not known or after a failure
ANSWER_SECONDS = 5.0
SKEW_SECONDS = 30  # by how much clocks may differ


class IdentityAwareProxy:
    """Takes the proxy's word for who is asking, where it was given for `audience` and signed by a key at `keys_url`."""

    def __init__(self, audience: str, keys_url: str, clock: Clock) -> None:
        self._audience = audience
        self._keys = _Keys(keys_url, clock)

    async def user(self, headers: Headers) -> access.Person | Refused:
        """Return who is asking, by their e-mail address, or why nobody is known to."""
        given = headers.getlist(HEADER)
        if len(given) != 1:
            return _nobody(f"the request has not one header {HEADER}: open the console by its address at the proxy")
        try:
            return await run_in_threadpool(self._verified, given[0])
        except _KeysAway:
            return Refused(
                503, "The keys of Identity-Aware Proxy cannot be read, so nobody can sign in: try again soon."
            )

    def _verified(self, assertion: str) -> access.Person | Refused:
        """Return who an assertion names, or why it does not count.

        Raises:
            _KeysAway: there are none to compare with.
        """
        try:
            header = jwt.decode_header(assertion)
            key_id = str(header.get("kid"))
            key = self._keys.of(key_id) if header.get("alg") == ALGORITHM else None
            if key is None:
                return _nobody(f"the assertion is not signed by {ALGORITHM} with a key that Google publishes")
            claims = jwt.decode(assertion, {key_id: key}, clock_skew_in_seconds=SKEW_SECONDS)
        except (ValueError, TypeError, RecursionError):  # its message repeats what was sent
            return _nobody("the assertion has expired, or its signature does not fit")
        return self._named(claims)

    def _named(self, claims: Mapping[str, Any]) -> access.Person | Refused:
        if claims.get("iss") != ISSUER:
            return _nobody("the assertion was issued by somebody else than Identity-Aware Proxy")
        if claims.get("aud") != self._audience:
            return _nobody("the assertion is for another service than DM_IAP_AUDIENCE names")
        user = claims.get("email") or claims.get("sub")
        if not (isinstance(user, str) and user and user.isprintable()):
            return _nobody("the assertion names nobody")
        return access.Person(user)  # it says nothing of groups


class _KeysAway(Exception):
    """No key can be read, and there are none from before."""


class _Keys:
    """The keys that Google signs with, by their id, read when they are needed."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._lock = Lock()
        self._keys: Mapping[str, str] = {}
        self._read_at = self._tried_at = float("-inf")

    def of(self, key_id: str) -> str | None:
        """Return a key in PEM, None when Google does not publish it.

        Raises:
            _KeysAway: there are none.
        """
        with self._lock:
            now = self._clock.monotonic()
            wanted = key_id not in self._keys or now - self._read_at >= KEYS_SECONDS
            if wanted and now - self._tried_at >= AGAIN_SECONDS:
                self._read(now)
            if not self._keys:
                raise _KeysAway
            return self._keys.get(key_id)

    def _read(self, now: float) -> None:
        """Read the keys anew; where that fails, the last ones count on."""
        self._tried_at = now
        try:
            answer = requests.get(self._url, timeout=ANSWER_SECONDS, allow_redirects=False)
            answer.raise_for_status()
            self._keys = {str(key_id): str(key) for key_id, key in dict(answer.json()).items()}
            self._read_at = now
        except (requests.RequestException, ValueError, TypeError) as error:
            log.warning("iap_keys_not_read", error=type(error).__name__)


def _nobody(why: str) -> Refused:
    return Refused(401, f"Nobody is signed in: {why}.")
