"""How a seller sells, by profile: what a new batch starts with, and the terms of its drafts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from engine.codec import Document, Part, Value, replace
from engine.domain.batch.options import NoPrice, Options
from engine.domain.batch.rows import Condition
from engine.domain.listing import titles
from engine.domain.listing.description import earlier, preview
from engine.domain.listing.description.texts import NO_TEXTS, ListingTexts
from engine.domain.listing.pricing import PriceRule
from engine.domain.listing.seller_terms import Package, SellingTerms
from engine.errors import BadRequest, NotThere

PATH = "seller/profiles"
STANDARD = "Standard"
MAX_NAME = 40
MAX_PROFILES = 50
NAME = rf"^\w(?:[\w &+,.()'-]{{0,{MAX_NAME - 2}}}[\w)])?(?![\s\S])"
"""What a profile's name looks like, as JSON Schema says it: it is a part of an address."""


class Chosen(Part, frozen=True):
    """A policy or a location as a person chose it: eBay's number or key of it, and its name at that time."""

    id: str = ""
    name: str = ""


NOT_CHOSEN = Chosen()


class Profile(Value, frozen=True):
    """One way to sell.

    `price_rule`, `condition`, `no_price` and `grade_map` (the condition of eBay's that a grade of the trade becomes,
    where it is not the cautious one) are what a new batch starts with. All else is looked up when a draft is
    composed: the three policies, the location, the `packages` by kind of medium (`*` for any), the template of the
    listing's text (`description` as it was stored, `template` as it is read now) and the seller's own `texts`, the
    templates of `titles` by kind of medium. What is not set here is as the settings of the engine say. `best_offer`
    None is not set.
    """

    name: str
    price_rule: PriceRule = PriceRule()
    condition: Condition | None = None
    no_price: NoPrice = NoPrice.DRAFT
    fulfillment_policy: Chosen = NOT_CHOSEN
    payment_policy: Chosen = NOT_CHOSEN
    return_policy: Chosen = NOT_CHOSEN
    location: Chosen = NOT_CHOSEN
    store_category: str = ""
    packages: Mapping[str, Package] = {}
    best_offer: bool | None = None
    description: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""
    grade_map: Mapping[str, Condition] = {}
    titles: Mapping[str, str] = {}
    texts: ListingTexts = NO_TEXTS

    @property
    def template(self) -> str:
        """Return the template of the listing's text in Jinja's language, "" for our own text."""
        return earlier.in_jinja(self.description)

    def terms(self, defaults: SellingTerms) -> SellingTerms:
        """Return the terms of drafts of this profile; `defaults` count for what it does not set."""
        return SellingTerms(
            location_key=self.location.id or defaults.location_key,
            fulfillment_policy=self.fulfillment_policy.id or defaults.fulfillment_policy,
            payment_policy=self.payment_policy.id or defaults.payment_policy,
            return_policy=self.return_policy.id or defaults.return_policy,
            best_offer=defaults.best_offer if self.best_offer is None else self.best_offer,
            packages={**defaults.packages, **self.packages},
            store_category=self.store_category or defaults.store_category,
            description=self.template or defaults.description,
            titles={**defaults.titles, **self.titles},
            texts=self.texts,
        )

    def options(self) -> Options:
        """Return the choices that a new batch starts with."""
        return Options(
            price_rule=self.price_rule,
            condition=self.condition,
            no_price=self.no_price,
            profile=self.name,
            grade_map=self.grade_map,
        )

    def checked(self) -> Profile:
        """Return the profile as it may be stored.

        Raises:
            BadRequest: its name, its template, a text or a parcel cannot be used.
        """
        if not re.match(NAME, self.name):
            within = "blanks and & + , . ( ) ' - may stand between them"
            raise BadRequest(f"A profile has a name of 1 to {MAX_NAME} letters and digits; {within}")
        if problem := preview.problem(self.description, self.texts):
            raise BadRequest(problem)
        if problem := titles.problems(self.titles):
            raise BadRequest(problem)
        for medium, package in self.packages.items():
            if package.ounces <= 0 or any(side <= 0 for side in package.inches or ()):
                raise BadRequest(f"The parcel for {medium}: weight and sizes are above zero")
        return self


class SellerSettings(Document, frozen=True):
    """The document `seller/profiles`: every profile, by name, and the one that counts where none is named."""

    SCHEMA: ClassVar[int] = 1

    profiles: tuple[Profile, ...] = ()
    default: str = STANDARD

    @property
    def all(self) -> tuple[Profile, ...]:
        """Return every profile; before the first one is stored, there is one that sets nothing."""
        return self.profiles or (Profile(STANDARD),)

    def find(self, name: str) -> Profile | None:
        """Return the profile of that name, None when there is none."""
        return next((profile for profile in self.all if profile.name == name), None)

    def profile(self, name: str = "") -> Profile:
        """Return the profile that counts for a batch that names `name`: the default one where there is no such."""
        return self.find(name) or self.find(self.default) or self.all[0]

    def named(self, name: str) -> Profile:
        """Return the profile of that name.

        Raises:
            NotThere: there is none.
        """
        found = self.find(name)
        if found is None:
            known = ", ".join(profile.name for profile in self.all)
            raise NotThere(f"There is no profile {name!r}; there are {known}")
        return found

    def with_profile(self, profile: Profile) -> SellerSettings:
        """Return the settings with a profile put in place of the one of its name, or added.

        Raises:
            BadRequest: it cannot be used, or there are too many.
        """
        others = [known for known in self.profiles if known.name != profile.name]
        if len(others) >= MAX_PROFILES:
            raise BadRequest(f"There are {MAX_PROFILES} profiles already: remove one first")
        profiles = sorted([*others, profile.checked()], key=lambda known: known.name.casefold())
        standing = any(known.name == self.default for known in profiles)
        return replace(self, profiles=tuple(profiles), default=self.default if standing else profile.name)

    def without(self, name: str) -> SellerSettings:
        """Return the settings without a profile; batches of it go on with the default one.

        Raises:
            NotThere: there is none of that name.
            BadRequest: it is the default one.
        """
        self.named(name)
        if name == self.profile().name:
            raise BadRequest(f"{name} is the default profile: make another one the default first")
        return replace(self, profiles=tuple(profile for profile in self.profiles if profile.name != name))

    def with_default(self, name: str) -> SellerSettings:
        """Return the settings with another default profile.

        Raises:
            NotThere: there is none of that name.
        """
        return replace(self, default=self.named(name).name)
