"""`make evidence`: every point and a chaos on SQLite and on Firestore's emulator; the table goes to `docs/evidence.md`.

    python -m tests.evidence [--seconds N] [--seed N] [--only "one row"]

leaves the emulator, on which a trial takes longer, the greater part of the time. With `--only`, nothing else is done,
and the table is printed alone. A module with another name than `__main__` would be imported anew by each process of a
trial, with all that it needs.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import secrets
import sys
from collections.abc import Iterator, Sequence

import pytest

from engine.evidence.chaos import chaos
from engine.evidence.report import described, table, write
from engine.evidence.run import WAITING_AT_ONCE, Evidence, evidence
from engine.evidence.scenarios import named
from engine.evidence.trials import Ground, Trial
from engine.log import configure
from engine.sandbox.emulators import a_project, firestore_missing, running_firestore
from tests.support.demo import ROOT
from tests.support.sandbox_server import running

SECONDS, ON_SQLITE = 1_000.0, 0.4  # planted faults, six minutes more, are to end within half an hour too
KILLS, FREEZES = 200, 50  # in the chaos


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seed", type=int, default=secrets.randbits(24))
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    scenarios = named(asked.only)
    configure("text", logging.ERROR)
    found, storms = [], []
    with contextlib.ExitStack() as stack, running() as sandbox:
        for grounds, share in _stores(stack, sandbox.url):
            found.append(evidence(grounds, seed=asked.seed, seconds=asked.seconds * share, told=tell, only=scenarios))
            if not asked.only:
                storms.append(chaos(grounds[0], seed=asked.seed, kills=KILLS, freezes=FREEZES))
    text = table(found, storms)
    print(text)
    if not asked.only:
        write(text, ROOT / "docs" / "evidence.md")
    return 1 if any(one.wrong for one in found) or any(storm.wrong for storm in storms) else 0


def _stores(stack: contextlib.ExitStack, sandbox: str) -> Iterator[tuple[Sequence[Ground], float]]:
    """Yield where trials are made, and the share of the time for it."""
    yield [Ground("", sandbox)] * WAITING_AT_ONCE, ON_SQLITE
    if missing := firestore_missing():
        print(f"not on Firestore: {missing}")
        return
    address = stack.enter_context(running_firestore())
    stack.enter_context(pytest.MonkeyPatch.context()).setenv("FIRESTORE_EMULATOR_HOST", address)
    yield [Ground(f"firestore://{a_project()}/(default)", sandbox) for _ in range(WAITING_AT_ONCE)], 1 - ON_SQLITE


def tell(found: Evidence, trial: Trial) -> None:
    if trial.wrong:
        print(found.store, described(trial), flush=True)


if __name__ == "__main__":
    sys.exit(main())
