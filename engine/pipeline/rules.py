"""eBay's rules of our categories: asked once a month for all workers, kept in the store, and known to every row.

Rows never ask. Who keeps the rules does it beside them, so that a row waits for nothing and fails for nothing here:
while eBay's answer is not known, the table of `engine.domain.listing.category_rules` counts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Self

from engine.clock import Clock
from engine.codec import decode, encode, to_json
from engine.domain.identify.lookups import Answer, Lookup
from engine.domain.listing.categories import CATEGORIES
from engine.domain.listing.category_rules import CategoryRules, StoredRules, table
from engine.errors import DocumentBroken, StoreError, UpstreamError
from engine.log import get_logger
from engine.pipeline.stored_lookups import LOOKUPS, stored_lookup
from engine.store.base import Put, Store
from engine.upstream.ebay_rules import EbayRules

log = get_logger(__name__)

LOOK_AGAIN_SECONDS = 900.0
TRY_AGAIN_SECONDS = 1.0  # and twice as long each time, while something is missing
START_SECONDS = 5.0
QUIET_FAILURES = 3  # in a row, within seven seconds: what starts beside a worker may take so long
_JOIN_SECONDS = 2.0
_QUESTION = "rules"


class Rules:
    """The rules in `lookups/ebay-category-{id}` of a store; `ebay` is None while no seller is connected.

    As a context it keeps them on a thread of its own. It opens once nothing is missing, after `START_SECONDS` at the
    latest: what a worker drafts is held to the same rules from its first row on, unless eBay is away.
    """

    def __init__(self, store: Store, clock: Clock, ebay: EbayRules | None = None) -> None:
        self.known: Mapping[str, CategoryRules] = {}
        self._store = store
        self._clock = clock
        self._ebay = ebay
        self._answers: dict[str, Answer[StoredRules | None]] = {}
        self._failures = 0
        self._complete = threading.Event()
        self._closing = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="category-rules", daemon=True)

    def __enter__(self) -> Self:
        """Begin to keep the rules."""
        self._thread.start()
        self._complete.wait(START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._closing.set()
        self._wake.set()
        self._thread.join(_JOIN_SECONDS)

    def connect(self, ebay: EbayRules | None) -> None:
        """From now on ask with these credentials, None for none; what is missing is asked for at once."""
        self._ebay = ebay
        self._wake.set()

    def refresh(self) -> None:
        """Bring `known` to what eBay says: from memory, else from the store, else from eBay, in that order.

        What none of them says now is left out. An answer counts for thirty days, that there is none for a day.
        """
        try:
            self._read()
            self._ask()
        except (UpstreamError, StoreError) as error:
            self._failures += 1
            level = logging.INFO if self._failures <= QUIET_FAILURES else logging.WARNING
            log.log(level, "category_rules_unknown", error=str(error))
        else:
            self._failures = 0
        self.known = {
            category_id: answer.said.rules(answer.at)
            for category_id, answer in self._answers.items()
            if answer.said and answer.fresh(self._clock.now())
        }

    def _keep(self) -> None:
        pause = TRY_AGAIN_SECONDS
        while not self._closing.is_set():
            if self._wake.is_set():
                pause = TRY_AGAIN_SECONDS
            self._wake.clear()
            self.refresh()
            if self._ebay is None or not self._missing():
                self._complete.set()
                pause = LOOK_AGAIN_SECONDS
            self._wake.wait(pause)
            pause = min(2 * pause, LOOK_AGAIN_SECONDS)

    def _missing(self) -> list[str]:
        now = self._clock.now()
        return [name for name in CATEGORIES if name not in self._answers or not self._answers[name].fresh(now)]

    def _read(self) -> None:
        """Take in what is kept of the categories that nothing is known of here."""
        missing = self._missing()
        found = self._store.get(*map(_path, missing)) if missing else []
        for category_id, document in zip(missing, found, strict=True):
            answer = stored_lookup(document).answers.get(_QUESTION)
            if answer:
                self._take(category_id, answer)

    def _take(self, category_id: str, answer: Answer[object]) -> None:
        """Take in one stored answer; one that cannot be read is asked for again."""
        try:
            said = decode(StoredRules, answer.said, _path(category_id)) if answer.said else None
        except DocumentBroken as broken:
            log.warning("category_rules_broken", error=str(broken))
        else:
            self._answers[category_id] = Answer(answer.at, said)

    def _ask(self) -> None:
        """Ask eBay for what is missing yet, and keep it; the store has each answer before the next is asked for."""
        missing = self._missing()
        if self._ebay is None or not missing:
            return
        conditions = self._ebay.conditions(missing)
        for category_id in missing:
            answer = Answer(self._clock.now(), _said(self._ebay, category_id, conditions.get(category_id)))
            self._answers[category_id] = answer
            if self._closing.is_set():
                return
            lookup = Lookup({_QUESTION: Answer(answer.at, to_json(answer.said))})
            self._store.commit(Put(_path(category_id), encode(lookup.kept(answer.at))))
        log.info("category_rules_asked", categories=missing)


def _path(category_id: str) -> str:
    return f"{LOOKUPS}/ebay-category-{category_id}"


def _said(ebay: EbayRules, category_id: str, conditions: frozenset[str] | None) -> StoredRules | None:
    """Return the rules of a category as they are stored; None when eBay says nothing of it.

    Where it says only conditions or only specifics, the table completes it.
    """
    specifics = ebay.specifics(category_id)
    if specifics == [] and not conditions:
        return None
    known = table(CATEGORIES[category_id])
    named = {specific.name: specific for specific in specifics or ()}
    listable, place = specifics is not None, CATEGORIES[category_id]
    name = "" if place.sure or not listable else ebay.category_name(category_id)
    return CategoryRules(named or known.specifics, conditions or known.conditions, listable, name=name).stored()
