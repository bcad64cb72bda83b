"""The consent of a seller at eBay: asked for with a state that counts once, in one browser, for ten minutes.

The job store keeps a hash of each state and of the browser that it was given to; the state itself and eBay's code are
kept nowhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from engine.clock import Clock
from engine.codec import Document, Value, decode, encode, replace
from engine.credentials.records import EbaySeller
from engine.credentials.scopes import SCOPES, missing
from engine.credentials.vault import Vault
from engine.errors import BadRequest, Conflict, SecretsError, UpstreamError
from engine.log import get_logger
from engine.retry import RetryPolicy, retry
from engine.store import base
from engine.store.base import Expect, Put, Store
from engine.upstream.ebay_consent import EbayConsent, consent_address

log = get_logger(__name__)

PATH = "connections/consent"
COUNTS = timedelta(minutes=10)
AGAIN = "Nothing was changed; press Connect eBay again."
_TRIES = RetryPolicy(first=0.01, factor=2.0, longest=0.2, jitter=1.0, tries=20)
_DAY = "%-d %B %Y"


class Asked(Value, frozen=True):
    """A consent that was asked for; `state` and `browser` are hashes."""

    state: str
    browser: str
    asked_at: datetime
    used: bool = False


class Answered(Value, frozen=True):
    """What came of the last consent, in a sentence."""

    at: datetime
    ok: bool
    sentence: str


class ConsentRecord(Document, frozen=True):
    """The document `connections/consent`."""

    asked: tuple[Asked, ...] = ()
    answered: Answered | None = None


class Consent:
    """Asks a seller for their consent, and takes the answer.

    `application` returns the application by its two keys. Every method raises StoreAway when the store does not answer.
    """

    def __init__(
        self, store: Store, vault: Vault, clock: Clock, auth_url: str, application: Callable[[str, str], EbayConsent]
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._auth_url = auth_url
        self._application = application

    def last(self) -> Answered | None:
        """Return what came of the last consent; None before the first, and while one is asked for."""
        return _decoded(self._store.get(PATH)[0]).answered

    def begin(self, browser: str) -> str:
        """Return the page at eBay for the browser that has this secret of its own.

        Raises:
            BadRequest: there are no keys of an application yet, or no RuName.
        """
        record = self._vault.record()
        client_id, ru_name = self._vault.client_id(record), self._vault.ru_name(record)
        if not (client_id and ru_name):
            raise BadRequest("eBay needs the keys of your application and its RuName first: press Save keys.")
        state = secrets.token_urlsafe(32)

        def ask(found: ConsentRecord, now: datetime) -> ConsentRecord:
            kept = tuple(asked for asked in found.asked if now - asked.asked_at < COUNTS)
            return replace(found, asked=(*kept, Asked(_hash(state), _hash(browser), now)), answered=None)

        self._change(ask)
        return consent_address(self._auth_url, client_id, ru_name, [scope.name for scope in SCOPES], state)

    def finish(self, answer: Mapping[str, str], browser: str | None) -> Answered:
        """Take eBay's answer, the parameters of the address that it sent the browser to; return what came of it.

        `browser` is the browser's secret, None where a person pasted the address. An answer whose state is none of
        ours, in a browser that asked for nothing, is not even noted: any page can send a browser here.
        """
        state = answer.get("state", "")
        refusal = self._taken(state, browser)
        ok, sentence = (False, refusal) if refusal else self._result(answer)
        answered = Answered(self._clock.now(), ok, sentence)
        self._change(lambda found, _now: replace(found, answered=answered) if _known(found, state, browser) else found)
        log.info("ebay_consent", ok=ok)
        return answered

    def _taken(self, state: str, browser: str | None) -> str:
        """Take a state out of those that count; return why it does not, "" when it did."""
        refusal = ""

        def take(found: ConsentRecord, now: datetime) -> ConsentRecord:
            nonlocal refusal
            asked = next((one for one in found.asked if one.state == _hash(state)), None)
            refusal = _refusal(asked, now, browser)
            if refusal or asked is None:
                return found
            return replace(found, asked=tuple(replace(one, used=one.used or one is asked) for one in found.asked))

        self._change(take)
        return refusal

    def _result(self, answer: Mapping[str, str]) -> tuple[bool, str]:
        """Return whether the seller is connected now, and the sentence on it."""
        if error := answer.get("error", ""):
            return False, _declined(error)
        if not (code := answer.get("code", "")):
            return False, f"eBay's answer holds no code. {AGAIN}"
        try:
            return self._connect(code)
        except (UpstreamError, SecretsError) as error:
            return False, str(error)

    def _connect(self, code: str) -> tuple[bool, str]:
        record = self._vault.record()
        keys = self._vault.ebay_keys(record)
        application = self._application(keys.client_id, keys.client_secret)
        grant = application.exchange(code, self._vault.ru_name(record))
        granted = application.granted(grant.refresh_token, [scope.name for scope in SCOPES])
        if lacking := [scope for scope in missing(granted) if scope.needed]:
            return False, (
                f"The consent is too small: without the scope {lacking[0].name} {lacking[0].missing}. Look at the "
                f"scopes of your application on developer.ebay.com. {AGAIN}"
            )
        now = self._clock.now()
        ends = now + timedelta(seconds=grant.lives_seconds) if grant.lives_seconds else None
        seller = EbaySeller(keys.client_id, now, application.user(grant.access_token), granted, ends)
        self._vault.keep_seller(seller, grant.refresh_token)
        who = f" as {seller.user}" if seller.user else ""
        until = f", until {ends.strftime(_DAY)}" if ends else ""
        return True, f"eBay is connected{who}{until}."

    def _change(self, change: Callable[[ConsentRecord, datetime], ConsentRecord]) -> None:
        retry(lambda: self._changed(change), _TRIES, Conflict)

    def _changed(self, change: Callable[[ConsentRecord, datetime], ConsentRecord]) -> None:
        found = self._store.get(PATH)[0]
        before = _decoded(found)
        after = change(before, self._clock.now())
        if after != before:
            put = base.Patch(PATH, encode(after), found.version) if found else Put(PATH, encode(after), Expect.ABSENT)
            self._store.commit(put)


def _decoded(found: base.Document | None) -> ConsentRecord:
    return decode(ConsentRecord, found.fields, found.path) if found else ConsentRecord()


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _known(found: ConsentRecord, state: str, browser: str | None) -> bool:
    """Whether an answer has to do with a consent that was asked for, or comes from a person."""
    ours = {_hash(state), _hash(browser or "")}
    return browser is None or any(ours & {one.state, one.browser} for one in found.asked)


def _refusal(asked: Asked | None, now: datetime, browser: str | None) -> str:
    """Return why an answer does not count, "" when it does."""
    if asked is None:
        return f"This answer was not asked for here: its state is none of ours. {AGAIN}"
    if asked.used:
        return (
            "This answer of eBay was taken before; it counts once. If eBay is not connected, press Connect eBay again."
        )
    if now - asked.asked_at >= COUNTS:
        return f"The consent took longer than ten minutes, so its answer does not count any more. {AGAIN}"
    if browser is not None and _hash(browser) != asked.browser:
        return f"This answer belongs to another browser than the one in which it was asked for. {AGAIN}"
    return ""


def _declined(error: str) -> str:
    """Return what it means that eBay answers with an error in place of a code."""
    if error == "access_denied":
        return "The seller declined at eBay, so eBay is not connected by this. To try again, press Connect eBay."
    if error == "invalid_scope":
        return (
            "eBay does not give your application all the scopes that are asked for. Look at its scopes on "
            f"developer.ebay.com. {AGAIN}"
        )
    return f"eBay did not ask the seller: it found a fault with the request. Look at keys and RuName. {AGAIN}"
