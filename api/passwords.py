"""Passwords: argon2id hashes, made and compared on threads, at most two at a time.

A comparison takes tens of milliseconds and 64 MiB, so the event loop must not do it and a flood
of them must not take the machine's memory. For whoever has no password the same work is done.
"""

import asyncio
import functools
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import argon2
from msgspec import Meta

SHORTEST, LONGEST = 12, 128
"""Characters of a password."""

NewPassword = Annotated[str, Meta(min_length=SHORTEST, max_length=LONGEST)]
"""A password to be set."""

HASHER = argon2.PasswordHasher()

_threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")


async def hash_password(password: str) -> str:
    """What is stored of a password."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, HASHER.hash, _plain(password))


async def fits(password: str, stored: str) -> bool:
    """Whether `password` is the one `stored` was made of; never for an empty `stored`."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _fits, password, stored)


def is_dated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return HASHER.check_needs_rehash(stored)


def _fits(password: str, stored: str) -> bool:
    try:
        return HASHER.verify(stored or _nobodys(), _plain(password))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


@functools.cache
def _nobodys() -> str:
    return HASHER.hash(secrets.token_bytes(32))


def _plain(password: str) -> bytes:
    """The same bytes whichever keyboard it was typed on."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
