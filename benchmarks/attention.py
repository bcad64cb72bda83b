"""Failed rows of all batches, a hundred of them and 100,000: how long it takes to count, list and judge them.

    python -m benchmarks.attention [--rows 100000]

Prints one JSON line: milliseconds, the median of 20 readings on SQLite, for each number of rows.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.batches import milliseconds
from engine.batches.attention import Attention
from engine.batches.documents import item_path
from engine.domain.batch.fixes import FixKind, Remedy, RowsWanted
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.identify.evidence import Match, ReleaseSummary, Verdict
from engine.errors import Cause
from engine.store.base import Put, Store
from engine.store.sqlite import SQLiteStore

IN_A_BATCH = 100
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
CAUSES = (Cause.NO_MATCH, Cause.NO_PRICE, Cause.AMBIGUOUS)
CANDIDATES = tuple(
    ReleaseSummary("New Order", "Technique", "Factory", discogs_id=f"{number}", format="CD") for number in range(5)
)


def fill(store: Store, rows: int) -> None:
    """Store so many failed rows, a hundred a batch, of three causes in turn; each barcode is there several times."""
    for batch in range(rows // IN_A_BATCH):
        numbers = range(batch * IN_A_BATCH, (batch + 1) * IN_A_BATCH)
        store.commit(*(Put(item_path(f"batch_{batch}", number % IN_A_BATCH), _row(number)) for number in numbers))


def _row(number: int) -> dict[str, object]:
    cause = CAUSES[number % len(CAUSES)]
    item = Item(
        number % IN_A_BATCH,
        number % IN_A_BATCH + 1,
        f"{number:012d}",
        f"{number % 30_000:014d}",
        status=ItemStatus.FAILED,
        cause=cause,
        attempts=1,
        finished_at=BEGUN + timedelta(seconds=number),
        match=Match(Verdict.AMBIGUOUS, found=5, candidates=CANDIDATES) if cause is Cause.AMBIGUOUS else Match(),
    )
    return item.document()


def measured(rows: int) -> dict[str, float]:
    """Return the milliseconds of each reading of the screen, and of a page that a fix looks at."""
    with tempfile.TemporaryDirectory() as folder:
        store = SQLiteStore(Path(folder) / "store.db")
        fill(store, rows)
        attention = Attention(store)
        several, unknown = RowsWanted(Cause.AMBIGUOUS), RowsWanted(Cause.NO_MATCH)
        asked: dict[str, Callable[[], object]] = {
            "counted_by_cause": attention.causes,
            "newest_25": lambda: attention.rows(several, 25),
            "repeated_barcodes": lambda: attention.repeated(Cause.AMBIGUOUS),
            "judged_before_a_fix": lambda: attention.concerned(several, Remedy(FixKind.TAKE_BEST)),
            "page_of_a_fix": lambda: attention.page(unknown, BEGUN, BEGUN + timedelta(seconds=rows), 200),
        }
        return {name: milliseconds(ask) for name, ask in asked.items()}


def main() -> None:
    """Measure, and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    most = parser.parse_args().rows
    print(json.dumps({"benchmark": "attention", **{f"{rows}": measured(rows) for rows in (IN_A_BATCH, most)}}))


if __name__ == "__main__":
    main()
