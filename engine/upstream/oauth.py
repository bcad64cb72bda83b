"""eBay's access tokens: got once, shared by all threads, renewed before they run out; and the calls made with them.

Limits: 50,000 renewals of a seller's token and 1,000 application tokens a day; a token lives two hours, a refresh
token about eighteen months.

Source: https://developer.ebay.com/api-docs/static/oauth-refresh-token-request.html (read 2026-11).
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.clock import Clock
from engine.domain.services import CONNECT_EBAY
from engine.errors import CredentialsRefused
from engine.upstream.caller import Caller
from engine.upstream.failure_policy.kinds import RENEW
from engine.upstream.http import ServiceClient, ServiceResponse

EARLY_SECONDS = 300.0
TOKEN_PATH = "/identity/v1/oauth2/token"  # noqa: S105 - a path
MARKETPLACE = "EBAY_US"
_LANGUAGE = {"Accept-Language": "en-US", "Content-Language": "en-US"}
_SCOPE = "https://api.ebay.com/oauth/api_scope"
SELL_INVENTORY = f"{_SCOPE}/sell.inventory"
ALL_CONSENTED = ""
"""The scope of a token for everything that the seller has consented to: a renewal that names none gets them all."""

_NOT_CONNECTED = f"eBay is not connected yet. {CONNECT_EBAY}"


@dataclass(frozen=True, slots=True)
class Keys:
    """Who we are at eBay: the application, and the seller who let it in. They never print."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)

    @property
    def complete(self) -> bool:
        """Whether there is all that a seller's access token takes."""
        return all((self.client_id, self.client_secret, self.refresh_token))


class Token:
    """One access token, renewed by whoever needs it first while the others wait.

    `scope` is what the token of a seller is for; an application's is for what needs no seller.
    """

    def __init__(
        self, client: ServiceClient, keys: Keys, clock: Clock, *, seller: bool, scope: str = SELL_INVENTORY
    ) -> None:
        self._client = client
        self._keys = keys
        self._clock = clock
        self._seller = seller
        self._scope = scope
        self._lock = threading.Lock()
        self._value = ""
        self._renew_at = 0.0

    def value(self, caller: Caller, *, instead_of: str = "") -> str:
        """Return a token that lives some minutes yet, and is not the one that eBay just refused.

        Where it must be renewed, that is done on behalf of `caller`.

        Raises:
            CredentialsRefused: eBay gives us no token, or there are no keys to ask with.
            UpstreamDown: eBay does not answer.
        """
        with self._lock:
            if not self._value or self._value == instead_of or self._clock.monotonic() >= self._renew_at:
                self._renew(caller)
            return self._value

    def _renew(self, caller: Caller) -> None:
        asked_at = self._clock.monotonic()
        body = self._request(caller).body
        self._value = body["access_token"]
        self._renew_at = asked_at + max(0.0, float(body["expires_in"]) - EARLY_SECONDS)

    def _request(self, caller: Caller) -> ServiceResponse:
        path, keys = TOKEN_PATH, self._keys
        if not (keys.client_id and keys.client_secret and (keys.refresh_token or not self._seller)):
            raise CredentialsRefused("ebay", f"POST {path}", _NOT_CONNECTED)
        if self._seller:
            scope = {"scope": self._scope} if self._scope else {}
            form = {"grant_type": "refresh_token", "refresh_token": keys.refresh_token, **scope}
        else:
            form = {"grant_type": "client_credentials", "scope": _SCOPE}
        return self._client.for_caller(caller).request(
            "token",
            "POST",
            path,
            form=form,
            headers={"Authorization": basic(keys.client_id, keys.client_secret)},
            needs=("access_token", "expires_in"),
        )


def basic(client_id: str, client_secret: str) -> str:
    """Return the Authorization header of an application."""
    return f"Basic {base64.b64encode(f'{client_id}:{client_secret}'.encode()).decode()}"


@dataclass(frozen=True, slots=True)
class AuthorizedClient:
    """Calls eBay with an access token."""

    client: ServiceClient
    token: Token

    def for_caller(self, caller: Caller) -> AuthorizedClient:
        """Return this client, calling on behalf of `caller`."""
        return replace(self, client=self.client.for_caller(caller))

    def request(
        self,
        point: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        needs: Sequence[str] = (),
        write: bool | None = None,
        judge: Callable[[dict[str, Any]], None] | None = None,
    ) -> ServiceResponse:
        """Call eBay; when it refuses the token, once more with a fresh one: expired and forbidden look alike.

        Every method but GET is a `write` where nothing is said.

        Raises:
            UpstreamError: as `ServiceClient.request` says.
        """
        refused = ""
        while True:
            bearer = self.token.value(self.client.caller, instead_of=refused)
            response = self.client.request(
                point,
                method,
                path,
                params=params,
                json=json,
                headers={"Authorization": f"Bearer {bearer}", "X-EBAY-C-MARKETPLACE-ID": MARKETPLACE, **_LANGUAGE},
                needs=needs,
                write=method != "GET" if write is None else write,
                renewable=not refused,
                judge=judge,
            )
            if response.policy is not RENEW:
                return response
            refused = bearer
