"""Where benchmarks keep their files."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

VAR = Path(__file__).parents[1] / "var"


def on_disk() -> TemporaryDirectory[str]:
    """Return a new folder on the disk of this checkout, where a commit costs what it costs: /tmp may be memory."""
    VAR.mkdir(exist_ok=True)
    return TemporaryDirectory(dir=VAR)
