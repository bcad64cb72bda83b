"""Links to share a picture that lead to a page about it: eBay cannot fetch a picture from there. Pure.

Dropbox documents the form of its links that is the file itself, and that form is used. Of the others none documents one
that stays, so they are told of, with the way to a picture's own address.

Sources: https://help.dropbox.com/share/force-download (read 2026-11); the links that each service gives out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_UPLOAD = "download the picture and put it where it has an address of its own"
_DROPBOX = ("dropbox.com", "www.dropbox.com")
_DROPBOX_FILE = re.compile(r"/(?:s|scl/fi)/[^/]+/[^/]+")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A service's pages: its hosts and those below them, what their paths look like, and the way to a picture."""

    name: str
    hosts: tuple[str, ...]
    mend: str
    paths: str = ""


def _copied(where: str) -> str:
    return f"open it, choose {where}, and use the address that you get"


_PAGES = (
    _Kind("Google Drive", ("drive.google.com", "docs.google.com"), _UPLOAD, r"/(?!uc$|thumbnail$)"),
    _Kind("Google Photos", ("photos.app.goo.gl", "photos.google.com"), _UPLOAD),
    _Kind("Dropbox", ("dropbox.com",), "share each picture, not the folder", r"/(?:sh|scl/fo|home|preview|work)\b"),
    _Kind("OneDrive", ("1drv.ms", "onedrive.live.com"), _UPLOAD, r"/(?!download)"),
    _Kind("SharePoint", ("sharepoint.com",), _UPLOAD, r"/(?::|personal/|sites/)"),
    _Kind("iCloud", ("icloud.com",), _UPLOAD),
    _Kind("Amazon Photos", ("amazon.com", "amazon.co.uk", "amazon.de"), _UPLOAD, r"/(?:photos|clouddrive)/"),
    _Kind("Box", ("app.box.com",), "use its direct link (Link settings)", r"/(?!shared/static/)"),
    _Kind("Mega", ("mega.nz", "mega.io"), _UPLOAD),
    _Kind("WeTransfer", ("wetransfer.com", "we.tl"), _UPLOAD),
    _Kind("Imgur", ("imgur.com",), _copied("“Copy image address”"), r"/(?!.*\.\w{3,4}$)"),
    _Kind("ImgBB", ("ibb.co",), _copied("“Direct link”"), r"/[^/.]+/?$"),
    _Kind("Postimages", ("postimg.cc", "postimages.org"), _copied("“Direct link”"), r"/(?!.*\.\w{3,4}$)"),
    _Kind("Flickr", ("flickr.com", "flic.kr"), _copied("“Download” and copy the image's address"), r"/(?!.*\.jpg$)"),
    _Kind("Gyazo", ("gyazo.com",), _copied("“Copy image address”"), r"/\w+/?$"),
    _Kind("Facebook", ("facebook.com", "fb.com"), _UPLOAD),
    _Kind("Instagram", ("instagram.com",), _UPLOAD),
    _Kind("Pinterest", ("pinterest.com", "pin.it"), _UPLOAD),
    _Kind("eBay", ("ebay.com",), "use the address of the picture itself (i.ebayimg.com)", r"/(?:itm|p)/"),
)
_KIND_OF = {host: kind for kind in _PAGES for host in kind.hosts}


def page(address: str) -> str:
    """Return why `address` is a page and no picture, and how to mend it; "" when it is not known to be one."""
    parts = urlsplit(address)
    labels = (parts.hostname or "").split(".")
    hosts = (".".join(labels[place:]) for place in range(len(labels) - 1))
    kind = next((_KIND_OF[host] for host in hosts if host in _KIND_OF), None)
    if kind is None or not re.match(kind.paths, parts.path or "/"):
        return ""
    return f"it leads to a page of {kind.name}, not to the picture: {kind.mend}"


def direct(address: str) -> str:
    """Return the address of the picture itself where the service documents it, else `address`."""
    parts = urlsplit(address)
    if parts.hostname not in _DROPBOX or not _DROPBOX_FILE.fullmatch(parts.path):
        return address
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("dl", "raw")]
    return urlunsplit(parts._replace(query=urlencode([*asked, ("raw", "1")])))
