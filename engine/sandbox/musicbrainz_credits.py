"""Who composed, conducted and played a release, as MusicBrainz relates it to its recordings and works."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator

from engine.sandbox.catalogue import Entry

ASKED = "recording-level-rels"  # the word of `inc` that MusicBrainz tells the relations of recordings for

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://musicbrainz.org/")
_NAMESAKE = re.compile(r" \(\d+\)$")
_KINDS = {"Conductor": "conductor", "Orchestra": "performing orchestra"}
_COMPOSED = "Composed By"

Json = dict[str, object]


def recording(entry: Entry, position: str, title: str) -> Json:
    """Return the recording of a track with its relations, [] where the release has no credits."""
    mine = [credit for credit in entry.get("credits", ()) if _is_of(credit[3], position)]
    composers = [_artist("composer", name, sleeve) for name, sleeve, role, _ in mine if _COMPOSED in role]
    players = [_artist(_kind(role), name, sleeve, role) for name, sleeve, role, _ in mine if _COMPOSED not in role]
    works = [_performance(entry, title, composers)] if composers else []
    return {"id": _number(entry["id"], position), "title": title, "video": False, "relations": [*players, *works]}


def _is_of(tracks: str, position: str) -> bool:
    """Tell whether a credit is for a track: `1 to 3, 7` names four, "" all."""
    return not tracks or any(position in _named(part) for part in tracks.split(", "))


def _named(part: str) -> Iterator[str]:
    first, _, last = part.partition(" to ")
    yield from map(str, range(int(first), int(last or first) + 1))


def _kind(role: str) -> str:
    return _KINDS.get(role, "instrument")


def _artist(kind: str, name: str, sleeve: str, role: str = "") -> Json:
    """Return the relation of an artist; a name of the sleeve's own is how it is credited."""
    plain = _NAMESAKE.sub("", name)
    artist = {"id": _number("artist", name), "name": plain, "sort-name": plain, "disambiguation": ""}
    played = [role.lower()] if kind == "instrument" else []
    return _relation(kind, "artist", "backward", played) | {"target-credit": sleeve, "artist": artist}


def _performance(entry: Entry, title: str, composers: Iterable[Json]) -> Json:
    """Return the relation of a recording to the work that it is of."""
    work = {"id": _number("work", entry["id"], title), "title": title, "iswcs": [], "relations": list(composers)}
    return _relation("performance", "work", "forward", []) | {"work": work}


def _relation(kind: str, target: str, direction: str, attributes: list[str]) -> Json:
    return {
        "type": kind,
        "type-id": _number("kind", kind),
        "target-type": target,
        "direction": direction,
        "begin": None,
        "end": None,
        "ended": False,
        "attributes": attributes,
        "attribute-ids": {name: _number("attribute", name) for name in attributes},
        "attribute-values": {},
        "source-credit": "",
        "target-credit": "",
    }


def _number(*about: object) -> str:
    """Return an identifier that is always the same for the same things."""
    return str(uuid.uuid5(_NAMESPACE, "|".join(map(str, about))))
