"""The 264 real barcodes that the sandbox knows, each with the facts of its release.

They are facts of the monthly Discogs data dump (CC0), kept in `engine/sandbox/releases.jsonl`; here they are told as a
seller would list them. `tests/recorded` compares them with the table that was made from the dump itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine.sandbox.catalogue import Entry, load, printed

INVENTED = 900_000_000  # from this number on, the sandbox's releases are made up


@dataclass(frozen=True)
class Line:
    """One barcode on one release. Names keep the numbers of namesakes: `Nirvana (2)`; `released` may end in `-00`."""

    gtin14: str
    upc_or_ean: str
    artist: str
    title: str
    format: str
    format_descriptions: str
    country: str
    released: str
    label: str
    catno: str
    discogs_release_id: str
    master_id: str


COLUMNS = tuple(Line.__dataclass_fields__)


@cache
def entries() -> tuple[Entry, ...]:
    """Return the real releases of the sandbox, in the order of their numbers."""
    known = load()
    every = {entry["id"]: entry for entry in (*known.discogs.values(), *known.musicbrainz.values())}
    return tuple(every[number] for number in sorted(every) if number < INVENTED)


@cache
def table() -> tuple[Line, ...]:
    """Return one line for each barcode of each real release."""
    return tuple(_line(entry, gtin) for entry in entries() for gtin in entry["barcodes"])


def _line(entry: Entry, gtin: str) -> Line:
    label, catno = entry["labels"][0] if entry["labels"] else ("", "")
    return Line(
        gtin14=gtin,
        upc_or_ean=printed(gtin),
        artist=_artist(entry["artists"]),
        title=entry["title"],
        format=entry["formats"][0][0] if entry["formats"] else "",
        format_descriptions="; ".join(word for _, _, words in entry["formats"] for word in words),
        country=entry["country"],
        released=entry["released"],
        label=label,
        catno=catno,
        discogs_release_id=str(entry["id"]),
        master_id=str(entry["master_id"] or ""),
    )


def _artist(credited: Iterable[Any]) -> str:
    told = ""
    for name, on_sleeve, join in credited:
        told += (on_sleeve or name) + (", " if join == "," else f" {join} " if join else " ")
    return told.removesuffix(", ").strip()
