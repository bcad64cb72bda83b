"""Who has signed in, as an OpenID Connect provider says: by the code that a browser comes back with, and its ID token.

Source: https://openid.net/specs/openid-connect-core-1_0.html, 3.1, and -discovery-1_0.html, 4 (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key
from pydantic import SecretStr

from console.signing_keys import ANSWER_SECONDS, SKEW_SECONDS, KeysAway, SigningKeys, answered
from engine.public import Clock, access

ALGORITHMS = ("RS256", "ES256")
SCOPE = "openid email profile"
WHERE = "/.well-known/openid-configuration"
ADDRESSES_SECONDS = 3_600.0  # for so long the provider's own addresses are kept


class NotSignedIn(Exception):
    """The message says why nobody has signed in, and holds nothing that was sent; `away` where later may be better."""

    def __init__(self, sentence: str, *, away: bool = False) -> None:
        super().__init__(sentence)
        self.away = away


@dataclass(frozen=True, slots=True)
class Client:
    """The console as the provider at `issuer` knows it; `callback` is where browsers come back to.

    `name_claim` and `groups_claim` are the claims that say who a person is, and in which groups.
    """

    issuer: str
    client_id: str
    secret: SecretStr
    callback: str
    name_claim: str = "email"
    groups_claim: str = "groups"


@dataclass(frozen=True, slots=True)
class Asked:
    """What one attempt to sign in is known by; each part is random, and its browser keeps it."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Where the provider asks people, gives tokens, and publishes its keys."""

    authorization: str
    token: str
    keys: str


class Provider:
    """The provider that people sign in with. Safe for threads."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._keys = SigningKeys(self._published, clock)
        self._addresses: _Addresses | None = None
        self._found_at = float("-inf")

    def page(self, asked: Asked) -> str:
        """Return the address at which the provider asks who is there.

        Raises:
            NotSignedIn: the provider does not answer, or is not the one that was configured.
        """
        with self._session() as session:
            address, _ = session.create_authorization_url(
                self._found().authorization, state=asked.state, code_verifier=asked.verifier, nonce=asked.nonce
            )
        return str(address)

    def person(self, code: str, asked: Asked) -> access.Person:
        """Return who signed in, for the `code` that their browser came back with.

        Raises:
            NotSignedIn: the code or the ID token does not count, or the provider does not answer.
        """
        addresses = self._found()
        try:
            with self._session() as session:
                given = session.fetch_token(
                    addresses.token,
                    code=code,
                    code_verifier=asked.verifier,
                    timeout=ANSWER_SECONDS,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            raise _away() from error
        except (AuthlibBaseError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise NotSignedIn("the provider did not take the code that it had sent") from error
        return self._named(self._claims(str(given.get("id_token") or ""), asked, str(given.get("access_token") or "")))

    def _session(self) -> OAuth2Session:
        return OAuth2Session(
            self._client.client_id,
            self._client.secret.get_secret_value(),
            scope=SCOPE,
            redirect_uri=self._client.callback,
            code_challenge_method="S256",
        )

    def _claims(self, id_token: str, asked: Asked, access_token: str) -> Mapping[str, Any]:
        """Return what an ID token says, once its signature and its claims are found right.

        Raises:
            NotSignedIn: they are not.
        """
        try:
            token = jwt.decode(id_token, lambda given: self._key(given.headers()), algorithms=list(ALGORITHMS))
            wanted = {"iss": {"essential": True, "value": self._client.issuer}}
            params = {"client_id": self._client.client_id, "nonce": asked.nonce, "access_token": access_token}
            claims = CodeIDToken(token.claims, token.header, wanted, params)
            claims.validate(leeway=SKEW_SECONDS)
        except KeysAway as error:
            raise _away() from error
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise NotSignedIn("the ID token has expired, or its signature or a claim does not fit") from error
        audience = claims["aud"]
        if self._client.client_id not in ([audience] if isinstance(audience, str) else audience):
            raise NotSignedIn("the ID token is for another application than DM_OIDC_CLIENT_ID names")
        return claims

    def _key(self, header: Mapping[str, Any]) -> Key:
        """Return the key that a token says it is signed with.

        Raises:
            ValueError: the provider does not publish it.
            KeysAway: the provider's keys cannot be read.
        """
        key = self._keys.of(str(header.get("kid", "")))
        if key is None:
            raise ValueError("no such key")
        return key

    def _named(self, claims: Mapping[str, Any]) -> access.Person:
        """Return whom claims name.

        Raises:
            NotSignedIn: nobody, or by an e-mail address that the provider has not seen to be theirs.
        """
        name, groups = claims.get(self._client.name_claim), claims.get(self._client.groups_claim)
        if not (isinstance(name, str) and name and name.isprintable()):
            raise NotSignedIn(f"the ID token has no claim {self._client.name_claim}, which DM_OIDC_NAME asks for")
        if self._client.name_claim == "email" and claims.get("email_verified") is False:
            raise NotSignedIn("the provider has not verified your e-mail address")
        listed = groups if isinstance(groups, list) else [groups]
        return access.Person(name, frozenset(group for group in listed if isinstance(group, str)))

    def _found(self) -> _Addresses:
        """Return the provider's addresses; where they cannot be read anew, the last ones count.

        Raises:
            NotSignedIn: there are none.
        """
        now = self._clock.monotonic()
        if self._addresses is None or now - self._found_at >= ADDRESSES_SECONDS:
            try:
                self._addresses = self._discovered()
                self._found_at = now
            except (requests.RequestException, ValueError, TypeError) as error:
                if self._addresses is None:
                    raise _away() from error
        return self._addresses

    def _discovered(self) -> _Addresses:
        """Read the provider's addresses.

        Raises:
            RequestException, ValueError, TypeError: there are none that count.
        """
        said = answered(self._client.issuer.rstrip("/") + WHERE)
        if said.get("issuer") != self._client.issuer:
            raise ValueError("another issuer")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        found = [str(said.get(name, "")) for name in names]
        if any(urlsplit(address).scheme != urlsplit(self._client.issuer).scheme for address in found):
            raise ValueError("addresses of another scheme")
        return _Addresses(*found)

    def _published(self) -> Mapping[str, Key]:
        """Return the keys that the provider signs with, by their ids; of other kinds than ours, none."""
        try:
            listed = answered(self._found().keys).get("keys")
        except NotSignedIn as error:
            raise ValueError("no addresses") from error
        keys = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
        signing = [key for key in keys if key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig"]
        return {str(key.get("kid", "")): import_key(key) for key in signing}


def _away() -> NotSignedIn:
    return NotSignedIn("the provider that people sign in with does not answer", away=True)
