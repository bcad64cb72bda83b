"""What was asked of the sandbox and what it holds, so that a test can say: this was done once."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from engine.clock import Clock


@dataclass(slots=True)
class Call:
    """One call as it was answered; `status` is 0 when it was given no answer. The path has no query.

    `key` is what it was about: a barcode, a SKU, an id, "" when nothing.
    """

    seq: int
    at: str
    service: str
    method: str
    path: str
    status: int
    key: str
    fault: str = ""


@dataclass(slots=True)
class Draft:
    """What eBay holds under one SKU, and how often it was written: `puts` of the item, `created` offers."""

    sku: str
    item: dict[str, Any] | None = None
    puts: int = 0
    offer_id: str = ""
    offer: dict[str, Any] | None = None
    created: int = 0


@dataclass(slots=True)
class Ledger:
    """Every call, draft and publication; appended to a file first when there is one, and read back from it."""

    clock: Clock
    path: Path | None = None
    calls: list[Call] = field(default_factory=list)
    drafts: dict[str, Draft] = field(default_factory=dict)
    by_offer: dict[str, str] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)
    offers_made: int = 0
    _file: TextIOWrapper | None = None

    def __post_init__(self) -> None:
        if self.path is None:
            return
        if self.path.exists():
            with self.path.open(encoding="utf-8", newline="\n") as lines:
                for line in lines:
                    self._apply(json.loads(line))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a", encoding="utf-8")

    def call(self, service: str, method: str, path: str, status: int, key: str, fault: str = "") -> None:
        """Write one call down. It must not be answered before."""
        self.write(
            "call",
            seq=self.calls[-1].seq + 1 if self.calls else 1,
            at=self.clock.now().isoformat(),
            service=service,
            method=method,
            path=path,
            status=status,
            key=key,
            fault=fault,
        )

    def write(self, kind: str, **fields: Any) -> None:
        """Write one line down and take it in: `call`, `item`, `offer`, `update`, `delete`, `publish`."""
        line = {"kind": kind, **fields}
        if self._file is not None:
            self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            self._file.flush()
        self._apply(line)

    def draft(self, sku: str) -> Draft:
        """Return what is held under `sku`, empty when nothing is."""
        return self.drafts.get(sku) or Draft(sku)

    def status(self, draft: Draft) -> str:
        """Return what eBay calls the state of an offer."""
        return "PUBLISHED" if draft.offer_id in self.published else "UNPUBLISHED"

    def clear(self) -> None:
        """Forget everything."""
        self.calls.clear()
        self.drafts.clear()
        self.by_offer.clear()
        self.published.clear()
        self.offers_made = 0
        if self._file is not None:
            self._file.truncate(0)

    def close(self) -> None:
        """Close the file; the ledger takes no more lines."""
        if self._file is not None:
            self._file.close()

    def summary(self, service: str, since: int, *, calls: bool) -> dict[str, Any]:
        """Return the ledger as JSON types: the calls of one service ("" for all) after number `since`."""
        chosen = [call for call in self.calls if call.seq > since and service in ("", call.service)]
        statuses: dict[str, Counter[str]] = {}
        for call in chosen:
            statuses.setdefault(call.service, Counter())[str(call.status)] += 1
        return {
            "counts": {name: {"calls": count.total(), **count} for name, count in statuses.items()},
            "last": self.calls[-1].seq if self.calls else 0,
            "calls": [asdict(call) for call in chosen] if calls else [],
            "items": {sku: {"puts": draft.puts} for sku, draft in self.drafts.items() if draft.item is not None},
            "offers": {
                sku: {"offer_id": draft.offer_id, "created": draft.created, "status": self.status(draft)}
                for sku, draft in self.drafts.items()
                if draft.created
            },
            "held": {sku: {"item": draft.item, "offer": draft.offer} for sku, draft in self.drafts.items()},
            "published": list(self.published),
        }

    def _apply(self, line: dict[str, Any]) -> None:
        """Take in one line, just written or read back."""
        kind = line.pop("kind")
        if kind == "call":
            self.calls.append(Call(**line))
            return
        if kind == "publish":
            self.published.append(line["offer_id"])
            return
        sku = line["sku"]
        draft = self.drafts.setdefault(sku, Draft(sku))
        if kind == "item":
            draft.item = line["body"]
            draft.puts += line["body"] is not None
        elif kind == "delete":
            self.by_offer.pop(draft.offer_id, None)
            draft.offer_id, draft.offer = "", None
        else:
            draft.offer_id, draft.offer = line["offer_id"], line["body"]
            if kind == "offer":
                draft.created += 1
                self.offers_made += 1
                self.by_offer[draft.offer_id] = sku
