"""Credits over HTTP: the balance, what things cost, the ledger, top-ups, what runs have used."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from api.auth import Caller, admin_only
from api.problems import invalid
from api.schemas import Function
from api.texts import NO_LINE
from db.status import CreditKind
from pipeline import credits, prices, usage
from pipeline.messages import FUNCTIONS
from pipeline.settings import settings

Account = NamedDependency[UUID]


class Price(msgspec.Struct, frozen=True):
    """Credits for one `unit` of a function's work."""

    credits: int
    unit: str


class Credits(msgspec.Struct, frozen=True, kw_only=True):
    """`balance` can be spent; `held` is set aside for runs and comes back if it is not used."""

    balance: int
    held: int
    prices: dict[Function, Price]
    purchase_url: str


class EntryPage(msgspec.Struct, frozen=True):
    """Some lines of the ledger, the newest first; `next` is what to send as `after`."""

    items: list[credits.Entry]
    next: int | None


class UsagePage(msgspec.Struct, frozen=True):
    """Some runs with what they used, the newest first."""

    items: list[usage.RunUse]
    next: UUID | None


class TopUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Credits to add; `note` says why, in the ledger."""

    amount: Annotated[int, Meta(ge=1, le=credits.MAX_AMOUNT)]
    note: Annotated[str, Meta(max_length=200, pattern=NO_LINE)] = ""


async def _credits(account_id: UUID) -> Credits:
    listed = {
        function: Price(prices.price_per_unit(stage), prices.UNITS[stage])
        for stage, function in FUNCTIONS.items()
    }
    return Credits(
        balance=await credits.balance(account_id),
        held=await credits.held(account_id),
        prices=msgspec.convert(listed, dict[Function, Price]),
        purchase_url=settings().purchase_url,
    )


@get("/credits", summary="Balance and prices")
async def show_credits(account_id: Account) -> Credits:
    """What the account can spend, what is held for its runs, and what each function costs."""
    return await _credits(account_id)


@get("/credits/entries", summary="The ledger, newest first")
async def list_entries(
    account_id: Account,
    kind: FromQuery[CreditKind | None] = None,
    run_id: FromQuery[UUID | None] = None,
    since: Annotated[
        str | None,
        QueryParameter(
            description="From this time on; UTC if no zone is given",
            schema_extra={"format": "date-time"},
        ),
    ] = None,
    until: Annotated[
        str | None,
        QueryParameter(description="Before this time", schema_extra={"format": "date-time"}),
    ] = None,
    after: Annotated[
        int | None, QueryParameter(ge=1, le=2**63 - 1, description="`next` of the page before")
    ] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
) -> EntryPage:
    """Every movement of the account's credits: `amount` of the balance, `held` of what is held."""
    found = await credits.entries(
        account_id,
        before=after,
        limit=limit + 1,
        kind=kind,
        run=run_id,
        since=_time("since", since),
        until=_time("until", until),
    )
    return EntryPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def _time(name: str, text: str | None) -> datetime | None:
    """A time in ISO 8601; a number is none, though Litestar would take it for seconds."""
    if text is None:
        return None
    try:
        time = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        raise invalid(name, "This must be a time such as 2026-01-31T12:00:00Z.") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


@post(
    "/credits/top-up",
    status_code=200,
    guards=[admin_only],
    idempotent=True,
    summary="Add credits",
)
async def top_up(
    request: Request[Caller, None, Any], account_id: Account, data: JSONBody[TopUp]
) -> Credits:
    """For administrators. The ledger keeps the note, or who did it where there is none."""
    note = data.note.strip() or f"added by {request.user.email}"
    await credits.top_up(account_id, data.amount, note)
    return await _credits(account_id)


@get("/credits/usage", summary="What runs have used, newest first")
async def list_usage(
    account_id: Account,
    run_id: FromQuery[UUID | None] = None,
    after: Annotated[UUID | None, QueryParameter(description="`next` of the page before")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=50)] = 20,
) -> UsagePage:
    """Credits held, charged and released, and tokens, of each run and of each of its stages.

    Tokens that the AI service did not tell are null, never 0.
    """
    found = await usage.used(account_id, run=run_id, before=after, limit=limit + 1)
    return UsagePage(found[:limit], found[limit - 1].run_id if len(found) > limit else None)
