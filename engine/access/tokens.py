"""Tokens of programs in the store: made, shown once, checked at every call, revoked."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.clock import Clock
from engine.codec import decode, encode, replace
from engine.domain.access import CALLER_NAME, MOST_DAYS, Token, TokenScope, TokenState, digest, parts, written
from engine.errors import BadRequest, Conflict, IllegalTransition, NotThere, StoreError
from engine.log import get_logger
from engine.redaction import know
from engine.store.base import Delete, Document, Expect, Order, Patch, Put, Store

log = get_logger(__name__)

TOKENS = "tokens"
MOST = 200  # that are kept
KEPT = timedelta(days=90)  # for so long a token is listed after it has ended
NOTED_EVERY = timedelta(minutes=1)

_NAME = re.compile(CALLER_NAME)
_ID = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token and its `text`, which is shown once and kept nowhere."""

    token: Token
    text: str

    def __repr__(self) -> str:
        return f"MadeToken({self.token.token_id})"


class Tokens:
    """The tokens that programs call with. Every method raises StoreAway when the store does not answer."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def all(self) -> list[Token]:
        """Return every token, the newest first."""
        found = self._store.find(TOKENS, (), Order("made_at", descending=True), MOST)
        return [_read(document) for document in found]

    def now(self) -> datetime:
        """Return the time by which tokens end."""
        return self._clock.now()

    def make(self, name: str, scope: TokenScope, days: int, *, by: str = "") -> MadeToken:
        """Make a token that counts for `days`, and return it with its text.

        Raises:
            BadRequest: the name, the scope or the time cannot be one.
            IllegalTransition: a token of that name counts already, or there are too many.
        """
        _ensure_whole(name, scope, days)
        now, standing = self._clock.now(), self.all()
        if any(token.name == name and token.state(now) is TokenState.LIVE for token in standing):
            raise IllegalTransition(f"There is a token {name} already: revoke it first, or choose another name")
        old = [token for token in standing if token.state(now) is not TokenState.LIVE and token.ends_at + KEPT < now]
        if len(standing) - len(old) >= MOST:
            raise IllegalTransition(
                f"There are {MOST} tokens, the most that are kept: those that ended go after 90 days"
            )
        token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        ends = now + timedelta(days=days)
        token = Token(token_id, name, scope, digest(secret), made_at=now, ends_at=ends, made_by=by)
        know(secret)
        self._store.commit(
            Put(_path(token_id), encode(token), Expect.ABSENT), *(Delete(_path(one.token_id)) for one in old)
        )
        log.info("token_made", token=token_id, name=name, scope=str(scope), by=by)
        return MadeToken(token, written(token_id, secret))

    def revoke(self, token_id: str, *, by: str = "") -> Token:
        """Have a token count no more, from the next call on; one that was revoked stays as it is.

        Raises:
            NotThere: there is no such token.
        """
        found = self._store.get(_path(token_id))[0] if _ID.fullmatch(token_id) else None
        if found is None:
            raise NotThere("There is no such token")
        token = _read(found)
        if token.revoked_at:
            return token
        revoked = {"revoked_at": found.read_at, "revoked_by": by}
        self._store.commit(Patch(found.path, revoked, None))
        log.info("token_revoked", token=token_id, name=token.name, by=by)
        return replace(token, **revoked)

    def holder(self, text: str) -> Token | None:
        """Return the token that a program sends as `text`, None for one that does not count; note that it is used."""
        given = parts(text)
        found = self._store.get(_path(given[0]))[0] if given else None
        if given is None or found is None:
            return None
        token = _read(found)
        if not token.has(given[1]) or token.state(found.read_at) is not TokenState.LIVE:
            return None
        self._note(token, found.read_at)
        return token

    def _note(self, token: Token, now: datetime) -> None:
        """Write down that a token is used, at most once a minute; where that fails, the call still passes."""
        if token.last_used_at and now - token.last_used_at < NOTED_EVERY:
            return
        try:
            self._store.commit(Patch(_path(token.token_id), {"last_used_at": now}, None))
        except (Conflict, StoreError) as error:
            log.warning("token_use_not_noted", token=token.token_id, error=type(error).__name__)


def _ensure_whole(name: str, scope: TokenScope, days: int) -> None:
    """Refuse what no token can have.

    Raises:
        BadRequest: the sentence says what.
    """
    if not _NAME.fullmatch(name):
        raise BadRequest(
            "The name of a token has letters, digits, blanks, dots and dashes, at most 60, and no blank at its ends"
        )
    if not scope.known:
        raise BadRequest(f"A token may {', '.join(TokenScope)}, not {scope}")
    if not 1 <= days <= MOST_DAYS:
        raise BadRequest(f"A token counts for 1 to {MOST_DAYS} days, not {days}")


def _path(token_id: str) -> str:
    return f"{TOKENS}/{token_id}"


def _read(document: Document) -> Token:
    return decode(Token, document.fields, document.path)
