"""What tests of the real pipeline share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.files.base import Files
from engine.store.base import Store
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


@pytest.fixture(params=["store", "firestore"], ids=["sqlite", "firestore"])
def each_store(request: pytest.FixtureRequest) -> Store:
    """Lend each kind of store in turn, with nothing in it."""
    lent: Store = request.getfixturevalue(request.param)
    return lent


@pytest.fixture
def batches_of_each_store(each_store: Store, files: Files) -> Batches:
    """Lend batches over each kind of store in turn."""
    return Batches(each_store, files)
