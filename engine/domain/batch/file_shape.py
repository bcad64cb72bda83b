"""What an uploaded file looks like, so that results can be given back in the same shape. Pure."""

from __future__ import annotations

from engine.codec import Value


class SheetShape(Value, frozen=True):
    """A text file, or one sheet of a workbook: the names of its `header`, () for none, and the cells of its widest row.

    `name` is that of the sheet, "" in a text file.
    """

    name: str = ""
    header: tuple[str, ...] = ()
    width: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """Return a name for each column: its own, `column 3` in a file without a header, "" where the header ends."""
        missing = range(len(self.header) + 1, self.width + 1)
        return (*self.header, *("" if self.header else f"column {number}" for number in missing))


class FileShape(Value, frozen=True):
    """The sheets that are read of a file, in their order; none in documents of versions that did not say.

    `delimiter` stands between the cells of a text file, "" where it has one column, and in a workbook.
    """

    sheets: tuple[SheetShape, ...] = ()
    workbook: bool = False
    delimiter: str = ""
