"""Secrets that stand for a person: API tokens, sessions, sign-in links, and what is stored of them.

Each has 256 random bits, far too many to be guessed, so that its SHA-256 is all that is kept and
all that is needed to find it again.
"""

import hashlib
import secrets

PREFIX = "igny8_"
"""Starts every API token, so that a leaked one is recognised for what it is."""


def new_token() -> str:
    """A fresh API token: shown once, then only its hash is kept."""
    return PREFIX + new_secret()


def new_secret() -> str:
    """A fresh secret for a session's cookie or a sign-in link."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    """What is stored of a token, session or link."""
    return hashlib.sha256(secret.encode()).digest()
