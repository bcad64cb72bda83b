"""What is stored and what is answered have the same fields; every answer is a type."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from engine.api import create_app
from engine.api.models.drafts import DraftEntry
from engine.api.models.jobs import Checkpoint, EndedRow, FailedRow, JobAnswer, OptionsAnswer, PriceRuleAnswer
from engine.api.models.layouts import ColumnChoiceAnswer, LayoutAnswer, LayoutRequest, TableLayoutAnswer
from engine.api.models.requests import BatchRequest
from engine.api.models.rows import RowAnswer
from engine.bootstrap import open_engine
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job
from engine.domain.batch.layout import ColumnChoice, Layout, TableLayout
from engine.domain.batch.options import Options
from engine.domain.listing.pricing import PriceRule
from tests.api.test_api_document import work
from tests.support.sandbox_server import running
from tests.support.serving import Served, compact, serving, settings


def names(kind: Any) -> set[str]:
    return set(kind.__struct_fields__) if issubclass(kind, Struct) else {field.name for field in fields(kind)}


def without(fields: dict[str, Any], *left_out: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in left_out}


def test_every_field_that_is_stored_is_answered() -> None:
    assert names(Job) - {"engine", "name_terms"} <= JobAnswer.model_fields.keys()
    assert names(Item) <= RowAnswer.model_fields.keys()
    assert names(Options) == OptionsAnswer.model_fields.keys()
    assert names(PriceRule) == PriceRuleAnswer.model_fields.keys()
    assert names(Layout) == LayoutAnswer.model_fields.keys()
    assert names(TableLayout) == TableLayoutAnswer.model_fields.keys()
    assert names(ColumnChoice) == ColumnChoiceAnswer.model_fields.keys()


def test_every_option_can_be_asked_for() -> None:
    parts = LayoutRequest.model_fields.keys()
    assert names(Options) - {"layout"} == BatchRequest.model_fields.keys() - {"name"} - parts


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Serve a batch of the sandbox that was run by the real pipeline, with one row edited by a person."""
    folder = tmp_path_factory.mktemp("types")
    with running() as sandbox, serving(settings(folder, DM_SANDBOX_URL=sandbox.url)) as served:
        content = "724383244812\n075992422222\n090204922215\n12345\n844185023863\n075596050340\n"
        job_id = served.start(content, condition="USED_GOOD", ambiguous="best", price_rule={"basis": "comparable"})
        work(served)
        edits = {"title": "Mine", "price_cents": 700, "aspects": {"Style": ["House"]}}
        for index in range(6):
            item = served.get(f"/api/batch/{job_id}/items/{index}")
            if item["draft"]:
                served.call("POST", f"/api/batch/{job_id}/items/{index}/again", json={"edits": edits})
                break
        work(served)
        yield served, job_id, index


def test_nothing_that_is_known_of_a_row_is_lost_on_the_way(run: tuple[Served, str, int]) -> None:
    served, job_id, edited = run
    found = served.store.find(f"batch_jobs/{job_id}/items")
    assert {document.fields["status"] for document in found} >= {"succeeded", "failed"}
    assert any(document.fields["match"].get("candidates") for document in found)
    for document in found:
        told = RowAnswer.model_validate({**document.fields, "waits_for": ""}).model_dump(exclude_unset=True)
        assert told == {name: value for name, value in document.fields.items() if name not in {"terms", "schema"}} | {
            "waits_for": ""
        }
    whole = served.get(f"/api/batch/{job_id}/items/{edited}")
    assert whole["price"]["evidence"]["instead_of"]["cents"] > 0
    assert whole["decided"]["edited"]["by"] == "api"
    assert whole["draft"]["inventory_item"]["product"]["title"] == "Mine"


def test_nothing_that_is_known_of_a_draft_is_lost_on_the_way(run: tuple[Served, str, int]) -> None:
    for document in run[0].store.find("drafts"):
        assert DraftEntry.model_validate(document.fields).model_dump() == {
            name: value for name, value in document.fields.items() if name != "schema"
        }


def test_what_is_not_known_of_a_row_is_left_out_and_not_null(run: tuple[Served, str, int]) -> None:
    served, job_id, _ = run
    refused = served.get(f"/api/batch/{job_id}/items/3")
    assert (refused["cause"], refused["release"], refused["draft"], refused["decided"]) == (
        "invalid_barcode",
        {},
        {},
        {},
    )
    assert compact(served.call("GET", f"/api/batch/{job_id}/items/0").text)


@pytest.mark.parametrize("kind", [FailedRow, EndedRow, Checkpoint])
def test_what_only_the_earlier_service_wrote_is_handed_on(kind: type[FailedRow]) -> None:
    old = {"upc": "724383244812", "listing_id": 17, "timestamp": "yesterday", "success": True}
    assert kind.model_validate(old).model_dump(exclude_unset=True) == old


@pytest.fixture
def document(tmp_path: Path) -> Any:
    chosen = settings(tmp_path)
    return create_app(open_engine(chosen), chosen).openapi()


def test_every_success_is_described_by_a_type(document: Any) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            (success,) = [answer for status, answer in operation["responses"].items() if status < "300"]
            file = "." in path or path.endswith(("/as-uploaded", "/metrics"))  # of the type that was uploaded, and text
            for media, content in success["content"].items():
                wanted = {"type": "string"} if file else {"$ref": content["schema"].get("$ref")}
                assert content["schema"] == wanted, (method, path)
                assert media == ("application/json" if "$ref" in wanted else media)
    open_ones = [
        name for name, schema in document["components"]["schemas"].items() if schema.get("additionalProperties") is True
    ]
    assert open_ones == ["Checkpoint", "EndedRow", "FailedRow"]


NO_STORE = {"/health", "/api/ready", "/api/metrics", "/api/catalogue", "/api/catalogue/update"}
"""Paths that answer also while the stores are away."""


def test_every_error_is_described_with_the_body_that_it_has(document: Any) -> None:
    assert not {"HTTPValidationError", "ValidationError"} & document["components"]["schemas"].keys()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
            bodies = {
                answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2] for answer in errors.values()
            }
            assert bodies <= {"Refusal", "RefusedFile"}
            if path not in NO_STORE:
                assert {"422", "503"} <= errors.keys(), (method, path)
            if method == "post":
                assert "403" in errors, (method, path)
