"""What the errors of eBay's Inventory API mean, by their numbers.

Source: eBay's Inventory API v1.18.4, the error tables of createOrReplaceInventoryItem, createOffer and updateOffer.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.listing import seller_account
from engine.upstream.failure_policy.kinds import ABSENT, DEFECT, REFUSED, STANDING, away, person, refuse, wait
from engine.upstream.failure_policy.policies import Entry

_GONE = wait("The offer was removed at eBay in the meantime; the row looks again.", 1.0)
_HALF_AN_HOUR = 1_800.0
_NEVER_ASKED = (25706, 25708, *range(25752, 25765), 25766, 25767)
_HELD = refuse(
    "eBay takes no change of this listing, for it holds it: {said}. Read what eBay wrote to the seller about it; "
    "another try does not help before that is settled."
)


def _setting(what: str, thing: str, *, codes: Sequence[int], marks: Sequence[str] = ()) -> Entry:
    """Return the line of a setting of the seller's that spoils every row."""
    sentence = f"eBay does not take the {thing}: {{said}}. Choose another one on the Seller settings screen, "
    return Entry(what, person(f"{sentence}then press Resume."), codes=tuple(codes), marks=tuple(marks))


LOOKED_FOR = (
    Entry("25710, 25702: no such item", ABSENT, codes=(25710, 25702), points=("item", "delete_item")),
    Entry("25713, 25710: no such offer", ABSENT, codes=(25713, 25710), points=("offers", "delete_offer")),
    Entry("25713, 25710 for an offer that stood there", _GONE, codes=(25713, 25710), points=("update_offer",)),
    Entry(
        "25002 that names the offer", STANDING, codes=(25002,), marks=("parameter:offerid",), points=("create_offer",)
    ),
)

PASSING = (
    Entry("25001: a system error", away("eBay has trouble of its own: {said}.", applied=True), codes=(25001,)),
    Entry(
        "25002, 25604 “system error”",
        away("eBay has trouble of its own: {said}.", applied=True),
        codes=(25002, 25604),
        marks=("system error", "internal error", "try again later"),
    ),
    Entry("25504: a service behind it", away("eBay has trouble of its own: {said}.", applied=True), codes=(25504,)),
    Entry(
        "25025: somebody else changes the same item",
        wait("eBay is changing the same item at this moment: {said}.", 1.0, applied=True),
        codes=(25025,),
    ),
    Entry(
        "25751, 25702 right after an item was put",
        wait("eBay does not see the new item yet; that takes it some seconds.", 1.0, busy=True),
        codes=(25751, 25702),
        points=("create_offer", "update_offer"),
    ),
    Entry(
        "25038 to 25040: a bid or an offer that is about to end",
        wait("eBay takes no change of this listing at present: {said}. The row tries again later.", _HALF_AN_HOUR),
        codes=(25038, 25039, 25040),
    ),
)

_SETTINGS = (
    _setting("25007: the shipping policy", "shipping policy", codes=(25007,)),
    _setting("25008: the payment policy", "payment policy", codes=(25008,)),
    _setting("25009: the return policy", "return policy", codes=(25009,)),
    _setting("25012: the location", "location", codes=(25012,)),
    _setting(
        "25035, 25036: a policy of another marketplace or kind",
        "shipping, payment or return policy",
        codes=(25035, 25036),
    ),
    *(
        _setting(f"25709, 25604 for the {thing}", thing, codes=(25709, 25604), marks=(field,))
        for thing, field in (
            ("shipping policy", "fulfillmentpolicy"),
            ("payment policy", "paymentpolicy"),
            ("return policy", "returnpolicy"),
            ("location", "merchantlocation"),
        )
    ),
    Entry(
        "25020, 25715: the parcel",
        person(
            "eBay does not take the parcel: {said}. Correct weight and size under Parcels on the Seller settings "
            "screen, then press Resume."
        ),
        codes=(25020, 25715),
    ),
    Entry(
        "25026: the selling limit",
        person(
            "The seller's selling limit at eBay is reached: {said}. Ask eBay for a higher one in Seller Hub, or wait "
            "for the next month, then press Resume."
        ),
        codes=(25026,),
    ),
    Entry(
        "25018: the account is not complete",
        person("eBay lacks something of the seller's account: {said}. Complete it at eBay, then press Resume."),
        codes=(25018,),
    ),
    Entry(
        "20403: no Business Policies",
        person(f"eBay says: {{said}}. Opt in to business policies at {seller_account.OPT_IN}, then press Resume."),
        codes=(20403,),
    ),
)

_OF_THE_ROW = (
    Entry("25019, 25096 to 25098: held for a breach of its policy", _HELD, codes=(25019, 25096, 25097, 25098)),
    Entry("25759 “on-hold”: held for a breach of its policy", _HELD, codes=(25759,), marks=("on-hold", "on hold")),
    Entry(
        "25014, 25015, 25086, 25501, 25717: the picture",
        refuse("eBay does not take a picture of this row: {said}. Give the row other photos, then try it again."),
        codes=(25014, 25015, 25086, 25501, 25717),
    ),
    Entry("25003: the price", refuse("eBay does not take the price of this row: {said}."), codes=(25003,)),
    Entry("25004: the quantity", refuse("eBay does not take the quantity of this row: {said}."), codes=(25004,)),
    Entry(
        "25022, 25029, 25502, 25601: an item specific",
        refuse("eBay does not take the item specifics of this row: {said}. Correct what it names, then try it again."),
        codes=(25022, 25029, 25502, 25601),
    ),
    Entry(
        "25016, 25031, 25032, 25080, 25503: a field",
        refuse("eBay does not take a field of this row: {said}. Correct what it names, then try it again."),
        codes=(25016, 25031, 25032, 25080, 25503),
    ),
)

_OURS = (
    Entry("25709 for a header", DEFECT, codes=(25709,), marks=("for header",)),
    Entry("25604 for a request that it cannot read", DEFECT, codes=(25604,), marks=("header", "json", "request body")),
)

REFUSALS = (
    *_OURS,
    *_SETTINGS,
    *_OF_THE_ROW,
    Entry("25706, 25708, 25752 to 25767: what is never asked for", DEFECT, codes=_NEVER_ASKED),
    Entry(
        "any other number of the Inventory API: the row's data",
        refuse(REFUSED),
        codes=(2004, 25002, 25005, 25017, 25021, 25604, 25702, 25707, 25709, 25710, 25713, 25751),
    ),
)
