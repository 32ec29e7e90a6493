"""How good the clusters are on labelled keywords when the answers are right."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from sklearn.metrics import adjusted_rand_score

from pipeline.demo.vectors import vector
from pipeline.stage import Done, Preparation
from pipeline.stages.s1_clustering import STAGE
from pipeline.words import key_of
from tests.clustering.oracle import LABELLED, Oracle, b_cubed
from tests.stages import rows
from tests.stages.service import Service


async def imported(account: UUID, texts: list[str]) -> list[UUID]:
    return [
        await rows.insert("keyword", account_id=account, text=text, key=key_of(text))
        for text in texts
    ]


async def clustered(account: UUID, ids: list[UUID]) -> None:
    """A whole run of stage 1, as the engine goes about it."""
    first = await rows.new_job(account, STAGE)
    assert STAGE.prepare is not None
    preparation = Preparation(account, first.run_id, first.options, ids, 4, first.report)
    ordered = list(await STAGE.prepare(preparation) or ids)
    assert sorted(ordered) == sorted(ids)
    for start in range(0, len(ordered), STAGE.batch):
        job = await rows.new_job(account, STAGE, *ordered[start : start + STAGE.batch])
        job.run_id = first.run_id
        outcomes = await rows.run(STAGE, job)
        assert all(isinstance(outcome, Done) for outcome in outcomes.values())


async def in_clusters(account: UUID) -> dict[str, Any]:
    """{text: cluster id}, in the order of the labelled keywords."""
    found = await rows.fetch("SELECT text, cluster_id FROM keyword WHERE account_id = $1", account)
    of = {row["text"]: row["cluster_id"] for row in found}
    return {text: of[text] for text in LABELLED if text in of}


def scores(found: dict[str, Any]) -> tuple[float, float]:
    true = [LABELLED[text] for text in found]
    mine = [str(cluster) for cluster in found.values()]
    return adjusted_rand_score(true, mine), b_cubed(mine, true)


@pytest.mark.parametrize("embeds", [False, True], ids=["TF-IDF", "embeddings"])
async def test_right_answers_give_the_labelled_clusters(
    account: UUID, oracle: Oracle, ai: Service, embeds: bool
) -> None:
    ai.vector = vector if embeds else None
    await clustered(account, await imported(account, list(LABELLED)))
    found = await in_clusters(account)
    rand, f1 = scores(found)
    sizes = Counter(found.values())
    assert None not in sizes
    assert rand >= 0.9
    assert f1 >= 0.9
    assert len(sizes) <= 1.2 * len(set(LABELLED.values()))
    assert ai.count("ClusterGroups") == 3


async def test_a_second_run_extends_the_clusters_and_makes_none_twice(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    early, late = list(LABELLED)[::2], list(LABELLED)[1::2]
    await clustered(account, await imported(account, early))
    before = await rows.value("SELECT count(*) FROM cluster")
    await clustered(account, await imported(account, late))
    after = await rows.value("SELECT count(*) FROM cluster")
    rand, f1 = scores(await in_clusters(account))
    assert after <= before + 2
    assert min(rand, f1) >= 0.9


async def test_the_same_keywords_again_stay_where_they_are(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    ids = await imported(account, list(LABELLED))
    await clustered(account, ids)
    clusters = await rows.value("SELECT count(*) FROM cluster")
    first = await in_clusters(account)
    await clustered(account, ids)
    assert await rows.value("SELECT count(*) FROM cluster") == clusters
    same = sum(cluster == first[text] for text, cluster in (await in_clusters(account)).items())
    assert same >= 0.97 * len(LABELLED)


async def test_a_second_preparation_asks_nothing_again(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    ids = await imported(account, list(LABELLED))
    job = await rows.new_job(account, STAGE)
    asked, orders = [], []
    assert STAGE.prepare is not None
    for _ in range(2):
        preparation = Preparation(account, job.run_id, job.options, ids, 2, job.report)
        orders.append(await STAGE.prepare(preparation))
        asked.append(sum(name.startswith("Cluster") for name, _ in ai.asked))
    assert asked[0] == asked[1] > 0
    assert orders[0] == orders[1]
