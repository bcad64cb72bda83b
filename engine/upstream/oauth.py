"""eBay's access tokens: got once, shared by all threads, renewed before they run out; and the calls made with them.

Limits: 50,000 renewals of a seller's token and 1,000 application tokens a day; a token lives two hours, a refresh
token about eighteen months.

Source: https://developer.ebay.com/api-docs/static/oauth-refresh-token-request.html (read 2026-11).
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.clock import Clock
from engine.errors import CredentialsRefused
from engine.upstream.blame.table import RENEW
from engine.upstream.http import Answer, Door

EARLY_SECONDS = 300.0
MARKETPLACE = "EBAY_US"
_LANGUAGE = {"Accept-Language": "en-US", "Content-Language": "en-US"}
_SCOPE = "https://api.ebay.com/oauth/api_scope"
SELL_INVENTORY = f"{_SCOPE}/sell.inventory"

_NOT_CONNECTED = "eBay is not connected yet: connect it on the System page."


@dataclass(frozen=True, slots=True)
class Keys:
    """Who we are at eBay: the application, and the seller who let it in. They never print."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


class Token:
    """One access token, renewed by whoever needs it first while the others wait."""

    def __init__(self, door: Door, keys: Keys, clock: Clock, *, seller: bool) -> None:
        self._door = door
        self._keys = keys
        self._clock = clock
        self._seller = seller
        self._lock = threading.Lock()
        self._value = ""
        self._renew_at = 0.0

    def value(self, *, instead_of: str = "") -> str:
        """Return a token that lives some minutes yet, and is not the one that eBay just refused.

        Raises:
            CredentialsRefused: eBay gives us no token, or there are no keys to ask with.
            UpstreamDown: eBay does not answer.
        """
        with self._lock:
            if not self._value or self._value == instead_of or self._clock.monotonic() >= self._renew_at:
                self._renew()
            return self._value

    def _renew(self) -> None:
        asked_at = self._clock.monotonic()
        body = self._request().body
        self._value = body["access_token"]
        self._renew_at = asked_at + max(0.0, float(body["expires_in"]) - EARLY_SECONDS)

    def _request(self) -> Answer:
        path, keys = "/identity/v1/oauth2/token", self._keys
        if not (keys.client_id and keys.client_secret and (keys.refresh_token or not self._seller)):
            raise CredentialsRefused("ebay", f"POST {path}", _NOT_CONNECTED)
        basic = base64.b64encode(f"{keys.client_id}:{keys.client_secret}".encode()).decode()
        if self._seller:
            form = {"grant_type": "refresh_token", "refresh_token": keys.refresh_token, "scope": SELL_INVENTORY}
        else:
            form = {"grant_type": "client_credentials", "scope": _SCOPE}
        return self._door.ask(
            "token",
            "POST",
            path,
            form=form,
            headers={"Authorization": f"Basic {basic}"},
            needs=("access_token", "expires_in"),
        )


@dataclass(frozen=True, slots=True)
class TokenDoor:
    """A door at eBay, and the token that opens it."""

    door: Door
    token: Token

    def ask(
        self,
        point: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        needs: Sequence[str] = (),
    ) -> Answer:
        """Call eBay; when it refuses the token, once more with a fresh one: expired and forbidden look alike.

        Raises:
            UpstreamError: as `Door.ask` says.
        """
        refused = ""
        while True:
            bearer = self.token.value(instead_of=refused)
            answer = self.door.ask(
                point,
                method,
                path,
                params=params,
                json=json,
                headers={"Authorization": f"Bearer {bearer}", "X-EBAY-C-MARKETPLACE-ID": MARKETPLACE, **_LANGUAGE},
                needs=needs,
                write=method != "GET",
                renewable=not refused,
            )
            if answer.ruling is not RENEW:
                return answer
            refused = bearer
