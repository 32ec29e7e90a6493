"""Keywords, clusters and ideas over HTTP: rows, pages, and what makes or changes them.

In a change, a field that is left out stays as it is; null, where it is allowed, empties it.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.editing import SkippedRow, Version
from api.paging import MAX_SELECTION
from api.texts import LOCALE, NO_LINE, Line40, Line200, Line300, Note
from db.status import GenerationStatus, IdeaStatus, PlacedBy, PlanningStatus
from pipeline.importing import MAX_COUNTRY
from pipeline.planning import LEAST_WORDS, MOST_SECONDARY, MOST_SECTIONS, MOST_WORDS, ContentType

Intent = Literal["informational", "commercial", "transactional", "navigational"]
Country = Annotated[str, Meta(max_length=MAX_COUNTRY, pattern=NO_LINE)]
Volume = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Difficulty = Annotated[float, Meta(ge=0, le=100)]
Price = Annotated[float, Meta(ge=0, le=1_000_000)]


class KeywordRow(msgspec.Struct, frozen=True, kw_only=True):
    """A keyword of the account; null is unknown."""

    id: UUID
    version: int
    text: str
    country: str
    volume: int | None
    difficulty: float | None
    cpc: float | None
    intent: str | None
    cluster_id: UUID | None
    cluster_name: str | None
    placed_by: PlacedBy | None
    status: PlanningStatus
    generation_status: GenerationStatus
    created_at: datetime
    updated_at: datetime


class KeywordPage(msgspec.Struct, frozen=True):
    """Some keywords."""

    items: list[KeywordRow]
    next: str | None


class NewKeyword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A keyword to add; what is left out is unknown."""

    text: Line200
    country: Country = ""
    volume: Volume | None = None
    difficulty: Difficulty | None = None
    cpc: Price | None = None
    intent: Intent | None = None


class EditKeyword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a keyword."""

    version: Version
    text: Line200 | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    volume: Volume | UnsetType | None = UNSET
    difficulty: Difficulty | UnsetType | None = UNSET
    cpc: Price | UnsetType | None = UNSET
    intent: Intent | UnsetType | None = UNSET


class MoveKeywords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keywords to put into a cluster, or with null into none."""

    ids: Annotated[list[UUID], Meta(min_length=1, max_length=MAX_SELECTION)]
    cluster_id: UUID | None


class Moved(msgspec.Struct, frozen=True):
    """How many keywords are in the cluster now, and which could not be put there."""

    moved: int
    skipped: list[SkippedRow]


class ClusterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster with how many keywords and ideas it has. A locked one keeps its keywords."""

    id: UUID
    version: int
    name: str
    intent: str | None
    locked: bool
    keyword_count: int
    idea_count: int
    demo: bool
    status: PlanningStatus
    generation_status: GenerationStatus
    created_at: datetime
    updated_at: datetime


class ClusterPage(msgspec.Struct, frozen=True):
    """Some clusters."""

    items: list[ClusterRow]
    next: str | None


class NewCluster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cluster to make."""

    name: Line200
    intent: Line40 | None = None
    locked: bool = False


class EditCluster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a cluster."""

    version: Version
    name: Line200 | UnsetType = UNSET
    intent: Line40 | UnsetType | None = UNSET
    locked: bool | UnsetType = UNSET


class MergeClusters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Clusters whose keywords and ideas go over `into`; they are gone then."""

    into: UUID
    ids: Annotated[list[UUID], Meta(min_length=1, max_length=1000)]


class DuplicateIdea(msgspec.Struct, frozen=True):
    """An idea whose title the other ideas already had.

    It was dropped if nothing was made of it, else it goes on under another title.
    """

    id: UUID
    title: str
    outcome: Literal["dropped", "renamed"]
    new_title: str | None = None


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge did: `merged` clusters are gone, their keywords and ideas are in `cluster`."""

    cluster: ClusterRow
    merged: int
    keywords: int
    ideas: int
    duplicates: list[DuplicateIdea]
    skipped: list[SkippedRow]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section of a planned article, and what it must contain."""

    heading: Line300
    notes: Note = ""


class PlannedSection(msgspec.Struct, frozen=True):
    """A section as it is planned."""

    heading: str
    notes: str = ""


class IdeaRow(msgspec.Struct, frozen=True, kw_only=True):
    """A planned article. `task_id` is the task it has become, if it has."""

    id: UUID
    version: int
    cluster_id: UUID
    cluster_name: str
    task_id: UUID | None
    title: str
    summary: str
    outline: list[PlannedSection]
    primary_keyword: str
    secondary_keywords: list[str]
    content_type: str
    target_words: int
    language: str
    demo: bool
    status: IdeaStatus
    generation_status: GenerationStatus
    created_at: datetime
    updated_at: datetime


class IdeaPage(msgspec.Struct, frozen=True):
    """Some ideas."""

    items: list[IdeaRow]
    next: str | None


Outline = Annotated[list[Section], Meta(min_length=1, max_length=MOST_SECTIONS)]
Secondary = Annotated[list[Line200], Meta(max_length=MOST_SECONDARY)]
TargetWords = Annotated[int, Meta(ge=LEAST_WORDS, le=MOST_WORDS)]
Language = Annotated[str, Meta(pattern=LOCALE, max_length=20)]


class EditIdea(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of an idea, its plan included."""

    version: Version
    title: Line300 | UnsetType = UNSET
    summary: Note | UnsetType = UNSET
    outline: Outline | UnsetType = UNSET
    primary_keyword: Line200 | UnsetType = UNSET
    secondary_keywords: Secondary | UnsetType = UNSET
    content_type: ContentType | UnsetType = UNSET
    target_words: TargetWords | UnsetType = UNSET
    language: Language | UnsetType = UNSET
