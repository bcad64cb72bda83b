"""Barcodes in a picture, as a phone's camera sees them: ZXing reads them, and their check digits fit."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 4_000_000  # of a picture; a larger one is not taken apart
_TOO_LARGE = f"the picture has more than {MOST_PIXELS // 1_000_000} million pixels"


def barcodes_in(picture: bytes) -> list[str]:
    """Return the digits of the EAN and UPC barcodes in a picture (JPEG, PNG, WebP), from left to right; [] for none.

    Raises:
        ValueError: it is no picture that can be read.
    """
    import zxingcpp  # takes 20 MB: only where a camera is used

    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise ValueError(_TOO_LARGE)
            image = opened.convert("L")
    except Image.DecompressionBombError as error:
        raise ValueError(_TOO_LARGE) from error
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError("this is no picture: send a JPEG, PNG or WebP") from error
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.EANUPC))
    return [code.text for code in sorted(found, key=lambda code: code.position.top_left.x) if code.text.isdecimal()]
