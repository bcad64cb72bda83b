"""How long the reader takes over a file of 100,000 rows, and how much memory: opened once and walked once.

One JSON line a file: seconds of the processor, and the most bytes that Python held at once beside the file itself.
"""

from __future__ import annotations

import json
import time
import tracemalloc
from collections import deque

from engine.domain.batch.layout import FOUND, Layout, Role, layout
from engine.domain.identify.barcodes import check_digit
from engine.reading import open_file

ROWS = 100_000
CHOSEN = layout({"Item": Role.BARCODE, "Was": Role.IGNORE, "Now": Role.PRICE, "Shelf": Role.LOCATION})


def codes() -> list[str]:
    """Return so many different barcodes as there are rows."""
    return [f"{number}{check_digit(str(number))}" for number in range(70_000_000_000, 70_000_000_000 + ROWS)]


def files() -> dict[str, tuple[str, Layout]]:
    """Return the files that are read, each with its layout."""
    listed = codes()
    table = "".join(f"{code},Song {place},4.99,1,VG,B{place % 40}\n" for place, code in enumerate(listed))
    unnamed = "".join(f"{code},9.99,4.99,B{place % 40}\n" for place, code in enumerate(listed))
    return {
        "list": ("".join(f"{code}\n" for code in listed), FOUND),
        "ten in a line": ("".join(f"{', '.join(listed[at : at + 10])}\n" for at in range(0, ROWS, 10)), FOUND),
        "table of six columns": (f"UPC,Title,Price,Qty,Condition,Shelf\n{table}", FOUND),
        "table with columns chosen by hand": (f"Item,Was,Now,Shelf\n{unnamed}", CHOSEN),
    }


def measured(content: bytes, chosen: Layout) -> dict[str, float]:
    """Return what reading a file takes: seconds without, bytes with the measurement of memory."""
    began = time.process_time()
    opened = open_file(content, "rows.csv", chosen)
    deque(opened.rows(), maxlen=0)
    seconds = time.process_time() - began
    tracemalloc.start()
    deque(open_file(content, "rows.csv", chosen).rows(), maxlen=0)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"rows": len(opened.tally.first), "seconds": round(seconds, 2), "megabytes": round(most / 1e6, 1)}


if __name__ == "__main__":
    for name, (text, chosen) in files().items():
        print(json.dumps({"benchmark": "reading", "file": name, **measured(text.encode(), chosen)}))
