"""From bytes to text, or a refusal that says what the bytes are."""

from __future__ import annotations

import codecs
import re

from engine.errors import UnreadableFile

_MARKS = (  # the longer first: the mark of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_KINDS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a rich-text document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
)
_MEND = "save the barcodes as .txt, .csv or .xlsx and upload that file"
_CONTROLS = re.compile(r"[\x00\x01\x05-\x08\x0e-\x1b\x7f]")  # without those that frame what a scanner sends
_MOST_CONTROLS = 0.02  # scanners send a few control characters; a program is full of them


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of `content` and the name of its encoding.

    Raises:
        UnreadableFile: the bytes are no text.
    """
    for mark, codec, name in _MARKS:
        if content.startswith(mark):
            return _decoded(content, codec, name), name
    if b"\0" in content:
        codec = _unmarked_utf16(content)
        return _decoded(content, codec, "UTF-16"), "UTF-16"
    _refuse_known_kinds(content)
    try:
        text, name = content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        text, name = _single_bytes(content)
    return _checked(text), name


def _decoded(content: bytes, codec: str, name: str) -> str:
    try:
        return _checked(content.decode(codec).removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"The file says it is {name} text but is damaged: {_MEND}") from error


def _unmarked_utf16(content: bytes) -> str:
    """Return the codec of UTF-16 without a mark: in digits and Latin letters every second byte is zero."""
    sample = content[:4000]
    half = len(sample) // 2
    zeros_first, zeros_second = sample[0::2].count(0), sample[1::2].count(0)
    if len(content) % 2 == 0 and zeros_second > 0.7 * half and zeros_first < 0.1 * half:
        return "utf-16-le"
    if len(content) % 2 == 0 and zeros_first > 0.7 * half and zeros_second < 0.1 * half:
        return "utf-16-be"
    _refuse_known_kinds(content)
    raise UnreadableFile(f"The file is not text: {_MEND}")


def _single_bytes(content: bytes) -> tuple[str, str]:
    """Return text of Western European Windows, or of Latin-1 where Windows leaves a byte undefined."""
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "Latin-1"


def _refuse_known_kinds(content: bytes) -> None:
    for start, kind in _KINDS:
        if content.startswith(start):
            if kind == "a Windows program" and b"\0" not in content:
                continue  # two letters that a text may begin with
            raise UnreadableFile(f"The file is {kind}: {_MEND}")


def _checked(text: str) -> str:
    """Return `text` without the end mark of DOS, or refuse it when it is full of control characters."""
    text = text.rstrip("\x1a")
    if "\0" in text or len(_CONTROLS.findall(text)) > _MOST_CONTROLS * len(text):
        raise UnreadableFile(f"The file is not text: {_MEND}")
    return text
