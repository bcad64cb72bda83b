"""What a person decides of rows. The rules are in `engine.domain.batch.decisions`, which refuses in plain sentences.

Here they stand a second time for readers of the API's document alone, made of the same limits.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from engine.api.models.base import Body, SeenAt
from engine.api.models.grades import GRADING
from engine.domain.batch import decisions
from engine.domain.batch.draft_index import Review
from engine.domain.batch.rows import Condition
from engine.domain.listing.categories import CATEGORIES
from engine.domain.listing.photos import MAX_PHOTOS
from engine.domain.listing.titles import MAX_TITLE
from engine.public import MOST_AGAIN

Schema = dict[str, object]
_ADDRESS = r"^[Hh][Tt][Tt][Pp][Ss]://[A-Za-z0-9.-]+(:[0-9]+)?([/?#][!#-;=?-Z\[\]_a-z~]*)?$"


def _or_null(**schema: Any) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _text(most: int, **more: Any) -> Schema:
    return {"type": "string", "maxLength": most, **more}


def _number(most: int) -> Schema:
    return _or_null(type="integer", minimum=1, maximum=most)


_NUMBERS: Schema = {
    "discogs_id": {"anyOf": [_text(40, pattern="^[0-9]+$"), {"type": "integer", "minimum": 1}, {"type": "null"}]},
    "musicbrainz_id": _or_null(**_text(40, pattern="^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$")),
}
_NAMED = [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in _NUMBERS]
_VALUES: Schema = {
    "type": "array",
    "maxItems": decisions.MAX_VALUES,
    "items": _text(decisions.MAX_ASPECT_VALUE, minLength=1),
}
_ASPECTS = _or_null(
    type="object",
    maxProperties=decisions.MAX_ASPECTS,
    propertyNames={"minLength": 1, "maxLength": decisions.MAX_ASPECT_NAME},
    additionalProperties=_VALUES,
)
_EDITS: Schema = {
    "title": _or_null(**_text(MAX_TITLE, minLength=1, pattern="^[^<>]*$")),
    "price_cents": _number(decisions.MAX_CENTS),
    "condition": _or_null(enum=[*Condition]),
    "quantity": _number(decisions.MAX_QUANTITY),
    "note": _or_null(**_text(decisions.MAX_NOTE)),
    "paragraph": _or_null(**_text(decisions.MAX_PARAGRAPH)),
    "category_id": _or_null(enum=[*CATEGORIES]),
    "aspects": _ASPECTS,
    "photos": _or_null(type="array", maxItems=MAX_PHOTOS, items=_text(2_000, pattern=_ADDRESS)),
    "grading": _or_null(type="string", pattern=GRADING),
}
CHOICE = _or_null(type="object", properties=_NUMBERS, additionalProperties=False, anyOf=_NAMED)
EDITS = _or_null(type="object", properties=_EDITS, additionalProperties=False)
REMOVED = _or_null(type="boolean")
BARCODE = _or_null(**_text(20, pattern="^[0-9]{8,14}$"))


class Decision(Body):
    """What is to change of a row; what is not named stays, null takes it back, and a row without any is just redone."""

    barcode: Annotated[Any, WithJsonSchema(BARCODE)] = Field(
        None, description="what the copy says, in place of the file's; with its check digit"
    )
    choice: Annotated[Any, WithJsonSchema(CHOICE)] = Field(None, description="a release: one of its numbers, or both")
    edits: Annotated[Any, WithJsonSchema(EDITS)] = Field(None, description="of the draft; null takes one back")
    removed: Annotated[Any, WithJsonSchema(REMOVED)] = Field(
        None, description="true takes the draft back from eBay, false makes it again"
    )
    seen_at: SeenAt = None

    def wanted(self) -> dict[str, object]:
        """Return what was named."""
        return self.model_dump(exclude_unset=True, exclude={"seen_at"})


Index = Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,5})$")]


class Decisions(Body):
    """What is to change of several rows, by their index."""

    rows: dict[Index, Decision] = Field(
        examples=[{"0": {"removed": True}}],
        json_schema_extra={"additionalProperties": False, "minProperties": 1, "maxProperties": MOST_AGAIN},
    )

    def by_index(self) -> dict[int, Decision]:
        """Return them by number."""
        return {int(index): decision for index, decision in self.rows.items()}


class Opinion(Body):
    """What a person thinks of a draft."""

    state: Review = Field(examples=["approved"])
    seen_at: SeenAt = None
