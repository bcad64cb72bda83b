"""What tests of stores, batches and workers share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.files.base import Files
from engine.files.folder import FolderFiles
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from tests.batch_runs import Batches
from tests.sandbox_server import Sandbox, running

os.environ["DM_CATALOG"] = "var/no-catalogue-for-tests.db"  # whoever has one has other calls and drafts

pytest_plugins = ("tests.emulators",)


LONG = (
    "tests/e2e/test_e2e_emulators.py",
    "tests/e2e/test_e2e_drafts.py",
    "tests/e2e/test_e2e_services.py",
    "tests/contract/test_faults.py",
    "tests/contract/test_firestore_stories.py",
    "tests/crash",
)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what takes long; keep a file in one process, and all that needs a browser, which comes first."""
    for item in items:
        file = item.nodeid.partition("::")[0]
        browser = file.startswith("tests/e2e")
        item.add_marker(pytest.mark.xdist_group("browser" if browser else file))
        if file.startswith(LONG):
            item.add_marker(pytest.mark.long)
    yield
    items.sort(key=lambda item: not item.nodeid.startswith("tests/e2e"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = SQLiteStore(tmp_path / "store.db")
    yield opened
    opened.close()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return FolderFiles(tmp_path / "files")


@pytest.fixture
def batches(store: Store, files: Files) -> Batches:
    return Batches(store, files)


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    served.reset()
    return served
