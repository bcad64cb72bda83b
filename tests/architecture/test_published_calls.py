"""The calls of the published document exist in the application, under the same paths and methods."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.api import create_app
from engine.bootstrap import open_engine
from engine.settings import Settings

SEED = Path(__file__).parents[3] / "shared" / "seed" / "batch-processing-recovery.md"


def test_every_endpoint_of_the_published_document_exists(tmp_path: Path) -> None:
    if not SEED.exists():
        pytest.skip(f"there is no {SEED}")
    chosen = Settings(_env_file=None, DM_STORE=f"sqlite:///{tmp_path / 'store.db'}", DM_FILES=f"file:{tmp_path}")
    paths = create_app(open_engine(chosen), chosen).openapi()["paths"]
    published = re.findall(r"^(GET|POST) (/[^\s?]+)", SEED.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(published) == 5
    assert all(method.lower() in paths[path] for method, path in published)
