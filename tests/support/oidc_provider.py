"""An OpenID Connect provider of the tests' own: real addresses, codes that count once, signed ID tokens."""

from __future__ import annotations

import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, RSAKey

from tests.support.demo import Served, served
from tests.support.identity_proxy import encoded

CLIENT_ID, CLIENT_SECRET = "draft-maker", "the secret of the client"
USER = "ann@example.com"


class OidcProvider:
    """Signs in `user` whenever it is asked; `claims` and `header` are put over those of a valid ID token."""

    def __init__(self) -> None:
        self.url = ""
        self.user, self.away, self.declines = USER, False, False
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.said: dict[str, Any] = {}  # put over what is published of the provider itself
        self.reads = 0
        self._codes: dict[str, dict[str, str]] = {}
        self.rotate("first")

    def rotate(self, key_id: str, kind: str = "RS256") -> None:
        """Sign with a new key from now on, and publish no other."""
        self.algorithm = kind
        options: KeyParameters = {"kid": key_id, "use": "sig"}
        if kind == "RS256":
            self.key: RSAKey | ECKey = RSAKey.generate_key(2048, options)
        else:
            self.key = ECKey.generate_key("P-256", options)

    def id_token(self, nonce: str, **claims: Any) -> str:
        """Return a signed ID token."""
        now = int(time.time())
        own = {"iss": self.url, "aud": CLIENT_ID, "sub": "1", "iat": now, "exp": now + 300, "nonce": nonce}
        shown = {**own, "email": self.user, "email_verified": True, **self.claims, **claims}
        header = {"alg": self.algorithm, "kid": self.key.kid, **self.header}
        if header["alg"] == self.algorithm:
            return jwt.encode(header, shown, self.key, algorithms=[self.algorithm])
        return ".".join([encoded(json.dumps(part).encode()) for part in (header, shown)] + [""])  # as "none" has it

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Return status and body at one of the addresses that are only read."""
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                **self.said,
            }
        if path == "/keys":
            self.reads += 1
            return 200, {"keys": [self.key.as_dict(private=False)]}
        return 404, {}

    def consent(self, query: dict[str, str]) -> str:
        """Return where a browser that asks for consent is sent back to."""
        given = {"error": "access_denied"} if self.declines else {"code": secrets.token_urlsafe(16)}
        if not self.declines:
            self._codes[given["code"]] = query
        return f"{query['redirect_uri']}?{urlencode({**given, 'state': query['state']})}"

    def token(self, asked: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Return the tokens for a code, once, to the client and the attempt that asked (RFC 6749, 7636)."""
        client = [unquote(part) for part in b64decode(authorization.partition(" ")[2]).decode().split(":")]
        query = self._codes.pop(asked.get("code", ""), None)
        if client != [CLIENT_ID, CLIENT_SECRET]:
            return 401, {"error": "invalid_client"}
        proof = urlsafe_b64encode(sha256(asked.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if query is None or query["code_challenge"] != proof or query["redirect_uri"] != asked.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token(query["nonce"])}


@contextmanager
def signing_in(folder: Path, **settings: str) -> Iterator[tuple[Served, OidcProvider]]:
    """Run a console that others reach, into which people sign in by OpenID Connect; its store lies in the folder.

    Everybody is admin there unless the `settings` say otherwise.
    """
    own = {"DM_STORE": f"sqlite:///{folder / 'store.db'}", "DM_FILES": f"file:{folder / 'files'}", "DM_HOST": "0.0.0.0"}
    known = {
        "DM_SIGN_IN": "oidc",
        "DM_ROLE_ELSE": "admin",
        "DM_OIDC_CLIENT_ID": CLIENT_ID,
        "DM_OIDC_CLIENT_SECRET": CLIENT_SECRET,
    }
    with provider() as at:
        more = {"DM_CONSOLE_URL": "{url}", "DM_OIDC_ISSUER": at.url}
        with served(folder, "console", **(own | known | more | settings)) as running:
            yield running, at


@contextmanager
def provider() -> Iterator[OidcProvider]:
    """Lend a provider that answers for as long as the block lasts."""
    own = OidcProvider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize" and not own.away:
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", own.consent(query))
                self.end_headers()
            else:
                self._say(*own.answer(parts.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*own.token(asked, self.headers.get("Authorization", "Basic ")))

        def _say(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(503 if own.away else status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    own.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield own
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
