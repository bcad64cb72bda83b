"""What tests of the real pipeline share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.files.base import Files
from engine.sandbox.emulators import a_project
from engine.store.firestore import FirestoreStore
from tests.support.batch_runs import Batches
from tests.support.pipeline_runs import Runs, runs


@pytest.fixture(scope="module")
def runs_at_sandbox() -> Iterator[Runs]:
    with runs() as started:
        yield started


@pytest.fixture
def bench(runs_at_sandbox: Runs) -> Runs:
    """Lend pipelines on a sandbox that has not been asked anything."""
    runs_at_sandbox.sandbox.reset()
    runs_at_sandbox.stored.clear()
    runs_at_sandbox.waits.clear()
    return runs_at_sandbox


@pytest.fixture(params=["sqlite", "firestore"])
def batches_of_each_store(request: pytest.FixtureRequest, files: Files) -> Iterator[Batches]:
    """Lend batches over each kind of store in turn."""
    if request.param == "sqlite":
        yield Batches(request.getfixturevalue("store"), files)
        return
    request.getfixturevalue("firestore_emulator")
    store = FirestoreStore(a_project(), "(default)")
    yield Batches(store, files)
    store.close()
