"""Programs that call with a token: which it is, and how many wrong ones an address may send."""

from __future__ import annotations

from collections import deque

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from console.rules import Refused
from engine.public import Clock, StoreError, Tokens, access

MOST_WRONG = 10
WITHIN_SECONDS = 60.0
MOST_ADDRESSES = 10_000  # whose wrong tokens are remembered


class Bearers:
    """Knows the tokens that programs send; an address that sends ten wrong ones in a minute waits for the next."""

    def __init__(self, tokens: Tokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock
        self._wrong: dict[str, deque[float]] = {}

    async def token(self, headers: Headers, address: str) -> access.Token | Refused | None:
        """Return the token of a call from `address`, why it does not count, or None where none is sent."""
        given = [text for text in map(_token, headers.getlist("authorization")) if text]
        if not given:
            return None
        if len(self._recent(address)) >= MOST_WRONG:
            return Refused(429, "Too many wrong tokens came from your address: try again in a minute.")
        try:
            found = await run_in_threadpool(self._tokens.holder, given[0]) if len(given) == 1 else None
        except StoreError:
            return Refused(503, "The store does not answer, so no token can be checked: try again soon.")
        if found is None:
            self._remember(address)
            return Refused(401, "The token is not known, has ended or was revoked: have one made on the screen Access.")
        return found

    def _recent(self, address: str) -> deque[float]:
        """Return when `address` sent wrong tokens within the last minute."""
        times = self._wrong.get(address, deque())
        while times and self._clock.monotonic() - times[0] >= WITHIN_SECONDS:
            times.popleft()
        return times

    def _remember(self, address: str) -> None:
        times = self._recent(address)
        times.append(self._clock.monotonic())
        self._wrong.pop(address, None)
        self._wrong[address] = times  # last: the first ones are forgotten first
        while len(self._wrong) > MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]


def _token(authorization: str) -> str:
    """Return the token that a header holds, "" where it is none of ours."""
    kind, _, text = authorization.partition(" ")
    return text.strip() if kind.lower() == "bearer" and text.strip().startswith(access.BEGINS_WITH) else ""
