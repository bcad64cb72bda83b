"""`POST /api/lookups/forget`."""

from __future__ import annotations

from engine.clock import SystemClock
from engine.codec import encode
from engine.domain.identify.lookups import Answer, Lookup
from engine.store.base import Put
from tests.support.serving import Served


def test_answers_about_barcodes_are_forgotten(served: Served) -> None:
    now = SystemClock().now()
    stored = Lookup().add("discogs", Answer(now, [{"id": "1"}])).kept(now)
    served.store.commit(Put("lookups/07961220922684", encode(stored)))
    (first, second) = served.post("/api/lookups/forget", {"upcs": ["7961220922684", "093624755524"]})["forgotten"]
    assert (first["gtin"], list(first["answers"])) == ("07961220922684", ["discogs"])
    assert first["sentence"].startswith("7961220922684: 1 answer forgotten (Discogs 1)")
    assert (second["answers"], second["sentence"]) == ({}, "093624755524: no answer was kept.")
    assert served.store.get("lookups/07961220922684")[0].fields["answers"] == {}


def test_what_is_no_barcode_is_refused_and_nothing_is_forgotten(served: Served) -> None:
    answer = served.call("POST", "/api/lookups/forget", json={"upcs": ["7961220922684", "12345"]})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("12345: ")
    assert served.store.get("lookups/07961220922684") == [None]


def test_a_body_without_barcodes_is_refused(served: Served) -> None:
    assert served.call("POST", "/api/lookups/forget", json={"upcs": []}).status_code == 422
    assert served.call("POST", "/api/lookups/forget", json={"upc": "1"}).status_code == 422
