"""API tokens: what they look like, and what is stored of them."""

import hashlib
import secrets

PREFIX = "igny8_"
"""Starts every token, so that a leaked one is recognised for what it is."""


def new_token() -> str:
    """A fresh token of 256 random bits: shown once, then only its hash is kept."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What is stored of a token. It has too many bits to be guessed, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).digest()
