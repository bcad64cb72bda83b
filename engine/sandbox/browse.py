"""What others ask on eBay: made up from the barcode, so always the same for it."""

from __future__ import annotations

from engine.sandbox.catalogue import chance


def listings(code: str, conditions: str) -> dict[str, object]:
    """Return up to twelve listings for a barcode, none for one in seven; new ones cost half as much again."""
    wanted = [word for word in ("NEW", "USED") if word in conditions] or ["NEW", "USED"]
    count = int(13 * chance("count", code)) if chance("listed", code) > 1 / 7 else 0
    summaries = [_listing(code, place, wanted[place % len(wanted)]) for place in range(count)]
    return {"total": count, **({"itemSummaries": summaries} if summaries else {})}


def _listing(code: str, place: int, condition: str) -> dict[str, object]:
    """Return one listing near the usual price of its barcode; one in ten asks four times as much."""
    usual = 4 + 20 * chance("usual", code) ** 2
    greedy = 4 if chance("greedy", code, place) < 0.1 else 1
    price = usual * (0.7 + 0.6 * chance("price", code, place)) * greedy * (1.5 if condition == "NEW" else 1)
    return {
        "itemId": f"v1|{place}|0",
        "title": "Sandbox listing",
        "price": {"value": f"{price:.2f}", "currency": "USD"},
        "condition": "Brand New" if condition == "NEW" else "Used",
        "conditionId": "1000" if condition == "NEW" else "4000",
        "buyingOptions": ["FIXED_PRICE"],
    }
