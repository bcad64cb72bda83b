"""The recordings and specifications beside the repository, and what is said of them at the end of a run.

They belong to others, so they are not copied: `tests/recorded` compares our own builders, facts and schema with them,
and no other test reads them. A clone that has nothing beside it skips that suite as one line; where the folder is, each
file that the suite names must be there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter

SHARED = Path(__file__).parents[3] / "shared"
ABSENT = "recorded: ../shared is not there"
SUITE = "tests/recorded"

DISCOGS = tuple(
    f"data/discogs/{name}.json"
    for name in ("release_11578434", "release_8604223", "search_empty", "search_master_and_release_14339492")
)
MUSICBRAINZ = tuple(
    f"data/musicbrainz/{name}.json"
    for name in (
        "errors_live_20260816",
        "picard_release_multidisc",
        "release_71d6f1d1-1190-4924-b2de-dfc1c2c8eea7",
        "release_e47d04a4-7460-427d-a731-cc82386d85f1",
        "search_release_response",
        "search_rumours_20260526",
    )
)
COVERART = ("data/coverartarchive/release_e47d04a4-7460-427d-a731-cc82386d85f1.json",)
EBAY = tuple(f"data/ebay/{name}.json" for name in ("bulk_207_shape", "errors_messages_only", "errors_real"))
INVENTORY, TAXONOMY, METADATA, ACCOUNT = (
    f"contracts/openapi/ebay_{name}_oas3.json"
    for name in ("sell_inventory_v1", "commerce_taxonomy_v1", "sell_metadata_v1", "sell_account_v1")
)
FIELD = "data/field"
BARCODES, DUMP = "data/barcodes.csv", "data/dump/discogs_releases_sample.xml.gz"
DOCUMENT = "seed/batch-processing-recovery.md"
RECORDINGS = (
    *DISCOGS,
    *MUSICBRAINZ,
    *COVERART,
    *EBAY,
    INVENTORY,
    TAXONOMY,
    METADATA,
    ACCOUNT,
    BARCODES,
    DUMP,
    DOCUMENT,
)

Recording = Callable[[str], Path]


def loaded(path: Path) -> Any:
    """Return the JSON of a recording."""
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def recording(record_property: Callable[[str, object], None]) -> Recording:
    """Lend recordings by name, and note which ones a test has read. One that is not there fails the test."""

    def found(name: str) -> Path:
        path = SHARED / name
        if not path.is_file():
            pytest.fail(f"recorded: {path} is not there, although its folder is")
        record_property("recording", name)
        return path

    return found


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the tests of the suite."""
    if item.nodeid.startswith(SUITE):
        item.add_marker(pytest.mark.recorded)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say how many recordings the suite has read."""
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ()))
    read = {name for report in reports for key, name in getattr(report, "user_properties", ()) if key == "recording"}
    if read:
        files = sum(name.startswith(FIELD) for name in read)
        said = f"recorded: {len(read) - files} of {len(RECORDINGS)} recordings were read, and {files} sellers' files"
        terminalreporter.write_line(said)
