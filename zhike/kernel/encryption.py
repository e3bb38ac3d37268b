"""Encryption of personal numbers: by the application, algorithm named in the value, key from outside.

A value reads `algorithm:key id:base64`. Another algorithm (SM4) is another name in `_CIPHERS`; old values stay
readable. Equality and last digits are answered by keyed hashes, so nothing needs to be decrypted to search.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_ALGORITHM = "aes256gcm"


class Keyring:
    """The encryption key and the hash key of one installation."""

    def __init__(self, secret: bytes, key_id: str = "1") -> None:
        if len(secret) < 32:
            raise ValueError("the encryption secret needs at least 32 bytes")
        self._key_id = key_id
        self._cipher = AESGCM(_derive(secret, b"encrypt"))
        self._hash_key = _derive(secret, b"hash")

    def encrypt(self, text: str) -> str:
        """Return `text` encrypted; the same text gives another value each time."""
        nonce = os.urandom(12)
        sealed = self._cipher.encrypt(nonce, text.encode(), None)
        return f"{_ALGORITHM}:{self._key_id}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, value: str) -> str:
        """Return the text of an encrypted `value`; raises ValueError for a value of another ring."""
        algorithm, key_id, body = value.split(":", 2)
        if algorithm != _ALGORITHM or key_id != self._key_id:
            raise ValueError(f"no key for {algorithm}:{key_id}")
        raw = base64.b64decode(body)
        return self._cipher.decrypt(raw[:12], raw[12:], None).decode()

    def digest(self, text: str, purpose: str = "") -> str:
        """Return a keyed hash (128 bits, hexadecimal) for equality on `text` within `purpose`."""
        message = f"{purpose}\x1f{text}".encode()
        return hmac.digest(self._hash_key, message, "sha256").hex()[:32]


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, b"zhike:" + purpose, hashlib.sha256).digest()


@functools.cache
def keyring() -> Keyring:
    """Return the installation's keyring: `ZHIKE_KEY` (hexadecimal), else the key file of `ZHIKE_HOME`."""
    given = os.environ.get("ZHIKE_KEY")
    if given:
        return Keyring(bytes.fromhex(given))
    return Keyring(secret_file(Path(os.environ.get("ZHIKE_HOME", "var")) / "secrets" / "encryption.key"))


def secret_file(path: Path) -> bytes:
    """Return the secret stored at `path`, made on first use, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return bytes.fromhex(path.read_text())
        with os.fdopen(descriptor, "w") as file:
            file.write(os.urandom(32).hex())
    return bytes.fromhex(path.read_text())
