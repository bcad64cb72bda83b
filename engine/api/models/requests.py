"""What a batch is started with."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import UploadFile
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, WithJsonSchema

from engine.api.models.base import NUMBER, Body
from engine.api.models.grades import FORM_SCHEMA, GRADING_SCHEMA, GradeMapBody, checked_grading
from engine.api.models.layouts import FILE, LayoutForm, LayoutRequest, Truth, from_json
from engine.api.price_rules import Cents, Grade, PriceRuleBody, price_table
from engine.codec import decode, encode, replace
from engine.domain.batch.grades import graded
from engine.domain.batch.options import Ambiguous, DraftedBefore, Duplicates, Need, NoPrice, Options, description
from engine.domain.batch.rows import Condition
from engine.domain.batch.unpriced import Prices
from engine.domain.listing.seller_profiles import Profile

# What `engine.addresses` and `PhotoPattern` take, for readers of the API's document
_PART = r"(?!\.{1,2}(/|$))[^/\x00-\x1f\x7f]+"
OBJECT = rf"^gs://{_PART}(/{_PART})+$"
PHOTOS = r"^(gs://[0-9A-Za-z_-]+/([0-9A-Za-z_-]+/)*[0-9A-Za-z_-]*\{upc\}[0-9A-Za-z_-]*\*?[0-9A-Za-z_.-]*)?$"


def _option(name: str, **more: Any) -> Any:
    """Return a field with the default and the description of an option."""
    return Field(getattr(_DEFAULTS, name), description=description(name), **more)


_DEFAULTS = Options()


class BatchRequest(LayoutRequest):
    """How a batch is run: the fields of `Options`, its layout in parts. Without a `price_rule` the profile's counts."""

    create_drafts: StrictBool = _option("create_drafts")
    test_mode: StrictBool = _option("test_mode")
    condition: Condition | None = _option("condition")
    duplicates: Duplicates = _option("duplicates")
    first: Annotated[int | None, NUMBER] = _option("first", ge=1)
    price_rule: PriceRuleBody | None = Field(None, description=description("price_rule"))
    discogs: Need = _option("discogs")
    ambiguous: Ambiguous = _option("ambiguous")
    drafted_before: DraftedBefore = _option("drafted_before")
    photos: Annotated[str, WithJsonSchema({"type": "string", "pattern": PHOTOS})] = _option(
        "photos", examples=["gs://bucket/photos/{upc}_*.jpg"]
    )
    no_price: NoPrice = _option("no_price")
    profile: str = Field(
        "",
        description=f"{description('profile')} A batch starts with its price rule and condition; without a name, "
        "with those of the default one.",
        examples=["Standard"],
    )
    grading: Annotated[str | None, AfterValidator(checked_grading), WithJsonSchema(GRADING_SCHEMA)] = _option(
        "grading", examples=["VG+", "NM/VG+"]
    )
    grade_map: GradeMapBody | None = Field(
        None, description=f"{description('grade_map')} Without one that of the profile counts."
    )
    early_stop: StrictBool = _option("early_stop")
    name: str = ""

    def options(self, profile: Profile) -> Options:
        """Return them as the batch keeps them: what is not given is as the `profile` that was chosen says.

        Raises:
            BadRequest: the layout fits no file.
        """
        fields = set(Options.__struct_fields__) - {"profile", "layout", "grading"}
        given = self.model_dump(mode="json", include=fields, exclude_none=True, exclude_unset=True)
        own = graded(self.grading) if self.grading else None
        options = decode(Options, encode(profile.options()) | given)
        return replace(options, grading=own, layout=self.layout())


class ProcessRequest(BatchRequest):
    """What a batch over a file in the file store is started with."""

    gcs_path: Annotated[str, WithJsonSchema({"type": "string", "pattern": OBJECT})] = Field(
        examples=["gs://bucket/file.txt"]
    )


class PriceRequest(Body):
    """How the rows of a batch that lack a price are done again. What is not named stays as the batch has it."""

    prices: dict[str, dict[Grade, Cents]] = Field(
        {},
        description="Your own prices in US cents by format and condition, `*` for any, where none is found.",
        examples=[{"CD": {"*": 499}, "*": {"*": 699}}],
    )
    no_price: NoPrice | None = Field(None, description=description("no_price"))

    def table(self) -> Prices:
        """Return the prices as a batch keeps them."""
        return price_table(self.prices)


class RenameRequest(Body):
    """The new name of a batch."""

    name: str = Field(description="The name, by which the batch is found from then on.", min_length=1, max_length=200)


class UploadForm(LayoutForm, BatchRequest):
    """What a batch over an uploaded file is started with."""

    file: UploadFile = Field(description=FILE, examples=["724383244812"])
    create_drafts: Truth = _option("create_drafts")
    test_mode: Truth = _option("test_mode")
    early_stop: Truth = _option("early_stop")
    condition: Annotated[Condition | None, WithJsonSchema({"enum": [*Condition]})] = _option("condition")
    grading: Annotated[str | None, AfterValidator(checked_grading), WithJsonSchema(FORM_SCHEMA)] = _option("grading")
    first: Annotated[int | None, WithJsonSchema({"type": "integer", "minimum": 1})] = _option("first", ge=1)
    price_rule: Annotated[PriceRuleBody | None, BeforeValidator(from_json)] = Field(
        None, description=f"{description('price_rule')} JSON, as in `process`."
    )
    grade_map: Annotated[GradeMapBody | None, BeforeValidator(from_json)] = Field(
        None, description=f"{description('grade_map')} JSON, as in `process`."
    )
