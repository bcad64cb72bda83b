"""The releases that the sandbox's databases know.

`releases.jsonl` holds one release a line: facts of the monthly Discogs data dump (CC0), in a shape of our own.

* `id`: the Discogs number. 900000010 and up are test releases by `Sandbox Artist`: seven barcodes of the in-store
  range (2000000000015, 2000000000022 …), each on two releases that differ in one fact.
* `known_to`: the services that know it, one or both of `discogs` and `musicbrainz`. What MusicBrainz cannot express
  (box sets, `UK & Europe`) and some others only Discogs knows; sixteen plain CDs only MusicBrainz.
* `search`: the spelling by which Discogs finds its barcodes: `plain` (12 or 13 digits), `ean` (a UPC with a zero
  before it), `spaced` or `incomplete` (the digits of its first identifier).
* `barcodes`: GTIN-14s, [] where the sleeve has none, or an incomplete one: then `completed` holds what it means.
  `identifiers`: `[type, value]` as typed by people, barcodes and matrix numbers mixed.
* `artists`: `[name, name on the sleeve, join]`. `labels`: `[name, catalogue number]`. `formats`: `[name, quantity,
  descriptions]`. `tracks`: `[position, title, duration]`. `released`: may end in `-00`. `master_id`: 0 when none.
* `credits`, of most classical releases: `[name, name on the sleeve, role, tracks]` of composers, conductors and
  orchestras, of players where there is no orchestra; `tracks` is "" for all, else `1 to 3, 7`. Of 6084071 and 9342998
  they are not the dump's credits: its tracks and its artists tell them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.domain.folding import words

_DATA = Path(__file__).with_name("releases.jsonl")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://www.discogs.com/release/")

Entry = Mapping[str, Any]
"""One line of the data."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The releases, with every index that a search needs. `by_barcode` of Discogs is by spelling, see `search`."""

    discogs: Mapping[int, Entry]
    discogs_by_barcode: Mapping[str, list[Entry]]
    musicbrainz: Mapping[str, Entry]
    musicbrainz_by_barcode: Mapping[str, list[Entry]]


def load(*, everywhere: bool = False, more: Iterable[Entry] = ()) -> Catalogue:
    """Read the releases and index them, with `more` that the file has not.

    `everywhere` has every service know every release by all its barcodes.
    """
    with _DATA.open(encoding="utf-8", newline="\n") as lines:
        entries = [*(json.loads(line) for line in lines), *more]
    if everywhere:
        entries = [entry | {"known_to": ["discogs", "musicbrainz"]} for entry in entries]
    discogs = {entry["id"]: entry for entry in entries if "discogs" in entry["known_to"]}
    musicbrainz = {mbid(entry): entry for entry in entries if "musicbrainz" in entry["known_to"]}
    by_spelling: dict[str, list[Entry]] = {}
    for entry in discogs.values():
        for spelling in _spellings(entry):
            by_spelling.setdefault(spelling, []).append(entry)
    by_gtin: dict[str, list[Entry]] = {}
    for entry in musicbrainz.values():  # where a release has one barcode at most
        for gtin in entry["barcodes"] if everywhere else entry["barcodes"][:1]:
            by_gtin.setdefault(printed(gtin), []).append({**entry, "barcodes": [gtin]})
    return Catalogue(discogs, by_spelling, musicbrainz, by_gtin)


def mbid(entry: Entry) -> str:
    """Return the MusicBrainz id of a release: made from its Discogs number, so always the same."""
    return str(uuid.uuid5(_NAMESPACE, str(entry["id"])))


def chance(*about: object) -> float:
    """Return a number from 0 to 1 that is always the same for the same things."""
    digest = sha256("|".join(map(str, about)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def has_front(entry: Entry) -> bool:
    """Tell whether the Cover Art Archive has a front cover: of four releases in five."""
    return chance("front", entry["id"]) < 0.8


def printed(gtin: str) -> str:
    """Return the form on the sleeve: 12 digits for a UPC, else 13."""
    return gtin[2:] if gtin.startswith("00") else gtin[1:]


def matches(text: str, value: str, *, whole: bool = False) -> bool:
    """Tell whether a text has all words of `value`, in any letters; a `whole` one nothing else."""
    if whole:
        return "".join(words(text)) == "".join(words(value))
    return bool(value) and set(words(value)) <= set(words(text))


def _spellings(entry: Entry) -> set[str]:
    if entry["search"] == "incomplete":
        return {"".join(filter(str.isdecimal, entry["identifiers"][0][1]))}
    return {_spelling(entry["search"], gtin) for gtin in entry["barcodes"]}


def _spelling(search: str, gtin: str) -> str:
    shown = printed(gtin)
    if search == "ean":
        return shown.zfill(13)
    if search == "spaced":
        first, middle = (1, 6) if len(shown) == 12 else (1, 7)
        parts = (shown[:first], shown[first:middle], shown[middle : 2 * middle - 1], shown[2 * middle - 1 :])
        return " ".join(part for part in parts if part)
    return shown
