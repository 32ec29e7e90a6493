"""What Piccolo does not write by itself: CHECKs, composite and partial indexes, triggers.

The words of the CHECKs are those of db/status.py; a test compares them with the database's.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from piccolo_conf import DB

ID = "0002_constraints"
VERSION = "1.38.0"
DESCRIPTION = "constraints"

GENERATION = "'pending', 'queued', 'processing', 'completed', 'failed', 'cancelled'"

WORDS = {
    ("app_user", "role"): "'admin', 'member'",
    ("keyword", "status"): "'new', 'mapped'",
    ("keyword", "placed_by"): "'ai', 'similarity', 'person'",
    ("keyword", "generation_status"): GENERATION,
    ("cluster", "status"): "'new', 'mapped'",
    ("cluster", "generation_status"): GENERATION,
    ("content_idea", "status"): "'new', 'queued', 'completed'",
    ("content_idea", "generation_status"): GENERATION,
    ("task", "status"): "'queued', 'completed'",
    ("task", "generation_status"): GENERATION,
    ("content", "status"): "'draft', 'review', 'published', 'archived'",
    ("content", "generation_status"): GENERATION,
    ("image", "kind"): "'featured', 'in_article'",
    ("image", "generation_status"): GENERATION,
    ("automation_run", "order"): "'stage_by_stage', 'flow'",
    ("automation_run", "status"): "'running', 'paused', 'cancelled', 'completed', 'failed'",
    ("run_stage", "status"): "'waiting', 'open', 'closed'",
    ("run_item", "status"): GENERATION,
    ("credit_entry", "kind"): "'top_up', 'hold', 'charge', 'release'",
}

RULES = """
alter table account add constraint account_balance_check check (balance >= 0);
alter table automation_run add constraint automation_run_stages_check
    check (1 <= first_stage and first_stage <= last_stage and last_stage <= 7);
alter table automation_run add constraint automation_run_concurrency_check check (concurrency >= 1);
alter table run_item add constraint run_item_counts_check check (attempts >= 0 and price >= 0);
alter table credit_entry add constraint credit_entry_amounts_check check (
    (kind = 'top_up' and held = 0)
    or (kind = 'hold' and amount <= 0 and held = -amount)
    or (kind = 'charge' and amount = 0 and held <= 0)
    or (kind = 'release' and amount >= 0 and held = -amount)
);

-- One charge per item of a run, however often its result is saved.
create unique index credit_entry_unique_charge on credit_entry (run_id, stage, item_id)
    where kind = 'charge';
create index credit_entry_run on credit_entry (run_id, id);
create index credit_entry_list on credit_entry (account_id, id);
-- Few among very many charges.
create index credit_entry_rare on credit_entry (account_id, kind, id) where kind <> 'charge';

-- Each run writes each of its rows a few times: room on the page spares their indexes the update.
-- Keywords are queued all at once, so each page needs room for all of them anew.
alter table keyword set (fillfactor = 50);
alter table cluster set (fillfactor = 70);
alter table content_idea set (fillfactor = 70);
alter table task set (fillfactor = 70);
alter table image set (fillfactor = 70);

create index run_item_queue on run_item (run_id, stage, status, position, id);
create index run_item_open on run_item (run_id, stage, position)
    where status in ('queued', 'processing');
alter table content add constraint content_approved_check
    check ((approved_at is null) = (approved_by is null)
        and (approved_at is null or status in ('review', 'published', 'archived')));

create index automation_run_list on automation_run (account_id, started_at desc, id desc);
create index automation_run_newest on automation_run (account_id, id);
create index automation_run_active on automation_run (account_id, id)
    where status in ('running', 'paused');

-- The lists of the product, a page at a time: by age, and where they are long by other columns.
create index keyword_list on keyword (account_id, id);
create index keyword_status on keyword (account_id, status, id);
create index keyword_by_text on keyword (account_id, key, id);
create index keyword_by_volume on keyword (account_id, volume, id);
create index cluster_list on cluster (account_id, id);
create index content_idea_list on content_idea (account_id, id);
create index task_list on task (account_id, id);
create index content_list on content (account_id, id);
create index content_status on content (account_id, status, id);
-- Which reviewed articles share a piece of a new one's sketch (pipeline/review/duplicates.py).
create index content_sketch on content using gin ((review -> 'sketch'));
create index image_list on image (account_id, id);

-- The other side of foreign keys: for joins, and so that a delete does not read whole tables.
create index app_user_account on app_user (account_id);
create index api_token_account on api_token (account_id);
create index api_token_user on api_token (user_id);
create index user_session_user on user_session (user_id);
create index sign_in_link_user on sign_in_link (user_id);
create index keyword_cluster on keyword (cluster_id, id);
create index content_idea_run on content_idea (run_id);
create index task_cluster on task (cluster_id);
create index answer_cache_account on answer_cache (account_id);
create index idempotency_key_age on idempotency_key (account_id, created_at);

create function note_change() returns trigger language plpgsql as $$
declare
    edit record := new;
begin
    edit.generation_status := old.generation_status;
    new.version := old.version + 1;
    if edit is distinct from old then
        new.edited_version := new.version;
    end if;
    new.updated_at := now();
    return new;
end $$;
"""

VERSIONED = ("keyword", "cluster", "content_idea", "task", "content", "image")
"""Tables whose rows carry `version` and `updated_at`: an update that changes nothing leaves both."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="db", description=DESCRIPTION)

    async def up() -> None:
        checks = "".join(
            f'alter table "{table}" add constraint {table}_{column}_check '
            f'check ("{column}" in ({words}));\n'
            for (table, column), words in WORDS.items()
        )
        triggers = "".join(
            f"create trigger {table}_changed before update on {table} for each row"
            f" when (old.* is distinct from new.*) execute function note_change();\n"
            for table in VERSIONED
        )
        transaction = DB.current_transaction.get()
        await transaction.connection.execute(checks + RULES + triggers)

    manager.add_raw(up)
    return manager
