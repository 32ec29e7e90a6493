"""The rows that clustering reads: keywords with what may not change, and the account's clusters."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from db.status import PlacedBy
from piccolo_conf import DB
from pipeline.clustering.grouping import EXAMPLES, Offer
from pipeline.errors import ValidationError
from pipeline.words import key_of

LONGEST = 200


class Row(msgspec.Struct, frozen=True):
    """A keyword; `settled` when it stays in its cluster, see `keywords`."""

    id: UUID
    text: str
    settled: bool

    @property
    def key(self) -> str:
        """Keywords of the same key are asked about once."""
        return key_of(self.text)


async def keywords(account_id: UUID, run_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The account's keywords among `ids`, by id, in their order; texts trimmed.

    One that a person has placed, or that lies in a locked cluster, is settled. In an automation so
    is any that has a cluster: clustering anew is asked for by hand.
    """
    async with DB.connection() as connection:
        found = await connection.fetch(
            """
            SELECT k.id, k.text, k.cluster_id IS NOT NULL AND (
                k.placed_by IS NOT DISTINCT FROM $3 OR c.locked OR EXISTS (
                    SELECT 1 FROM automation_run r WHERE r.id = $4 AND r.last_stage > 1)) AS settled
            FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted(id, position)
            JOIN keyword k ON k.id = wanted.id AND k.account_id = $1
            LEFT JOIN cluster c ON c.id = k.cluster_id
            ORDER BY wanted.position
            """,
            *(account_id, list(ids), PlacedBy.PERSON.value, run_id),
        )
    return {row["id"]: Row(row["id"], row["text"].strip(), row["settled"]) for row in found}


def fault(item: UUID, row: Row | None) -> ValidationError | None:
    """What keeps a keyword from being clustered, leading to the row at fault."""
    if row is None:
        return ValidationError("The keyword no longer exists", "/keywords")
    if not row.key:
        said = "The keyword is empty"
    elif len(row.text) > LONGEST:
        said = f'The keyword "{row.text[:40]}…" has {len(row.text)} characters, at most {LONGEST}'
    else:
        return None
    return ValidationError(said, f"/keywords?id={item}")


async def clusters(account_id: UUID) -> list[Offer]:
    """The account's clusters with their most searched keywords as examples."""
    async with DB.connection() as connection:
        found = await connection.fetch(
            """
            SELECT id, name, intent, ARRAY(
                SELECT text FROM keyword k WHERE k.account_id = $1 AND k.cluster_id = cluster.id
                ORDER BY volume DESC NULLS LAST, text LIMIT $2
            ) AS examples
            FROM cluster WHERE account_id = $1 ORDER BY id
            """,
            *(account_id, EXAMPLES),
        )
    return [Offer(row["id"], row["name"], row["intent"], row["examples"]) for row in found]
