"""Tables of what is written: tasks, articles and their images."""

from piccolo.columns import (
    JSONB,
    BigInt,
    Boolean,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from db.columns import primary_key
from db.status import ContentStatus, GenerationStatus, TaskStatus
from db.tables.accounts import Account
from db.tables.planning import Cluster, ContentIdea


class Task(Table):
    """A writer task carrying the whole plan of its idea; stage 4 writes from it, 7 checks it."""

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    idea_id = ForeignKey(ContentIdea, on_delete=OnDelete.cascade, null=False, unique=True)
    cluster_id = ForeignKey(Cluster, on_delete=OnDelete.cascade, null=False)
    title = Varchar(length=300)
    summary = Text(default="")
    outline = JSONB(default="[]")
    primary_keyword = Varchar(length=200)
    secondary_keywords = JSONB(default="[]")
    content_type = Varchar(length=40)
    target_words = Integer()
    language = Varchar(length=20, default="en")
    demo = Boolean(default=False)
    status = Varchar(length=20, default=TaskStatus.QUEUED, choices=TaskStatus)
    generation_status = Varchar(
        length=20, default=GenerationStatus.PENDING, choices=GenerationStatus
    )
    version = BigInt(default=1)
    edited_version = BigInt(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())


class Content(Table):
    """An article. `body` is Markdown; `review` is the report of the final review.

    `reviewed_as` is the fingerprint of what the report is about (db/articles.py): where the article
    has another one now, the report is outdated. `approved_by` is the email of who approved it.
    """

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    task_id = ForeignKey(Task, on_delete=OnDelete.cascade, null=False, unique=True)
    title = Varchar(length=300)
    slug = Varchar(length=120)
    meta_title = Varchar(length=200)
    meta_description = Varchar(length=400)
    excerpt = Text(default="")
    body = Text(default="")
    word_count = Integer()
    language = Varchar(length=20, default="en")
    demo = Boolean(default=False)
    status = Varchar(length=20, default=ContentStatus.DRAFT, choices=ContentStatus)
    review = JSONB(null=True, default=None)
    reviewed_as = Varchar(length=32, null=True, default=None)
    approved_at = Timestamptz(null=True, default=None)
    approved_by = Varchar(length=254, null=True, default=None)
    generation_status = Varchar(
        length=20, default=GenerationStatus.PENDING, choices=GenerationStatus
    )
    version = BigInt(default=1)
    edited_version = BigInt(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())

    unique_slug = Unique(["account_id", "slug"], name="content_unique_slug")


class Image(Table):
    """An image of an article: its prompt, and its file once it is drawn.

    `path` is relative to the media store; width and height are pixels, size is bytes, `digest` is
    the SHA-256 of the file, in hexadecimal.
    """

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    content_id = ForeignKey(Content, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(length=20)
    position = SmallInt()
    section = Varchar(length=300, default="")
    prompt = Text()
    alt = Varchar(length=300)
    path = Varchar(length=300, null=True, default=None)
    width = Integer(null=True, default=None)
    height = Integer(null=True, default=None)
    size = Integer(null=True, default=None)
    digest = Varchar(length=64, null=True, default=None)
    demo = Boolean(default=False)
    generation_status = Varchar(
        length=20, default=GenerationStatus.PENDING, choices=GenerationStatus
    )
    version = BigInt(default=1)
    edited_version = BigInt(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())

    one_per_place = Unique(["content_id", "kind", "position"], name="image_unique_place")
