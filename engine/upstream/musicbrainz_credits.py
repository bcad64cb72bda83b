"""Who composed and who conducted a release, by MusicBrainz' relations.

A look-up of a release with `CREDITS` tells of each track in `recording.relations` who played it (`conductor`,
`performing orchestra`, `instrument` …) and which works it is a `performance` of; the `relations` of each such work name
its `composer`. What holds for all tracks may stand in the `relations` of the release. A relation spells an artist by
its `target-credit`, which is "" where that is the artist's own name.

Source: https://musicbrainz.org/doc/MusicBrainz_API, and answers that metabrainz/picard keeps for its tests (2026-11).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from engine.upstream import fields
from engine.upstream.fields import Body

CREDITS = "artist-rels+recording-level-rels+work-rels+work-level-rels"

_COMPOSER, _CONDUCTOR, _ORCHESTRA = "composer", "conductor", "performing orchestra"
_PLAYERS = frozenset({_ORCHESTRA, "performer", "instrument", "vocal", "chorus master", "concertmaster"})


@dataclass(frozen=True, slots=True)
class Credits:
    """The names of `composers` and `conductors`, those with the most tracks first.

    `whole` says that nobody is missing: of every track it is told who composed it and who played it, and of an
    orchestra or a choir who conducted it.
    """

    composers: tuple[str, ...]
    conductors: tuple[str, ...]
    whole: bool


def parse_credits(body: Body) -> Credits:
    """Return the credits that a release answer tells; none where it was asked for without `CREDITS`."""
    composers: list[Body] = []
    conductors: list[Body] = []
    whole: list[bool] = []
    for track in (track for item in fields.bodies(body.get("media")) for track in fields.bodies(item.get("tracks"))):
        about = _relations(body) + _relations(fields.body(track.get("recording")))
        works = [fields.body(one.get("work")) for one in about if one.get("type") == "performance"]
        composed = _of(_COMPOSER, [*about, *(one for work in works for one in _relations(work))])
        conducted = _of(_CONDUCTOR, about)
        players = [one for one in about if fields.text(one.get("type")) in _PLAYERS]
        led = conducted or (players and not any(map(_has_conductor, players)))
        whole.append(bool(composed and led))
        composers += composed
        conductors += conducted
    return Credits(_names(composers), _names(conductors), bool(whole) and all(whole))


def _relations(body: Body) -> list[Body]:
    return fields.bodies(body.get("relations"))


def _of(kind: str, relations: Iterable[Body]) -> list[Body]:
    return [one for one in relations if one.get("type") == kind and fields.body(one.get("artist"))]


def _has_conductor(player: Body) -> bool:
    """Whether it is an ensemble that somebody conducts."""
    return player.get("type") == _ORCHESTRA or fields.body(player.get("artist")).get("type") in ("Orchestra", "Choir")


def _names(credited: Iterable[Body]) -> tuple[str, ...]:
    """Return the artists of relations, the most frequent first, each under the name of their first."""
    names: dict[str, str] = {}
    count: Counter[str] = Counter()
    for relation in credited:
        name = _name(relation)
        number = fields.text(fields.body(relation.get("artist")).get("id")) or name
        names.setdefault(number, name)
        count[number] += 1
    return tuple(dict.fromkeys(filter(None, (names[number] for number, _ in count.most_common()))))


def _name(relation: Body) -> str:
    """Return an artist as credited, else by name, in Latin letters if MusicBrainz has any; `[traditional]` is nobody.

    Names to sort by are in Latin letters, the family name first.
    """
    artist = fields.body(relation.get("artist"))
    name = fields.text(artist.get("name"))
    if name.startswith("["):
        return ""
    if credit := fields.text(relation.get("target-credit")):
        return credit
    if _is_latin(name):
        return name
    family, _, given = fields.text(artist.get("sort-name")).partition(", ")
    return f"{given} {family}".strip() or name


def _is_latin(name: str) -> bool:
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in name if letter.isalpha())
