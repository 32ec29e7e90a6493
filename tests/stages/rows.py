"""Rows that the tests of the stages start from, and the way a job runs."""

from typing import Any
from uuid import UUID

from db.status import Phase
from piccolo_conf import DB
from pipeline.options import RunOptions
from pipeline.planning import PlannedSection
from pipeline.stage import Done, Item, Job, Outcomes, Stage
from pipeline.words import key_of

OUTLINE = [
    PlannedSection(heading, f"What to know about {heading.lower()}.")
    for heading in ("Beans and roast", "Water and heat", "Grinding at home", "Brewing step by step")
]
KEYWORDS = ["pour over coffee", "coffee grind size", "best water for coffee"]


async def fetch(query: str, *values: Any) -> list[dict[str, Any]]:
    async with DB.connection() as connection:
        return [dict(row) for row in await connection.fetch(query, *values)]


async def value(query: str, *values: Any) -> Any:
    async with DB.connection() as connection:
        return await connection.fetchval(query, *values)


async def insert(table: str, **columns: Any) -> UUID:
    names = ", ".join(columns)
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    query = f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING id"
    made: UUID = await value(query, *columns.values())
    return made


async def new_account(name: str = "Another") -> UUID:
    return await insert("account", name=name, balance=1000)


async def new_run(account: UUID) -> UUID:
    return await insert("automation_run", account_id=account)


async def new_cluster(
    account: UUID, name: str = "Pour over coffee", keywords: list[str] | None = None
) -> UUID:
    cluster = await insert("cluster", account_id=account, name=name, key=key_of(name))
    for volume, text in enumerate(KEYWORDS if keywords is None else keywords):
        await insert(
            "keyword",
            account_id=account,
            text=text,
            key=key_of(text),
            country=str(cluster)[:60],
            volume=1000 - volume,
            cluster_id=cluster,
        )
    return cluster


def plan(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Pour over coffee at home: a calm guide",
        "summary": "How to brew pour over coffee at home, for people who start.",
        "outline": OUTLINE,
        "primary_keyword": "pour over coffee",
        "secondary_keywords": ["coffee grind size"],
        "content_type": "guide",
        "target_words": 300,
    } | changes


async def new_idea(account: UUID, **changes: Any) -> UUID:
    planned = plan(**changes)
    cluster = await new_cluster(account, f"Cluster of {planned['title']}"[:200])
    key = key_of(planned["title"])
    return await insert("content_idea", account_id=account, cluster_id=cluster, key=key, **planned)


async def new_task(account: UUID, **changes: Any) -> UUID:
    idea = await new_idea(account, **changes)
    cluster = await value("SELECT cluster_id FROM content_idea WHERE id = $1", idea)
    return await insert(
        "task", account_id=account, idea_id=idea, cluster_id=cluster, **plan(**changes)
    )


async def new_content(account: UUID, body: str | None = None, **changes: Any) -> UUID:
    task = await new_task(account, **changes)
    slug = f"article-{task.hex[-8:]}"
    return await insert(
        "content",
        account_id=account,
        task_id=task,
        title=plan(**changes)["title"],
        slug=slug,
        meta_title="Pour over coffee",
        meta_description="How to brew pour over coffee.",
        excerpt="How to brew pour over coffee.",
        body=written() if body is None else body,
        word_count=300,
    )


async def new_image(account: UUID, prompt: str = "A kettle over a paper filter") -> UUID:
    return await insert(
        "image",
        account_id=account,
        content_id=await new_content(account),
        kind="featured",
        position=0,
        prompt=prompt,
        alt="A kettle",
    )


def written(headings: list[str] | None = None, words: int = 300) -> str:
    """A Markdown body of about `words` words with these H2s."""
    names = [section.heading for section in OUTLINE] if headings is None else headings
    each = max(1, words // (len(names) + 1))
    text = " ".join(
        ["Pour over coffee rewards a steady hand and a little patience in the morning."] * 400
    ).split()
    parts = [" ".join(text[:each])]
    parts += [f"## {name}\n\n{' '.join(text[:each])}." for name in names]
    return "\n\n".join(parts)


class Reports(list[tuple[Phase, float, dict[str, Any]]]):
    """What a job told of its progress."""

    def __call__(self, phase: Phase, fraction: float = 0.0, **details: Any) -> None:
        self.append((phase, fraction, details))

    def of(self, phase: Phase) -> list[dict[str, Any]]:
        return [details for told, _, details in self if told is phase]


async def new_job(account: UUID, stage: Stage, *ids: UUID, **options: Any) -> Job:
    return Job(
        account_id=account,
        run_id=await new_run(account),
        stage=stage.number,
        options=RunOptions(**options),
        items=[Item(id=item, title="", price=1) for item in ids],
        report=Reports(),
    )


async def by_hand(account: UUID, stage: Stage, *ids: UUID, **options: Any) -> Job:
    """A job of a run over this stage alone."""
    job = await new_job(account, stage, *ids, **options)
    await fetch(
        "UPDATE automation_run SET first_stage = $2, last_stage = $2 WHERE id = $1",
        *(job.run_id, stage.number),
    )
    return job


async def save(stage: Stage, job: Job, results: dict[UUID, Any]) -> None:
    """Save in a transaction, as the engine does it."""
    async with DB.transaction() as transaction:
        await stage.save(transaction.connection, job, results)


async def run(stage: Stage, job: Job) -> Outcomes:
    """Work, then save what succeeded."""
    outcomes = await stage.work(job)
    done = {item: each.result for item, each in outcomes.items() if isinstance(each, Done)}
    if done:
        await save(stage, job, done)
    return outcomes
