"""The public keys of who vouches for people, read where they are published and kept for a while."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Generic, TypeVar

import requests

from console.rules import Refused
from engine.log import get_logger
from engine.public import Clock

log = get_logger(__name__)

Key = TypeVar("Key")

KEYS_SECONDS = 3_600.0  # for so long a key that is published no more still counts
AGAIN_SECONDS = 10.0  # no sooner are keys read again, for one that is not known or after a failure
ANSWER_SECONDS = 5.0
MOST_BYTES = 1_000_000  # of an answer
SKEW_SECONDS = 30  # by how much clocks may differ


class KeysAway(Exception):
    """No key can be read, and there are none from before."""


class SigningKeys(Generic[Key]):
    """The keys by their id, read when they are needed; `read` returns those that are published now.

    `read` may raise RequestException, or ValueError and TypeError for what are no keys.
    """

    def __init__(self, read: Callable[[], Mapping[str, Key]], clock: Clock) -> None:
        self._published = read
        self._clock = clock
        self._lock = Lock()
        self._keys: Mapping[str, Key] = {}
        self._read_at = self._tried_at = float("-inf")

    def of(self, key_id: str) -> Key | None:
        """Return a key, None when it is not published.

        Raises:
            KeysAway: there are none.
        """
        with self._lock:
            now = self._clock.monotonic()
            wanted = key_id not in self._keys or now - self._read_at >= KEYS_SECONDS
            if wanted and now - self._tried_at >= AGAIN_SECONDS:
                self._read(now)
            if not self._keys:
                raise KeysAway
            return self._keys.get(key_id)

    def _read(self, now: float) -> None:
        """Read the keys anew; where that fails, the last ones count on."""
        self._tried_at = now
        try:
            self._keys = self._published()
            self._read_at = now
        except (requests.RequestException, ValueError, TypeError) as error:
            log.warning("signing_keys_not_read", error=type(error).__name__)


def answered(url: str) -> dict[str, object]:
    """Return the JSON object at `url`; no redirect is followed.

    Raises:
        RequestException: there is no answer, or an error.
        ValueError: it is no JSON, or too long.
        TypeError: it is no object.
    """
    with requests.get(url, timeout=ANSWER_SECONDS, allow_redirects=False, stream=True) as answer:
        answer.raise_for_status()
        content = answer.raw.read(MOST_BYTES + 1, decode_content=True)
    if len(content) > MOST_BYTES:
        raise ValueError("more than it can be")
    if not isinstance(said := json.loads(content), dict):
        raise TypeError
    return said


def nobody(why: str) -> Refused:
    """Return the refusal of a request of which nobody knows whose it is."""
    return Refused(401, f"Nobody is signed in: {why}.")
