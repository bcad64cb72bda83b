"""Documents as types: what is written is read back, whatever version wrote it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from engine.codec import Document, OpenEnum, Value, decode, decode_json, encode, encode_json
from engine.errors import DocumentBroken

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


class Colour(OpenEnum):
    RED = "red"


class Part(Value, frozen=True):
    size: int = 0
    names: tuple[str, ...] = ()
    counts: Mapping[str, int] = {}


class Whole(Document, frozen=True):
    made_at: datetime
    colour: Colour | None = None
    part: Part = Part()


WHOLE = Whole(NOW, Colour.RED, Part(3, ("a", "b"), {"x": 1}))


def test_a_document_is_read_as_it_was_written() -> None:
    assert decode(Whole, encode(WHOLE)) == WHOLE


def test_a_document_names_its_schema_and_all_its_fields_and_a_part_only_what_is_not_at_its_default() -> None:
    assert encode(Whole(NOW)) == {"schema": 1, "made_at": NOW, "colour": None, "part": {}}


def test_what_is_encoded_equals_what_a_store_gives_back() -> None:
    assert encode(WHOLE.part) == {"size": 3, "names": ["a", "b"], "counts": {"x": 1}}


def test_a_field_of_a_newer_version_is_ignored_and_one_that_is_missing_has_its_default() -> None:
    assert decode(Whole, {"schema": 1, "made_at": NOW, "weight": 4, "part": {"size": 3, "age": 1}}) == Whole(
        NOW, part=Part(3)
    )


def test_a_word_of_a_newer_version_is_kept() -> None:
    found = decode(Whole, {"made_at": NOW, "colour": "ultraviolet"})
    assert found.colour == "ultraviolet"
    assert encode(found)["colour"] == "ultraviolet"


def test_a_word_is_known_when_this_version_has_it() -> None:
    assert Colour.RED.known
    assert not Colour("ultraviolet").known
    assert not Colour("RED").known


def test_a_client_may_send_only_words_that_this_version_knows() -> None:
    colours = TypeAdapter(Colour)
    assert colours.validate_python("red") is colours.validate_python(Colour.RED) is Colour.RED
    assert (colours.dump_json(Colour.RED), colours.json_schema()["const"]) == (b'"red"', "red")
    with pytest.raises(ValidationError, match="Input should be 'red'"):
        colours.validate_python("ultraviolet")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, "made_at"),
        ({"made_at": "yesterday"}, "$.made_at"),
        ({"made_at": NOW, "part": {"size": "3"}}, "$.part.size"),
        ({"made_at": NOW, "colour": 4}, "$.colour"),
    ],
)
def test_a_broken_document_is_refused_with_its_path_and_the_field(fields: dict[str, object], named: str) -> None:
    with pytest.raises(DocumentBroken) as broken:
        decode(Whole, fields, "wholes/1")
    assert broken.value.path == "wholes/1"
    assert named in str(broken.value)


FIRST_READ = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from engine.codec import decode
from engine.domain.batch.items import Item

fields, together = Item(0, 1, "1", None).document(), Barrier(8)
sys.setswitchinterval(1e-6)

def read(_):
    together.wait()
    return decode(Item, fields)

with ThreadPoolExecutor(8) as threads:
    assert list(threads.map(read, range(8))) == 8 * [Item(0, 1, "1", None)]
"""


def test_many_threads_may_read_the_first_document_of_a_type_at_once() -> None:
    ended = subprocess.run([sys.executable, "-c", FIRST_READ], check=False, cwd=Path(__file__).parents[2])
    assert ended.returncode == 0


def test_a_json_text_is_read_as_it_was_written() -> None:
    assert decode_json(Part, encode_json(WHOLE.part)) == WHOLE.part


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"size": "3"}', b"\xff"])
def test_a_broken_json_text_is_refused_with_its_name(text: bytes) -> None:
    with pytest.raises(DocumentBroken, match="a file") as broken:
        decode_json(Part, text, "a file")
    assert broken.value.path == "a file"
