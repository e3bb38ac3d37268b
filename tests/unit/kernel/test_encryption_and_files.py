"""Encrypted values name their algorithm; files are kept once, by content."""

from __future__ import annotations

import hashlib
import io

import pytest

from zhike.kernel.encryption import Keyring, secret_file
from zhike.kernel.files import FileStore
from zhike.kernel.ids import uuid7

RING = Keyring(bytes(range(32)))


def test_encryption_differs_each_time_and_reads_back():
    first, second = RING.encrypt("310101199001011234"), RING.encrypt("310101199001011234")
    assert first != second
    assert first.startswith("aes256gcm:1:")
    assert RING.decrypt(first) == RING.decrypt(second) == "310101199001011234"


def test_another_key_reads_nothing():
    with pytest.raises(Exception):  # noqa: B017 (the cipher's own error)
        Keyring(bytes(32)).decrypt(RING.encrypt("secret"))


def test_digests_answer_equality_within_one_purpose_only():
    assert RING.digest("1234", "tail") == RING.digest("1234", "tail")
    assert RING.digest("1234", "tail") != RING.digest("1234")


def test_digests_stay_the_same_over_releases():
    """Hashes lie in two stores; another one for the same number would part a customer from himself."""
    assert RING.digest("31010119900101123x") == "c2c418337126408c933970dc54209a6a"
    assert RING.digest("123x", "tail") == "b1484e7bafc55f489ce9c45ad75d73e5"


def test_a_secret_is_made_once_for_its_owner_only(tmp_path):
    path = tmp_path / "secrets" / "key"
    first = secret_file(path)
    assert (len(first), secret_file(path)) == (32, first)
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_is_kept_once_by_its_content(tmp_path):
    store = FileStore(tmp_path)
    name = store.put(io.BytesIO(b"abc"))
    assert name == hashlib.sha256(b"abc").hexdigest()
    assert store.put(io.BytesIO(b"abc")) == name
    assert store.open(name).read() == b"abc"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_uids_are_version_7_and_grow():
    made = [uuid7() for _n in range(100)]
    assert {uid.version for uid in made} == {7}
    assert len(set(made)) == 100
    assert [uid.int >> 80 for uid in made] == sorted(uid.int >> 80 for uid in made)
