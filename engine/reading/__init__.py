"""From the bytes of an uploaded file to its rows.

`open_file` knows the kind of file by its content, finds the columns and counts the rows; `Sheet.rows` then yields them
one by one. What is not blank, not the header and not Excel's `sep=` line is a row, usable or with a reason.
"""

from engine.reading.columns import may_be_a_header
from engine.reading.corrections import corrected, part_of
from engine.reading.parts import MOST_BYTES, Column, Recall, TableView
from engine.reading.sheets import Check, Sheet, check, look, open_file
from engine.reading.tables import Record
from engine.reading.tallies import MOST_ROWS

__all__ = [
    "MOST_BYTES",
    "MOST_ROWS",
    "Check",
    "Column",
    "Recall",
    "Record",
    "Sheet",
    "TableView",
    "check",
    "corrected",
    "look",
    "may_be_a_header",
    "open_file",
    "part_of",
]
