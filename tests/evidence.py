"""`make evidence`: every point on SQLite and on Firestore's emulator, a chaos, and the table in `docs/evidence.md`.

    python -m tests.evidence [--seconds N] [--seed N]

gives SQLite three quarters of the time.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import secrets
import sys

import pytest

from engine.evidence.chaos import chaos
from engine.evidence.report import described, table, write
from engine.evidence.run import AT_ONCE, Evidence, evidence
from engine.evidence.trials import Ground, Trial
from engine.log import configure
from engine.sandbox.emulators import a_project, firestore_missing, running_firestore
from tests.support.demo import ROOT
from tests.support.sandbox_server import running

SECONDS = 900.0
KILLS, FREEZES = 200, 50  # in the chaos
DATABASES = 6  # of the emulator, used side by side: trials there wait for leases to end


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seed", type=int, default=secrets.randbits(24))
    asked = parser.parse_args()
    configure("text", logging.ERROR)
    with contextlib.ExitStack() as stack, running() as sandbox:
        found = [
            evidence([Ground("", sandbox.url)] * AT_ONCE, seed=asked.seed, seconds=asked.seconds * 0.75, told=tell)
        ]
        if missing := firestore_missing():
            print(f"not on Firestore: {missing}")
        else:
            address = stack.enter_context(running_firestore())
            stack.enter_context(pytest.MonkeyPatch.context()).setenv("FIRESTORE_EMULATOR_HOST", address)
            grounds = [Ground(f"firestore://{a_project()}/(default)", sandbox.url) for _ in range(DATABASES)]
            found.append(evidence(grounds, seed=asked.seed, seconds=asked.seconds * 0.25, told=tell))
        storm = chaos(sandbox.url, seed=asked.seed, kills=KILLS, freezes=FREEZES)
    text = table(found, storm)
    print(text)
    write(text, ROOT / "docs" / "evidence.md")
    return 1 if storm.wrong or any(one.wrong for one in found) else 0


def tell(found: Evidence, trial: Trial) -> None:
    if trial.wrong:
        print(found.store, described(trial), flush=True)


if __name__ == "__main__":
    sys.exit(main())
