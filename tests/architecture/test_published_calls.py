"""The published calls exist in the application, under the same paths and methods, with the fields of their bodies."""

from __future__ import annotations

from pathlib import Path

from engine.api import create_app
from engine.bootstrap import open_engine
from engine.settings import Settings
from tests.support.published import CALLS


def test_every_published_call_exists(tmp_path: Path) -> None:
    chosen = Settings(_env_file=None, DM_STORE=f"sqlite:///{tmp_path / 'store.db'}", DM_FILES=f"file:{tmp_path}")
    stated = create_app(open_engine(chosen), chosen).openapi()
    for call in CALLS:
        said = stated["paths"][call.path][call.method.lower()]
        if call.fields:
            name = said["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert set(call.fields) <= set(stated["components"]["schemas"][name]["properties"])
