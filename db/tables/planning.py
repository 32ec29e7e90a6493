"""Tables of the plan: clusters, keywords and ideas for articles."""

from piccolo.columns import (
    JSONB,
    BigInt,
    Boolean,
    DoublePrecision,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from db.columns import primary_key
from db.status import GenerationStatus, IdeaStatus, PlanningStatus
from db.tables.accounts import Account
from db.tables.runs import AutomationRun


class Cluster(Table):
    """Keywords that one page can serve. `key` is the normalised name."""

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=200)
    key = Varchar(length=200)
    intent = Varchar(length=40, null=True, default=None)
    locked = Boolean(default=False)
    demo = Boolean(default=False)
    status = Varchar(length=20, default=PlanningStatus.NEW, choices=PlanningStatus)
    generation_status = Varchar(
        length=20, default=GenerationStatus.PENDING, choices=GenerationStatus
    )
    version = BigInt(default=1)
    edited_version = BigInt(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())

    unique_name = Unique(["account_id", "key"], name="cluster_unique_name")


class Keyword(Table):
    """A search keyword with what is known of it; null is unknown, never 0. `key` is normalised."""

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    text = Varchar(length=200)
    key = Varchar(length=200)
    country = Varchar(length=60, default="")
    volume = Integer(null=True, default=None)
    difficulty = DoublePrecision(null=True, default=None)
    cpc = DoublePrecision(null=True, default=None)
    intent = Varchar(length=40, null=True, default=None)
    cluster_id = ForeignKey(Cluster, on_delete=OnDelete.set_null, null=True, default=None)
    placed_by = Varchar(length=20, null=True, default=None)
    status = Varchar(length=20, default=PlanningStatus.NEW, choices=PlanningStatus)
    generation_status = Varchar(
        length=20, default=GenerationStatus.PENDING, choices=GenerationStatus
    )
    version = BigInt(default=1)
    edited_version = BigInt(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())

    unique_text = Unique(["account_id", "country", "key"], name="keyword_unique_text")


class ContentIdea(Table, tablename="content_idea"):
    """A planned article: outline (list of {heading, notes}), keywords, type and length."""

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    cluster_id = ForeignKey(Cluster, on_delete=OnDelete.cascade, null=False)
    run_id = ForeignKey(AutomationRun, on_delete=OnDelete.set_null, null=True, default=None)
    title = Varchar(length=300)
    key = Varchar(length=300)
    summary = Text(default="")
    outline = JSONB(default="[]")
    primary_keyword = Varchar(length=200)
    secondary_keywords = JSONB(default="[]")
    content_type = Varchar(length=40)
    target_words = Integer()
    language = Varchar(length=20, default="en")
    demo = Boolean(default=False)
    status = Varchar(length=20, default=IdeaStatus.NEW, choices=IdeaStatus)
    generation_status = Varchar(
        length=20, default=GenerationStatus.PENDING, choices=GenerationStatus
    )
    version = BigInt(default=1)
    edited_version = BigInt(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())

    unique_title = Unique(["cluster_id", "key"], name="content_idea_unique_title")
