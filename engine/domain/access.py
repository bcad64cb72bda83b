"""Who may do what: people who are signed in, and the tokens by which programs call the HTTP API."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from engine.codec import Document
from engine.open_enum import OpenEnum

CALLER_NAME: Final = r"^[A-Za-z0-9]([A-Za-z0-9 ._-]{0,58}[A-Za-z0-9])?$"
MOST_DAYS = 366
USUAL_DAYS = 90
BEGINS_WITH = "dm_"  # by which a token is known, here and to who searches files for secrets

_TOKEN = re.compile(r"dm_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in: by which name they are known, and the groups that the sign-in says they are in."""

    name: str
    groups: frozenset[str] = frozenset()


class TokenScope(OpenEnum):
    """How far a token, or a role, reaches: each as far as those before it. One of a newer version reaches nowhere."""

    READ = "read"
    SUBMIT = "submit"
    STEER = "steer"
    ADMIN = "admin"

    def covers(self, needed: TokenScope) -> bool:
        """Whether it may do what `needed` stands for."""
        order = list(TokenScope)
        return self.known and order.index(needed) <= order.index(self)


NOBODY = "nobody"  # in the place of a role, of who has none


class Role(OpenEnum):
    """What a person may do, by its name. Stored and published: never renamed."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    @property
    def scope(self) -> TokenScope:
        """Return how far it reaches; one that only a newer version knows reaches nowhere."""
        return _REACH.get(self, TokenScope(str(self)))


_REACH = {Role.VIEWER: TokenScope.READ, Role.OPERATOR: TokenScope.STEER, Role.ADMIN: TokenScope.ADMIN}


def least_role(needed: TokenScope) -> Role:
    """Return the least role that may do what `needed` stands for."""
    return next((role for role in Role if role.scope.covers(needed)), Role.ADMIN)


class Via(OpenEnum):
    """By which way somebody acts. Stored and published: never renamed."""

    SCREEN = "screen"
    API = "api"
    TERMINAL = "command line"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, how far they may go, and from where. `role` is None for a program; `address` "" where none is known."""

    name: str
    scope: TokenScope
    via: Via
    address: str = ""
    role: Role | None = None

    def refusal(self, needed: TokenScope) -> str:
        """Return why they may not do what `needed` stands for, and who can change that; "" where they may."""
        if self.scope.covers(needed):
            return ""
        if self.role is None:
            return f"The token may {self.scope}, and this needs one that may {needed}."
        return (
            f"This needs the role {least_role(needed)}, and {self.name} has the role {self.role}: "
            "an admin can change that on the screen Access."
        )


class TokenState(OpenEnum):
    """Whether a token counts."""

    LIVE = "live"
    ENDED = "ended"
    REVOKED = "revoked"


class Token(Document, frozen=True):
    """The document `tokens/{token_id}`; of the secret it has the SHA-256 `digest` only.

    `last_used_at` is None before the first use, and up to a minute behind.
    """

    token_id: str
    name: str
    scope: TokenScope
    digest: str
    made_at: datetime
    ends_at: datetime
    made_by: str = ""
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str = ""

    def state(self, now: datetime) -> TokenState:
        """Return whether it counts at `now`."""
        if self.revoked_at:
            return TokenState.REVOKED
        return TokenState.LIVE if now < self.ends_at else TokenState.ENDED

    def has(self, secret: str) -> bool:
        """Whether `secret` is its own; takes as long for any."""
        return hmac.compare_digest(self.digest, digest(secret))


def digest(secret: str) -> str:
    """Return what is stored of a secret; it is random and long, so that no slow hash is needed."""
    return sha256(secret.encode()).hexdigest()


def written(token_id: str, secret: str) -> str:
    """Return a token as a program sends it."""
    return f"{BEGINS_WITH}{token_id}_{secret}"


def parts(text: str) -> tuple[str, str] | None:
    """Return id and secret of a token as a program sends it, None for what cannot be one."""
    found = _TOKEN.fullmatch(text)
    return (found[1], found[2]) if found else None
