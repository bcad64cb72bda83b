"""Plant each fault in a copy of the code and run the tests that are to notice.

    python -m tests.planted [--only WORD]

prints one line for each and a JSON line at the end; exit status 1 where one was not caught. A test that hangs is ended
by its own limit of time, which counts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from engine.evidence.report import write
from tests.planted.faults import FAULTS, Fault
from tests.support.demo import ROOT, surroundings

AT_ONCE = 2
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis", "docs", "deploy")
FAILED = 1  # what pytest ends with when a test fails


def plant(fault: Fault, root: Path) -> None:
    """Change the code in a copy of the project.

    Raises:
        ValueError: what is to be changed is not there once.
    """
    file = root / fault.file
    text = file.read_text(encoding="utf-8")
    if text.count(fault.old) != 1:
        raise ValueError(f"{fault.file} has {text.count(fault.old)} times: {fault.old}")
    file.write_text(text.replace(fault.old, fault.new), encoding="utf-8")


def caught(fault: Fault) -> tuple[bool, float]:
    """Whether the tests notice a fault, and after how many seconds."""
    begun = monotonic()
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        root = Path(folder) / "project"
        shutil.copytree(ROOT, root, ignore=LEFT_OUT)
        plant(fault, root)
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "--timeout=90", *fault.tests.split()]
        ran = subprocess.run(command, cwd=root, env=surroundings(PYTHONPATH=str(root)), capture_output=True, text=True)
    if ran.returncode not in (0, FAILED):
        print(ran.stdout[-2_000:], ran.stderr[-2_000:])
    return ran.returncode == FAILED, monotonic() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults with this word in their name")
    only = parser.parse_args().only
    wanted = [fault for fault in FAULTS if only in fault.name]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        results = threads.map(caught, wanted)
        missed = []
        for fault, (noticed, seconds) in zip(wanted, results, strict=True):
            print(f"{'caught' if noticed else 'NOT CAUGHT'} in {seconds:.0f} s: {fault.name}", flush=True)
            missed += [] if noticed else [fault.name]
    print(json.dumps({"planted": len(wanted), "caught": len(wanted) - len(missed), "missed": missed}))
    if not only:
        write(_table(missed), ROOT / "docs" / "evidence.md", "planted")
    return 1 if missed else 0


def _table(missed: list[str]) -> str:
    lines = (f"| {fault.name} | {'no' if fault.name in missed else 'yes'} |" for fault in FAULTS)
    return "\n".join(["| planted | caught |", "|---|---|", *lines])


if __name__ == "__main__":
    sys.exit(main())
