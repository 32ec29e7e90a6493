"""What follows from what: which rows a stage works on, and which items its outcomes lead to.

One SELECT a stage, giving (item_id, position, title, units); credits are units × the stage's price.
`SELECTED` finds the rows a person chose for a run's first stage; `following` those that follow
from completed items of the stage before.
"""

ROW_TABLE = {
    1: "keyword",
    2: "cluster",
    3: "content_idea",
    4: "task",
    5: "content",
    6: "image",
    7: "content",
}
"""The table whose rows are the items of a stage."""

_CHOSEN = (
    "join unnest($2::uuid[]) with ordinality as chosen(id, position)"
    " on chosen.id = r.id and $3::int > 0"  # named by every query: PostgreSQL wants all used
)
_COLUMNS = "r.id as item_id, chosen.position::int as position"
_WORDS = "ceil(r.target_words / 100.0)::int"

SELECTED = {
    1: f"select {_COLUMNS}, r.text as title, 1 as units from keyword r {_CHOSEN} "
    "where r.account_id = $1",
    2: f"select {_COLUMNS}, r.name as title, $3::int as units from cluster r {_CHOSEN} "
    "where r.account_id = $1",
    3: f"select {_COLUMNS}, r.title, 1 as units from content_idea r {_CHOSEN} "
    "where r.account_id = $1 and not exists (select 1 from task t where t.idea_id = r.id)",
    4: f"select {_COLUMNS}, r.title, {_WORDS} as units from task r {_CHOSEN} "
    "where r.account_id = $1 and not exists (select 1 from content c where c.task_id = r.id)",
    5: f"select {_COLUMNS}, r.title, 1 as units from content r {_CHOSEN} "
    "where r.account_id = $1 and not exists (select 1 from image i where i.content_id = r.id)",
    6: f"select {_COLUMNS}, r.alt as title, 1 as units from image r {_CHOSEN} "
    "where r.account_id = $1",
    7: f"select {_COLUMNS}, r.title, 1 as units from content r {_CHOSEN} "
    "where r.account_id = $1 and r.status in ('draft', 'review')",
}
"""Parameters: $1 account, $2 chosen ids in order, $3 ideas a cluster."""

ALREADY_DONE = {
    3: "an idea that already has a task",
    4: "a task that already has an article",
    5: "an article that already has image prompts",
    7: "an article that is published or archived",
}
"""Why a chosen row is not among the SELECTED ones of its stage, beside being unknown."""

_PARENTS = (
    "p.run_id = $1 and p.status = 'completed' and $2::uuid[] is null "
    "and ($3::timestamptz is null or p.finished_at >= $3) and $4::int > 0"
)
_ENDED_PARENTS = _PARENTS.replace("p.status = 'completed'", "p.finished_at is not null")
_IMAGES_OPEN = """
    select 1 from image other cross join lateral (
        select o.status from run_item o
        where o.run_id = $1 and o.stage = 6 and o.item_id = other.id offset 0
    ) o
    where other.content_id = i.content_id and o.status in ('queued', 'processing')"""
"""Found from the article's few images: see `_NAMED` for the reason of `offset 0`."""

_IDEAS_OF_OTHERS = """
    from content_idea i left join automation_run o on o.id = i.run_id
    where i.cluster_id = c.id and i.run_id is distinct from $1"""
UNFINISHED_IDEA = """not exists (
    select 1 from task t join content x on x.task_id = t.id
    where t.idea_id = i.id and (x.status <> 'draft' or x.review is not null))"""
"""An idea `i` without an article, or with a draft that has not come to its review."""

TAKEN_CLUSTER = f"""
    exists (select 1 from automation_run o join run_item t on t.run_id = o.id
        where o.account_id = c.account_id and o.id <> $1 and o.status in ('running', 'paused')
          and t.stage = 2 and t.item_id = c.id and t.status in ('queued', 'processing'))
    or exists (select 1 {_IDEAS_OF_OTHERS} and o.status in ('running', 'paused'))
    or (exists (select 1 {_IDEAS_OF_OTHERS})
        and not exists (select 1 {_IDEAS_OF_OTHERS} and {UNFINISHED_IDEA}))"""
"""A cluster `c` that an automation leaves alone: another run is at it, or all its ideas of other
runs have their article. Where some have none, the run takes those up instead of new ones."""

FOLLOWING = {
    2: f"""
        select c.id as item_id, min(p.position) as position, c.name as title, $4::int as units
        from run_item p join keyword k on k.id = p.item_id join cluster c on c.id = k.cluster_id
        where p.stage = 1 and {_PARENTS} and not ({TAKEN_CLUSTER})
        group by c.id""",
    3: f"""
        select i.id as item_id, p.position, i.title, 1 as units
        from run_item p join content_idea i on i.cluster_id = p.item_id and i.run_id = $1
        where p.stage = 2 and {_PARENTS}""",
    4: f"""
        select r.id as item_id, p.position, r.title, {_WORDS} as units
        from run_item p join task r on r.idea_id = p.item_id
        where p.stage = 3 and {_PARENTS}""",
    5: f"""
        select c.id as item_id, p.position, c.title, 1 as units
        from run_item p join content c on c.task_id = p.item_id
        where p.stage = 4 and {_PARENTS}""",
    6: f"""
        select i.id as item_id, p.position, i.alt as title, 1 as units
        from run_item p join image i on i.content_id = p.item_id
        where p.stage = 5 and {_PARENTS}""",
    7: f"""
        select c.id as item_id, min(p.position) as position, c.title, 1 as units
        from run_item p join image i on i.id = p.item_id join content c on c.id = i.content_id
        where p.stage = 6 and {_ENDED_PARENTS}
          and not exists ({_IMAGES_OPEN})
        group by c.id""",
}
"""What follows from all parents: see `following`.

An article goes to the review once none of its images is open, whether or not all were drawn.
"""

_NAMED = """
    unnest($2::uuid[]) as parent(id) cross join lateral (
        select * from run_item i
        where i.run_id = $1 and i.stage = {stage} and i.item_id = parent.id offset 0
    ) p"""
"""Parents that are named are looked up one by one (`offset 0` keeps PostgreSQL from joining in its
own way): in flow a stage grows far beyond the last count of its rows, and believing it nearly
empty PostgreSQL would read all of it for each outcome."""


def following(stage: int, *, named: bool) -> str:
    """The SELECT of items that follow from the completed items of the stage before.

    Parameters: $1 run, $2 parents (null where they are not `named`: all), $3 finished since (null:
    ever), $4 ideas a cluster.
    """
    sql = FOLLOWING[stage]
    if named:
        parents = _NAMED.format(stage=stage - 1)
        sql = sql.replace("run_item p", parents, 1).replace("$2::uuid[] is null", "true")
    return sql
