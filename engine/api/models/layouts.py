"""How a file is read: what a client says of it, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import UploadFile
from pydantic import BeforeValidator, Field, StrictBool, WithJsonSchema
from pydantic_core import PydanticCustomError

from engine.api.models.base import NUMBER, Answer, Body
from engine.api.price_rules import PriceRuleBody
from engine.api.refusals import RefusedRow
from engine.codec import replace
from engine.domain.batch import layout as layouts
from engine.domain.batch.grades import Scale
from engine.domain.batch.layout import COLUMNS, EACH_BARCODE, HEADER_LINE, SHEETS, Layout, Role
from engine.domain.batch.options import Options, description
from engine.domain.listing.seller_profiles import Profile
from engine.domain.services import Service
from engine.public import Check, TableView, UpstreamsView

ROLES = (
    "Of several columns of barcodes the first counts, another where it holds none. `other` is kept with the row, and a "
    "barcode in it is told of; `ignore` is not looked at."
)

FILE = "txt, csv, tsv, json, xlsx or xls, up to 10 MB"


def from_json(given: Any) -> Any:
    """Return what a form's text says in JSON."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError as error:
        raise PydanticCustomError("json", "it is not JSON") from error


def truth(given: Any) -> Any:
    """Return what a form's text says; of the many words for yes and no, those of JSON count, in any case."""
    return {"true": True, "false": False}.get(given.lower(), given) if isinstance(given, str) else given


Truth = Annotated[StrictBool, BeforeValidator(truth)]


class LayoutRequest(Body):
    """How a file is read; what is not given is as is known of its header, or found."""

    columns: dict[str, Role] = Field({}, description=f"{COLUMNS} {ROLES}", examples=[{"UPC (12 digits)": "barcode"}])
    header_line: Annotated[int | None, NUMBER] = Field(None, description=HEADER_LINE, ge=0)
    sheets: list[str] = Field([], description=SHEETS, examples=[["Box 1"]])
    each_barcode: StrictBool | None = Field(None, description=EACH_BARCODE)

    def layout(self) -> Layout:
        """Return it as a batch keeps it.

        Raises:
            BadRequest: it fits no file.
        """
        return layouts.layout(self.columns, header_line=self.header_line, sheets=self.sheets, each=self.each_barcode)


class LayoutForm(LayoutRequest):
    """The same in a form: `columns` as JSON, `sheets` as one field a name."""

    columns: Annotated[dict[str, Role], BeforeValidator(from_json)] = Field({}, description=f"{COLUMNS} {ROLES} JSON.")
    header_line: Annotated[int | None, WithJsonSchema({"type": "integer", "minimum": 0})] = Field(
        None, description=HEADER_LINE, ge=0
    )
    each_barcode: Annotated[Truth | None, WithJsonSchema({"type": "boolean"})] = Field(None, description=EACH_BARCODE)


class CheckForm(LayoutForm):
    """A file that is only checked; `profile` and `price_rule` say what it would ask of the services."""

    file: UploadFile = Field(description=FILE, examples=["724383244812"])
    profile: str = Field("", description=description("profile"), examples=["Standard"])
    price_rule: Annotated[PriceRuleBody | None, BeforeValidator(from_json)] = Field(
        None, description=f"{description('price_rule')} JSON, as in `process`; without one that of the profile counts."
    )

    def options(self, profile: Profile) -> Options:
        """Return what a batch would be started with: what is not given is as the `profile` that was chosen says."""
        options = profile.options()
        return replace(options, price_rule=self.price_rule.rule()) if self.price_rule else options


class ColumnChoiceAnswer(Answer):
    """What a column is for: the one of that name, or of that number, counted from 1."""

    role: Annotated[str, Field(examples=[*Role])]
    name: str = ""
    number: int | None = None


class TableLayoutAnswer(Answer):
    """How a text file, or a sheet, is read; `sheet` "" is any that has no layout of its own."""

    columns: Sequence[ColumnChoiceAnswer] = ()
    header_line: int | None = Field(None, description="0 when there is none, null where it is found")
    each: bool | None = Field(None, description="every barcode of a line is a row of its own; null where it is found")
    sheet: str = ""


class LayoutAnswer(Answer):
    """How the file is read; what is left out is found."""

    sheets: Sequence[str] = ()
    tables: Sequence[TableLayoutAnswer] = ()


class CheckedColumn(Answer):
    """A column of the file."""

    name: str = Field(description="in its header, or `column 3`")
    role: str = Field(examples=[*Role])


class CheckedLine(Answer):
    """A line of the file, or a row of the sheet."""

    line: int
    cells: Sequence[str]


class CheckedTable(Answer):
    """A text file, or a sheet of a workbook; of a sheet that is not read nothing else is said."""

    sheet: str
    read: bool
    header_line: int | None = Field(description="null when there is none")
    each_barcode: bool
    columns: Sequence[CheckedColumn]
    sample: Sequence[CheckedLine] = Field(description="the first five below the header")
    doubt: str = Field(description="what may be wrong with the columns, empty when nothing may")
    chosen_at: datetime | None = Field(description="when a person chose this for the header; null when it was found")


class JudgedScale(Answer):
    """Whose words a column of conditions holds."""

    scale: str = Field(examples=[*Scale])
    reason: str = Field(description="which column, and why, as a sentence")
    sure: bool = Field(description="false where it is a guess, which the seller can change by the role of the column")


class CallsAheadAnswer(Answer):
    """What a batch of the file would ask of a service, about, where nothing of it is known yet."""

    service: str = Field(examples=[*Service])
    calls: int
    daily_limit: int | None = Field(description="calls a day; null without a quota for the day")
    daily_left: int | None = Field(description="of them today")
    rest_from: datetime | None = Field(
        description="from when calls beyond those left today are made, `daily_limit` a day; null where there are none"
    )


class CheckAnswer(Answer):
    """What is in a file, before anything is started."""

    name: str
    kind: str = Field(description='what a file that is known by its header is: "A Libib export of 60 records"')
    total: int = Field(description="rows")
    usable: int = Field(description="rows that can become drafts")
    counts: Mapping[str, int] = Field(description="rows that are ready, repaired, repeated and invalid")
    copies: int = Field(description="of all usable rows")
    encoding: str
    tables: Sequence[CheckedTable]
    unread: Sequence[str] = Field(description="sheets that hold barcodes and are not read")
    above: int = Field(description="lines above the header that are no rows")
    scales: Sequence[JudgedScale] = Field(description="of each column that grades copies")
    invalid: Sequence[RefusedRow] = Field(description="the first hundred invalid rows")
    calls: Sequence[CallsAheadAnswer] = Field(description="of each service that its rows would be looked up at")


def check_answer(check: Check, invalid: Sequence[RefusedRow], services: UpstreamsView, options: Options) -> CheckAnswer:
    """Return the check of a file as clients read it, and what a batch with `options` would ask of the services."""
    return CheckAnswer(
        name=check.name,
        kind=check.kind,
        total=check.total,
        usable=check.usable,
        counts={str(state): count for state, count in check.counts.items()},
        copies=check.copies,
        encoding=check.encoding,
        tables=[_table(table) for table in check.tables],
        unread=check.unread,
        above=check.above,
        scales=[JudgedScale(scale=judged.scale, reason=judged.reason, sure=judged.sure) for judged in check.scales],
        invalid=invalid,
        calls=[
            CallsAheadAnswer(
                service=ahead.service,
                calls=ahead.calls,
                daily_limit=ahead.daily_limit,
                daily_left=ahead.daily_left,
                rest_from=ahead.rest_from,
            )
            for ahead in services.calls_ahead(check.looked_up, options)
        ],
    )


def _table(table: TableView) -> CheckedTable:
    return CheckedTable(
        sheet=table.sheet,
        read=table.read,
        header_line=table.header_line,
        each_barcode=table.each,
        columns=[CheckedColumn(name=column.name, role=column.role) for column in table.columns],
        sample=[CheckedLine(line=line, cells=cells) for line, cells in table.sample],
        doubt=table.doubt,
        chosen_at=table.known.at if table.known else None,
    )
