"""Addresses of stores and files: what each means, and one sentence for those that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.addresses import (
    CloudAddress,
    FilesAddress,
    FirestoreAddress,
    FolderAddress,
    SqliteAddress,
    StoreAddress,
    files_address,
    store_address,
)
from engine.errors import BadSetting
from engine.settings import Settings


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("sqlite:///var/dm.db", SqliteAddress(Path("var/dm.db"))),
        ("sqlite:////var/dm.db", SqliteAddress(Path("/var/dm.db"))),
        ("firestore://shop/(default)", FirestoreAddress("shop", "(default)")),
    ],
)
def test_a_job_store_is_a_file_or_a_database_of_a_project(setting: str, address: StoreAddress) -> None:
    assert store_address(setting) == address


@pytest.mark.parametrize(
    "setting", ["", "dm.db", "sqlite:///", "firestore://shop", "firestore://shop/a/b", "mysql://a"]
)
def test_what_means_no_job_store_is_refused_with_the_two_forms(setting: str) -> None:
    with pytest.raises(BadSetting, match=r"DM_STORE is .* sqlite:///var/draftmaker.db or firestore://PROJECT/DATABASE"):
        store_address(setting)


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("file:var/files", FolderAddress(Path("var/files"))),
        ("gs://bucket", CloudAddress("gs://bucket")),
        ("gs://bucket/draft-maker/", CloudAddress("gs://bucket/draft-maker")),
    ],
)
def test_a_file_store_is_a_folder_or_part_of_a_bucket(setting: str, address: FilesAddress) -> None:
    assert files_address(setting) == address


@pytest.mark.parametrize("setting", ["", "file:", "var/files", "gs://", "gs:///x", "gs://bucket/../x", "s3://bucket"])
def test_what_means_no_file_store_is_refused_with_the_two_forms(setting: str) -> None:
    with pytest.raises(BadSetting, match=r"DM_FILES is .* file:var/files or gs://BUCKET/PREFIX"):
        files_address(setting)


@pytest.mark.parametrize(
    ("files", "named", "jobs", "photos"),
    [
        ("file:var/files", "", frozenset(), frozenset()),
        ("file:var/files", "a, b", frozenset("ab"), frozenset()),
        ("gs://home/here", "", frozenset({"home"}), frozenset()),
        ("gs://home", "a,,b ", frozenset("ab"), frozenset("ab")),
    ],
)
def test_buckets_that_are_not_named_are_the_home_of_the_files_or_any_on_a_laptop(
    files: str, named: str, jobs: frozenset[str], photos: frozenset[str]
) -> None:
    settings = Settings(_env_file=None, DM_FILES=files, DM_BUCKETS=named, DM_PUBLIC_BUCKETS=named)
    assert (settings.job_buckets, settings.photo_buckets) == (jobs, photos)
