"""A desk with its stores in a folder of the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.context import context
from tests.pages.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path}/dm.db")
    monkeypatch.setenv("DM_FILES", f"file:{tmp_path}/files")
    monkeypatch.setenv("DM_PROFILE", "demo")
    context.cache_clear()
    yield Desk(tmp_path)
    context.cache_clear()
