"""Imported by the fork server before its first child: what takes long is there for all of them."""

from pipeline import chain, language

STAGES = chain.CHAIN
MODEL = language.loaded()
