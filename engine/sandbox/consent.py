"""eBay's page of consent as the sandbox plays it, with codes that count once, and refresh tokens that end.

`PUT /sandbox/consent` changes `accept_url`, the address that the RuName stands for, and `lives_seconds`, how long the
next refresh tokens count; `DELETE` revokes all that were given out. Every RuName stands for that one address.
"""

from __future__ import annotations

import html
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from engine.clock import Clock
from engine.sandbox.ebay_account import SCOPES, SellerAccount

USER = "sandbox_records"
LIVES_SECONDS = 47_304_000
CODE_LIVES_SECONDS = 299
IDENTITY = "commerce.identity.readonly"
_ROOT = "https://api.ebay.com/oauth/api_scope/"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>eBay (sandbox): grant access</title>
<style>body{{font:16px/1.5 system-ui;max-width:34rem;margin:4rem auto;color:#191919}}
button{{font:inherit;padding:.6rem 1.4rem;border-radius:2rem;border:1px solid #3665f3;margin-right:.7rem;
background:#fff;color:#3665f3;cursor:pointer}}
button.yes{{background:#3665f3;color:#fff}}li{{list-style:none}}small{{color:#555}}</style>
<h1>Grant application access</h1><p>Draft Maker asks for access to the eBay account <b>{user}</b>.
<small>This is the sandbox on your machine, not eBay.</small></p><form method="post">
<input type="hidden" name="state" value="{state}"><ul>{scopes}</ul>
<button class="yes" name="answer" value="agree">Agree and continue</button>
<button name="answer" value="decline">Decline</button></form>"""
_SCOPE = '<li><label><input type="checkbox" name="scope" value="{name}" checked> {name}</label></li>'


@dataclass(slots=True)
class Consents:
    """Codes and refresh tokens with the scopes that they are for and the moment they end."""

    clock: Clock
    account: SellerAccount
    client_id: str
    accept_url: str = ""
    lives_seconds: float = LIVES_SECONDS
    codes: dict[str, tuple[tuple[str, ...], float]] = field(default_factory=dict)
    tokens: dict[str, tuple[tuple[str, ...], float]] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()

    async def ask(self, request: Request) -> Response:
        """Show the page."""
        asked = request.query_params
        if asked.get("client_id") != self.client_id or not asked.get("redirect_uri"):
            return HTMLResponse("<p>The OAuth client was not found, or the RuName is missing.</p>", 400)
        names = [scope.removeprefix(_ROOT) for scope in asked.get("scope", "").split()]
        boxes = "".join(_SCOPE.format(name=html.escape(name)) for name in names)
        state = html.escape(asked.get("state", ""))
        return HTMLResponse(_PAGE.format(user=USER, state=state, scopes=boxes))

    async def answer(self, request: Request) -> Response:
        """Lead the browser to the address of the RuName, with a code or with the refusal."""
        form = parse_qs((await request.body()).decode())
        state = form.get("state", [""])[0]
        if form.get("answer") != ["agree"]:
            return self._back(error="access_denied", state=state)
        code = f"v^1.1#i^1#{secrets.token_urlsafe(24)}"
        scopes = tuple(form.get("scope", ()))
        self.codes[code] = (scopes, self.clock.monotonic() + CODE_LIVES_SECONDS)
        return self._back(code=code, state=state, expires_in=str(CODE_LIVES_SECONDS))

    def exchange(self, code: str) -> tuple[str, tuple[str, ...]] | None:
        """Return a refresh token for a code and what it covers; None for a code that does not count any more."""
        scopes, until = self.codes.pop(code, ((), 0.0))
        if self.clock.monotonic() >= until:
            return None
        token = f"v^1.1#refresh#{secrets.token_urlsafe(24)}"
        self.tokens[token] = (scopes, self.clock.monotonic() + self.lives_seconds)
        self.scopes = scopes
        self.account.scopes = tuple(name for name in SCOPES if any(scope.startswith(name) for scope in scopes))
        return token, scopes

    def covers(self, token: str, asked: str) -> bool | None:
        """Return whether a refresh token covers the scopes; None for one that does not count."""
        scopes, until = self.tokens.get(token, ((), 0.0))
        if self.clock.monotonic() >= until:
            return None
        return {scope.removeprefix(_ROOT) for scope in asked.split()} <= set(scopes)

    async def user(self, _request: Request) -> Response:
        """Return who the seller is, where the consent covers that."""
        if self.scopes and IDENTITY not in self.scopes:
            return JSONResponse({"errors": [{"errorId": 1100, "message": "Access denied"}]}, 403)
        return JSONResponse({"userId": "sandbox-1", "username": USER, "accountType": "INDIVIDUAL"})

    async def read(self, _request: Request) -> Response:
        """Return the switches, and the refresh tokens that were given out."""
        known = {"accept_url": self.accept_url, "lives_seconds": self.lives_seconds}
        return JSONResponse({**known, "refresh_tokens": list(self.tokens)})

    async def change(self, request: Request) -> Response:
        """Change what is named."""
        for name, value in (await request.json()).items():
            setattr(self, name, value)
        return await self.read(request)

    async def revoke(self, _request: Request) -> Response:
        """Take every consent back, and let the next ones last as long as eBay's."""
        self.tokens.clear()
        self.lives_seconds = LIVES_SECONDS
        return Response(status_code=204)

    def _back(self, **answer: str) -> Response:
        return RedirectResponse(f"{self.accept_url}?{urlencode(answer)}", 303)
