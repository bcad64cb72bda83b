"""A stored key that is misspelled does not pass the type checker."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = {
    "engine/domain/batch/additions.py": ("item.draft.price_cents ==", "item.draft.price_cent =="),
    "engine/domain/batch/jobs.py": ("bool(job.engine.shards)", "bool(job.engine.shard)"),
    "engine/quota/stored_budget.py": ("limit=stored.limit,", "limit=stored.limits,"),
}


def checked(folder: Path) -> dict[str, str]:
    """Return mypy's errors of the three modules, by module, with the project's own configuration."""
    mypy = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-error-summary", *PLANTED]
    printed = subprocess.run(mypy, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert printed.stderr == ""
    lines = [line for line in printed.stdout.splitlines() if ": error: " in line]
    errors = {line.partition(":")[0]: line for line in lines}
    assert len(lines) == len(errors)
    return errors


@pytest.mark.long
def test_a_broken_stored_key_planted_in_three_places_is_three_errors(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "engine", tmp_path / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert checked(tmp_path) == {}
    for module, (whole, broken) in PLANTED.items():
        path = tmp_path / module
        text = path.read_text(encoding="utf-8")
        assert text.count(whole) == 1
        path.write_text(text.replace(whole, broken), encoding="utf-8")
    errors = checked(tmp_path)
    assert set(errors) == set(PLANTED)
    assert all("has no attribute" in error for error in errors.values())
