"""Links to share a picture: which lead to a page about it, and which have the picture's own address beside them."""

from __future__ import annotations

import pytest

from engine.domain.listing.photo_pages import direct, page
from engine.domain.listing.photos import refused
from engine.reading import open_file

UPC = "074646362822"
PAGES = {
    "Google Drive": [
        "https://drive.google.com/file/d/1AbC/view?usp=sharing",
        "https://drive.google.com/open?id=1AbC",
        "https://drive.google.com/drive/folders/1AbC",
    ],
    "Google Photos": ["https://photos.app.goo.gl/AbC", "https://photos.google.com/share/AF1?key=x"],
    "Dropbox": ["https://www.dropbox.com/scl/fo/ab/cd?rlkey=x&dl=0", "https://www.dropbox.com/sh/ab/cd"],
    "OneDrive": ["https://1drv.ms/i/s!Ab", "https://onedrive.live.com/?cid=AB&id=CD", "https://onedrive.live.com/redir?r=1"],
    "SharePoint": ["https://shop-my.sharepoint.com/:i:/g/personal/ann/Ab"],
    "iCloud": ["https://share.icloud.com/photos/0ab", "https://www.icloud.com/sharedalbum/#B0"],
    "Imgur": ["https://imgur.com/a/AbC", "https://www.imgur.com/gallery/AbC", "https://imgur.com/AbCdEfG"],
    "ImgBB": ["https://ibb.co/AbCdE"],
    "Postimages": ["https://postimg.cc/AbCdE"],
    "Flickr": ["https://www.flickr.com/photos/ann/123/", "https://flic.kr/p/2ab"],
    "Instagram": ["https://www.instagram.com/p/AbC/"],
    "eBay": ["https://www.ebay.com/itm/123"],
}  # fmt: skip
PICTURES = [
    "https://drive.google.com/uc?export=view&id=1AbC",
    "https://lh3.googleusercontent.com/pw/AbC=w1200",
    "https://dl.dropboxusercontent.com/scl/fi/ab/front.jpg?rlkey=x",
    "https://onedrive.live.com/download?resid=AB",
    "https://i.imgur.com/AbCdEfG.jpg",
    "https://i.ibb.co/AbC/front.jpg",
    "https://i.postimg.cc/AbC/front.jpg",
    "https://live.staticflickr.com/65535/1_b.jpg",
    "https://i.ebayimg.com/images/g/AbC/s-l1600.jpg",
    "https://m.media-amazon.com/images/I/AbC.jpg",
    "https://my-dropbox.com.example/a.jpg",
    "https://example.com/imgur.com/a/AbC",
]


@pytest.mark.parametrize(("service", "address"), [(name, link) for name, links in PAGES.items() for link in links])
def test_a_link_to_a_page_is_told_of_with_its_service_and_the_way_out(service: str, address: str) -> None:
    sentence = refused(address)
    assert sentence.startswith(f"it leads to a page of {service}, not to the picture: ")


@pytest.mark.parametrize("address", PICTURES)
def test_the_address_of_a_picture_itself_is_used_as_it_is(address: str) -> None:
    assert (refused(address), direct(address)) == ("", address)


@pytest.mark.parametrize(
    ("link", "picture"),
    [
        ("https://www.dropbox.com/s/ab/front.jpg?dl=0", "https://www.dropbox.com/s/ab/front.jpg?raw=1"),
        ("https://www.dropbox.com/s/ab/front.jpg", "https://www.dropbox.com/s/ab/front.jpg?raw=1"),
        (
            "https://www.dropbox.com/scl/fi/ab/front.jpg?rlkey=k1&st=x&dl=0",
            "https://www.dropbox.com/scl/fi/ab/front.jpg?rlkey=k1&st=x&raw=1",
        ),
    ],
)
def test_a_link_to_a_file_at_dropbox_becomes_the_documented_form_that_is_the_file(link: str, picture: str) -> None:
    assert (page(link), direct(link), direct(picture)) == ("", picture, picture)
    (row,) = open_file(f"UPC,Photos\n{UPC},{link}\n".encode(), "file").rows()
    assert (row.photos, row.photo_warning) == ((picture,), "")


def test_a_row_with_a_page_keeps_its_other_photos_and_says_what_to_do() -> None:
    content = f'UPC,Photos\n{UPC},"https://a.example/1.jpg, https://imgur.com/a/AbC"\n'
    (row,) = open_file(content.encode(), "file").rows()
    assert row.photos == ("https://a.example/1.jpg",)
    assert row.photo_warning == (
        "The photo “https://imgur.com/a/AbC” is not used: it leads to a page of Imgur, not to the picture: open it, "
        "choose “Copy image address”, and use the address that you get"
    )


@pytest.mark.parametrize(
    ("cell", "photos"),
    [
        ("https://a.example/1.jpg https://a.example/2.jpg", ["1.jpg", "2.jpg"]),
        ("https://a.example/1.jpg ,https://a.example/2.jpg;", ["1.jpg", "2.jpg"]),
        ("https://a.example/1.jpg\nhttps://a.example/2.jpg", ["1.jpg", "2.jpg"]),
        ("https://a.example/1.jpg | https://a.example/2.jpg", ["1.jpg", "2.jpg"]),
        ('["https://a.example/1.jpg", "https://a.example/2.jpg"]', ["1.jpg", "2.jpg"]),
        ("['https://a.example/1.jpg', 'https://a.example/2.jpg']", ["1.jpg", "2.jpg"]),
        ("https://a.example/High,_Street;1.jpg; https://a.example/2.jpg", ["High,_Street;1.jpg", "2.jpg"]),
        ("https://a.example/Björk.jpg", ["Bj%C3%B6rk.jpg"]),
    ],
)
def test_a_list_of_photos_is_parted_before_the_next_address_only(cell: str, photos: list[str]) -> None:
    quoted = cell.replace('"', '""')
    (row,) = open_file(f'UPC,Photos\n{UPC},"{quoted}"\n'.encode(), "file").rows()
    assert (list(row.photos), row.photo_warning) == ([f"https://a.example/{name}" for name in photos], "")


def test_an_address_with_a_blank_in_it_is_told_of_and_not_cut() -> None:
    (row,) = open_file(f"UPC,Photos\n{UPC},https://a.example/my photo.jpg\n".encode(), "file").rows()
    assert row.photos == ()
    assert row.photo_warning == (
        "The photo “https://a.example/my photo.jpg” is not used: it has a blank in it: write %20 instead"
    )


def test_a_column_of_photos_without_one_takes_nothing_from_the_others() -> None:
    content = f"UPC,Photo 1,Photo 2,Photo 3\n{UPC},n/a,https://a.example/2.jpg,-\n"
    (row,) = open_file(content.encode(), "file").rows()
    assert (row.photos, row.photo_warning) == (("https://a.example/2.jpg",), "")
