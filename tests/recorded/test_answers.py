"""What services have really answered: parsers read it, and the builders make the same of the same facts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from engine.sandbox.catalogue import load
from engine.upstream import coverart, discogs, musicbrainz
from engine.upstream.failure_policy.policies import Reply, reply
from engine.upstream.failure_policy.table import entry_for
from tests.support.answers import known
from tests.support.answers.discogs import search
from tests.support.recordings import COVERART, DISCOGS, EBAY, MUSICBRAINZ, Recording, loaded
from tests.support.sandbox_server import Sandbox

Json = dict[str, Any]
FARAWAY_TREE, UMMAGUMMA, NOTHING, METAL_GALAXY = DISCOGS
ERRORS, CARELESS, DEUCE_AVENUE, KAT_MODA, KAT_MODA_FOUND, RUMOURS = MUSICBRAINZ

ANSWERS: list[tuple[str, Callable[[Any], Any], Json]] = [
    (METAL_GALAXY, discogs.parse_search, known.metal_galaxy()),
    (NOTHING, discogs.parse_search, search()),
    (FARAWAY_TREE, discogs.parse_release, known.faraway_tree()),
    (UMMAGUMMA, discogs.parse_release, known.ummagumma()),
    (CARELESS, musicbrainz.parse_release, known.careless()),
    (DEUCE_AVENUE, musicbrainz.parse_release, known.deuce_avenue()),
    (KAT_MODA, musicbrainz.parse_release, known.kat_moda()),
    (KAT_MODA_FOUND, musicbrainz.parse_search, known.kat_moda_found()),
    (RUMOURS, musicbrainz.parse_search, known.rumours_found()),
]


def fields(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every field of an answer with its JSON type; the elements of a list count as one."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from fields(inner, f"{path}.{name}")
    elif isinstance(value, list):
        yield path, "list"
        for inner in value:
            yield from fields(inner, f"{path}[]")
    else:
        yield path, "number" if isinstance(value, int | float) else type(value).__name__


def strange(made: Any, recorded: Any) -> set[tuple[str, str]]:
    """Return the fields that only the answer that was made has; an unknown value may stand for any type."""
    there = set(fields(recorded))
    unknown = {path for path, kind in there if kind == "NoneType"}
    return {
        (path, kind)
        for path, kind in fields(made)
        if (path, kind) not in there and path not in unknown and (kind != "NoneType" or path not in dict(there))
    }


@pytest.mark.parametrize(("name", "parse", "made"), ANSWERS, ids=[name for name, *_ in ANSWERS])
def test_a_parser_makes_the_same_of_the_recorded_answer_and_of_ours(
    recording: Recording, name: str, parse: Callable[[Any], Any], made: Json
) -> None:
    assert parse(made) == parse(loaded(recording(name)))


@pytest.mark.parametrize(
    ("names", "made"),
    [
        ((METAL_GALAXY,), known.metal_galaxy()),
        ((NOTHING,), search()),
        ((FARAWAY_TREE, UMMAGUMMA), known.faraway_tree()),
        ((FARAWAY_TREE, UMMAGUMMA), known.ummagumma()),
        ((CARELESS, DEUCE_AVENUE, KAT_MODA), known.careless()),
        ((CARELESS, DEUCE_AVENUE, KAT_MODA), known.deuce_avenue()),
        ((CARELESS, DEUCE_AVENUE, KAT_MODA), known.kat_moda()),
        ((KAT_MODA_FOUND, RUMOURS), known.kat_moda_found()),
        ((KAT_MODA_FOUND, RUMOURS), known.rumours_found()),
        (COVERART, known.kat_moda_cover()),
    ],
)
def test_a_builder_makes_no_field_that_the_service_does_not_have(
    recording: Recording, names: tuple[str, ...], made: Json
) -> None:
    assert strange([made], [loaded(recording(name)) for name in names]) == set()


def test_the_front_cover_is_found_in_both(recording: Recording) -> None:
    found = [coverart.parse_fronts(body) for body in (known.kat_moda_cover(), loaded(recording(*COVERART)))]
    assert [front[0].rpartition("/")[2] for front in found] == ["32921095540-1200.jpg"] * 2


def test_the_sandbox_tells_a_release_as_discogs_does(recording: Recording, sandbox: Sandbox) -> None:
    recorded = [loaded(recording(name)) for name in (FARAWAY_TREE, UMMAGUMMA)]
    for number in list(load().discogs)[:40]:
        made = sandbox.session.get(f"{sandbox.url}/discogs/releases/{number}", timeout=5).json()
        assert strange([made], recorded) == set()


def what(came: Reply) -> str:
    """Return the line of the table that a reply falls under."""
    return entry_for(came).what


def refused() -> dict[tuple[str, int, int | str], known.Refusal]:
    """Return the refusals that are known as facts, by service, status and code."""
    return {(one.service, one.status, one.code): one for one in known.refusals()}


def ours(one: known.Refusal) -> str:
    return what(reply(one.service, one.point, one.status, CaseInsensitiveDict(one.headers), one.body))


def test_every_recorded_refusal_of_ebay_is_known_and_falls_under_the_line_of_ours(recording: Recording) -> None:
    bulk, short, real = (loaded(recording(name)) for name in EBAY)
    bodies = [(item["status"], item["body"]) for item in real]
    bodies += [(item["status"], {"errors": [item]}) for item in short]
    bodies += [(item["statusCode"], item) for item in bulk["responses"] if item["errors"]]
    facts, met = refused(), set()
    for status, body in bodies:
        code = body["errors"][0]["errorId"] if "errors" in body else body["error"]
        one = facts["ebay", status, code]
        assert what(reply("ebay", one.point, status, {}, body)) == ours(one), (status, code)
        met.add(("ebay", status, code))
    assert met == {key for key in facts if key[0] == "ebay"}


def test_every_recorded_refusal_of_musicbrainz_is_known_and_falls_under_the_line_of_ours(recording: Recording) -> None:
    known_lines = sorted((one.status, ours(one)) for one in known.refusals() if one.service == "musicbrainz")
    lines = []
    for item in loaded(recording(ERRORS)):
        point = "release" if item["case"] == "not found" else "search"
        came = reply("musicbrainz", point, item["status"], CaseInsensitiveDict(item["headers"]), item["body"])
        lines.append((item["status"], what(came)))
    assert sorted(lines) == known_lines


def test_an_empty_search_of_discogs_is_a_success(recording: Recording) -> None:
    body = json.loads(recording(NOTHING).read_text(encoding="utf-8"))
    assert reply("discogs", "search", 200, {}, body).success
