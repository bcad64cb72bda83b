"""Which column is which, on the screen: told, changed by hand, kept by a reload, remembered for the header."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from console.screens.new_batch.columns import ROLE_LABELS
from engine.domain.batch.layout import Role, layout, unpacked
from tests.support.desk import Desk, button, text, upcs
from tests.support.workbooks import workbook

A, B = upcs(2)
UNSURE = f"Item,Old,Was\n{A},{B},4.99\n{B},{A},3.99\n".encode()
SURE = f"UPC,Price\n{A},4.99\n".encode()


def opened(desk: Desk, content: bytes, name: str = "box.csv", **query: str) -> AppTest:
    return desk.screen("new_batch", file=desk.engine.submission.keep(content, name), **query)


def choice(app: AppTest, column: str) -> str:
    return str(next(box for box in app.selectbox if box.label == f"What {column} is").value)


def said(app: AppTest) -> str:
    return text(app).replace("\\", "")


def choose(app: AppTest, column: str, what: str) -> None:
    next(box for box in app.selectbox if box.label == f"What {column} is").set_value(what).run()
    assert not app.exception


def is_open(app: AppTest) -> bool:
    return bool(next(found for found in app.expander if found.label.startswith("Columns")).proto.expanded)


def test_a_sure_guess_is_folded_and_an_unsure_one_is_open_and_says_why(desk: Desk) -> None:
    assert not is_open(opened(desk, SURE))
    app = opened(desk, UNSURE)
    assert is_open(app)
    assert "No column is called UPC, EAN, GTIN or Barcode: each barcode of Item, Old was taken" in said(app)


def test_a_list_in_one_column_has_nothing_to_choose(desk: Desk) -> None:
    app = opened(desk, f"{A}\n{B}\n".encode())
    assert not [found for found in app.expander if found.label.startswith("Columns")]


def test_five_rows_stand_below_what_each_column_is(desk: Desk) -> None:
    app = opened(
        desk, b"".join((b"UPC,Title\n", *(f"{code},Song {row}\n".encode() for row, code in enumerate(upcs(7)))))
    )
    assert (choice(app, "UPC"), choice(app, "Title")) == ("barcode", "title")
    (titles,) = [caption.value for caption in app.caption if "Song" in caption.value]
    assert titles.split("  \n") == [f"Song {row}" for row in range(5)]


def test_columns_that_are_chosen_are_checked_at_once_kept_by_a_reload_and_started(desk: Desk) -> None:
    app = opened(desk, UNSURE)
    choose(app, "Item", "ignore")
    choose(app, "Was", "price")
    assert "barcodes in `Old`" in text(app)
    assert "price in `Was`" in text(app)
    again = desk.screen("new_batch", **dict(app.query_params))
    assert (choice(again, "Item"), choice(again, "Old"), choice(again, "Was")) == ("ignore", "barcode", "price")
    assert is_open(again)
    chosen = unpacked(again.query_params["layout"])
    button(again, "Start").click().run()
    (job,) = desk.engine.queries.jobs().jobs
    desk.work()
    rows = desk.engine.queries.items(job.job_id).items
    assert [item.upc for item in rows] == [B, A]
    assert job.options.layout.tables[0].columns == chosen.tables[0].columns


def test_what_was_chosen_for_a_header_counts_for_the_next_file_with_it_until_it_is_forgotten(desk: Desk) -> None:
    app = opened(desk, UNSURE)
    choose(app, "Item", "ignore")
    button(app, "Start").click().run()
    other = opened(desk, f"A list,,\nITEM,Old,Was\n{A},{upcs(3)[2]},1.99\n".encode(), "other.csv")
    assert "Columns as chosen for this header" in text(other)
    assert (choice(other, "ITEM"), choice(other, "Old")) == ("ignore", "barcode")
    assert not is_open(other)
    button(other, "Forget this choice").click().run()
    assert is_open(other)
    assert "as chosen for this header" not in text(other)


def test_the_header_is_another_line_or_none(desk: Desk) -> None:
    content = f"Old list,x\nCode,Cost\n{A},4.99\n{B},3.99\n".encode()
    app = opened(desk, content)
    header = next(box for box in app.selectbox if box.label == "Header")
    assert header.options[:3] == ["There is no header", "Line 1: Old list · x", "Line 2: Code · Cost"]
    header.set_value(2).run()
    assert "barcodes in `Code`" in text(app)
    next(box for box in app.selectbox if box.label == "Header").set_value(0).run()
    assert "no header" in text(app)
    button(app, "Undo these choices").click().run()
    assert "layout" not in app.query_params


def test_a_file_without_a_column_of_barcodes_is_mended_by_choosing_one(desk: Desk) -> None:
    app = opened(desk, f"Item number,Title\n123,One\n{A},Two\n".encode())
    assert "no column of barcodes" in app.error[-1].value
    assert is_open(app)
    choose(app, "Item number", "barcode")
    assert all("No engine" in error.value for error in app.error)
    assert button(app, "Start").label == "Start batch of 2"


def test_sheets_are_chosen_and_each_has_its_own_columns(desk: Desk) -> None:
    book = workbook([["UPC", "Price"], [A, "1.99"]], [["Code", "UPC"], ["x", B]], hidden=(1,))
    app = opened(desk, book, "box.xlsx")
    sheets = app.multiselect[0]
    assert (sheets.options, sheets.value) == (["Sheet & 0", "Sheet & 1 (hidden)"], ["Sheet & 0"])
    sheets.set_value(["Sheet & 0", "Sheet & 1"]).run()
    assert button(app, "Start").label == "Start batch of 2"
    next(box for box in app.segmented_control if box.label == "Columns of sheet").set_value("Sheet & 1").run()
    choose(app, "Code", "note")
    button(app, "Start").click().run()
    (job,) = desk.engine.queries.jobs().jobs
    desk.work()
    assert [item.upc for item in desk.engine.queries.items(job.job_id).items] == [A, B]


def test_a_change_of_columns_takes_back_corrections_and_says_so_before(desk: Desk) -> None:
    submission = desk.engine.submission
    content = f"UPC,Old\n{A},1\n123,2\n".encode()
    fixed, chosen = submission.corrected(content, "box.csv", {1: B}, layout({}))
    app = opened(desk, content, fixed=submission.keep(fixed, "box-corrected.csv"), fixed_layout=chosen.packed())
    assert "takes back the corrections" in text(app)
    choose(app, "Old", "quantity")
    assert "fixed" not in app.query_params


def test_an_address_with_another_word_for_the_columns_says_what_to_do(desk: Desk) -> None:
    app = opened(desk, SURE, layout="nonsense")
    assert not app.exception
    assert "choose it again" in app.error[-1].value


def test_every_role_has_a_word() -> None:
    assert set(ROLE_LABELS) == set(Role)
