"""`GET /api/batch/{job_id}/items`: filtered, searched, and page by page every row exactly once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.serving import Scripted, Served, lines, upcs

ROWS = upcs(30)
FILE = lines([*ROWS[:10], "12345", *ROWS[10:]])


def pages(served: Served, job_id: str, **query: Any) -> list[list[dict[str, Any]]]:
    """Return every page, following the cursor to its end."""
    found = [served.get(f"/api/batch/{job_id}/items", **query)]
    while (cursor := found[-1]["next"]) is not None:
        found.append(served.get(f"/api/batch/{job_id}/items", **query, cursor=cursor))
        assert len(found) < 100
    return [page["items"] for page in found]


def indices(served: Served, job_id: str, **query: Any) -> list[int]:
    return [item["index"] for page in pages(served, job_id, **query) for item in page]


@pytest.mark.parametrize("limit", [1, 7, 30, 31, 200])
def test_paging_covers_every_row_exactly_once_in_the_order_of_the_file(served: Served, limit: int) -> None:
    job_id = served.finished(FILE, Scripted(failing=ROWS[3:6]))
    found = pages(served, job_id, limit=limit)
    assert [item["index"] for page in found for item in page] == list(range(31))
    assert all(len(page) <= limit for page in found)


def test_rows_that_nobody_has_begun_are_listed_as_waiting(served: Served) -> None:
    with served.stopped_at(2) as (job_id, _):
        found = [item for page in pages(served, job_id, limit=4) for item in page]
        assert [item["index"] for item in found] == list(range(6))
        assert [item["status"] for item in found[:2]] == ["succeeded"] * 2
        assert {item["status"] for item in found[4:]} == {"waiting"}
        assert set(indices(served, job_id, status="waiting", limit=1)) >= {4, 5}


@pytest.mark.parametrize("limit", [2, 50])
def test_rows_are_filtered_by_status_and_cause(served: Served, limit: int) -> None:
    job_id = served.finished(FILE, Scripted(failing=ROWS[3:6]))
    assert indices(served, job_id, status="failed", limit=limit) == [3, 4, 5, 10]
    assert indices(served, job_id, status="failed", cause="no_match", limit=limit) == [3, 4, 5]
    assert indices(served, job_id, cause="invalid_barcode", limit=limit) == [10]
    assert indices(served, job_id, status="waiting", limit=limit) == []
    succeeded = indices(served, job_id, status="succeeded", limit=limit)
    assert succeeded == sorted(set(range(31)) - {3, 4, 5, 10})


@pytest.mark.parametrize("limit", [2, 50])
def test_a_search_finds_rows_by_barcode_and_by_words(served: Served, limit: int) -> None:
    job_id = served.finished(FILE)
    assert indices(served, job_id, q=ROWS[4], limit=limit) == [4]
    assert indices(served, job_id, q=f"00{ROWS[4]}", limit=limit) == [4]
    assert indices(served, job_id, q=f"{ROWS[4][:6]} {ROWS[4][6:]}", limit=limit) == [4]
    drafted = sorted(set(range(31)) - {10})
    assert indices(served, job_id, q="café", limit=limit) == drafted
    assert indices(served, job_id, q="CAFÉ son", limit=limit) == drafted
    assert indices(served, job_id, q="artist 12", limit=limit) == [12]
    assert indices(served, job_id, q="nobody", limit=limit) == []


@pytest.mark.parametrize("q", ["a" * 500, "x\ty", "art' OR '1", 'caf"', "%artist_", "café\\"])
def test_a_search_with_odd_characters_breaks_nothing(served: Served, q: str) -> None:
    job_id = served.finished(lines(ROWS[:2]))
    assert set(indices(served, job_id, q=q)) <= {0, 1}


@pytest.mark.parametrize("q", ["", "  ", "%", "'", '"', "[]", "\\", "🎵", "- -"])
def test_a_search_without_a_letter_or_digit_narrows_nothing_down(served: Served, q: str) -> None:
    job_id = served.finished(lines(ROWS[:2]))
    assert indices(served, job_id, q=q) == [0, 1]


def test_a_search_and_a_filter_hold_together(served: Served) -> None:
    job_id = served.finished(FILE, Scripted(failing=ROWS[3:6]))
    assert indices(served, job_id, q="700000000", status="failed") == [3, 4, 5]
    assert indices(served, job_id, q="artist", status="failed") == []


def test_a_row_tells_what_became_of_it(served: Served) -> None:
    job_id = served.finished(FILE, Scripted(failing=ROWS[:1]))
    failed, drafted = served.get(f"/api/batch/{job_id}/items", limit=2)["items"]
    assert (failed["status"], failed["cause"], failed["upc"]) == ("failed", "no_match", ROWS[0])
    assert failed["error"] == f"Nobody knows {ROWS[0]}."
    assert (failed["line"], failed["attempts"], failed["retryable"]) == (1, 1, True)
    assert (drafted["status"], drafted["outcome"], drafted["offer_id"]) == ("succeeded", "drafted", "offer-1")
    assert drafted["release"]["title"] == "Café Songs"
    assert drafted["finished_at"].endswith("Z")


@pytest.mark.parametrize(
    "query", ["status=nonsense", "cause=nonsense", "limit=0", "limit=201", "cursor=-1", "cursor=x"]
)
def test_a_filter_that_means_nothing_is_refused(served: Served, query: str) -> None:
    job_id = served.start(lines(ROWS[:1]))
    assert served.call("GET", f"/api/batch/{job_id}/items?{query}").status_code == 422


def test_a_cursor_behind_the_last_row_is_an_empty_last_page(served: Served) -> None:
    job_id = served.finished(lines(ROWS[:2]))
    for query in ({}, {"status": "failed"}, {"q": ROWS[0]}, {"q": "artist"}, {"status": "waiting"}):
        assert served.get(f"/api/batch/{job_id}/items", cursor=99, **query) == {"items": [], "next": None}


def test_the_rows_of_a_batch_that_was_not_read_yet_are_an_empty_page(served: Served) -> None:
    job_id = served.start(lines(ROWS))
    assert served.get(f"/api/batch/{job_id}/items") == {"items": [], "next": None}


def test_the_rows_of_an_unknown_job_are_not_found(served: Served) -> None:
    for query in ("", "?status=failed", "?q=café", "?q=700000000"):
        response = served.call("GET", f"/api/batch/batch_1/items{query}")
        assert response.status_code == 404
        assert response.json() == {"detail": "Job batch_1 not found"}
