"""A desk with its stores in a folder of the test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.context import handles
from tests.support.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path}/dm.db")
    monkeypatch.setenv("DM_FILES", f"file:{tmp_path}/files")
    monkeypatch.setenv("DM_PROFILE", "demo")
    handles.cache_clear()
    yield Desk(tmp_path)
    handles.cache_clear()


@pytest.fixture(autouse=True)
def _main_module_stays() -> Iterator[None]:
    """Put back the main module, in whose place a script under test is run: child processes look for it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
