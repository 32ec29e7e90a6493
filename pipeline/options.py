"""What a person chooses for a run."""

from typing import Annotated

import msgspec
from msgspec import Meta

from db.status import Granularity

LANGUAGE = {"rule": "a code of two small letters such as en"}
"""The pattern of a language in words."""


class RunOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Options of a run, stored with it. Words are per article, images are in-article ones.

    `granularity` is how fine keywords are clustered: a page for each `need` or `topic`, or `broad`.
    """

    granularity: Granularity = Granularity.NEED
    ideas_per_cluster: Annotated[int, Meta(ge=1, le=10)] = 2
    target_words: Annotated[int, Meta(ge=200, le=5000)] = 1000
    images_per_article: Annotated[int, Meta(ge=0, le=10)] = 2
    language: Annotated[str, Meta(pattern=r"^[a-z]{2}$", max_length=2, extra=LANGUAGE)] = "en"
