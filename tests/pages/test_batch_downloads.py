"""What can be downloaded from the screen of a batch: all of it, and what the filters find."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from console.context import context
from engine.public import DraftNeed
from tests.support.desk import Desk, text, upcs
from tests.support.unpriced import UNPRICED, Unpriced


def links(app: AppTest) -> dict[str, list[str]]:
    """Return where the links of the screen lead, by their labels."""
    found: dict[str, list[str]] = {}
    for link in app.get("link_button"):
        found.setdefault(link.proto.label, []).append(link.proto.url)
    return found


def test_a_batch_is_downloaded_in_the_shape_of_its_file_and_as_a_workbook(desk: Desk) -> None:
    base = f"/api/batch/{desk.submit(upcs(3)).job_id}"
    desk.work(failing=upcs(1))
    found = links(desk.screen("batch", job_id=base.rpartition("/")[2]))
    assert found["Your file with results"] == [f"{base}/as-uploaded"]
    assert found["Excel"] == [f"{base}/results.xlsx"]
    assert found["Failed rows with reasons (1)"] == [f"{base}/as-uploaded?status=failed"]


def test_what_the_filters_find_is_downloaded_alone(desk: Desk) -> None:
    job_id = desk.submit(upcs(3)).job_id
    desk.work(failing=upcs(1))
    app = desk.screen("batch", job_id=job_id, show="attention", cause="no_match", q=upcs(1)[0])
    behind = f"?status=failed&cause=no_match&q={upcs(1)[0]}"
    found = links(app)
    assert {url.rpartition("?")[2] for url in found["JSON lines"] if "?" in url} == {behind[1:]}
    assert f"/api/batch/{job_id}/as-uploaded{behind}" in found["Your file with results"]


def test_drafts_that_are_not_ready_are_shown_and_downloaded_alone(desk: Desk) -> None:
    job_id = desk.submit(upcs(3), UNPRICED).job_id
    desk.work(pipeline=Unpriced)
    context().poller.changed()
    app = desk.screen("batch", job_id=job_id, show="drafted", needs="price")
    assert not app.exception
    assert len(app.dataframe[0].value) == 3
    assert f"/api/batch/{job_id}/results.csv?status=succeeded&needs=price" in links(app)["Results CSV"]
    app.selectbox(key="needs").select(DraftNeed.PARCEL).run()
    assert app.query_params["needs"] in ("parcel", ["parcel"])
    assert "No row is under" in text(app)


def test_all_rows_have_no_download_of_their_own_below_the_table(desk: Desk) -> None:
    job_id = desk.submit(upcs(1)).job_id
    desk.work()
    assert len(links(desk.screen("batch", job_id=job_id))["Excel"]) == 1
