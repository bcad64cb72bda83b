"""Discogs as the sandbox plays it: the same shapes, headers, refusals and noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from engine.sandbox.catalogue import Catalogue, Entry, chance, matches

TOKEN = "sandbox"  # noqa: S105 - the one token that the sandbox accepts
_API = "https://api.discogs.com"
_GRANTED, _ANONYMOUS = 60, 25
_LARGEST_PAGE = 100
_WORTH = {  # of each grade, against the lowest price
    "Mint (M)": 1.9,
    "Near Mint (NM or M-)": 1.7,
    "Very Good Plus (VG+)": 1.3,
    "Very Good (VG)": 0.9,
    "Good Plus (G+)": 0.5,
    "Good (G)": 0.3,
    "Fair (F)": 0.2,
    "Poor (P)": 0.1,
}


def routes(catalogue: Catalogue) -> list[Route]:
    """Return the calls that Discogs answers."""
    neighbours = dict(
        zip(catalogue.discogs, [*list(catalogue.discogs)[1:], next(iter(catalogue.discogs))], strict=True)
    )

    async def search(request: Request) -> JSONResponse:
        if not _known(request):
            return _say(request, 401, "You must authenticate to access this resource.")
        asked = request.query_params
        if "barcode" in asked:
            hits = catalogue.discogs_by_barcode.get(asked["barcode"], [])
        else:
            hits = [entry for entry in catalogue.discogs.values() if _has(entry, asked)]
        results = list(_results(hits, catalogue.discogs[neighbours[hits[0]["id"]]])) if hits else []
        return _reply(request, 200, _page(request, results))

    async def release(request: Request) -> JSONResponse:
        number = request.path_params["number"]
        entry = catalogue.discogs.get(int(number)) if number.isdecimal() else None
        return _reply(request, 200, _release(entry)) if entry else _say(request, 404, "Release not found.")

    async def suggestions(request: Request) -> JSONResponse:
        if not _known(request):
            return _say(request, 401, "You must authenticate to access this resource.")
        number = request.path_params["number"]
        known = number.isdecimal() and int(number) in catalogue.discogs
        return _reply(request, 200, _suggestions(int(number))) if known else _say(request, 404, "Release not found.")

    async def identity(request: Request) -> JSONResponse:
        if not _known(request):
            return _say(request, 401, "You must authenticate to access this resource.")
        body = {"id": 1, "username": "sandbox", "resource_url": f"{_API}/users/sandbox", "consumer_name": "sandbox"}
        return _reply(request, 200, body)

    return [
        Route("/database/search", search),
        Route("/releases/{number}", release),
        Route("/marketplace/price_suggestions/{number}", suggestions),
        Route("/oauth/identity", identity),
    ]


def _has(entry: Entry, asked: Mapping[str, str]) -> bool:
    """Tell whether a release has all that is asked for, each in any letters: words of a name, a whole number."""
    texts = {
        "catno": [number for _, number in entry["labels"]],
        "artist": [" ".join(filter(None, names)) for *names, _ in entry["artists"]],
        "release_title": [entry["title"]],
        "label": [name for name, _ in entry["labels"]],
    }
    wanted = {name: asked[name] for name in texts if asked.get(name)}
    return bool(wanted) and all(
        any(matches(text, value, whole=name == "catno") for text in texts[name]) for name, value in wanted.items()
    )


def _known(request: Request) -> bool:
    return request.headers.get("authorization") == f"Discogs token={TOKEN}"


def _say(request: Request, status: int, message: str) -> JSONResponse:
    return _reply(request, status, {"message": message})


def _reply(request: Request, status: int, body: dict[str, object]) -> JSONResponse:
    """Answer with the headers of the quota, which the sandbox grants anew for every call."""
    granted = _GRANTED if _known(request) else _ANONYMOUS
    headers = {
        "X-Discogs-Ratelimit": str(granted),
        "X-Discogs-Ratelimit-Used": "1",
        "X-Discogs-Ratelimit-Remaining": str(granted - 1),
    }
    if not request.headers.get("user-agent"):
        return JSONResponse({"message": "You must supply a User-Agent."}, 403, headers)
    return JSONResponse(body, status, headers)


def _page(request: Request, results: Sequence[object]) -> dict[str, object]:
    """Return the page that is asked for, the first of 50 unless `page` and `per_page` (100 at most) say otherwise."""
    page, size = (_number(request.query_params.get(name), usual) for name, usual in (("page", 1), ("per_page", 50)))
    size = min(size, _LARGEST_PAGE)
    pages = -(-len(results) // size)
    numbers = {"first": 1, "prev": page - 1} if page > 1 else {}
    numbers |= {"next": page + 1, "last": pages} if page < pages else {}
    urls = {name: str(request.url.include_query_params(page=number)) for name, number in numbers.items()}
    told = {"page": page, "pages": pages, "per_page": size, "items": len(results), "urls": urls}
    return {"pagination": told, "results": results[(page - 1) * size : page * size]}


def _number(text: str | None, usual: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) else usual


def _results(hits: Sequence[Entry], stranger: Entry) -> Iterator[dict[str, object]]:
    """Yield the master of the first hit, a release that has another barcode, and the hits."""
    if hits[0]["master_id"]:
        yield {**_result(hits[0]), "type": "master", "id": hits[0]["master_id"]}
    if not set(stranger["barcodes"]) & set(hits[0]["barcodes"]):
        yield _result(stranger)
    for hit in hits:
        yield _result(hit)


def _result(entry: Entry) -> dict[str, object]:
    """Return one line of a search answer."""
    number = entry["id"]
    return {
        "id": number,
        "type": "release",
        "title": f"{_sleeve(entry)} - {entry['title']}",
        "country": entry["country"],
        **({"year": entry["released"][:4]} if entry["released"] else {}),
        "format": [word for name, _, words in entry["formats"] for word in (name, *words)],
        "formats": [_format(*item) for item in entry["formats"]],
        "format_quantity": sum(quantity for _, quantity, _ in entry["formats"]),
        "label": [name for name, _ in entry["labels"]],
        "catno": entry["labels"][0][1] if entry["labels"] else "",
        "genre": entry["genres"],
        "style": entry["styles"],
        "barcode": [value for _, value in entry["identifiers"]],
        "master_id": entry["master_id"] or None,
        "master_url": f"{_API}/masters/{entry['master_id']}" if entry["master_id"] else None,
        "uri": f"/release/{number}",
        "resource_url": f"{_API}/releases/{number}",
        "thumb": "",
        "cover_image": "",
        "user_data": {"in_wantlist": False, "in_collection": False},
        "community": {"want": _have(number) // 3, "have": _have(number)},
    }


def _release(entry: Entry) -> dict[str, object]:
    """Return the answer about one release; as on Discogs, a field may be missing."""
    number = entry["id"]
    price = _lowest_price(number)
    body = {
        "id": number,
        "status": "Accepted",
        "year": int(entry["released"][:4] or 0),
        "resource_url": f"{_API}/releases/{number}",
        "uri": f"https://www.discogs.com/release/{number}",
        "artists": [_artist(*names) for names in entry["artists"]],
        "artists_sort": _sleeve(entry),
        "labels": [{"name": name, "catno": catno, "entity_type": "1"} for name, catno in entry["labels"]],
        "formats": [_format(*item) for item in entry["formats"]],
        "community": {"have": _have(number), "want": _have(number) // 3},
        "num_for_sale": int(price is not None),
        "lowest_price": price,
        "title": entry["title"],
        "country": entry["country"] or None,
        "identifiers": [{"type": kind, "value": value} for kind, value in entry["identifiers"]],
        "genres": entry["genres"],
        "tracklist": [_track(*track) for track in entry["tracks"]],
        "extraartists": [_credit(*credit) for credit in entry.get("credits", ())],
        "images": [],
        "thumb": "",
    }
    optional = {"released": entry["released"], "styles": entry["styles"], "master_id": entry["master_id"]}
    return body | {name: value for name, value in optional.items() if value}


def _artist(name: str, sleeve: str, join: str) -> dict[str, object]:
    return {"name": name, "anv": sleeve, "join": join, "role": "", "tracks": "", "id": 0}


def _credit(name: str, sleeve: str, role: str, tracks: str) -> dict[str, object]:
    return _artist(name, sleeve, "") | {"role": role, "tracks": tracks}


def _format(name: str, quantity: int, words: Sequence[str]) -> dict[str, object]:
    return {"name": name, "qty": str(quantity), "text": "", "descriptions": list(words)}


def _track(position: str, title: str, duration: str) -> dict[str, object]:
    return {"position": position, "type_": "track", "title": title, "duration": duration}


def _sleeve(entry: Entry) -> str:
    """Return the artists in display form: an asterisk after a name that is the sleeve's own."""
    text = ""
    for name, sleeve, join in entry["artists"]:
        text += f"{sleeve}*" if sleeve else name
        text += f"{join} " if join == "," else f" {join} "
    return text.rstrip(" ,")


def _have(number: int) -> int:
    return int(10 + 2000 * chance("have", number) ** 3)


def _lowest_price(number: int) -> float | None:
    """Return an asking price in dollars; one release in six is not for sale."""
    luck = chance("price", number)
    return round(1 + 30 * chance("value", number) ** 2, 2) if luck > 1 / 6 else None


def _suggestions(number: int) -> dict[str, object]:
    """Return a price for each grade; none for what is not for sale."""
    price = _lowest_price(number)
    if price is None:
        return {}
    return {grade: {"currency": "USD", "value": price * share} for grade, share in _WORTH.items()}
