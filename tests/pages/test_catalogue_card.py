"""The offline catalogue on the Connections screen."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from console.context import handles
from tests.support.clocks import until
from tests.support.desk import Desk, button, text
from tests.support.dump_server import dump_server

NAME = "discogs_20261101_releases.xml.gz"
CODE = '<identifier type="Barcode" value="7961220922684"/>'
RELEASE = f'<release id="21"><title>A</title><identifiers>{CODE}</identifiers></release>'


def test_the_catalogue_is_made_at_a_button(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DM_CATALOG", str(tmp_path / "catalog.db"))
    root = Path(__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", str(root))
    handles.cache_clear()
    app = desk.screen("connections")
    assert not app.exception
    assert "There is none on this machine." in text(app)
    with dump_server() as dumps:
        dumps.publish(NAME, gzip.compress(f"<releases>{RELEASE}</releases>".encode()))
        monkeypatch.setenv("DISCOGS_DUMP_URL", dumps.url)
        button(app, "Make it").click().run()
        catalogue = handles().engine.catalogue
        until(lambda: (state := catalogue.view().update) is not None and state.state == "done")
        catalogue.stop()
    told = text(app.run())
    assert "Releases with a barcode: 1, from the dump of 2026-11-01." in told
    assert "days old" in told
