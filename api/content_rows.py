"""Articles as the API shows them: what is read of a row, and the structs that go out and in."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.editing import Version
from api.image_rows import ImageRow
from api.paging import ARRIVAL, Listing, Sort
from api.texts import PLAIN, SLUG, Line200, Line300
from db.articles import MOST_SLUG, fingerprint
from db.status import ContentStatus, GenerationStatus
from pipeline.review import Check, Reason

MOST_BODY = 100_000
"""Characters of a body: three times the longest article that is written here. Rendering takes up to
some seconds for Markdown that is made to be slow, so not many more."""

CONTENT = Listing(
    table="content",
    noun="article",
    columns=f"""r.id, r.version, r.created_at, r.updated_at, r.generation_status, r.status,
        r.title, r.slug, r.meta_title, r.meta_description, r.excerpt, r.word_count, r.language,
        r.demo, r.approved_at, r.approved_by, r.task_id,
        (select jsonb_build_object('id', t.id, 'title', t.title, 'content_type', t.content_type,
            'primary_keyword', t.primary_keyword, 'target_words', t.target_words,
            'cluster_id', t.cluster_id, 'cluster_name', k.name)
         from task t join cluster k on k.id = t.cluster_id where t.id = r.task_id) as task,
        (select jsonb_build_object('total', count(*), 'drawn', count(i.path))
         from image i where i.content_id = r.id) as image_counts,
        case when r.review is not null then jsonb_build_object(
            'result', r.review -> 'result',
            'reasons', jsonb_array_length(r.review -> 'reasons'),
            'outdated', r.reviewed_as is distinct from {fingerprint("r")}) end as review""",
    sorts={
        "created_at": ARRIVAL,
        "title": Sort("r.title", str),
        "word_count": Sort("r.word_count", int),
        "updated_at": Sort("r.updated_at", datetime),
    },
    search=("r.title", "r.slug"),
)
Order = Literal[
    "created_at",
    "-created_at",
    "title",
    "-title",
    "word_count",
    "-word_count",
    "updated_at",
    "-updated_at",
]

OF_CLUSTER = "id is not null and (select t.cluster_id from task t where t.id = r.task_id)"
OF_RESULT = "review ->> 'result'"
"""Filters of a list that are more than a column: SQL behind `r.` and before `= value`."""


class TaskOfArticle(msgspec.Struct, frozen=True, kw_only=True):
    """What an article was written from."""

    id: UUID
    title: str
    content_type: str
    primary_keyword: str
    target_words: int
    cluster_id: UUID
    cluster_name: str


class ImageCounts(msgspec.Struct, frozen=True):
    """How many images an article has, and how many of them are drawn."""

    total: int
    drawn: int


class ReviewSummary(msgspec.Struct, frozen=True):
    """The result of the final review and how many reasons keep the article from being ready.

    `outdated`: the texts or images have changed since; review the article again.
    """

    result: Literal["ready", "needs_attention"]
    reasons: int
    outdated: bool


class ReviewReport(msgspec.Struct, frozen=True, kw_only=True):
    """Every check with its value, limit and verdict, and the reasons with the step that mends."""

    version: int
    result: Literal["ready", "needs_attention"]
    reasons: list[Reason]
    checks: list[Check]


class ContentRow(msgspec.Struct, frozen=True, kw_only=True):
    """An article without its body. `approved_by` is the email of who approved it."""

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    generation_status: GenerationStatus
    status: ContentStatus
    title: str
    slug: str
    meta_title: str
    meta_description: str
    excerpt: str
    word_count: int
    language: str
    demo: bool
    approved_at: datetime | None
    approved_by: str | None
    task_id: UUID
    task: TaskOfArticle
    image_counts: ImageCounts
    review: ReviewSummary | None


class Content(ContentRow, frozen=True, kw_only=True):
    """An article as a whole: Markdown body, the report of its review, its images."""

    body: str
    report: ReviewReport | None
    images: list[ImageRow]


class ContentPage(msgspec.Struct, frozen=True):
    """Some articles."""

    items: list[ContentRow]
    next: str | None


Slug = Annotated[str, Meta(min_length=1, max_length=MOST_SLUG, pattern=SLUG)]
Body = Annotated[str, Meta(max_length=MOST_BODY, pattern=PLAIN)]


class EditContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of an article; what is left out stays. `body` is Markdown."""

    version: Version
    title: Line300 | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    meta_title: Line200 | UnsetType = UNSET
    meta_description: Line300 | UnsetType = UNSET
    excerpt: Annotated[str, Meta(max_length=2000, pattern=PLAIN)] | UnsetType = UNSET
    body: Body | UnsetType = UNSET


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The version of the article that is meant to be moved."""

    version: Version


class Preview(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Markdown to show."""

    body: Body


class Html(msgspec.Struct, frozen=True):
    """HTML that is safe to show: no scripts, styles, raw HTML or odd addresses."""

    html: str
