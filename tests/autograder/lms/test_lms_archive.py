"""An archive is data: whatever is wrong with it is a reason in a row, and nothing is unpacked."""

import io
import os
import struct
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from support.lms_archives import write_zip, zipped

from autograder.lms.archive import Bounds, Entry, Refused, walk

NOTEBOOK = b'{"cells": []}'
SMALL = Bounds(entries=50, member=2_000_000, nested=2_000_000, total=3_000_000)


def found(path: Path, bounds: Bounds = SMALL) -> tuple[dict[str, bytes], dict[str, str]]:
    """What is read and what is refused, by path."""
    everything = list(walk(path, bounds))
    entries = {"/".join(one.parts): one.content for one in everything if isinstance(one, Entry)}
    return entries, {one.where: one.reason for one in everything if isinstance(one, Refused)}


def archive_of(path: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # two entries of one name are wanted here
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../../evil.ipynb", "leads out"),
        ("a/../../evil.ipynb", "leads out"),
        ("..\\..\\evil.ipynb", "leads out"),
        ("/etc/evil.ipynb", "absolute"),
        ("C:/evil.ipynb", "absolute"),
        ("C:\\evil.ipynb", "absolute"),
        ("a//evil.ipynb", "can't be used"),
        ("\u202eevil.ipynb", "can't be used"),
        ("new\nline.ipynb", "can't be used"),
        ("x" * 600 + ".ipynb", "can't be used"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_and_the_rest_is_read(
    tmp_path: Path, name: str, reason: str
) -> None:
    path = archive_of(tmp_path / "a.zip", (name, NOTEBOOK), ("good.ipynb", NOTEBOOK))

    entries, refused = found(path)

    assert entries == {"good.ipynb": NOTEBOOK}
    assert [reason in text for text in refused.values()] == [True]
    assert sorted(tmp_path.iterdir()) == [path]


def test_links_are_refused_in_zips_and_in_folders(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = 0o120777 << 16
    path = archive_of(tmp_path / "a.zip", (link, b"/etc/passwd"))
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret.ipynb").write_bytes(NOTEBOOK)
    (folder / "link.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "elsewhere").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.ipynb")

    assert found(path) == ({}, {"link.ipynb": "It is a link."})
    entries, refused = found(folder)
    assert entries == {}
    assert set(refused) == {"link.ipynb", "elsewhere", "pipe.ipynb"}


def test_a_bomb_is_refused_before_it_is_read_and_also_when_it_lies_about_its_size(
    tmp_path: Path,
) -> None:
    zeros = bytes(1_900_000)
    honest = archive_of(tmp_path / "honest.zip", ("bomb.ipynb", zeros))
    lying = tmp_path / "lying.zip"
    data = bytearray(honest.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 100)  # the size that the list of entries claims
    lying.write_bytes(data)
    large = archive_of(tmp_path / "large.zip", ("a.ipynb", os.urandom(2_000_001)))

    assert "zip bomb" in found(honest)[1]["bomb.ipynb"]
    entries, refused = found(lying)
    assert len(entries.get("bomb.ipynb", b"")) <= 100
    assert "larger than 2 MB" in found(large)[1]["a.ipynb"]
    assert len(refused) + len(entries) == 1


def test_many_files_and_much_in_all_are_refused(tmp_path: Path) -> None:
    many = write_zip(tmp_path / "many.zip", {f"{n}.ipynb": b"" for n in range(51)})
    listed = write_zip(tmp_path / "listed.zip", {f"{'x' * 300}{n}": b"" for n in range(100)})
    much = write_zip(tmp_path / "much.zip", {f"{n}.ipynb": os.urandom(1_600_000) for n in range(2)})

    assert "more than 50 files" in found(many)[1]["the archive"]
    assert "lists more than 50 files" in found(listed)[1]["the archive"]
    entries, refused = found(much)
    assert set(entries) == {"0.ipynb"}
    assert "as a whole" in refused["1.ipynb"]


def test_zips_in_zips_are_opened_but_not_without_end(tmp_path: Path) -> None:
    content = zipped({"deep.ipynb": NOTEBOOK})
    for level in (3, 2):
        content = zipped({f"{level}.zip": content, f"{level}.ipynb": NOTEBOOK})
    path = tmp_path / "1.zip"
    path.write_bytes(content)

    entries, refused = found(path)
    shallow, deeper = found(path, replace(SMALL, depth=2))

    assert set(entries) == {"2.ipynb", "2.zip/3.ipynb", "2.zip/3.zip/deep.ipynb"}
    assert refused == {}
    assert set(shallow) == {"2.ipynb", "2.zip/3.ipynb"}
    assert deeper == {"2.zip/3.zip": "Zips are opened 2 deep, not deeper."}


def test_two_entries_of_one_name_are_both_refused(tmp_path: Path) -> None:
    path = archive_of(
        tmp_path / "a.zip", ("a.ipynb", NOTEBOOK), ("a.ipynb", b"other"), ("b.ipynb", NOTEBOOK)
    )

    entries, refused = found(path)

    assert set(entries) == {"b.ipynb"}
    assert "2 entries" in refused["a.ipynb"]


def test_encrypted_damaged_and_foreign_files_are_refused_with_their_reason(tmp_path: Path) -> None:
    plain = zipped({"a.ipynb": NOTEBOOK * 50})
    encrypted = bytearray(plain)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.find(mark) + at] |= 1
    damaged = bytearray(plain)
    damaged[45] ^= 0xFF
    files = {
        "encrypted.zip": bytes(encrypted),
        "damaged.zip": bytes(damaged),
        "cut.zip": plain[: len(plain) // 2],
        "text.zip": b"no zip at all",
        "empty.zip": b"",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        entries, refused = found(tmp_path / name)
        assert entries == {}, name
        assert len(refused) == 1, name
    assert "encrypted" in found(tmp_path / "encrypted.zip")[1]["a.ipynb"]
    assert "damaged" in found(tmp_path / "damaged.zip")[1]["a.ipynb"]


def test_names_are_utf_8_also_where_the_zip_does_not_say_so(tmp_path: Path) -> None:
    data = bytearray(zipped({"דנה כהן.ipynb": NOTEBOOK}))
    for mark, at in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        data[data.find(mark) + at] &= ~0x08
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() != ["דנה כהן.ipynb"]

    assert set(found(path)[0]) == {"דנה כהן.ipynb"}


def test_clutter_of_systems_is_no_row_and_other_files_are_told_apart(tmp_path: Path) -> None:
    path = write_zip(
        tmp_path / "a.zip",
        {
            "__MACOSX/._a.ipynb": b"x",
            ".ipynb_checkpoints/a-checkpoint.ipynb": b"x",
            ".DS_Store": b"x",
            "essay.pdf": b"x",
        },
    )

    refused = [one for one in walk(path, SMALL) if isinstance(one, Refused)]
    assert [one.clutter for one in refused] == [True, True, True, False]
    assert refused[-1].where == "essay.pdf"
