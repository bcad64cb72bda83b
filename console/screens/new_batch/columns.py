"""What each column of the file is for, where its header stands, which sheets are read: as found, and changeable.

What is chosen by hand is part of the URL of the page, so that a reload keeps it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context
from console.formatting import rows
from console.widgets import writing
from console.widgets.text import plain
from engine.public import Layout, Role, TableLayout, TableView

ROLE_LABELS: Mapping[Role, str] = {
    Role.OTHER: "Not used",
    Role.BARCODE: "Barcode",
    Role.CONDITION: "Condition",
    Role.SLEEVE: "Sleeve condition",
    Role.GRADE: "Condition by Goldmine",
    Role.EBAY_CONDITION: "Condition in eBay's words",
    Role.PRICE: "Price",
    Role.QUANTITY: "Quantity",
    Role.NOTE: "Note",
    Role.PHOTOS: "Photos",
    Role.SKU: "SKU",
    Role.LOCATION: "Shelf or box",
    Role.ARTIST: "Artist",
    Role.TITLE: "Title",
    Role.CATALOG_NUMBER: "Catalogue no.",
    Role.LABEL: "Label",
    Role.COUNTRY: "Country",
    Role.YEAR: "Year",
    Role.DISCOGS_ID: "Discogs release",
    Role.IGNORE: "Ignore",
}

LAYOUT, FIXED, FIXED_LAYOUT = "layout", "fixed", "fixed_layout"  # in the URL
SECOND = "second"
CHOICES: dict[str, str] = {
    **{str(role): label for role, label in ROLE_LABELS.items()},
    SECOND: "Second barcode",
}
_NAMES = ("SKU", "Discogs")  # words that keep their capital letters
MOST_COLUMNS = 60  # that are drawn
_LONGEST_CELL = 22
_LONGEST_LINE = 60


def within_a_sentence(role: Role) -> str:
    """Return what a column is for, as it stands in the middle of a sentence."""
    label = ROLE_LABELS[role]
    return label if label.startswith(_NAMES) else label.lower()


def draw(context: Context, tables: tuple[TableView, ...], chosen: Layout, *, corrected: bool) -> None:
    """Draw the choices: open where what was found may be wrong, or something was chosen, else folded."""
    read = [table for table in tables if table.read]
    if len(tables) == 1 and len(read[0].columns) < 2 and not read[0].problem:
        return
    for table in read:
        _known(context, table)
    unsure = any(table.doubt or table.problem for table in read)
    with st.expander("Columns, header and sheets", expanded=unsure or bool(chosen), icon=":material/view_column:"):
        if len(tables) > 1:
            _sheets(tables, chosen)
        table = _shown(read)
        if table.doubt:
            st.caption(f":orange[:material/help:] {plain(table.doubt)}.")
        if corrected:
            st.caption(":orange[A change here takes back the corrections of your rows.]")
        _table(table, chosen)
        if chosen:
            st.button("Undo these choices", icon=":material/undo:", type="tertiary", on_click=_use, args=(Layout(),))


def _known(context: Context, table: TableView) -> None:
    """Say that the table is read as somebody chose for this header before, with a way to forget it."""
    if table.known is None:
        return
    when = f" on {table.known.at:%d %b %Y}" if table.known.at else ""
    who = f" by {plain(table.known.by)}" if table.known.by else ""
    with st.container(horizontal=True, vertical_alignment="center", key=f"known_{table.sheet}"):
        where = f"Sheet {plain(table.sheet)}: columns" if table.sheet else "Columns"
        st.caption(f":material/history: {where} as chosen for this header{when}{who}.")
        forget = partial(context.engine.submission.known_headers.forget, table.known.names)
        writing.button(
            context,
            "Forget this choice",
            key=f"forget_{table.sheet}",
            type="tertiary",
            on_click=lambda: act(context, "The columns are found anew.", forget),
        )


def _sheets(tables: tuple[TableView, ...], chosen: Layout) -> None:
    key = _key("sheets")
    hidden = {table.sheet for table in tables if table.hidden}
    st.multiselect(
        "Sheets that are read",
        [table.sheet for table in tables],
        default=[table.sheet for table in tables if table.read],
        format_func=lambda sheet: f"{sheet} (hidden)" if sheet in hidden else sheet,
        key=key,
        on_change=_sheets_chosen,
        args=(key, chosen),
    )


def _shown(read: list[TableView]) -> TableView:
    """Return the table whose columns are drawn: of several sheets, the one that is chosen."""
    if len(read) == 1:
        return read[0]
    names = [table.sheet for table in read]
    unsure = next((place for place, table in enumerate(read) if table.doubt or table.problem), 0)
    sheet = st.segmented_control(
        "Columns of sheet", names, default=names[unsure], format_func=plain, required=True, key=_key("shown")
    )
    return next((table for table in read if table.sheet == sheet), read[0])


def _table(table: TableView, chosen: Layout) -> None:
    """Draw the header line, and each column with what it is for over five of its cells."""
    left, right = st.columns([1.4, 1], gap="small", vertical_alignment="bottom")
    lines = {0: "There is no header", **{line: _line(line, cells) for line, cells in table.lines}}
    with left:
        key = _key("header", table.sheet)
        st.selectbox(
            "Header",
            list(lines),
            index=list(lines).index(table.header_line or 0) if (table.header_line or 0) in lines else 0,
            format_func=lines.__getitem__,
            key=key,
            on_change=_header_chosen,
            args=(key, table, chosen),
        )
    with right:
        key = _key("each", table.sheet)
        st.toggle(
            "Every barcode of a line is a row",
            table.each,
            key=key,
            on_change=_each_chosen,
            args=(key, table, chosen),
            help="As in a list or in boxes side by side. Without it a line is one row.",
        )
    filled = [place for place in range(len(table.columns)) if _is_filled(table, place)]
    with st.grid("auto", min_column_width=148, gap="small"):
        for place in filled[:MOST_COLUMNS]:
            _column(table, place, chosen)
    if len(filled) > MOST_COLUMNS:
        left_out = rows(len(filled) - MOST_COLUMNS, "column")
        st.caption(f"{left_out} further to the right stay as found.")


def _column(table: TableView, place: int, chosen: Layout) -> None:
    name, key = table.columns[place].name, _key("role", table.sheet, str(place))
    found = _choice(table, place)
    choices = [choice for choice in CHOICES if choice == found or choice not in _no_choice(table)]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(_short(name))}**")
        st.selectbox(
            f"What {plain(name)} is",
            choices,
            index=choices.index(found),
            format_func=CHOICES.__getitem__,
            key=key,
            label_visibility="collapsed",
            on_change=_role_chosen,
            args=(key, table, place, chosen),
        )
        cells = (cells[place] if place < len(cells) else "" for _, cells in table.sample)
        st.caption("  \n".join(plain(_short(cell)) or "·" for cell in cells))


def _choice(table: TableView, place: int) -> str:
    """Return what a column is for, as the choice offers it."""
    role = table.columns[place].role
    if role is Role.BARCODE and place in table.layout.places(role)[1:] and not table.each:
        return SECOND
    return str(role) if str(role) in CHOICES else str(Role.OTHER)


def _no_choice(table: TableView) -> tuple[str, ...]:
    """Return what cannot be chosen: where every barcode is a row, a column that holds some is read or ignored."""
    return (SECOND, str(Role.OTHER)) if table.each else ()


def _is_filled(table: TableView, place: int) -> bool:
    named = place < len(table.header) and table.header[place].strip()
    return bool(named) or any(place < len(cells) and cells[place].strip() for _, cells in table.sample)


def _line(line: int, cells: tuple[str, ...]) -> str:
    return f"Line {line}: {' · '.join(filter(None, map(str.strip, cells)))[:_LONGEST_LINE]}"


def _short(cell: str) -> str:
    text = " ".join(cell.split())
    return f"{text[: _LONGEST_CELL - 1]}…" if len(text) > _LONGEST_CELL else text


def _key(*parts: str) -> str:
    """Return the key of a choice; after any change it is another one, which shows what holds then."""
    params = st.query_params
    state = hashlib.sha256(f"{params.get('file', '')} {params.get(LAYOUT, '')}".encode()).hexdigest()[:8]
    return "_".join(("layout", *parts, state))


def _sheets_chosen(key: str, chosen: Layout) -> None:
    sheets = tuple(st.session_state[key])
    if sheets:
        _use(Layout(sheets, chosen.tables))


def _header_chosen(key: str, table: TableView, chosen: Layout) -> None:
    _use(chosen.with_table(TableLayout(header_line=st.session_state[key], sheet=table.sheet)))


def _each_chosen(key: str, table: TableView, chosen: Layout) -> None:
    choices = table.layout.columns
    _use(chosen.with_table(TableLayout(choices, table.layout.header_line, st.session_state[key], table.sheet)))


def _role_chosen(key: str, table: TableView, place: int, chosen: Layout) -> None:
    choice = st.session_state[key]
    role = Role.BARCODE if choice == SECOND else Role(choice)
    _use(chosen.with_table(table.layout.with_role(place + 1, role, last=choice == SECOND)))


def _use(layout: Layout) -> None:
    """Have the file of the page read so; a copy that was corrected under another layout counts no more."""
    for name in (FIXED, FIXED_LAYOUT, LAYOUT):
        st.query_params.pop(name, None)
    if word := layout.packed():
        st.query_params[LAYOUT] = word
