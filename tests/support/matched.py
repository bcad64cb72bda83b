"""A release as a service tells of it, for tests of which one a row means."""

from __future__ import annotations

from typing import Any

from engine.domain.identify.releases import Format, Release, Source

GTIN = "00093624755524"  # a US barcode


def release(source: Source = "discogs", number: str = "4", **facts: Any) -> Release:
    """Return a CD with the barcode `GTIN`; `facts` stand in place of its own."""
    known: dict[str, Any] = {
        "artist": "Faze Action",
        "title": "Moving Cities",
        "released": "1999-11-02",
        "country": "US",
        "label": "F-111 Records",
        "catalog_number": "9 47555-2",
        "formats": (Format("CD", 1, ("Album",)),),
        "barcodes": frozenset({GTIN}),
    }
    return Release(source=source, id=number, **{**known, **facts})
