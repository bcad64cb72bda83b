"""`/api/seller/…`: profiles that new batches obey, and what a worker reads of the account at eBay."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.listing.seller_account import Location, Policy, PolicyKind, SellerAccount
from tests.support.serving import Served, lines, upcs

PROFILE: dict[str, Any] = {
    "price_rule": {"basis": "fixed", "fixed": {"CD": {"*": 599}}},
    "condition": "USED_GOOD",
    "fulfillment_policy": {"id": "61", "name": "Media Mail"},
    "location": {"id": "GARAGE", "name": "Garage"},
    "packages": {"CD": {"ounces": 4.5, "inches": [6, 6, 1]}},
    "best_offer": True,
    "description": "<h2>{{ artist }}</h2>",
}


def put(served: Served, name: str, **fields: Any) -> Any:
    return served.call("PUT", f"/api/seller/profiles/{name}", json={**PROFILE, **fields})


def test_before_anything_is_stored_there_is_one_profile(served: Served) -> None:
    answer = served.get("/api/seller/profiles")
    assert (answer["default"], [profile["name"] for profile in answer["profiles"]]) == ("Standard", ["Standard"])


def test_a_profile_is_answered_as_it_was_stored(served: Served) -> None:
    stored = put(served, "CDs")
    assert stored.status_code == 200
    answer = served.get("/api/seller/profiles/CDs")
    assert answer == stored.json()
    assert answer["fulfillment_policy"] == PROFILE["fulfillment_policy"]
    assert answer["packages"]["CD"]["inches"] == [6, 6, 1]
    assert (answer["default"], answer["changed_by"]) == (True, "api")


def test_the_default_is_changed_and_cannot_be_removed(served: Served) -> None:
    for name in ("CDs", "Box sets"):
        put(served, name)
    changed = served.call("PUT", "/api/seller/default", json={"name": "Box sets"})
    assert changed.json()["default"] == "Box sets"
    refused = served.call("DELETE", "/api/seller/profiles/Box%20sets")
    assert (refused.status_code, "default" in refused.json()["detail"]) == (400, True)
    assert served.call("DELETE", "/api/seller/profiles/CDs").status_code == 200
    assert served.call("GET", "/api/seller/profiles/CDs").status_code == 404
    assert served.call("PUT", "/api/seller/default", json={"name": "CDs"}).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"colour": "red"}, "colour: no such field"),
        ({"price_rule": {"basis": "guessed"}}, "price_rule.basis"),
        ({"packages": {"CD": {"ounces": 0}}}, "packages.CD.ounces"),
        ({"condition": "MINT"}, "condition"),
    ],
)
def test_what_a_profile_cannot_have_is_named(served: Served, fields: dict[str, Any], said: str) -> None:
    refused = put(served, "CDs", **fields)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]


def test_a_template_with_an_unknown_placeholder_is_refused_with_its_line(served: Served) -> None:
    refused = put(served, "CDs", description="{{ artist }}\n{{ price }}")
    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "Line 2 of the template: there is no placeholder {{ price }}",
    )


TEXTS = {"header": "Welcome", "footer": "", "grading_text": "", "shipping_text": "- Packed well"}


def test_texts_are_a_part_of_a_profile_and_have_their_limits(served: Served) -> None:
    assert put(served, "CDs", texts=TEXTS).json()["texts"] == TEXTS
    refused = put(served, "CDs", texts=TEXTS | {"header": "<script>x</script>"})
    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "Line 1 of the header: <script> is active content, which eBay does not allow in a listing",
    )
    assert put(served, "CDs", texts=TEXTS | {"footer": "x" * 501}).status_code == 422


def test_a_template_is_checked_and_shown_without_being_stored(served: Served) -> None:
    def shown(template: str) -> Any:
        body = {"description": template, "texts": TEXTS}
        return served.call("POST", "/api/seller/template", json=body).json()

    assert shown("a\n{{ price }}") == {
        "problem": "Line 2 of the template: there is no placeholder {{ price }}",
        "examples": [],
    }
    answer = shown("{{ header }}<h2>{{ title }}</h2>")
    assert answer["problem"] == ""
    assert answer["examples"][1] == {
        "name": "Four Sides",
        "html": "<p>Welcome</p><h2>Four Sides</h2>",
        "sources": {},
    }
    assert [profile["description"] for profile in served.get("/api/seller/profiles")["profiles"]] == [""]


def test_a_profile_that_was_changed_since_it_was_seen_is_a_conflict(served: Served) -> None:
    seen = put(served, "CDs").json()["changed_at"]
    put(served, "CDs", best_offer=False)
    assert put(served, "CDs", seen_at=seen).status_code == 409


def test_a_batch_starts_with_its_profile_and_with_what_the_call_says_instead(served: Served) -> None:
    put(served, "CDs")
    put(served, "Vinyl", condition=None, price_rule={"basis": "fixed", "fixed": {"*": {"*": 999}}})
    content = lines(upcs(1))

    def options(**body: Any) -> Any:
        return served.engine.queries.job(served.start(content, **body)).options

    assert options().profile == "CDs"
    assert options().price_rule.fixed == {"CD": {"*": 599}}
    chosen = options(profile="Vinyl", condition="NEW")
    assert (chosen.profile, chosen.condition, chosen.price_rule.fixed) == ("Vinyl", "NEW", {"*": {"*": 999}})
    own = options(profile="CDs", price_rule={"basis": "comparable"})
    assert (own.price_rule.basis, own.condition) == ("comparable", "USED_GOOD")


def test_an_uploaded_batch_starts_with_the_profile_too(served: Served) -> None:
    put(served, "CDs")
    sent = {"files": {"file": ("rows.txt", lines(upcs(1)))}, "data": {"profile": "CDs", "duplicates": "each"}}
    job_id = served.call("POST", "/api/batch/upload", **sent).json()["job_id"]
    options = served.engine.queries.job(job_id).options
    assert (options.profile, options.condition, options.price_rule.fixed) == ("CDs", "USED_GOOD", {"CD": {"*": 599}})


def test_a_batch_of_a_profile_that_does_not_exist_is_refused_with_those_that_do(served: Served) -> None:
    body = {"gcs_path": "gs://bucket/file.txt", "profile": "CDs"}
    refused = served.call("POST", "/api/batch/process", json=body)
    assert (refused.status_code, refused.json()["detail"]) == (400, "There is no profile 'CDs'; there are Standard")


def test_the_account_is_empty_until_a_worker_has_read_it(served: Served) -> None:
    assert served.get("/api/seller/account")["read_at"] is None
    asked = served.call("POST", "/api/seller/account/read")
    assert asked.status_code == 202
    assert asked.json()["reading"]["sentence"] == "No engine is running, so nobody can ask."


def test_what_a_worker_has_read_is_answered_by_name(served: Served) -> None:
    served.engine.seller_account.read()
    taken = served.engine.seller_account.take("worker")
    assert taken is not None
    assert taken.reading is not None
    read = SellerAccount(
        opted_in=True,
        policies={PolicyKind.PAYMENT: (Policy("62", "At once", default=True),)},
        locations=(Location("GARAGE", "Garage", place="Austin"),),
    )
    served.engine.seller_account.answer(read, taken.reading)
    answer = served.get("/api/seller/account")
    policy = {"id": "62", "name": "At once", "default": True, "description": "", "calculated": False}
    assert answer["policies"]["payment"] == [policy]
    assert (answer["locations"][0]["key"], answer["opted_in"]) == ("GARAGE", True)


def test_a_location_is_asked_for_by_its_address(served: Served) -> None:
    asked = served.call("POST", "/api/seller/locations", json={"name": "Attic", "postal_code": "78701"})
    assert asked.status_code == 202
    assert asked.json()["creating"]["ok"] is None
    again = served.call("POST", "/api/seller/locations", json={"name": "Cellar", "postal_code": "78701"})
    assert again.status_code == 409
    wrong = served.call("POST", "/api/seller/locations", json={"name": "Attic", "postal_code": "7870"})
    assert (wrong.status_code, wrong.json()["detail"]) == (400, "7870 is no postal code of United States.")


def test_an_address_that_does_not_take_a_method_says_which_it_takes(served: Served) -> None:
    answer = served.session.post(f"{served.url}/api/seller/profiles/Standard", json={}, timeout=10)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "DELETE, GET, PUT")
    assert answer.json()["detail"] == "/api/seller/profiles/Standard takes DELETE, GET, PUT, not POST."


def test_templates_of_titles_are_stored_and_a_wrong_one_is_refused_with_its_fault(served: Served) -> None:
    assert served.call("PUT", "/api/seller/profiles/CDs", json={"titles": {"CD": "{title} {media}"}}).json()[
        "titles"
    ] == {"CD": "{title} {media}"}
    for templates, why in (
        ({"CD": "{price}"}, "there is no placeholder {price}"),
        ({"CD": "{artist}"}, "{title} has to be in it"),
        ({"Discs": "{title}"}, "There is no kind of medium “Discs”"),
    ):
        answer = served.call("PUT", "/api/seller/profiles/CDs", json={"titles": templates})
        assert (answer.status_code, why in answer.text) == (400, True)
