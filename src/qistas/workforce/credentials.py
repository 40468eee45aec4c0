"""The form of our secrets. Only their SHA-256 is ever stored: they are random, so a slow hash would add nothing."""

import hashlib
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIX = "qst_"
BODY = 30  # base62 characters: 178 random bits
CHECK = 6  # base62 characters hold any CRC-32


def new_secret() -> str:
    """A secret of 256 random bits, safe in a URL and a cookie."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored in place of `secret`."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def new_token() -> str:
    """A new API token: `qst_`, 30 random base62 characters, and their CRC-32 in base62.

    The checksum lets a scanner of leaked secrets, or our own door, tell a real token from look-alikes without asking the database.
    """
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(BODY))
    return body + checksum(body)


def checksum(body: str) -> str:
    """The CRC-32 of `body` as six base62 characters."""
    number = zlib.crc32(body.encode("utf-8", "surrogatepass"))
    digits = ""
    for _ in range(CHECK):
        number, digit = divmod(number, 62)
        digits = ALPHABET[digit] + digits
    return digits


def is_token(text: str) -> bool:
    """Whether `text` has the form and the checksum of an API token."""
    if len(text) != len(PREFIX) + BODY + CHECK or not text.startswith(PREFIX):
        return False
    body, check = text[:-CHECK], text[-CHECK:]
    return all(c in ALPHABET for c in body[len(PREFIX) :]) and secrets.compare_digest(
        check.encode("utf-8", "replace"), checksum(body).encode()
    )
