"""Images as the API shows them: what is read of a row, and the structs that go out and in."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.editing import Version
from api.paging import ARRIVAL, Listing, Sort
from api.texts import FILLED, ONE_LINE
from db.status import GenerationStatus, ImageKind
from pipeline.illustrating import LEAST_ALT, MOST_ALT, MOST_PROMPT

IMAGES = Listing(
    table="image",
    noun="image",
    columns="r.id, r.version, r.created_at, r.updated_at, r.generation_status, r.content_id,"
    " (select c.title from content c where c.id = r.content_id) as content_title,"
    " r.kind, r.position, r.section, r.prompt, r.alt, r.path is not null as drawn,"
    " r.width, r.height, r.size, r.digest, r.demo",
    sorts={
        "created_at": ARRIVAL,
        "alt": Sort("r.alt", str),
        "updated_at": Sort("r.updated_at", datetime),
    },
    search=("r.prompt", "r.alt", "r.section"),
)
Order = Literal["created_at", "-created_at", "alt", "-alt", "updated_at", "-updated_at"]

DRAWN = "id is not null and (r.path is not null)"
"""A filter that is more than a column: SQL behind `r.` and before `= value`."""


class ImageRow(msgspec.Struct, frozen=True, kw_only=True):
    """An image of an article; `drawn` says whether it has a file, at `/images/{id}/file`.

    `digest` changes with each new drawing. Width and height are pixels, size is bytes.
    """

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    generation_status: GenerationStatus
    content_id: UUID
    content_title: str
    kind: ImageKind
    position: int
    section: str
    prompt: str
    alt: str
    drawn: bool
    width: int | None
    height: int | None
    size: int | None
    digest: str | None
    demo: bool


class ImagePage(msgspec.Struct, frozen=True):
    """Some images."""

    items: list[ImageRow]
    next: str | None


class EditImage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of an image; what is left out stays."""

    version: Version
    prompt: (
        Annotated[str, Meta(min_length=1, max_length=MOST_PROMPT, pattern=FILLED)] | UnsetType
    ) = UNSET
    alt: (
        Annotated[str, Meta(min_length=LEAST_ALT, max_length=MOST_ALT, pattern=ONE_LINE)]
        | UnsetType
    ) = UNSET
