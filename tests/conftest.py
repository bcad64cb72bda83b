"""What tests of stores, batches and workers share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

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


BROWSER = "tests/e2e"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what takes long; what needs a browser comes first."""
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.long)
    yield
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Keep a file in one process, and in one process all that needs a browser: two at once starve each other."""
    return ByFile(config, log)


class ByFile(LoadScopeScheduling):
    """Hands out whole files, those with a browser together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return BROWSER if file.startswith(BROWSER) else file


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
