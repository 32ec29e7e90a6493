"""All tables, in the order in which rows are born.

Every business row carries its account and every query filters by it. The unique constraints make
saving repeatable: the same outcome saved twice changes nothing. Composite and partial indexes,
CHECK constraints and triggers stand in the migrations, because Piccolo does not generate them.
Of a business row `version` rises by one with each real change, whoever makes it: a trigger's work.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    DoublePrecision,
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
from db.status import (
    ContentStatus,
    GenerationStatus,
    IdeaStatus,
    PlanningStatus,
    Role,
    RunOrder,
    RunStatus,
    StageStatus,
    TaskStatus,
)


class Account(Table):
    """A tenant. `balance` is what can still be spent: the sum of `credit_entry.amount`."""

    id = primary_key()
    name = Varchar(length=100, unique=True)
    balance = BigInt(default=0)
    created_at = Timestamptz(default=TimestamptzNow())


class User(Table, tablename="app_user"):
    """A person who signs in; `password_hash` is argon2, empty while there is no password."""

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    email = Varchar(length=254, unique=True)
    password_hash = Varchar(length=200, secret=True)
    role = Varchar(length=20, default=Role.MEMBER, choices=Role)
    created_at = Timestamptz(default=TimestamptzNow())


class ApiToken(Table, tablename="api_token"):
    """A key for scripts, shown once and stored as its SHA-256."""

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    user_id = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=100)
    hash = Bytea(unique=True, secret=True)
    created_at = Timestamptz(default=TimestamptzNow())
    used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class Session(Table, tablename="user_session"):
    """A signed-in browser; its cookie is stored as a SHA-256. Signing out deletes the row.

    `used_at` is right to the hour; how long a session lasts stands in api/auth.py. `by_link` lets
    its user set a password without knowing the old one, for a while.
    """

    id = primary_key()
    user_id = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    hash = Bytea(unique=True, secret=True)
    by_link = Boolean(default=False)
    created_at = Timestamptz(default=TimestamptzNow())
    used_at = Timestamptz(default=TimestamptzNow())


class SignInLink(Table, tablename="sign_in_link"):
    """A link that signs in once, stored as a SHA-256. Using it deletes the row."""

    id = primary_key()
    user_id = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    hash = Bytea(unique=True, secret=True)
    created_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(default=None, null=False)


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
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())

    unique_text = Unique(["account_id", "country", "key"], name="keyword_unique_text")


class AutomationRun(Table, tablename="automation_run"):
    """One execution over stages first_stage to last_stage: the automation or one function.

    `version` rises with every change of status, so that a late copy of an old one is recognised.
    `selection` is the list of row ids that were chosen, once `prepared` in the order to work in;
    `selected` is how many they are, so that nobody reads a long list to count it.
    `revived_at` is set by a retry in a cancelled run: only what is done from then on flows on.
    `stage_n_result` is written when stage n closes: counts, seconds, credits, message.
    """

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    first_stage = SmallInt(default=1)
    last_stage = SmallInt(default=7)
    order = Varchar(length=20, default=RunOrder.STAGE_BY_STAGE, choices=RunOrder)
    status = Varchar(length=20, default=RunStatus.RUNNING, choices=RunStatus)
    version = Integer(default=1)
    stage = SmallInt(default=1)
    concurrency = Integer(default=16)
    options = JSONB(default="{}")
    selection = Array(base_column=UUID(), default=list)
    selected = Integer(default=0)
    prepared = Boolean(default=False)
    stage_1_result = JSONB(null=True, default=None)
    stage_2_result = JSONB(null=True, default=None)
    stage_3_result = JSONB(null=True, default=None)
    stage_4_result = JSONB(null=True, default=None)
    stage_5_result = JSONB(null=True, default=None)
    stage_6_result = JSONB(null=True, default=None)
    stage_7_result = JSONB(null=True, default=None)
    error = JSONB(null=True, default=None)
    started_by = Varchar(length=254, default="")
    started_at = Timestamptz(default=TimestamptzNow())
    revived_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


class RunStage(Table, tablename="run_stage"):
    """Life of one stage of a run."""

    id = BigSerial(primary_key=True)
    run_id = ForeignKey(AutomationRun, on_delete=OnDelete.cascade, null=False)
    stage = SmallInt()
    status = Varchar(length=20, default=StageStatus.WAITING, choices=StageStatus)
    opened_at = Timestamptz(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)

    one_per_stage = Unique(["run_id", "stage"], name="run_stage_unique")


class RunItem(Table, tablename="run_item"):
    """One unit of a stage in a run, and its outcome. `price` is what is held for it, in credits.

    `account_id` is that of the run and goes with it: looking it up again for each of 100,000 items
    that enter would cost a tenth of the opening.
    """

    id = BigSerial(primary_key=True)
    run_id = ForeignKey(AutomationRun, on_delete=OnDelete.cascade, null=False)
    account_id = UUID(default=None, null=False)
    stage = SmallInt()
    item_id = UUID(default=None, null=False)
    position = Integer()
    title = Varchar(length=300, default="")
    status = Varchar(length=20, default=GenerationStatus.QUEUED, choices=GenerationStatus)
    attempts = Integer(default=0)
    price = Integer(default=0)
    tokens_in = Integer(null=True, default=None)
    tokens_out = Integer(null=True, default=None)
    error = JSONB(null=True, default=None)
    started_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)

    one_per_item = Unique(["run_id", "stage", "item_id"], name="run_item_unique")


class CreditEntry(Table, tablename="credit_entry"):
    """Append-only ledger. `amount` changes the balance, `held` what is set aside for a run.

    top_up (+n, 0); hold (-n, +n); charge (0, -n); release (+n, -n).
    """

    id = BigSerial(primary_key=True)
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    run_id = ForeignKey(AutomationRun, on_delete=OnDelete.set_null, null=True, default=None)
    stage = SmallInt(null=True, default=None)
    item_id = UUID(null=True, default=None)
    kind = Varchar(length=20)
    amount = BigInt()
    held = BigInt(default=0)
    note = Varchar(length=200, default="")
    created_at = Timestamptz(default=TimestamptzNow())


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
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())

    unique_title = Unique(["cluster_id", "key"], name="content_idea_unique_title")


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
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())

    one_per_place = Unique(["content_id", "kind", "position"], name="image_unique_place")


class AnswerCache(Table, tablename="answer_cache"):
    """Answers worth keeping between attempts, by a hash of all that went into the question."""

    id = Varchar(length=64, primary_key=True)
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    answer = JSONB()
    created_at = Timestamptz(default=TimestamptzNow())


class Embedding(Table):
    """A text's vector (32-bit floats) by a hash of model and text."""

    id = Varchar(length=64, primary_key=True)
    vector = Bytea()
    created_at = Timestamptz(default=TimestamptzNow())


class IdempotencyKey(Table, tablename="idempotency_key"):
    """A key that a client sent with a POST, and the answer to give again.

    `fingerprint` is the SHA-256 of the request. `status` is null until the first request has
    ended; `body` stays null where the answer holds a secret.
    """

    id = BigSerial(primary_key=True)
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    key = Varchar(length=200)
    fingerprint = Bytea()
    status = SmallInt(null=True, default=None)
    media_type = Varchar(length=100, default="")
    body = Bytea(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())

    one_per_account = Unique(["account_id", "key"], name="idempotency_key_unique")
