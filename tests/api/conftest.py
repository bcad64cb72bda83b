"""The API, served for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.serving import Served, serving, settings


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("DISCOGS_DUMP_URL", "http://127.0.0.1:9")  # an update of the catalogue reaches nobody
    monkeypatch.setenv("DM_CATALOG", str(tmp_path / "catalog.db"))
    with serving(settings(tmp_path)) as running:
        yield running
