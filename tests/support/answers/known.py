"""Real releases and real refusals, as facts: the answers that services once gave about them, made again.

`tests/recorded` compares what a parser makes of each with what it makes of the recorded answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.support.answers import coverart, discogs, ebay, musicbrainz

Json = dict[str, Any]

KAT_MODA = "e47d04a4-7460-427d-a731-cc82386d85f1"
DEUCE_AVENUE = "71d6f1d1-1190-4924-b2de-dfc1c2c8eea7"
CARELESS = "6c4f766f-3351-4c10-a53d-b119452c27b2"
RUMOURS = "7ec069c0-4424-3169-8ed0-d5e2473e0e84"


def metal_galaxy() -> Json:
    """Return a search of Discogs that finds a master and a release with a barcode cut short."""
    master = discogs.hit(1618299, "Babymetal - Metal Galaxy", kind="master", country="Japan", year="2019")
    record = discogs.hit(
        14339492,
        "Babymetal - Metal Galaxy",
        year="2019",
        formats=[("Vinyl", 2, ("LP", "Album", "Limited Edition"), "Transparent")],
        labels=("Ear Music", "Babymetal Records"),
        catno="0214346EMU",
        barcodes=("7112975237", "7 11297 52373 7", "4029759143468"),
        genres=("Rock", "Pop"),
        styles=("Heavy Metal", "Alternative Rock", "J-pop"),
        have=100,
        slug="-Babymetal-Metal-Galaxy",
    )
    return discogs.search(master, record)


def faraway_tree() -> Json:
    """Return a release of Discogs of thirteen discs, with headings, an unknown country and nobody who sells it."""
    counts = (7, 8, 7, 7, 5, 4, 5, 7, 6, 5, 5, 5, 5)
    numbers = (f"{disc}-{place}" for disc, most in enumerate(counts, 1) for place in range(1, most + 1))
    return discogs.release(
        11578434,
        "Blyton's Faraway Tree",
        artists=[("Enid Blyton", "", "Read By"), ("Kate Winslet", "", "")],
        labels=[("Not On Label", "none")],
        formats=[("CD", 13, ())],
        barcodes=["9 338684 000223"],
        released="2011",
        genres=["Non-Music"],
        styles=["Audiobook"],
        tracks=[discogs.heading("The Enchanted Wood"), *(discogs.track(number, "Untitled") for number in numbers)],
        have=8,
        slug="-Enid-Blyton-Read-By-Kate-Winslet-Blytons-Faraway-Tree",
    )


def ummagumma() -> Json:
    """Return a release of Discogs with works in parts, two labels, and matrix numbers among its identifiers."""
    narrow = [discogs.track(f"D1.{part}", f"Part {part}") for part in (1, 2, 3)]
    party = ("Part 1 - Entrance", "Part 2 - Entertainment", "Part 3 - Exit")
    pict = "Several Species Of Small Furry Animals Gathered Together In A Cave And Grooving With A Pict"
    return discogs.release(
        8604223,
        "Ummagumma",
        artists=[("Pink Floyd", "", "")],
        labels=[("Pink Floyd Records", "PFRLP4"), ("Pink Floyd Records", "0825646493166")],
        formats=[("Vinyl", 2, ("LP", "Album", "Reissue", "Remastered", "Stereo"), "Gatefold, 180 Gram")],
        barcodes=["0 825646 493166", "0825646493166"],
        matrices=["(0825646493166A) PFRLP4-A"],
        released="2016-06-03",
        country="Worldwide",
        genres=["Rock"],
        styles=["Psychedelic Rock", "Experimental", "Prog Rock"],
        tracks=[
            discogs.heading("Live Album"),
            discogs.track("A1", "Astronomy Domine"),
            discogs.track("A2", "Careful With That Axe Eugene"),
            discogs.track("B1", "Set The Controls For The Heart Of The Sun"),
            discogs.track("B2", "A Saucerful Of Secrets"),
            discogs.heading("Studio Album"),
            discogs.work("Sysyphus", *(discogs.track(f"C1.{part}", f"Part {part}") for part in (1, 2, 3, 4))),
            discogs.track("C2", "Grantchester Meadows"),
            discogs.track("C3", pict),
            discogs.work("The Narrow Way", *narrow),
            discogs.work(
                "The Grand Vizier's Garden Party",
                *(discogs.track(f"D2.{part}", title) for part, title in enumerate(party, 1)),
            ),
        ],
        have=7067,
        lowest_price=27.68,
        slug="-Pink-Floyd-Ummagumma",
    )


def kat_moda() -> Json:
    """Return a release of MusicBrainz that is sold as files all over the world."""
    tracks = (("Alarms", 317_933), ("The Bells", 292_880), ("The Bells (Festival mix)", 606_893))
    return musicbrainz.release(
        KAT_MODA,
        "Kat Moda",
        artists=[("Jeff Mills", "")],
        date="2001",
        country="XW",
        label=("Purpose Maker", "PMD002"),
        kind="EP",
        media=[musicbrainz.medium("Digital Media", *tracks)],
    )


def deuce_avenue() -> Json:
    """Return a release of MusicBrainz on one CD, with a barcode."""
    lengths = {
        "Body Bop Jive": 283,
        "Sneaker Gun Fire": 320,
        "Jab Gee": 233,
        "Bad Scene": 240,
        "La La Bola": 250,
        "Deuce Avenue": 240,
        "Faster Blaster": 220,
        "Sugee": 265,
        "Sweet Sweet Money": 253,
        "Love On": 270,
        "No Tomorrow": 265,
        "Future Sex": 300,
    }
    return musicbrainz.release(
        DEUCE_AVENUE,
        "Deuce Avenue",
        artists=[("Alan Vega", "")],
        date="1990",
        country="FR",
        label=("Musidisc", "105582"),
        barcode="3229261055827",
        media=[musicbrainz.medium("CD", *((title, 1000 * seconds) for title, seconds in lengths.items()))],
    )


def careless() -> Json:
    """Return a release of MusicBrainz on a CD and a DVD, asked for without its artists and labels."""
    songs = (("ケアレス", 256), ("Bye-Bye Butterfly", 263), ("Starry", 262), ("ケアレス -Instrumental-", 254))
    films = (
        ("ケアレス (Music Video)", 249),
        ("ケアレス (15秒CM)", 14),
        ("ケアレス (30秒メッセージコメント入りCM)", 29),
    )
    return musicbrainz.release(
        CARELESS,
        "ケアレス",
        artists=None,
        date="2021-09-15",
        country="JP",
        barcode="4547366518764",
        kind="Single",
        media=[
            musicbrainz.medium("CD", *((title, 1000 * seconds) for title, seconds in songs)),
            musicbrainz.medium("DVD-Video", *((title, 1000 * seconds) for title, seconds in films)),
        ],
    )


def kat_moda_found() -> Json:
    """Return the search of MusicBrainz that finds Kat Moda."""
    hit = musicbrainz.release(
        KAT_MODA,
        "Kat Moda",
        artists=[("Jeff Mills", "")],
        country="XW",
        label=("Purpose Maker", "PMD002"),
        kind="EP",
        media=[musicbrainz.medium("Digital Media", found=3)],
    )
    return musicbrainz.search(hit)


def rumours_found() -> Json:
    """Return the search of MusicBrainz that finds a record whose size stands with its format."""
    hit = musicbrainz.release(
        RUMOURS,
        "Rumours",
        artists=[("Fleetwood Mac", "")],
        date="1977",
        country="GB",
        label=("Warner Bros. Records", "K 56344"),
        media=[musicbrainz.medium('12" Vinyl', found=11)],
    )
    return musicbrainz.search(hit)


def kat_moda_cover() -> Json:
    """Return the pictures of Kat Moda: one, of its front."""
    return coverart.images(KAT_MODA, coverart.picture(KAT_MODA, 32921095540))


class Refusal(NamedTuple):
    """An answer that is none: where it came, with what status and body."""

    service: str
    point: str
    status: int
    body: Json
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> int | str:
        """Return the number or the word by which the service names it, "" when it has none."""
        if "errors" in self.body:
            number: int = self.body["errors"][0]["errorId"]
            return number
        return str(self.body.get("error", "")) if self.service == "ebay" else ""


def refusals() -> Iterator[Refusal]:
    """Yield every refusal of eBay and MusicBrainz that somebody has recorded, in fewer words."""
    eb = ebay.error
    yield Refusal("ebay", "put_item", 400, eb(2004, "Invalid request", reason="Could not serialize field [x]"))
    yield Refusal("ebay", "put_item", 400, eb(25709, "Invalid value for header Content-Language."))
    yield Refusal("ebay", "put_item", 400, eb(25717, "imageUrls cannot be null or empty.", text1="imageUrls"))
    yield Refusal("ebay", "create_offer", 400, eb(25005, "The category is not a leaf category."))
    yield Refusal("ebay", "create_offer", 400, eb(25002, "Offer entity already exists.", offerId="104682640013"))
    yield Refusal("ebay", "create_offer", 500, eb(25001, "A system error has occurred."))
    yield Refusal("ebay", "put_item", 403, eb(1100, "Access denied", domain="ACCESS"))
    yield Refusal("ebay", "token", 400, ebay.grant_refused("invalid_grant", "The refresh token is invalid"))
    yield Refusal("ebay", "put_item", 401, eb(1001, "Invalid access token", domain="OAuth"))
    yield Refusal("ebay", "create_offer", 400, eb(25751, "The SKU could not be found."))
    yield Refusal("ebay", "put_item", 500, eb(25002, "System error. Please try again later."))
    yield Refusal("ebay", "create_offer", 400, eb(20403, "User is not eligible for Business Policy"))
    yield Refusal("ebay", "item", 404, eb(25710))
    yield Refusal("ebay", "offers", 404, eb(25713))
    yield Refusal("ebay", "put_item", 400, ebay.bulk("BAD SKU", 400, eb(25707, "This is an invalid value for a SKU.")))
    mb, zone = musicbrainz.says, "X-RateLimit-Zone"
    busy, fast = "The server is currently busy.", "You are exceeding the allowable rate limit."
    yield Refusal("musicbrainz", "search", 503, mb(busy), ((zone, "global"),))
    yield Refusal("musicbrainz", "search", 503, mb(fast), ((zone, "ws ip=203.0.113.7"),))
    yield Refusal("musicbrainz", "search", 403, mb("You have not identified."), (("X-RateLimit-Who", "ua-missing"),))
    yield Refusal("musicbrainz", "release", 404, mb("Not Found"))
