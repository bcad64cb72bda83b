"""What tests of stores, batches and workers share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from engine.files.base import Files
from engine.files.folder import FolderFiles
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from tests.support.batch_runs import Batches
from tests.support.sandbox_server import Sandbox, running

os.environ["DM_CATALOG"] = "var/no-catalogue-for-tests.db"  # whoever has one has other calls and drafts

hypothesis_settings.register_profile("usual", deadline=None)  # a loaded machine is slow at times
hypothesis_settings.load_profile("usual")
hypothesis_settings.register_profile(  # an example that fails is enough, and every run tries the same ones
    "mutants", derandomize=True, database=None, deadline=None, phases=(Phase.explicit, Phase.generate)
)
hypothesis_settings.register_profile("fuzz", max_examples=50_000, deadline=2_000)  # what takes longer hangs

pytest_plugins = ("tests.support.emulators", "tests.support.recordings")


LONG = (  # browsers, whole processes, clouds that are emulated, and batches under faults
    "tests/e2e",
    "tests/crash",
    "tests/api/test_api_conformance.py",
    "tests/api/test_api_emulators.py",
    "tests/api/test_foreign_pages.py",
    "tests/api/test_large_bodies.py",
    "tests/contract/test_catalog",
    "tests/contract/test_command_line.py",
    "tests/contract/test_console_start.py",
    "tests/contract/test_doctor.py",
    "tests/contract/test_drafts_command.py",
    "tests/contract/test_faults.py",
    "tests/contract/test_group_faults.py",
    "tests/contract/test_firestore",
    "tests/contract/test_handed_over_in_any_order.py",
    "tests/contract/test_health_command.py",
    "tests/contract/test_live.py",
    "tests/contract/test_log_of_batches.py",
    "tests/contract/test_notify_command.py",
    "tests/contract/test_outages.py",
    "tests/contract/test_read_only.py",
    "tests/contract/test_store_locked.py",
    "tests/contract/test_submit_command.py",
    "tests/recorded/test_published_document.py",
)


BROWSER = "tests/e2e"
TOGETHER = {BROWSER: BROWSER, "tests/contract/test_firestore": "clouds", "tests/api/test_api_emulators.py": "clouds"}


NOT_SEEN_IN_TIME = [r"Locator expected", r"TimeoutError", r"not true within"]  # what a browser or `until` says


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what takes long, which is tried twice where only its patience ended; what needs a browser comes first."""
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.long)
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=NOT_SEEN_IN_TIME))
    yield
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Keep a file in one process, and in one process all that needs a browser: two at once starve each other."""
    return ByFile(config, log)


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole files, those with a browser or an emulated cloud together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((together for start, together in TOGETHER.items() if file.startswith(start)), file)


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
