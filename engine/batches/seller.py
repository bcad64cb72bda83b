"""The seller's profiles in the store, read and changed by people. What workers make of them is in `pipeline.terms`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from engine.batches.documents import retry_on_conflict
from engine.codec import decode, encode, replace
from engine.domain.batch.options import Options
from engine.domain.listing.pricing import MARKET_BASES
from engine.domain.listing.seller_profiles import PATH, Profile, SellerSettings
from engine.errors import BadRequest, IllegalTransition, NotThere
from engine.log import get_logger
from engine.store.base import Document, Expect, Patch, Put, Store

log = get_logger(__name__)

Rule = Callable[[SellerSettings, datetime], SellerSettings]


class Profiles:
    """The profiles of the seller. Every method raises StoreAway when the store does not answer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> SellerSettings:
        """Return every profile, and which one is the default."""
        return _read(self._store.get(PATH)[0])

    def chosen(self, name: str = "") -> Profile:
        """Return the profile that a new batch starts with: the default one where none is named.

        Raises:
            BadRequest: there is none of that name.
        """
        settings = self.all()
        try:
            return settings.named(name) if name else settings.profile()
        except NotThere as unknown:
            raise BadRequest(str(unknown)) from unknown

    def market_options(self) -> Options | None:
        """Return what a new batch starts with where its price rule asks a market, None where no source is turned on."""
        options = self.all().profile().options()
        return options if options.price_rule.basis in MARKET_BASES else None

    def save(self, profile: Profile, *, by: str = "", seen_at: datetime | None = None) -> Profile:
        """Store a profile in place of the one of its name, and return it; workers use it within seconds.

        Raises:
            BadRequest: it cannot be used, or there are too many.
            IllegalTransition: the one of its name was changed after `seen_at`.
        """

        def rule(settings: SellerSettings, now: datetime) -> SellerSettings:
            standing = settings.find(profile.name)
            if seen_at and standing and standing.changed_at and standing.changed_at > seen_at:
                who = standing.changed_by or "somebody"
                raise IllegalTransition(f"The profile {profile.name} was changed by {who} in the meantime: look again")
            return settings.with_profile(replace(profile, changed_at=now, changed_by=by))

        saved = self._change(rule).named(profile.name)
        log.info("profile_saved", profile=profile.name, by=by)
        return saved

    def create(self, profile: Profile, *, by: str = "") -> Profile:
        """Store a profile under a name that no other has, and return it.

        Raises:
            BadRequest: it cannot be used, there are too many, or one of its name stands there.
        """

        def rule(settings: SellerSettings, now: datetime) -> SellerSettings:
            if settings.find(profile.name):
                raise BadRequest(f"There is a profile {profile.name} already: choose another name")
            return settings.with_profile(replace(profile, changed_at=now, changed_by=by))

        return self._change(rule).named(profile.name)

    def remove(self, name: str, *, by: str = "") -> SellerSettings:
        """Remove a profile; drafts of its batches are made by the default one from then on.

        Raises:
            NotThere: there is none of that name.
            BadRequest: it is the default one.
        """
        left = self._change(lambda settings, _: settings.without(name))
        log.info("profile_removed", profile=name, by=by)
        return left

    def make_default(self, name: str, *, by: str = "") -> SellerSettings:
        """Make a profile the one that new batches start with.

        Raises:
            NotThere: there is none of that name.
        """
        changed = self._change(lambda settings, _: settings.with_default(name))
        log.info("profile_made_default", profile=name, by=by)
        return changed

    def _change(self, rule: Rule) -> SellerSettings:
        return retry_on_conflict(lambda: self._changed(rule), PATH)

    def _changed(self, rule: Rule) -> SellerSettings:
        found = self._store.get(PATH)[0]
        if found is None:
            self._store.commit(Put(PATH, encode(SellerSettings()), Expect.ABSENT))
            found = self._store.get(PATH)[0]
        standing = _read(found)
        wanted = rule(standing, found.read_at) if found else standing
        if found and wanted != standing:
            self._store.commit(Patch(PATH, encode(wanted), found.version))
        return wanted


def _read(found: Document | None) -> SellerSettings:
    return decode(SellerSettings, found.fields, found.path) if found else SellerSettings()
