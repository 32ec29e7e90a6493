"""Everything that an account can have, a row of each kind, with a mark that no other may see."""

from typing import Any
from uuid import UUID

import msgspec

from db.piccolo_app import APP_CONFIG
from piccolo_conf import DB
from pipeline import controls
from tests.api.people import add_session, add_token, add_user
from tests.api.routes import Ids
from tests.stages.rows import insert, value

MARK = "Zanzibar"
"""Stands in every text of the first account."""


async def furnish(account: UUID, mark: str = MARK) -> Ids:
    """Fill the account; returns the id of one row of each kind."""
    own = {"account_id": account}
    plan: dict[str, Any] = {
        "title": mark,
        "primary_keyword": mark,
        "content_type": "guide",
        "target_words": 900,
    }
    cluster = await insert("cluster", **own, name=mark, key=mark)
    keyword = await insert("keyword", **own, text=mark, key=mark, cluster_id=cluster)
    run = await controls.start(
        account, first_stage=1, last_stage=7, selection=[keyword], started_by=mark
    )
    idea = await insert("content_idea", **own, **plan, key=mark, cluster_id=cluster)
    task = await insert("task", **own, **plan, idea_id=idea, cluster_id=cluster)
    content = await insert(
        "content",
        **own,
        task_id=task,
        title=mark,
        slug=mark.lower(),
        meta_title=mark,
        meta_description=mark,
        body=f"## {mark}",
        word_count=1,
    )
    image = await insert(
        "image", **own, content_id=content, kind="featured", position=0, prompt=mark, alt=mark
    )
    user = await add_user(account, f"{mark.lower()}@example.com", role="admin")
    await add_session(user)
    await add_token(user, mark)
    token = await value("select id from api_token where user_id = $1", user)
    return {
        "keyword": keyword,
        "cluster": cluster,
        "idea": idea,
        "task": task,
        "content": content,
        "image": image,
        "run": run,
        "user": user,
        "token": token,
    }


async def inventory(account: UUID) -> dict[str, list[str]]:
    """Every row of the account in every table that names accounts, as text."""
    found = {}
    async with DB.connection() as connection:
        for table in APP_CONFIG.table_classes:
            name = table._meta.tablename
            owner = "id" if name == "account" else "account_id"
            if any(column._meta.name == owner for column in table._meta.columns):
                rows = await connection.fetch(
                    f'select to_jsonb(t) as row from "{name}" t where t.{owner} = $1 order by t.id',
                    account,
                )
                found[name] = [msgspec.json.encode(row["row"]).decode() for row in rows]
    return found
