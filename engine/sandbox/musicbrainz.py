"""MusicBrainz and the Cover Art Archive as the sandbox plays them."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from engine.sandbox.catalogue import Catalogue, Entry, chance, has_front, matches, mbid, printed
from engine.sandbox.musicbrainz_credits import ASKED, recording
from engine.upstream.vocabulary import COUNTRIES

_CODES = {name: code for code, name in COUNTRIES.items()}
_VARIOUS = {"id": "89ad4ac3-39f7-470e-963a-56509c546377", "name": "Various Artists", "sort-name": "Various Artists"}
_NUMBER = re.compile(r"\d+")
_FIELD = re.compile(r'(\w+):"([^"]*)"')
_SIZE = re.compile(r"-(?=(?:250|500|1200)$)")
_NAMESAKE = re.compile(r" \(\d+\)$")
_NOT_FOUND = {"error": "Not Found", "help": "For usage, please see: https://musicbrainz.org/development/mmd"}
_NAMELESS = "Your requests are being throttled by MusicBrainz because the application has not identified itself."


def routes(catalogue: Catalogue) -> list[Route]:
    """Return the calls that MusicBrainz answers."""

    async def search(request: Request) -> JSONResponse:
        if not request.headers.get("user-agent"):
            return JSONResponse({"error": _NAMELESS}, 403)
        query = request.query_params.get("query", "")
        asked = _NUMBER.findall(query)
        found = [entry for code in asked for entry in catalogue.musicbrainz_by_barcode.get(code, [])]
        if named := _FIELD.findall(query):
            found = [entry for entry in catalogue.musicbrainz.values() if _has(entry, dict(named))]
        hits = {(mbid(entry), *entry["barcodes"][:1]): entry for entry in found}
        releases = [{"score": 100, **_release(entry, tracks=False)} for entry in hits.values()]
        body = {"created": "2026-01-01T00:00:00.000Z", "count": len(releases), "offset": 0, "releases": releases}
        return JSONResponse(body)

    async def release(request: Request) -> JSONResponse:
        if not request.headers.get("user-agent"):
            return JSONResponse({"error": _NAMELESS}, 403)
        entry = catalogue.musicbrainz.get(request.path_params["mbid"])
        if entry is None:
            return JSONResponse(_NOT_FOUND, 404)
        front = has_front(entry)
        archive = {"artwork": front, "count": int(front), "front": front, "back": False, "darkened": False}
        related = ASKED in request.query_params.get("inc", "")
        body = _release(entry, tracks=True, related=related)
        return JSONResponse({**body, **({"relations": []} if related else {}), "cover-art-archive": archive})

    async def url(request: Request) -> JSONResponse:
        if not request.headers.get("user-agent"):
            return JSONResponse({"error": _NAMELESS}, 403)
        asked = request.query_params.getlist("resource")
        urls = [_url(address, entry) for address in asked if (entry := _linked(catalogue, address))]
        if not urls:
            return JSONResponse(_NOT_FOUND, 404)
        return JSONResponse(urls[0] if len(asked) == 1 else {"url-count": len(urls), "url-offset": 0, "urls": urls})

    return [
        Route("/ws/2/url", url),
        Route("/ws/2/release/", search),
        Route("/ws/2/release", search),
        Route("/ws/2/release/{mbid}", release),
    ]


def cover_routes(catalogue: Catalogue) -> list[Route]:
    """Return the calls that the Cover Art Archive and archive.org behind it answer."""

    def entry_of(request: Request) -> Entry | None:
        entry = catalogue.musicbrainz.get(request.path_params["mbid"])
        return entry if entry and has_front(entry) else None

    def root(request: Request) -> str:
        return f"{request.base_url}coverart"

    async def index(request: Request) -> Response:
        entry = entry_of(request)
        if entry is None:
            return Response("<html><title>404 Not Found</title></html>", 404, media_type="text/html")
        return RedirectResponse(f"{root(request)}/download/mbid-{mbid(entry)}/index.json", 307)

    async def listed(request: Request) -> Response:
        entry = entry_of(request)
        if entry is None:
            return JSONResponse({"error": "not found"}, 404)
        picture = f"{root(request)}/release/{mbid(entry)}/{entry['id']}"
        sizes = {size: f"{picture}-{size}.png" for size in ("250", "500", "1200")}
        thumbnails = {**sizes, "small": sizes["250"], "large": sizes["500"]}
        front = {"id": entry["id"], "image": f"{picture}.png", "types": ["Front"], "front": True, "back": False}
        image = {**front, "comment": "", "approved": True, "edit": 1, "thumbnails": thumbnails}
        return JSONResponse({"release": f"https://musicbrainz.org/release/{mbid(entry)}", "images": [image]})

    async def image(request: Request) -> Response:
        number, name = request.path_params["mbid"], request.path_params["name"]
        file = f"mbid-{number}-{_SIZE.sub('_thumb', name)}.png"
        return RedirectResponse(f"{root(request)}/download/mbid-{number}/{file}", 307)

    async def download(request: Request) -> Response:
        item, name = request.path_params["item"], request.path_params["name"]
        return RedirectResponse(f"{root(request)}/{sum(item.encode()) % 32}/items/{item}/{name}", 302)

    async def picture(request: Request) -> Response:
        return Response(_cover(request.path_params["item"].removeprefix("mbid-")), media_type="image/png")

    return [
        Route("/release/{mbid}", index),
        Route("/release/{mbid}/{name}.png", image),
        Route("/download/{item}/{name}", download),
        Route("/{folder:int}/items/mbid-{mbid}/index.json", listed),
        Route("/{folder:int}/items/{item}/{name}", picture),
    ]


def _linked(catalogue: Catalogue, address: str) -> Entry | None:
    """Return the release whose page at Discogs is at an address, None where MusicBrainz does not know that."""
    number = address.removeprefix("https://www.discogs.com/release/")
    entry = catalogue.discogs.get(int(number)) if number.isdecimal() else None
    return catalogue.musicbrainz.get(mbid(entry)) if entry else None


def _url(address: str, entry: Entry) -> dict[str, object]:
    """Return an address with what is linked to it."""
    release = {"id": mbid(entry), "title": entry["title"], "disambiguation": "", "barcode": None}
    link: dict[str, object] = {
        "type": "discogs",
        "type-id": "4a78823c-1c53-4176-a5f3-58026c76f2bc",
        "direction": "backward",
        "target-type": "release",
        "begin": None,
        "end": None,
        "ended": False,
        "attributes": [],
        "release": release,
    }
    return {"id": mbid(entry), "resource": address, "relations": [link]}


def _has(entry: Entry, asked: Mapping[str, str]) -> bool:
    """Tell whether a release has all that is asked for: words of a name, a whole catalogue number."""
    texts = {
        "catno": [number for _, number in entry["labels"]],
        "artist": [name for *names, _ in entry["artists"] for name in names],
        "release": [entry["title"]],
        "label": [name for name, _ in entry["labels"]],
    }
    return all(
        any(matches(text, value, whole=name == "catno") for text in texts.get(name, ()))
        for name, value in asked.items()
    )


def _release(entry: Entry, *, tracks: bool, related: bool = False) -> dict[str, object]:
    """Return a release in MusicBrainz' words; `related` has the recordings of its tracks say whose they are."""
    words = {word for _, _, said in entry["formats"] for word in said}
    code = _CODES.get(entry["country"])
    date = entry["released"].removesuffix("-00").removesuffix("-00")
    labels = [
        {"catalog-number": None if catno == "none" else catno, "label": {"name": _NAMESAKE.sub("", name)}}
        for name, catno in entry["labels"]
    ]
    return {
        "id": mbid(entry),
        "title": entry["title"],
        "status": "Promotion" if "Promo" in words else "Bootleg" if "Unofficial Release" in words else "Official",
        "artist-credit": [_credit(*names) for names in entry["artists"]],
        "release-group": _group(words, entry["title"]),
        "date": date,
        **({"country": code} if code else {}),
        "barcode": printed(entry["barcodes"][0]) if entry["barcodes"] else "",
        "label-info": labels,
        "track-count": len(entry["tracks"]),
        "media": _media(entry, tracks=tracks, related=related),
    }


def _credit(name: str, sleeve: str, join: str) -> dict[str, object]:
    if name == "Various":
        return {"name": _VARIOUS["name"], "joinphrase": "", "artist": _VARIOUS}
    plain = _NAMESAKE.sub("", name)
    phrase = ", " if join == "," else f" {join} " if join else ""
    artist = {"id": "00000000-0000-4000-8000-000000000000", "name": plain, "sort-name": plain}
    return {"name": sleeve or plain, "joinphrase": phrase, "artist": artist}


def _group(words: set[str], title: str) -> dict[str, object]:
    kinds = {"Album": "Album", "LP": "Album", "Mini-Album": "Album", "Single": "Single", "Maxi-Single": "Single"}
    primary = "EP" if "EP" in words else next((kinds[word] for word in kinds if word in words), None)
    return {"title": title, "primary-type": primary, "secondary-types": sorted(words & {"Compilation"})}


def _media(entry: Entry, *, tracks: bool, related: bool) -> list[dict[str, object]]:
    """Return the media; the tracks stand on the first, unless their positions name the disc (`2-1`)."""
    kinds = [
        _medium(name, words)
        for name, quantity, words in entry["formats"]
        for _ in range(quantity)
        if name != "All Media"
    ]
    media: list[dict[str, object]] = [{"position": place, "format": kind} for place, kind in enumerate(kinds, start=1)]
    for medium in media:
        mine = [track for track in entry["tracks"] if _disc(track[0], len(media)) == medium["position"]]
        medium["track-count"] = len(mine)
        if tracks:
            medium["tracks"] = [
                _track(place, *track) | ({"recording": recording(entry, *track[:2])} if related else {})
                for place, track in enumerate(mine, start=1)
            ]
    return media


def _medium(name: str, words: list[str]) -> str:
    if name == "Vinyl":
        size = next((word for word in words if word.endswith('"')), '12"' if "LP" in words else "")
        return f"{size} Vinyl".strip()
    return {"File": "Digital Media", "DVD": "DVD-Video", "CDr": "CD-R"}.get(name, name)


def _disc(position: str, discs: int) -> int:
    head, dash, _ = position.partition("-")
    return int(head) if dash and head.isdecimal() and 1 <= int(head) <= discs else 1


def _track(place: int, position: str, title: str, duration: str) -> dict[str, object]:
    seconds = 0
    for part in duration.split(":"):
        seconds = seconds * 60 + int(part) if part.isdecimal() else 0
    return {"position": place, "number": position, "title": title, "length": seconds * 1000 or None}


@lru_cache(maxsize=512)
def _cover(about: str) -> bytes:
    """Return a picture of 500 × 500: a mirrored pattern in two colours, of its own for every release."""
    hues = [int(255 * chance(about, "hue", part)) for part in range(3)]
    colours = bytes([*(40 + hue // 2 for hue in hues), *(120 + hue // 2 for hue in hues)])
    rows = b""
    for row in range(5):
        half = [chance(about, row, column) < 0.5 for column in range(3)]
        line = b"\0" + b"".join(bytes([dark]) * 100 for dark in (*half, half[1], half[0]))
        rows += line * 100
    header = struct.pack(">IIBBBBB", 500, 500, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
