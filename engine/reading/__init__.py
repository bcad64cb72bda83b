"""From the bytes of an uploaded file to its rows.

`open_file` tells the kind of file by its content, finds the columns and counts the rows; `Sheet.rows` then yields them
one by one. What is not blank, not the header and not Excel's `sep=` line is a row, usable or with a reason.
"""

from engine.reading.corrections import corrected
from engine.reading.sheets import MOST_BYTES, Check, Sheet, check, open_file
from engine.reading.tallies import MOST_ROWS

__all__ = ["MOST_BYTES", "MOST_ROWS", "Check", "Sheet", "check", "corrected", "open_file"]
