"""The seller's profiles and account at eBay, as clients send and read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, WithJsonSchema

from engine.api.models.base import NUMBER, Answer, Body, SeenAt
from engine.api.models.grades import GradeMapBody
from engine.api.price_rules import PriceRuleBody
from engine.codec import decode
from engine.domain.batch.options import NoPrice
from engine.domain.batch.options import description as option
from engine.domain.batch.rows import Condition
from engine.domain.listing.description.template import MAX_TEMPLATE, PLACEHOLDERS
from engine.domain.listing.description.texts import ListingTexts
from engine.domain.listing.seller_account import COUNTRIES, Address
from engine.domain.listing.seller_profiles import MAX_NAME, Profile
from engine.domain.listing.seller_profiles import NAME as PROFILE_NAME
from engine.domain.listing.titles import KINDS, MAX_TITLE_TEMPLATE
from engine.domain.listing.titles import PLACEHOLDERS as TITLE_PLACEHOLDERS

Number = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False), NUMBER]
Template = Annotated[
    str,
    Field(
        max_length=MAX_TEMPLATE,
        description="A template in Jinja's language and simple HTML, none for our own text. Placeholders: "
        f"{', '.join(PLACEHOLDERS)}.",
        examples=["{{ header }}<h2>{{ title }}</h2>{% if label %}<p>{{ label }}</p>{% endif %}{{ tracks }}"],
    ),
]
Medium = Annotated[str, Field(min_length=1, max_length=40)]
ProfileName = Annotated[
    str,
    Field(min_length=1, max_length=MAX_NAME),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_NAME, "pattern": PROFILE_NAME}),
]


TitleMedium = Annotated[str, Field(max_length=40, json_schema_extra={"enum": list(KINDS)})]
TitleTemplate = Annotated[
    str,
    Field(
        max_length=MAX_TITLE_TEMPLATE,
        description=f"One line with placeholders: {', '.join(f'{{{name}}}' for name in TITLE_PLACEHOLDERS)}.",
    ),
]


class ChosenBody(Body):
    """A policy by eBay's number of it, or a location by its key, with its name for people; none where both are ""."""

    id: str = Field("", max_length=50)
    name: str = Field("", max_length=1_000)


class PackageBody(Body):
    """A parcel: ounces, and length, width and height in inches where they are known."""

    ounces: Number
    inches: tuple[Number, Number, Number] | None = None


def _own_text(name: str, meaning: str) -> Any:
    """Return the field of one of the seller's own texts."""
    most = ListingTexts.LIMITS[name]
    return Field("", max_length=most, description=f"{meaning}; plain words or simple HTML")


class TextsBody(Body):
    """The seller's own texts, which stand in every description of the profile."""

    header: str = _own_text("header", "what comes first")
    footer: str = _own_text("footer", "what comes last")
    grading_text: str = _own_text("grading_text", "how you grade")
    shipping_text: str = _own_text("shipping_text", "how you pack and send")

    def texts(self) -> ListingTexts:
        """Return them as they are stored."""
        return ListingTexts(**self.model_dump())


class ProfileBody(Body):
    """One way to sell. What is not set is as the settings of the engine say."""

    price_rule: PriceRuleBody = Field(default_factory=PriceRuleBody)
    condition: Condition | None = None
    no_price: NoPrice = NoPrice.DRAFT
    fulfillment_policy: ChosenBody = Field(default_factory=ChosenBody)
    payment_policy: ChosenBody = Field(default_factory=ChosenBody)
    return_policy: ChosenBody = Field(default_factory=ChosenBody)
    location: ChosenBody = Field(default_factory=ChosenBody)
    store_category: str = Field("", max_length=1_000, examples=["/Music/CDs"])
    packages: dict[Medium, PackageBody] = Field({}, examples=[{"CD": {"ounces": 4.5, "inches": [6, 6, 1]}}])
    best_offer: StrictBool | None = None
    description: Template = ""
    texts: TextsBody = Field(default_factory=TextsBody)
    titles: dict[TitleMedium, TitleTemplate] = Field(
        {},
        description="Templates of titles by kind of medium, none for our own",
        examples=[{"Vinyl": "{artist} - {title} {media} {color} {year} {label} {catalog_number}"}],
    )
    grade_map: GradeMapBody = Field(
        {},
        description=option("grade_map"),
        examples=[{"sealed": "NEW", "F": "USED_ACCEPTABLE"}],
    )

    def profile(self, name: str) -> Profile:
        """Return the profile of that name."""
        return decode(Profile, {**self.model_dump(mode="json"), "name": name})


class SavedProfileBody(ProfileBody):
    """A profile to be stored."""

    seen_at: SeenAt = None


class ProfileAnswer(ProfileBody):
    """A profile as it is stored; `default` says that new batches start with it."""

    name: str
    default: bool
    changed_at: datetime | None = None
    changed_by: str = ""
    description: str = ""


class ProfilesAnswer(Answer):
    """Every profile, and the name of the one that new batches start with."""

    profiles: tuple[ProfileAnswer, ...]
    default: str


class TemplateBody(Body):
    """A template and texts to be looked at before they are saved."""

    description: Template = ""
    texts: TextsBody = Field(default_factory=TextsBody)


class ExampleAnswer(Answer):
    """What a template makes of one release: the newest drafts, or made-up releases while there is no draft.

    `sources` are those of the facts, as they want to be named, with the address of the release there.
    """

    name: str
    html: str
    sources: dict[str, str]


class TemplateAnswer(Answer):
    """What is wrong with a template as a sentence with its line, "" when nothing is, and then what it makes."""

    problem: str
    examples: tuple[ExampleAnswer, ...]


class DefaultBody(Body):
    """Which profile new batches start with."""

    name: ProfileName


class PolicyAnswer(Answer):
    """A business policy of the seller."""

    id: str
    name: str
    default: bool
    description: str
    calculated: bool = Field(False, description="the postage follows from the weight of the parcel")


class LocationAnswer(Answer):
    """A place that the seller sends from."""

    key: str
    name: str
    enabled: bool
    place: str


class StoreAnswer(Answer):
    """The seller's store; an offer names a category by its path."""

    name: str
    categories: tuple[str, ...]


class ErrandAnswer(Answer):
    """What a worker was asked to do at eBay; `ok` is null before its end, `sentence` says how far it is."""

    asked_at: datetime
    asked_by: str
    done_at: datetime | None
    ok: bool | None
    sentence: str


class AccountAnswer(Answer):
    """What eBay said of the seller's account; `read_at` is null before the first reading.

    `opted_in` is whether the seller uses business policies. `unread` says of a part why it could not be read.
    """

    read_at: datetime | None
    opted_in: bool | None
    policies: dict[str, tuple[PolicyAnswer, ...]]
    locations: tuple[LocationAnswer, ...]
    store: StoreAnswer | None
    unread: dict[str, str]
    reading: ErrandAnswer | None
    creating: ErrandAnswer | None


class LocationBody(Body):
    """A place to be set up at eBay. eBay needs its postal code, or its city with the state."""

    name: str = Field(min_length=1, max_length=60, examples=["Garage"])
    country: Literal["US", "CA", "GB", "DE", "AU"] = Field("US", description=f"One of {', '.join(COUNTRIES)}.")
    postal_code: str = Field("", max_length=20, examples=["78701"])
    city: str = Field("", max_length=128)
    state: str = Field("", max_length=128)
    line1: str = Field("", max_length=128)
    line2: str = Field("", max_length=128)

    def address(self) -> Address:
        """Return where it is."""
        return Address(self.country, self.postal_code, self.city, self.state, self.line1, self.line2)
