"""What tests of the real pipeline share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
