"""`/api/catalogue`: the offline catalogue, and its update in the background."""

from __future__ import annotations

import gzip

import pytest

from tests.support.clocks import until
from tests.support.dump_server import dump_server
from tests.support.serving import Served

NAME = "discogs_20261101_releases.xml.gz"
RELEASE = '<release id="21"><title>A</title><identifiers><identifier type="Barcode" value="7961220922684"/></identifiers></release>'  # noqa: E501


def test_the_catalogue_is_updated_in_the_background(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert served.get("/api/catalogue") == {
        "dump": None,
        "made_on": None,
        "age_days": None,
        "releases": None,
        "imported_at": None,
        "bytes": 0,
        "trouble": "",
        "update": None,
    }
    with dump_server() as dumps:
        dumps.publish(NAME, gzip.compress(f"<releases>{RELEASE}</releases>".encode()))
        monkeypatch.setenv("DISCOGS_DUMP_URL", dumps.url)
        assert served.call("POST", "/api/catalogue/update").status_code == 202
        until(lambda: (served.get("/api/catalogue")["update"] or {}).get("state") == "done")
    found = served.get("/api/catalogue")
    assert (found["dump"], found["made_on"], found["releases"]) == (NAME, "2026-11-01", 1)
    assert found["update"]["percent"] == 100.0
