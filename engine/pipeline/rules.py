"""eBay's rules of our categories: asked once a month for all workers, kept in the store, and at hand for every row.

Rows never ask. Who keeps the rules does it beside them, so that a row waits for nothing and fails for nothing here:
while eBay's answer is not at hand, the table of `engine.domain.category_rules` counts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any, Self

from engine.clock import Clock
from engine.domain.categories import CATEGORIES
from engine.domain.category_rules import CategoryRules, table
from engine.domain.lookups import Answer, Lookup
from engine.errors import StoreError, UpstreamError
from engine.pipeline.lookups import LOOKUPS
from engine.store.base import Put, Store
from engine.upstream.ebay_rules import EbayRules

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 900.0
TRY_AGAIN_SECONDS = 1.0  # and twice as long each time, while something is missing
START_SECONDS = 5.0
_JOIN_SECONDS = 2.0
_QUESTION = "rules"


class Rules:
    """The rules in `lookups/ebay-category-{id}` of a store; `ebay` is None while no seller is connected.

    As a context it keeps them on a thread of its own. It opens once nothing is missing, after `START_SECONDS` at the
    latest: what a worker drafts is held to the same rules from its first row on, unless eBay is away.
    """

    def __init__(self, store: Store, clock: Clock, ebay: EbayRules | None) -> None:
        self.known: Mapping[str, CategoryRules] = {}
        self._store = store
        self._clock = clock
        self._ebay = ebay
        self._answers: dict[str, Answer] = {}
        self._complete = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="category-rules", daemon=True)

    def __enter__(self) -> Self:
        """Begin to keep the rules."""
        self._thread.start()
        self._complete.wait(START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._closing.set()
        self._thread.join(_JOIN_SECONDS)

    def refresh(self) -> None:
        """Bring `known` to what eBay says: from memory, else from the store, else from eBay, in that order.

        What none of them tells now is left out. An answer counts for thirty days, that there is none for a day.
        """
        try:
            self._read()
            self._ask()
        except (UpstreamError, StoreError) as error:
            log.warning("category_rules_unknown", extra={"error": str(error)})
        self.known = {
            category_id: CategoryRules.from_document(answer.said, answer.at)
            for category_id, answer in self._answers.items()
            if answer.said and answer.fresh(self._clock.now())
        }

    def _keep(self) -> None:
        pause = TRY_AGAIN_SECONDS
        while not self._closing.is_set():
            self.refresh()
            if self._ebay is None or not self._missing():
                self._complete.set()
                pause = LOOK_AGAIN_SECONDS
            self._closing.wait(pause)
            pause = min(2 * pause, LOOK_AGAIN_SECONDS)

    def _missing(self) -> list[str]:
        now = self._clock.now()
        return [name for name in CATEGORIES if name not in self._answers or not self._answers[name].fresh(now)]

    def _read(self) -> None:
        """Take in what is kept of the categories that nothing is known of here."""
        missing = self._missing()
        found = self._store.get(*map(_path, missing)) if missing else []
        for category_id, document in zip(missing, found, strict=True):
            answer = Lookup.from_document(document.fields).answers.get(_QUESTION) if document else None
            if answer:
                self._answers[category_id] = answer

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
            self._store.commit(Put(_path(category_id), Lookup({_QUESTION: answer}).document(answer.at)))
        log.info("category_rules_asked", extra={"categories": missing})


def _path(category_id: str) -> str:
    return f"{LOOKUPS}/ebay-category-{category_id}"


def _said(ebay: EbayRules, category_id: str, conditions: frozenset[str] | None) -> dict[str, Any] | None:
    """Return the rules of a category as they are kept; None when eBay says nothing of it.

    Where it tells only conditions or only specifics, the table completes it.
    """
    specifics = ebay.specifics(category_id)
    if specifics == [] and not conditions:
        return None
    known = table(CATEGORIES[category_id])
    named = {specific.name: specific for specific in specifics or ()}
    listable = specifics is not None
    return CategoryRules(named or known.specifics, conditions or known.conditions, listable).document()
