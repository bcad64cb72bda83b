"""eBay: what a seller's consent gives: a refresh token, what it covers, and whose it is.

Limits a day: 10,000 exchanges of codes, 50,000 renewals; this program makes a handful when a person connects. A code
counts once, for five minutes. A refresh token counts for about eighteen months.

Source: https://developer.ebay.com/api-docs/static/oauth-auth-code-grant-request.html,
https://developer.ebay.com/api-docs/commerce/identity/resources/user/methods/getUser (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from engine.errors import UpstreamError
from engine.upstream.failure_policy.kinds import NARROW
from engine.upstream.http import HttpTransport, ServiceClient, ServiceResponse
from engine.upstream.oauth import TOKEN_PATH, basic

SCOPE_ROOT = "https://api.ebay.com/oauth/api_scope/"
_USER = "/commerce/identity/v1/user/"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code was exchanged for. `lives_seconds` is how long the refresh token counts, None if eBay is silent."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lives_seconds: float | None


def consent_address(auth_url: str, client_id: str, ru_name: str, scopes: Sequence[str], state: str) -> str:
    """Return the page at eBay where a seller is asked; scopes are named without their common beginning."""
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": ru_name,
        "scope": _named(scopes),
        "state": state,
    }
    return f"{auth_url.rstrip('/')}/oauth2/authorize?{urlencode(asked)}"


class EbayConsent:
    """The application at eBay whose keys these are, while a seller lets it in."""

    def __init__(self, transport: HttpTransport, base: str, *, client_id: str, client_secret: str) -> None:
        self._client = ServiceClient("ebay", base, transport)
        self._identity = ServiceClient("ebay", identity_base(base), transport)
        self._headers = {"Authorization": basic(client_id, client_secret)}

    def exchange(self, code: str, ru_name: str) -> Grant:
        """Return what the seller's code is worth; a code counts once.

        Raises:
            PersonNeeded: eBay does not take the code, or not the application's keys.
            UpstreamDown: eBay does not answer.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": ru_name}
        body = self._token("exchange", form, "access_token", "refresh_token").body
        lives = body.get("refresh_token_expires_in")
        return Grant(body["access_token"], body["refresh_token"], float(lives) if lives else None)

    def granted(self, refresh_token: str, scopes: Sequence[str]) -> tuple[str, ...]:
        """Return those of `scopes` that the seller's consent covers; one call where it covers all.

        Raises:
            UpstreamError: as `exchange` says.
        """
        if self._covers(refresh_token, scopes):
            return tuple(scopes)
        return tuple(scope for scope in scopes if len(scopes) > 1 and self._covers(refresh_token, [scope]))

    def user(self, access_token: str) -> str:
        """Return the seller's name at eBay, "" where eBay does not tell it: nothing depends on it."""
        headers = {"Authorization": f"Bearer {access_token}"}
        try:
            body = self._identity.request("identity", "GET", _USER, headers=headers).body
        except UpstreamError:
            return ""
        return str(body.get("username") or "")

    def _covers(self, refresh_token: str, scopes: Sequence[str]) -> bool:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": _named(scopes)}
        return self._token("scopes", form, "access_token").policy is not NARROW

    def _token(self, point: str, form: dict[str, str], *needs: str) -> ServiceResponse:
        return self._client.request(point, "POST", TOKEN_PATH, form=form, headers=self._headers, needs=needs)


def identity_base(base: str) -> str:
    """Return the root of eBay's Identity API, which has a host of its own, by the root of all others."""
    parts = urlsplit(base)
    if not parts.netloc.startswith("api."):
        return base
    return urlunsplit(parts._replace(netloc=f"apiz.{parts.netloc.removeprefix('api.')}"))


def _named(scopes: Sequence[str]) -> str:
    return " ".join(SCOPE_ROOT + scope for scope in scopes)
