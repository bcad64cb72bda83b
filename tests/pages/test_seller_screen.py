"""Seller settings: profiles are edited, and what eBay has is chosen by name."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox, TextArea

from console.context import context, handles
from console.screens.seller import form, titles
from console.widgets import grading
from console.widgets.price_table import FORMATS
from engine.codec import encode
from engine.domain.batch.grades import Grade
from engine.domain.batch.rows import Condition
from engine.domain.listing.description.texts import ListingTexts
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.domain.listing.seller_account import Location, Policy, PolicyKind, SellerAccount, Store
from engine.domain.listing.seller_profiles import PATH, Chosen, Profile, SellerSettings
from engine.domain.listing.seller_terms import Package
from engine.store.base import Expect, Put
from tests.support.desk import Desk, button, text
from tests.support.hostile import as_shown

ACCOUNT = SellerAccount(
    opted_in=True,
    policies={
        PolicyKind.FULFILLMENT: (Policy("61", "Media Mail", default=True), Policy("62", "First Class")),
        PolicyKind.PAYMENT: (Policy("63", "At once"),),
        PolicyKind.RETURN: (Policy("64", "30 days"),),
    },
    locations=(Location("G", "Garage", place="Austin, TX"), Location("A", "Attic", enabled=False)),
    store=Store("Records", ("/Music/CDs",)),
)


def read(desk: Desk, account: SellerAccount = ACCOUNT) -> None:
    """Have a worker have read the account."""
    desk.engine.seller_account.read()
    taken = desk.engine.seller_account.take("worker")
    assert taken is not None
    assert taken.reading is not None
    desk.engine.seller_account.answer(account, taken.reading)
    context().poller.changed()


def field(app: AppTest, label: str) -> Selectbox[Any]:
    """Return the choice with that label."""
    return next(found for found in app.selectbox if found.label == label)


def area(app: AppTest, label: str) -> TextArea:
    """Return the text area with that label."""
    return next(found for found in app.text_area if found.label == label)


def chosen(app: AppTest, label: str, option: str) -> AppTest:
    field(app, label).select(option).run()
    return app


def saved(app: AppTest) -> AppTest:
    button(app, "Save").click().run()
    assert not app.exception
    return app


def test_before_anything_was_read_there_is_one_profile_and_a_button_that_reads(desk: Desk) -> None:
    app = desk.screen("seller")
    assert not app.exception
    assert "Not read from eBay yet." in text(app)
    button(app, "Read from eBay").click().run()
    assert desk.engine.seller_account.known().record.reading is not None
    assert "No engine is running, so nobody can ask." in text(app).replace("\\", "")


def test_policies_location_and_store_category_are_chosen_by_name(desk: Desk) -> None:
    read(desk)
    app = desk.screen("seller")
    assert field(app, "Postage").options == ["Not chosen", "Media Mail (eBay's default)", "First Class"]
    assert field(app, "Location").options == ["Not chosen", "Garage · Austin, TX"]
    for label, option in (
        ("Postage", "First Class"),
        ("Payment", "At once"),
        ("Returns", "30 days"),
        ("Location", "Garage · Austin, TX"),
        ("Category in your store Records", "Music › CDs"),
        ("Best offer", "Buyers may propose a price"),
    ):
        chosen(app, label, option)
    assert "Changed: postage, payment, returns, location, store category, offers" in text(app)
    saved(app)
    profile = desk.engine.profiles.chosen()
    assert (profile.fulfillment_policy, profile.location) == (Chosen("62", "First Class"), Chosen("G", "Garage"))
    assert (profile.store_category, profile.best_offer) == ("/Music/CDs", True)


def test_what_was_chosen_stays_when_ebay_has_it_no_more(desk: Desk) -> None:
    desk.engine.profiles.save(Profile("Standard", payment_policy=Chosen("9", "Old"), location=Chosen("X", "Shed")))
    read(desk)
    app = desk.screen("seller")
    assert field(app, "Payment").value == "9"
    assert "Old (no longer at eBay)" in field(app, "Payment").options
    saved(chosen(app, "Postage", "First Class"))
    assert desk.engine.profiles.chosen().location == Chosen("X", "Shed")


def test_a_setting_counts_as_the_default_and_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBAY_LOCATION_KEY", "STORE-1")
    handles.cache_clear()
    assert field(desk.screen("seller"), "Location").options == ["As the engine is set up: STORE-1"]


def test_a_seller_without_policies_is_led_to_where_they_are_made(desk: Desk) -> None:
    read(desk, SellerAccount(opted_in=False))
    assert "Opt in to business policies at eBay" in text(desk.screen("seller"))
    read(desk, SellerAccount(opted_in=True, policies={PolicyKind.PAYMENT: ACCOUNT.policies_of(PolicyKind.PAYMENT)}))
    assert "There is no policy for postage and returns." in text(desk.screen("seller"))


def test_a_location_is_asked_for_by_its_address_or_refused_with_the_reason(desk: Desk) -> None:
    app = desk.screen("seller")
    app.text_input(key="location_name").set_value("Attic").run()
    app.text_input(key="location_postal_code").set_value("787").run()
    button(app, "Create at eBay").click().run()
    assert "787 is no postal code" in app.toast[0].value
    app.text_input(key="location_postal_code").set_value("78701").run()
    button(app, "Create at eBay").click().run()
    assert desk.engine.seller_account.known().record.creating.location.name == "Attic"
    assert app.text_input(key="location_name").value == ""


def test_price_condition_and_text_are_saved_and_prefill_a_new_batch(desk: Desk) -> None:
    app = desk.screen("seller")
    chosen(app, "Condition", "Good")
    chosen(app, "Price", "eBay asking prices")
    next(found for found in app.number_input if found.label == "Factor").set_value(0.8).run()
    area(app, "Template").set_value("<h2>{{ artist }}</h2>").run()
    assert "<h2>The Sample Quartet</h2>" in text(app)
    saved(app)
    profile = desk.engine.profiles.chosen()
    assert (profile.condition, profile.price_rule.factor) == (Condition.USED_GOOD, 0.8)
    assert profile.description == "<h2>{{ artist }}</h2>"
    path = desk.engine.submission.keep(b"724383244812\n", "box.txt")
    batch = desk.screen("new_batch", file=path)
    button(batch, "Start").click().run()
    options = desk.engine.queries.jobs().jobs[0].options
    assert (options.profile, options.condition, options.price_rule.factor) == ("Standard", Condition.USED_GOOD, 0.8)


def test_what_a_grade_becomes_at_ebay_is_told_and_chosen_in_a_table(desk: Desk) -> None:
    told = {grade: grading.usual(grade) for grade in (Grade.SEALED, Grade.VERY_GOOD, Grade.FAIR, Grade.GENERIC)}
    assert list(told.values()) == ["Like new", "Good", "No condition; sleeve: Acceptable", "Sleeve: Acceptable"]
    lines = pd.DataFrame({"Yours": ["New", *[None] * (len(Grade) - 1)]})
    assert grading.chosen_in(lines) == {"sealed": Condition.NEW}
    desk.engine.profiles.save(Profile("Standard", grade_map={"sealed": Condition.NEW}))
    app = desk.screen("seller")
    assert "Your grades at eBay" in text(app)
    saved(chosen(app, "Condition", "Good"))
    assert desk.engine.profiles.chosen().grade_map == {"sealed": Condition.NEW}


def test_a_template_that_cannot_be_used_is_said_while_it_is_typed_and_not_saved(desk: Desk) -> None:
    app = desk.screen("seller")
    area(app, "Template").set_value("{{ price }}").run()
    assert "Line 1 of the template: there is no placeholder {{ price }}" in text(app).replace("\\", "")
    saved(app)
    assert desk.engine.profiles.all().profiles == ()
    assert area(app, "Template").value == "{{ price }}"


def test_the_sellers_own_texts_are_previewed_and_saved(desk: Desk) -> None:
    app = desk.screen("seller")
    assert "Preview of the text without a template, with made-up releases" in text(app)
    assert [as_shown(tab.label) for tab in app.tabs] == [
        "Songs & Other Examples",
        "Four Sides",
        "A Film of Which Little Is Kn…",
    ]
    area(app, "Header").set_value("Welcome").run()
    area(app, "How you send").set_value("- Packed well\n- Sent soon").run()
    assert "<ul><li>Packed well</li><li>Sent soon</li></ul>" in text(app)
    assert "Changed: your texts" in text(app)
    area(app, "Footer").set_value("<form>").run()
    assert "Line 1 of the footer: <form> is active content" in text(app).replace("\\", "")
    area(app, "Footer").set_value("").run()
    saved(app)
    assert desk.engine.profiles.chosen().texts == ListingTexts("Welcome", shipping_text="- Packed well\n- Sent soon")


def test_a_stored_template_of_the_language_before_is_shown_in_todays(desk: Desk) -> None:
    stored = SellerSettings((Profile("Standard", description="# {artist}"),))
    desk.store.commit(Put(PATH, encode(stored), Expect.ABSENT))
    app = desk.screen("seller")
    assert area(app, "Template").value == "{% if artist %}<h2>{{ artist }}</h2>{% endif %}"
    assert "Nothing is changed yet." in text(app)
    assert [one.label for one in app.button if one.proto.type == "primary"] == []
    app.text_input(key="new_profile").set_value("CDs").run()
    button(app, "Create as a copy of Standard").click().run()
    assert desk.engine.profiles.chosen("CDs").description == "{% if artist %}<h2>{{ artist }}</h2>{% endif %}"


def test_a_profile_is_made_chosen_for_a_batch_made_the_default_and_removed(desk: Desk) -> None:
    app = desk.screen("seller")
    app.text_input(key="new_profile").set_value("CDs").run()
    button(app, "Create as a copy of Standard").click().run()
    assert app.query_params["profile"] in ("CDs", ["CDs"])
    assert [profile.name for profile in desk.engine.profiles.all().all] == ["CDs", "Standard"]
    button(app, "Make default").click().run()
    assert desk.engine.profiles.all().profile().name == "CDs"
    other = desk.screen("seller", profile="Standard")
    button(other, "Remove").click().run()
    assert [profile.name for profile in desk.engine.profiles.all().all] == ["CDs"]


def test_a_batch_starts_from_the_profile_that_is_chosen_for_it(desk: Desk) -> None:
    desk.engine.profiles.save(Profile("Standard"))
    rule = PriceRule(PriceBasis.FIXED, fixed={"CD": {"*": 599}, "Reel": {"*": 899}})
    desk.engine.profiles.save(Profile("CDs", rule, Condition.NEW, location=Chosen("G", "Garage")))
    path = desk.engine.submission.keep(b"724383244812\n", "box.txt")
    app = desk.screen("new_batch", file=path)
    app.selectbox(key="profile").set_value("CDs").run()
    assert "Garage" in text(app)
    button(app, "Start").click().run()
    options = desk.engine.queries.jobs().jobs[0].options
    assert (options.profile, options.condition, options.price_rule) == ("CDs", Condition.NEW, rule)


def test_a_change_by_somebody_else_in_the_meantime_is_not_overwritten(desk: Desk) -> None:
    desk.engine.profiles.save(Profile("Standard"))
    app = desk.screen("seller")
    chosen(app, "Condition", "Good")
    desk.engine.profiles.save(Profile("Standard", best_offer=True), by="joe")
    button(app, "Save").click().run()
    assert "changed by joe in the meantime" in app.toast[0].value
    assert desk.engine.profiles.chosen().best_offer is True


def test_a_table_of_parcels_becomes_parcels() -> None:
    lines: list[dict[str, object]] = [
        {"Format": name, "Ounces": None, "Length": None, "Width": None, "Height": None} for name in FORMATS
    ]
    lines[1] |= {"Ounces": 4.5, "Length": 6, "Width": 6, "Height": 1}
    lines[2] |= {"Ounces": 20, "Length": 13}
    typed = pd.DataFrame(lines).astype(dict.fromkeys(("Ounces", *form.SIZES), float))
    assert form.packages(typed) == {"CD": Package(4.5, (6, 6, 1)), "Vinyl": Package(20)}


def test_while_the_store_is_away_nothing_is_shown_as_empty(desk: Desk) -> None:
    desk.away()
    app = desk.screen("seller")
    assert not app.exception
    assert "does not answer" in text(app)


def test_titles_are_previewed_with_their_length_by_the_template_of_the_medium(desk: Desk) -> None:
    desk.engine.profiles.save(Profile("Standard", titles={"Vinyl": "{title} by {artist} {media}"}))
    shown = text(desk.screen("seller"))
    assert "Four Sides by Two Record Band 2 LP" in shown
    assert "(34)" in shown
    assert "Songs & Other Examples CD 1997 Specimen" in shown.replace("\\", "")


def test_a_table_of_titles_becomes_templates() -> None:
    lines: list[str | None] = [None] * len(FORMATS)
    lines[0], lines[2] = " {title} {media} ", "  "
    typed = pd.DataFrame({"Format": list(FORMATS.values()), "Your template": lines})
    assert titles.templates(typed) == {"*": "{title} {media}"}


def test_a_stored_template_of_a_title_that_cannot_be_used_is_said(desk: Desk) -> None:
    stored = SellerSettings((Profile("Standard", titles={"CD": "{title} {price}"}),))
    desk.store.commit(Put(PATH, encode(stored)))
    assert "there is no placeholder {price}" in text(desk.screen("seller")).replace("\\", "")
