"""The seller's profiles and account in the store: changed by people, obeyed by workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import requests

from engine.batches.connections import ANSWERED_WITHIN
from engine.batches.seller import Profiles
from engine.batches.seller_account import PATH, Account, Errand
from engine.bootstrap import open_connections, open_pipeline, open_store
from engine.bootstrap.credentials import open_vault
from engine.clock import SystemClock
from engine.codec import encode, replace
from engine.credentials.credentials import Credentials
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition
from engine.domain.listing.description.texts import ListingTexts
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.domain.listing.readiness import DraftNeed
from engine.domain.listing.seller_account import Address, PolicyKind, SellerAccount, new_location
from engine.domain.listing.seller_profiles import PATH as SELLER
from engine.domain.listing.seller_profiles import Chosen, Profile, SellerSettings
from engine.domain.listing.seller_terms import Package, SellingTerms
from engine.errors import BadRequest, IllegalTransition, NotThere
from engine.pipeline.terms import FRESH_SECONDS, Terms
from engine.quota.limiters import Limiters
from engine.settings import Settings
from engine.store.base import Expect, Patch, Put, Store
from engine.worker.account_keeper import AccountKeeper
from tests.support.clocks import AheadClock, FakeClock, until
from tests.support.pipeline_runs import Runs
from tests.support.sandbox_server import Sandbox

RULE = PriceRule(PriceBasis.FIXED, fixed={"CD": {"*": 599}, "*": {"USED_GOOD": 399}})
CDS = Profile(
    "CDs",
    price_rule=RULE,
    condition=Condition.USED_GOOD,
    fulfillment_policy=Chosen("61", "Media Mail"),
    location=Chosen("GARAGE", "Garage"),
    store_category="/Music/CDs",
    packages={"CD": Package(4.5, (6, 6, 1)), "*": Package(20)},
    best_offer=True,
    description="{{ artist }}",
)
GARAGE = new_location("Garage", Address("US", "78701"))


@pytest.fixture
def profiles(store: Store) -> Profiles:
    return Profiles(store)


@pytest.fixture
def account(store: Store) -> Account:
    return Account(store)


def test_before_anything_is_stored_there_is_one_profile_that_sets_nothing(profiles: Profiles) -> None:
    (standard,) = profiles.all().all
    assert (standard.name, standard.terms(SellingTerms())) == ("Standard", SellingTerms())
    assert profiles.chosen().options() == Options(profile="Standard")


def test_a_profile_is_read_as_it_was_stored(profiles: Profiles) -> None:
    saved = profiles.save(CDS, by="maria")
    assert saved.changed_by == "maria"
    assert replace(profiles.chosen("CDs"), changed_at=None, changed_by="") == CDS
    assert profiles.chosen() == saved
    assert saved.options() == Options(price_rule=RULE, condition=Condition.USED_GOOD, profile="CDs")


def test_profiles_are_added_replaced_made_the_default_and_removed(profiles: Profiles) -> None:
    for name in ("Standard", "CDs", "Box sets"):
        profiles.save(Profile(name))
    assert [profile.name for profile in profiles.all().all] == ["Box sets", "CDs", "Standard"]
    assert profiles.all().profile().name == "Standard"
    assert profiles.make_default("CDs").default == "CDs"
    with pytest.raises(BadRequest, match="make another one the default first"):
        profiles.remove("CDs")
    assert [profile.name for profile in profiles.remove("Standard").all] == ["Box sets", "CDs"]
    with pytest.raises(NotThere, match="there are Box sets, CDs"):
        profiles.make_default("Standard")
    with pytest.raises(BadRequest, match="There is no profile 'Vinyl'"):
        profiles.chosen("Vinyl")


def test_a_profile_that_somebody_else_has_changed_is_not_overwritten_unseen(profiles: Profiles) -> None:
    first = profiles.save(CDS, by="maria")
    profiles.save(replace(CDS, best_offer=False), by="joe", seen_at=first.changed_at)
    with pytest.raises(IllegalTransition, match="changed by joe in the meantime"):
        profiles.save(CDS, by="maria", seen_at=first.changed_at)


def test_profiles_that_many_people_save_at_once_are_all_there(profiles: Profiles) -> None:
    names = [f"Profile {number}" for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda name: profiles.save(Profile(name)), names))
    assert [profile.name for profile in profiles.all().all] == names


@pytest.mark.parametrize("name", ["", " x", "x ", "a/b", "x" * 41, "a\nb"])
def test_a_name_that_cannot_be_part_of_an_address_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="A profile has a name"):
        Profile(name).checked()


def test_a_template_or_a_parcel_that_cannot_be_used_is_refused(profiles: Profiles) -> None:
    with pytest.raises(BadRequest, match=r"no placeholder \{\{ price \}\}"):
        profiles.save(Profile("x", description="{{ price }}"))
    with pytest.raises(BadRequest, match="The parcel for CD"):
        profiles.save(Profile("x", packages={"CD": Package(0)}))


def test_what_a_profile_does_not_set_is_as_the_settings_say() -> None:
    defaults = SellingTerms("STORE", "1", "2", "3", best_offer=True, packages={"DVD": Package(6), "CD": Package(9)})
    assert Profile("x").terms(defaults) == defaults
    terms = CDS.terms(defaults)
    assert (terms.location_key, terms.fulfillment_policy, terms.payment_policy) == ("GARAGE", "61", "2")
    assert terms.packages == {"DVD": Package(6), "CD": Package(4.5, (6, 6, 1)), "*": Package(20)}
    assert not replace(CDS, best_offer=False).terms(defaults).best_offer


def test_a_worker_takes_a_changed_profile_up_within_a_heartbeat(store: Store, profiles: Profiles) -> None:
    clock = FakeClock()
    terms = Terms(store, clock, SellingTerms())
    assert terms.of("CDs").location_key == ""
    profiles.save(CDS)
    assert terms.of("CDs").location_key == ""
    clock.seconds += FRESH_SECONDS
    assert terms.of("CDs").location_key == "GARAGE"
    assert terms.of("a profile that was removed").location_key == "GARAGE"


def test_a_row_that_is_done_again_takes_the_policies_that_were_chosen_since(bench: Runs, tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/store.db", SystemClock())
    clock, profiles = AheadClock(), Profiles(opened)
    settings = Settings(_env_file=None, DM_SANDBOX_URL=bench.sandbox.url)
    options = Options(condition=Condition.USED_GOOD, price_rule=RULE, profile="CDs")
    with requests.Session() as session, open_pipeline(settings, session, opened, clock) as pipeline:
        for chosen in (Profile("CDs"), CDS):
            profiles.save(chosen)
            clock.seconds += FRESH_SECONDS
            bench.work("07961220922684", options).run(pipeline)
            held = bench.sandbox.ledger(calls=False)["held"]["DM1"]["offer"]
            assert held.get("merchantLocationKey", "") == chosen.location.id
    assert held["listingPolicies"] == {"fulfillmentPolicyId": "61", "bestOfferTerms": {"bestOfferEnabled": True}}
    assert held["storeCategoryNames"] == ["/Music/CDs"]
    assert bench.offers() == {"DM1": 1}
    opened.close()


TITLES = {"Vinyl": "{title} ({artist})"}


def test_the_template_and_the_texts_of_a_profile_reach_the_item_at_ebay(bench: Runs, tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/store.db", SystemClock())
    clock, profiles = AheadClock(), Profiles(opened)
    settings = Settings(_env_file=None, DM_SANDBOX_URL=bench.sandbox.url)
    options = Options(condition=Condition.USED_GOOD, price_rule=RULE, profile="CDs")
    texts = ListingTexts("Welcome", "<b>Bye</b>", "By Goldmine's scale", "- Packed well\n- Sent soon")
    stated = {
        "": (
            "<p>Welcome</p><h2>",
            "<p>By Goldmine's scale</p><ul><li>Packed well</li><li>Sent soon</li></ul><b>Bye</b>",
        ),
        "<p>{{ shipping_text }}</p>{{ facts }}{{ header }}": ("<ul><li>Packed well", "</ul><p>Welcome</p>"),
    }
    with requests.Session() as session, open_pipeline(settings, session, opened, clock) as pipeline:
        for template, (begin, end) in stated.items():
            profiles.save(Profile("CDs", description=template, texts=texts, titles=TITLES))
            clock.seconds += FRESH_SECONDS
            bench.work("07961220922684", options).run(pipeline)
            product = bench.sandbox.ledger(calls=False)["held"]["DM1"]["item"]["product"]
            shown = product["description"]
            assert product["title"] == "Neural Response EP (EBE)"
            assert shown.startswith(begin)
            assert shown.endswith(end)
    assert bench.offers() == {"DM1": 1}
    opened.close()


def test_a_stored_template_that_can_no_longer_be_read_breaks_no_row(bench: Runs, tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/store.db", SystemClock())
    settings = Settings(_env_file=None, DM_SANDBOX_URL=bench.sandbox.url)
    broken = SellerSettings((Profile("CDs", description="{% if %}{{ ''.__class__ }}"),), "CDs")
    opened.commit(Put(SELLER, encode(broken), Expect.ABSENT))
    options = Options(condition=Condition.USED_GOOD, price_rule=RULE, profile="CDs")
    with requests.Session() as session, open_pipeline(settings, session, opened, SystemClock()) as pipeline:
        bench.work("07961220922684", options).run(pipeline)
    draft = bench.stored["DM1"].draft
    assert DraftNeed.DESCRIPTION in draft.needs
    assert "Line 1 of the template" in draft.not_publishable[-1]
    assert "<h2>" in bench.sandbox.ledger(calls=False)["held"]["DM1"]["item"]["product"]["description"]
    opened.close()


def taken_by(account: Account, worker: str) -> tuple[Errand, Errand]:
    """Return the errands that a worker takes; where only one is asked for, it stands for both."""
    taken = account.take(worker)
    assert taken is not None
    reading, creating = taken.reading or taken.creating, taken.creating or taken.reading
    assert reading is not None
    assert creating is not None
    return reading, creating


def asked_before(store: Store, what: str) -> None:
    """Have an errand been asked for so long ago that nobody will answer it."""
    found = store.get(PATH)[0]
    assert found is not None
    then = found.read_at - ANSWERED_WITHIN
    store.commit(Patch(PATH, {what: {**found.fields[what], "asked_at": then}}, None))


def test_of_many_workers_one_is_given_an_errand(account: Account) -> None:
    assert account.take("worker") is None
    account.read(by="maria")
    account.create(GARAGE, by="maria")
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(account.take, [f"worker-{number}" for number in range(8)]))
    (given,) = [record for record in taken if record]
    assert given.reading is not None
    assert given.creating.location == GARAGE
    known = account.known()
    assert known.busy
    assert known.record.reading.worker == known.record.creating.worker != ""


def test_an_open_errand_stands_and_is_asked_for_anew_after_its_end(store: Store, account: Account) -> None:
    first = account.read().record.reading
    assert account.read().record.reading == first
    account.create(GARAGE)
    account.create(GARAGE)
    with pytest.raises(IllegalTransition, match="Another location is being created"):
        account.create(new_location("Attic", Address("US", "78701")))
    taken = taken_by(account, "slow")
    for what in ("reading", "creating"):
        asked_before(store, what)
    assert not account.known().busy
    late = store.get(PATH)[0]
    assert "No engine has answered" in account.known().record.reading.sentence_at(late.read_at, 1)
    newer = account.read().record.reading
    account.answer(SellerAccount(opted_in=True), replace(taken[0], ok=True, sentence="Too late."))
    assert account.known().record.reading == newer


def test_an_answer_is_kept_with_its_time_and_the_address_is_forgotten(account: Account) -> None:
    account.create(new_location("Garage", Address("US", "78701", "Austin", "TX", "1 Secret Road")))
    taken = taken_by(account, "worker")
    account.answer(SellerAccount(opted_in=True), replace(taken[1], ok=True, sentence="Garage is created."))
    known = account.known()
    assert known.account.opted_in
    assert known.at - known.account.read_at < timedelta(minutes=1)
    assert known.record.creating.sentence == "Garage is created."
    assert known.record.creating.location.address == Address("US")


@pytest.fixture
def keeper(sandbox: Sandbox, tmp_path: Path) -> Iterator[tuple[AccountKeeper, Account]]:
    """Lend what a worker does about the account, over a store of its own."""
    opened, clock = open_store(f"sqlite:///{tmp_path}/kept.db", SystemClock()), SystemClock()
    settings = Settings(_env_file=None, DM_SANDBOX_URL=sandbox.url)
    credentials = open_vault(settings, opened).current()
    assert credentials.ebay_connected
    with requests.Session() as session, Limiters(opened, clock) as limiters:
        connections = open_connections(settings, credentials, session, limiters)
        yield AccountKeeper(opened, clock, "worker", lambda: connections), Account(opened)
    opened.close()


def ended(kept: tuple[AccountKeeper, Account], ask: Callable[[], object] | None = None) -> Account:
    """Have the worker run what is asked for, and wait for its end."""
    keeper, account = kept
    (ask or account.read)()
    keeper.look()
    until(lambda: not account.known().busy)
    return account


def test_a_worker_reads_policies_locations_and_the_store_by_name(keeper: tuple[AccountKeeper, Account]) -> None:
    known = ended(keeper).known()
    assert known.record.reading.sentence == "Read: 5 policies, 1 location, the store Sandbox Records."
    returns = known.account.policies_of(PolicyKind.RETURN)
    assert [policy.name for policy in returns] == ["30 days, buyer pays", "No returns"]
    assert known.account.locations[0].name == "Garage"


def test_a_location_is_created_and_can_be_chosen_at_once(
    sandbox: Sandbox, keeper: tuple[AccountKeeper, Account]
) -> None:
    attic = new_location("Attic", Address("US", "78702"))
    account = ended(keeper, partial(keeper[1].create, attic))
    assert account.known().record.creating.sentence == "Attic is created."
    assert [place.name for place in account.known().account.locations] == ["Attic", "Garage"]
    again = ended(keeper, partial(keeper[1].create, attic))
    assert again.known().record.creating.sentence == "Attic was there already."
    wrong = ended(keeper, partial(keeper[1].create, replace(attic, key="X", address=Address("US", "00000"))))
    assert (wrong.known().record.creating.ok, len(sandbox.account()["locations"])) == (False, 2)
    assert "Correct the address" in wrong.known().record.creating.sentence


def test_a_seller_who_is_not_opted_in_is_told_where_to_do_it(
    sandbox: Sandbox, keeper: tuple[AccountKeeper, Account]
) -> None:
    sandbox.account(opted_in=False, store=None)
    known = ended(keeper).known()
    assert known.account.opted_in is False
    assert "https://www.bizpolicy.ebay.com/businesspolicy/policyoptin" in known.record.reading.sentence


def test_what_cannot_be_read_leaves_the_rest_and_what_was_known(
    sandbox: Sandbox, keeper: tuple[AccountKeeper, Account]
) -> None:
    ended(keeper)
    sandbox.account(scopes=["sell.inventory"], locations={})
    known = ended(keeper).known()
    assert known.record.reading.ok is False
    assert set(known.account.unread) == {"policies", "store"}
    assert (len(known.account.policies_of(PolicyKind.PAYMENT)), known.account.locations) == (1, ())
    assert "allow sell.account.readonly" in known.record.reading.sentence


def test_a_worker_without_ebay_says_so(tmp_path: Path, store: Store) -> None:
    clock = SystemClock()
    with requests.Session() as session, Limiters(store, clock) as limiters:
        settings = Settings(_env_file=None, DM_PROFILE="live")
        connections = open_connections(settings, Credentials(), session, limiters)
        keeper = AccountKeeper(store, clock, "worker", lambda: connections)
        known = ended((keeper, Account(store))).known()
    assert known.record.reading.sentence.startswith("eBay is not connected.")
    assert known.account == SellerAccount()
