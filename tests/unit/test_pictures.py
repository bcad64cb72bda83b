"""Barcodes in pictures."""

from __future__ import annotations

import io

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from engine.reading.pictures import barcodes_in

EAN, UPC = "4006408126232", "074646362822"


def picture(*digits: str, kind: str = "JPEG", turned: float = 0.0) -> bytes:
    """Return a picture of barcodes side by side on grey paper, `turned` by some degrees."""
    paper = Image.new("L", (400 * max(1, len(digits)), 400), 200)
    for place, code in enumerate(digits):
        made = zxingcpp.create_barcode(code.zfill(13), zxingcpp.BarcodeFormat.EAN13)
        paper.paste(Image.fromarray(np.array(zxingcpp.write_barcode_to_image(made, scale=3))), (30 + 400 * place, 100))
    written = io.BytesIO()
    paper.rotate(turned, fillcolor=200).save(written, kind)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turned", [0, 8, 180])
def test_a_barcode_is_read(kind: str, turned: float) -> None:
    assert barcodes_in(picture(EAN, kind=kind, turned=turned)) == [EAN]


def test_several_are_read_from_left_to_right() -> None:
    assert barcodes_in(picture(UPC, EAN)) == [UPC.zfill(13), EAN]


def test_a_picture_without_one_has_none() -> None:
    assert barcodes_in(picture()) == []


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(50), picture(EAN)[:300]])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no picture"):
        barcodes_in(content)


def test_a_picture_of_too_many_pixels_is_not_taken_apart() -> None:
    written = io.BytesIO()
    Image.new("1", (40_000, 40_000)).save(written, "PNG")
    with pytest.raises(ValueError, match="million pixels"):
        barcodes_in(written.getvalue())
