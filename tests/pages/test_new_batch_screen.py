"""The check of a file, and the start of a batch."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from console.context import context
from console.formatting import NONE
from console.screens.new_batch import screen as new_batch
from console.widgets import price_table
from engine.domain.batch.jobs import Job
from engine.domain.batch.options import Ambiguous, DraftedBefore, Duplicates
from engine.domain.listing.pricing import PriceBasis, PriceRule
from tests.support import drafting
from tests.support.desk import Desk, button, text, upcs

MIXED = ["upc,note", f"{upcs(1)[0]},a", f"{upcs(1)[0]},b", f"'{upcs(2)[1]},c", "8.80E+11,d"]


def checked(desk: Desk, lines: list[str] = MIXED, name: str = "box.csv") -> AppTest:
    path = desk.engine.submission.keep("\n".join(lines).encode(), name)
    return desk.screen("new_batch", file=path)


def compared(desk: Desk) -> AppTest:
    app: AppTest = checked(desk).selectbox(key="basis").set_value(PriceBasis.COMPARABLE).run()
    return app


def started(desk: Desk) -> list[Job]:
    return list(desk.engine.queries.jobs().jobs)


def test_the_tiles_add_up_to_the_rows_of_the_file(desk: Desk) -> None:
    app = checked(desk)
    assert not app.exception
    assert [int(tile.value) for tile in app.metric] == [1, 1, 1, 1, 0]
    assert "1 + 1 + 1 + 1 + 0 = **4 rows of the file**" in text(app)


def test_rows_that_were_listed_before_are_a_tile_of_their_own_that_adds_up(desk: Desk) -> None:
    desk.submit(upcs(2))
    drafting.work(desk)
    context().poller.changed()
    app = checked(desk, [*MIXED, upcs(3)[2]])
    ready, repaired, repeated, invalid, listed = (int(tile.value) for tile in app.metric)
    assert (ready, repaired, repeated, invalid, listed) == (1, 0, 1, 1, 2)
    assert "1 + 0 + 1 + 1 + 2 = **5 rows of the file**" in text(app)
    assert [tile.delta for tile in app.metric][:2] == ["1 more listed before", "1 more listed before"]


def test_what_was_listed_before_is_not_known_while_nobody_can_look_it_up(desk: Desk) -> None:
    app = checked(desk)
    desk.away()
    context().poller.changed()
    listed = app.run().metric[4]
    assert (listed.value, listed.delta) == (NONE, "not looked up yet")
    assert "is looked up when the store answers" in text(app)


def test_an_upload_is_kept_and_checked(desk: Desk) -> None:
    app = desk.screen("new_batch")
    app.file_uploader[0].upload("box.txt", "\n".join(upcs(3)).encode(), "text/plain").run()
    assert app.query_params["file"].endswith("/box.txt")
    assert button(app, "Start").label == "Start batch of 3"


def test_pasted_barcodes_are_checked(desk: Desk) -> None:
    app = desk.screen("new_batch")
    app.segmented_control(key="way").set_value("Paste").run()
    app.text_area(key="pasted").set_value("\n".join(upcs(2))).run()
    button(app, "Check").click().run()
    assert button(app, "Start").label == "Start batch of 2"


def test_a_file_in_the_bucket_is_checked(desk: Desk) -> None:
    path = desk.engine.submission.keep(f"{upcs(1)[0]}\n".encode(), "there.txt")
    app = desk.screen("new_batch")
    app.segmented_control(key="way").set_value("Cloud Storage").run()
    app.text_input(key="address").set_value(path).run()
    button(app, "Check").click().run()
    assert button(app, "Start").label == "Start batch of 1"


def test_an_address_that_leads_nowhere_is_told(desk: Desk) -> None:
    app = desk.screen("new_batch", file="gs://bucket/none.txt")
    assert not app.exception
    assert "cannot be read" in app.error[-1].value


def test_a_file_of_which_nothing_can_be_used_starts_nothing(desk: Desk) -> None:
    app = checked(desk, ["hello", "world"], "words.txt")
    assert not app.exception
    assert "cannot be used, so there is no batch" in app.error[-1].value
    assert not any(found.label.startswith("Start") for found in app.button)
    assert not started(desk)


def test_pressing_start_twice_starts_one_batch(desk: Desk) -> None:
    app = checked(desk)
    button(app, "Start").click()
    app.run()
    button(checked(desk), "Start").click().run()
    assert len(started(desk)) == 1


def test_nothing_is_chosen_for_the_operator_that_nobody_can_know(desk: Desk) -> None:
    button(checked(desk), "Start").click().run()
    options = started(desk)[0].options
    assert (options.condition, options.duplicates) == (None, Duplicates.EACH)
    assert options.price_rule == PriceRule(PriceBasis.FIXED)


def test_what_becomes_of_several_matches_and_of_earlier_drafts_is_chosen(desk: Desk) -> None:
    app = checked(desk)
    app.selectbox(key="ambiguous").set_value(Ambiguous.BEST)
    before = app.selectbox(key="drafted_before")
    assert before.options == ["Draft it again", "Skip the row", "Add to the quantity"]
    before.set_value(DraftedBefore.QUANTITY).run()
    button(app, "Start").click().run()
    options = started(desk)[0].options
    assert (options.ambiguous, options.drafted_before) == (Ambiguous.BEST, DraftedBefore.QUANTITY)


def test_it_says_how_many_barcodes_have_drafts_already(desk: Desk) -> None:
    assert "Drafted before" not in text(checked(desk))
    desk.submit(upcs(2))
    drafting.work(desk)
    context().poller.changed()
    app = checked(desk)
    assert "2 barcodes have drafts already: drafted again" in text(app)
    app.selectbox(key="drafted_before").set_value(DraftedBefore.SKIP).run()
    assert "2 barcodes have drafts already: skipped" in text(app)


def test_a_dry_run_says_so_on_its_button(desk: Desk) -> None:
    app = checked(desk)
    app.segmented_control(key="mode").set_value("Dry run").run()
    assert button(app, "Start").label == "Start dry run of 4"
    button(app, "Start").click().run()
    assert started(desk)[0].test_mode


def test_the_first_25_are_what_the_button_says(desk: Desk) -> None:
    app = checked(desk, upcs(30), "box.txt")
    app.segmented_control(key="mode").set_value("First 25").run()
    button(app, "Start batch of 25").click().run()
    job = started(desk)[0]
    assert (job.options.first, job.total_upcs) == (25, 25)


def test_without_a_table_of_prices_the_file_s_alone_count_and_it_is_said(desk: Desk) -> None:
    app = checked(desk)
    assert "are drafted with “price” left to do" in text(app)
    assert "You can give prices later, all at once" in text(app)
    assert not button(app, "Start").disabled


@pytest.mark.parametrize(
    ("basis", "said"),
    [
        (PriceBasis.COMPARABLE, "forbids suggesting prices by what it shows without eBay's written consent"),
        (PriceBasis.DISCOGS_LOWEST, "allow no commercial use of it"),
        (PriceBasis.DISCOGS_SUGGESTED, "allow no commercial use of it"),
    ],
)
def test_prices_by_a_market_are_a_choice_and_what_its_terms_say_stands_beside_it(
    desk: Desk, basis: PriceBasis, said: str
) -> None:
    app = checked(desk)
    assert said not in text(app)
    app.selectbox(key="basis").set_value(basis).run()
    assert said in text(app)
    assert ("a copy without a condition gets none" in text(app)) is (basis is PriceBasis.DISCOGS_SUGGESTED)
    button(app, "Start").click().run()
    assert started(desk)[0].options.price_rule.basis is basis


def test_what_becomes_of_a_price_is_chosen(desk: Desk) -> None:
    app = compared(desk)
    app.number_input(key="factor").set_value(0.9)
    app.number_input(key="floor").set_value(2.99)
    app.number_input(key="ceiling").set_value(99.0)
    app.selectbox(key="ending").set_value(".99").run()
    button(app, "Start").click().run()
    assert started(desk)[0].options.price_rule == PriceRule(
        PriceBasis.COMPARABLE, factor=0.9, floor_cents=299, ceiling_cents=9900, ending_cents=99
    )


def test_a_floor_above_the_ceiling_starts_nothing(desk: Desk) -> None:
    app = compared(desk)
    app.number_input(key="floor").set_value(5.0)
    app.number_input(key="ceiling").set_value(4.0).run()
    assert button(app, "Start").disabled


def test_a_table_of_prices_is_read_without_its_empty_cells() -> None:
    cells = {name: [None] * len(price_table.FORMATS) for name in price_table.CONDITIONS}
    typed = pd.DataFrame(cells, dtype=float)
    typed.loc[0, "Any"], typed.loc[1, "Any"], typed.loc[1, "Good"] = 0.9, 5.99, 3
    assert price_table.values(typed, lambda dollars: round(dollars * 100)) == {
        "*": {"*": 90},
        "CD": {"*": 599, "USED_GOOD": 300},
    }


def test_own_photos_are_named_by_a_pattern(desk: Desk) -> None:
    app = checked(desk)
    app.text_input(key="photos").set_value("gs://mine/*.jpg").run()
    assert "photos must look like gs://bucket/photos/{upc}_*.jpg" in app.text[0].value
    assert button(app, "Start").disabled
    app.text_input(key="photos").set_value(" gs://mine/{upc}_*.jpg ").run()
    assert not app.text
    button(app, "Start").click().run()
    assert started(desk)[0].options.photos == "gs://mine/{upc}_*.jpg"


def test_a_correction_keeps_every_row_at_its_line(desk: Desk) -> None:
    submission = desk.engine.submission
    content = "\n".join(MIXED).encode()
    file = submission.keep(content, "box.csv")
    fixed = submission.keep(submission.corrected(content, "box.csv", {3: upcs(3)[2]})[0], "box-corrected.csv")
    view = new_batch.load(desk.engine, file, fixed)
    assert view.check.total == 4
    assert [(line.found.line, line.now.state) for line in view.lines] == [
        (3, "repeated"),
        (4, "repaired"),
        (5, "ready"),
    ]
    assert view.lines[-1].found.value == "8.80E+11"


def test_the_corrected_file_is_what_is_started(desk: Desk) -> None:
    submission = desk.engine.submission
    content = "\n".join(MIXED).encode()
    file = submission.keep(content, "box.csv")
    fixed = submission.keep(submission.corrected(content, "box.csv", {3: upcs(3)[2]})[0], "box-corrected.csv")
    button(desk.screen("new_batch", file=file, fixed=fixed), "Start").click().run()
    assert started(desk)[0].gcs_path == fixed
