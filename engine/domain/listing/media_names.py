"""Media as buyers search for them: `2 LP`, `3 CD Box Set`, `CD + DVD`, `2 LP + 7"`, `10" Shellac 78 RPM`. Pure."""

from __future__ import annotations

from engine.domain.identify.releases import Format, Release
from engine.domain.listing.media import Media, grouped, media
from engine.domain.listing.wording import plain

_NAMES = {
    "CDr": "CD-R",
    "DVDr": "DVD-R",
    "Blu-ray-R": "BD-R",
    "Minidisc": "MiniDisc",
    "Laserdisc": "LaserDisc",
    "8-Track Cartridge": "8-Track",
    "4-Track Cartridge": "4-Track",
    "Reel-To-Reel": "Reel-to-Reel",
    "File": "",
}
_BY_WORD = (("CD", "VCD", "VCD"), ("CD", "SVCD", "SVCD"), ("Hybrid", "DualDisc", "DualDisc"))
_TOLD = frozenset({"EP", "Single", "Maxi-Single"})  # types that buyers search for beside the medium
_MOST_KINDS = 3
_LONGEST = 40


def media_names(release: Release) -> tuple[str, ...]:
    """Return the ways to name what a release consists of, the longest first; () when nothing is known of it."""
    whole = media(release)
    kinds = [(named, count) for item, count in grouped(whole.discs) if (named := medium_name(item))]
    parts = [_counted(count, named) for named, count in kinds[:_MOST_KINDS]]
    box = " Box Set" if whole.boxed else ""
    told = f" {whole.type}" if whole.type in _TOLD and len(kinds) == 1 and not box else ""
    ways = (" + ".join(parts) + told + box, " + ".join(parts) + box, *[parts[0] + box for _ in parts[:1]])
    return tuple(dict.fromkeys(way.strip() for way in ways if 0 < len(way.strip()) <= _LONGEST))


def medium_name(item: Format) -> str:
    """Return what buyers call one medium: `LP`, `7"`, `CD-R`; "" for none that is sold."""
    one = Media((item,))
    if one.grooved:
        return _record(one, item)
    if one.pressing:
        return one.pressing
    shown = next((name for kind, word, name in _BY_WORD if item.name == kind and word in item.descriptions), item.name)
    return plain(_NAMES.get(shown, shown))


def _record(one: Media, item: Format) -> str:
    if item.name == "Vinyl":
        album = "LP" if "LP" in item.descriptions else ""
        size = "" if album and one.size == '12"' else one.size
        return " ".join(filter(None, (size, album))) or "Vinyl"
    speed = one.speed if item.name == "Shellac" else ""
    return " ".join(filter(None, (one.size, item.name, speed)))


def _counted(count: int, name: str) -> str:
    if count < 2:
        return name
    return f"{count} x {name}" if name[:1].isdigit() else f"{count} {name}"
