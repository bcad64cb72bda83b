"""The operator's own photos of a row, found by their names in the file store."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.listing.photos import MAX_PHOTOS, PhotoPattern, public_address
from engine.errors import FileError, FilesAway
from engine.files.base import Files
from engine.retry import RetryPolicy, retry
from engine.upstream.caller import Caller

MOST_LOOKED_AT = 200  # files that begin like those of one barcode
AGAIN = RetryPolicy(first=10.0)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a barcode, sorted by name: `addresses` that eBay can fetch, or `files` that it cannot.

    `reason` is the sentence that an operator reads.
    """

    reason: str
    addresses: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class Photos:
    """Looks for photos in `files`; `public` names the buckets whose objects anybody may read. Makes nothing public."""

    def __init__(self, files: Files, public: frozenset[str] = frozenset()) -> None:
        self._files = files
        self._public = public

    def find(self, caller: Caller, text: str, gtin: str) -> Found:
        """Return the photos of a barcode by the batch's pattern; while the file store does not answer, `caller` waits.

        Raises:
            Requeued: the caller must not go on.
        """
        pattern = PhotoPattern.read(text)
        named = pattern.named(gtin)
        try:
            names = self._listed(caller, pattern.prefix(gtin))
        except FileError as error:
            return Found(f"No own photo could be looked for: {error}.")
        own = tuple(name for name in names if pattern.matches(gtin, name))[:MAX_PHOTOS]
        if not own:
            return Found(f"No own photo is named {named}.")
        count = "Your own photo" if len(own) == 1 else f"{len(own)} photos of your own"
        if pattern.bucket in self._public:
            return Found(f"{count}, found as {named}.", addresses=tuple(map(public_address, own)))
        return Found(f"{count}, found as {named}, but eBay cannot fetch what is not public.", files=own)

    def _listed(self, caller: Caller, prefix: str) -> list[str]:
        def wait(seconds: float, away: FilesAway) -> bool:
            caller.wait(seconds, f"{away}; the photos are looked for again every {seconds:g} s.")
            return False

        return retry(lambda: self._files.list(prefix, MOST_LOOKED_AT), AGAIN, FilesAway, wait=wait)
