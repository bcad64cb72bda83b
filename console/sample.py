"""The sample file that comes with Draft Maker."""

from __future__ import annotations

from pathlib import Path

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "exu2.txt"
