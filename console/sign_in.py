"""Signing in by OpenID Connect, and signing out: a session of the store, in a cookie that no script can read."""

from __future__ import annotations

import secrets
from dataclasses import astuple, dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from console.oidc import Asked, NotSignedIn, Provider
from console.rules import SIGN_IN, SIGN_OUT, Refused
from console.signing_keys import nobody
from engine.log import get_logger
from engine.public import Sessions, StoreError, access

log = get_logger(__name__)

SESSION, ATTEMPT = "dm_session", "dm_sign_in"
COUNTS_SECONDS = 600  # how long somebody may take at the provider
MOST_LETTERS = 4_000
QUIET = {"Cache-Control": "no-store"}
AWAY = Refused(503, "The store does not answer, so nobody can be known: try again soon.")

_FOLDER = FileSystemLoader(Path(__file__).parent)
_PAGE = Environment(loader=_FOLDER, autoescape=True, undefined=StrictUndefined).get_template("sign_in.html.jinja")


@dataclass(frozen=True, slots=True)
class _Cookies:
    """Our cookies for the console at `url`: by https their names make browsers keep them to this host and path."""

    url: str

    @property
    def secure(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    def name(self, own: str) -> str:
        """Return under which name a browser keeps one of ours."""
        return f"__Host-{own}" if self.secure else own

    def put(self, answer: Response, own: str, value: str, seconds: int) -> None:
        """Have a browser keep a value for so long, or forget it after 0 seconds."""
        answer.set_cookie(
            self.name(own), value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )


class OidcSignIn:
    """Signs people in with `provider`, for the console at `url`, each time for `lasts`."""

    def __init__(self, provider: Provider, sessions: Sessions, url: str, lasts: timedelta) -> None:
        self._provider = provider
        self._sessions = sessions
        self._cookies = _Cookies(url)
        self._lasts = lasts
        self.way_in = f"{url}{SIGN_IN}"

    @property
    def routes(self) -> list[Route]:
        """Return the routes at which people sign in and out."""
        return [
            Route(SIGN_IN, self.begin),
            Route(f"{SIGN_IN}/callback", self.finish),
            Route(f"{SIGN_IN}/session", self.session),
            Route(SIGN_OUT, self.ask),
            Route(SIGN_OUT, self.end, methods=["POST"]),
        ]

    async def user(self, headers: Headers) -> access.Person | Refused:
        """Return whose session a browser sends, or why nobody is known to."""
        text = cookie_parser(headers.get("cookie", "")).get(self._cookies.name(SESSION), "")
        if not text:
            return nobody(f"sign in at {self.way_in}")
        try:
            session = await run_in_threadpool(self._sessions.of, text)
        except StoreError:
            return AWAY
        if session is None:
            return nobody(f"your session has ended, so sign in again at {self.way_in}")
        return access.Person(session.name, frozenset(session.groups))

    async def session(self, request: Request) -> Response:
        """Answer 204 for as long as a browser's session counts, and else why it does not."""
        found = await self.user(request.headers)
        return _said(found) if isinstance(found, Refused) else Response(status_code=204, headers=QUIET)

    def begin(self, request: Request) -> Response:
        """Lead the browser to the provider's page; it keeps what the answer must fit, under a name of this attempt."""
        asked = Asked(secrets.token_urlsafe(16), secrets.token_urlsafe(16), secrets.token_urlsafe(48))
        try:
            page = self._provider.page(asked)
        except NotSignedIn as error:
            return self._failed(error)
        answer = RedirectResponse(page, 303, QUIET)
        kept = ".".join((*astuple(asked), quote(_local(request.query_params.get("next", "")), safe="")))
        self._cookies.put(answer, _attempt(asked.state), kept, COUNTS_SECONDS)
        return answer

    def finish(self, request: Request) -> Response:
        """Take the provider's answer, begin a session, and lead the browser on to where it wanted to go."""
        said = {name: value[:MOST_LETTERS] for name, value in request.query_params.items()}
        own = _attempt(said.get("state", ""))
        asked, wanted = _kept(request.cookies.get(self._cookies.name(own), ""))
        try:
            person = self._person(asked, said)
            text = self._sessions.begin(person.name, tuple(sorted(person.groups)), self._lasts)
        except NotSignedIn as error:
            return self._failed(error)
        except StoreError:
            return _said(AWAY)
        answer = RedirectResponse(f"{self._cookies.url}{wanted}", 303, QUIET)
        self._cookies.put(answer, own, "", 0)
        self._cookies.put(answer, SESSION, text, int(self._lasts.total_seconds()))
        return answer

    def ask(self, request: Request) -> Response:
        """Show the button that signs out, or that somebody is signed out."""
        signed_in = self._cookies.name(SESSION) in request.cookies
        sentence = "Sign out of Draft Maker in this browser?" if signed_in else "You are signed out of Draft Maker."
        return self._page(sentence, signed_in=signed_in)

    def end(self, request: Request) -> Response:
        """End the browser's session, in every tab."""
        try:
            self._sessions.end(request.cookies.get(self._cookies.name(SESSION), ""))
        except StoreError:
            return _said(AWAY)
        answer = RedirectResponse(f"{self._cookies.url}{SIGN_OUT}", 303, QUIET)
        self._cookies.put(answer, SESSION, "", 0)
        return answer

    def _person(self, asked: Asked | None, said: dict[str, str]) -> access.Person:
        """Return who an answer of the provider names.

        Raises:
            NotSignedIn: nobody, or it was not asked for in this browser.
        """
        if asked is None or not secrets.compare_digest(asked.state.encode(), said.get("state", "").encode()):
            raise NotSignedIn("this answer was not asked for in this browser within the last ten minutes")
        if "error" in said or not said.get("code"):
            raise NotSignedIn("the provider did not let you in")
        return self._provider.person(said["code"], asked)

    def _failed(self, error: NotSignedIn) -> Response:
        log.warning("not_signed_in", error=str(error))
        return self._page(f"Nobody was signed in: {error}.", status=503 if error.away else 403)

    def _page(self, sentence: str, *, signed_in: bool = False, status: int = 200) -> HTMLResponse:
        text = _PAGE.render(sentence=sentence, signed_in=signed_in, way_in=self.way_in)
        return HTMLResponse(text, status, QUIET)


def _said(refused: Refused) -> Response:
    return Response(refused.sentence, refused.status, QUIET, media_type="text/plain")


def _attempt(state: str) -> str:
    """Return our name of the cookie of an attempt, so that two tabs can sign in at once."""
    return f"{ATTEMPT}_{''.join(filter(str.isalnum, state))[:8]}"


def _kept(text: str) -> tuple[Asked | None, str]:
    """Return what a browser kept of an attempt, and where it wanted to go; None and the first screen without one."""
    parts = text.split(".", 3)
    if len(parts) != 4 or not all(parts):  # the address is never empty
        return None, "/"
    state, nonce, verifier, wanted = parts
    return Asked(state, nonce, verifier), _local(unquote(wanted))


def _local(address: str) -> str:
    """Return an address of ours, the first screen in place of one that leads elsewhere."""
    plain = address.isascii() and address.isprintable() and "\\" not in address and len(address) < MOST_LETTERS
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"
