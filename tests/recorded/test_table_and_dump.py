"""The table of real barcodes and the sample of a dump: our own facts agree with them."""

from __future__ import annotations

import csv
import re
import threading
from datetime import date
from pathlib import Path

from engine.catalog.dump import Dump
from engine.catalog.file import open_catalog
from engine.catalog.imports import Importer
from engine.clock import SystemClock
from engine.domain.identify.candidates import descriptions
from engine.reading import check
from tests.support.barcode_table import COLUMNS, Line, table
from tests.support.recordings import BARCODES, DUMP, Recording

DAY = date(2026, 11, 1)
NAMESAKE = re.compile(r" \(\d+\)")


def test_our_table_is_the_recorded_one(recording: Recording) -> None:
    with recording(BARCODES).open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file)
        recorded = {Line(*(line[name] for name in COLUMNS)) for line in lines}
    assert recorded == set(table())
    assert len(recorded) == 264


def test_the_recorded_barcodes_are_all_usable(recording: Recording) -> None:
    found = check(recording(BARCODES).read_bytes(), "barcodes.csv")
    assert (found.total, found.usable) == (264, 264)
    assert found.columns["barcode"] == "upc_or_ean, gtin14"


def test_every_barcode_of_the_recorded_dump_is_found_with_the_right_release(
    recording: Recording, tmp_path: Path
) -> None:
    importer = Importer(
        tmp_path / "catalog.db",
        SystemClock(),
        stop=threading.Event(),
        begin=lambda _: None,
        report=lambda _: None,
        every=1 << 20,
    )
    about = importer.run(Dump.at(recording(DUMP), DAY))
    assert (about.releases, about.kept, about.mended) == (1_000, 253, 0)
    catalog = open_catalog(tmp_path / "catalog.db")
    assert catalog
    found = catalog.find(line.gtin14 for line in table())
    for line in table():
        (release,) = [one for one in found[line.gtin14] if one.id == line.discogs_release_id]
        assert (release.artist, release.label) == (NAMESAKE.sub("", line.artist), NAMESAKE.sub("", line.label))
        assert (release.title, release.country, release.format) == (line.title, line.country, line.format)
        assert [*descriptions(release)] == [word for word in line.format_descriptions.split("; ") if word]
        assert release.released == re.sub("(-00)+$", "", line.released)
    assert catalog.release(1) is None  # it has no barcode
    catalog.close()
