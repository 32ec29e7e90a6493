"""Tables of the work: runs, their stages and items, the ledger of credits, kept answers."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from db.columns import primary_key
from db.status import GenerationStatus, RunOrder, RunStatus, StageStatus
from db.tables.accounts import Account


class AutomationRun(Table, tablename="automation_run"):
    """One execution over stages first_stage to last_stage: the automation or one function.

    `version` rises with every change of status, so that a late copy of an old one is recognised.
    `selection` is the list of row ids that were chosen, once `prepared` in the order to work in;
    `selected` is how many they are, so that nobody reads a long list to count it.
    `retries` counts the retries of failed items: only by one of these may the bar fall.
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
    retries = Integer(default=0)
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
