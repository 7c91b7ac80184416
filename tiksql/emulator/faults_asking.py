"""Faults that act on a request, before it is answered: refusals, tokens, searches, dates."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

from tiksql.emulator.bodies import Body, read_body, to_date
from tiksql.emulator.envelope import BAD_REQUEST, TOO_MANY_REQUESTS, UNAUTHORIZED, ApiError, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.emulator.faults import Fault

CODES = {
    BAD_REQUEST: "invalid_params",
    UNAUTHORIZED: "access_token_invalid",
    403: "scope_not_authorized",
    TOO_MANY_REQUESTS: "rate_limit_exceeded",
}
"""What a status is called where the fault does not say; every other is an internal error (ERR)."""
FREE = {UNAUTHORIZED, TOO_MANY_REQUESTS}
"""The statuses of refusals that use no quota, as they do without faults."""


def body_of(raw: bytes) -> Body:
    """Read a body as far as it can be read."""
    try:
        return read_body(raw)
    except ApiError:
        return {}


def days_of(raw: bytes) -> tuple[dt.date, dt.date] | None:
    """Return the days that a request asks for; None where it names none."""
    body = body_of(raw)
    start, end = to_date(body.get("start_date")), to_date(body.get("end_date"))
    return (start, end) if start and end else None


def refuse_free(met: Sequence[Fault]) -> None:
    """Refuse a request that uses no quota."""
    _refuse([error for error in _refusals(met) if error.status in FREE])


def refuse(met: Sequence[Fault], raw: bytes) -> None:
    """Refuse a request that is counted all the same."""
    _refuse(_refusals(met))
    if not any(fault.kind == "search-lost" for fault in met):
        return
    if search := body_of(raw).get("search_id"):
        raise invalid(f"Search Id {search} is invalid or expired")


def _refuse(errors: list[ApiError]) -> None:
    if errors:
        raise errors[0]


def _refusals(met: Sequence[Fault]) -> list[ApiError]:
    return [_refusal(fault.value) for fault in met if fault.kind == "status" and not _ok(fault)]


def _ok(fault: Fault) -> bool:
    return fault.value.endswith(" ok")


def _refusal(value: str) -> ApiError:
    number, *said = value.split(" ", 2)
    status = int(number)
    code = said[0] if said else CODES.get(status, "internal_error")
    message = said[1] if len(said) > 1 else "Something went wrong, as the emulator was told."
    return ApiError(status, code, message)


def asked(met: Sequence[Fault], raw: bytes, aliases: dict[str, str]) -> bytes:
    """Return the request as it is to be understood; ``aliases`` are search_ids that changed."""
    if not met and not aliases:
        return raw
    body = body_of(raw)
    changed = dict(body)
    search = str(body.get("search_id"))
    if search in aliases:
        changed["search_id"] = aliases[search]
    if any(fault.kind == "exclusive" for fault in met):
        changed = _without_last_day(changed)
    return raw if changed == body else msgspec.json.encode(changed)


def _without_last_day(body: dict[str, Any]) -> dict[str, Any]:
    """End a day earlier; one day alone becomes none, which is a query that nothing matches."""
    start, end = to_date(body.get("start_date")), to_date(body.get("end_date"))
    if not start or not end:
        return body
    if start < end:
        return {**body, "end_date": f"{end - dt.timedelta(1):%Y%m%d}"}
    nobody = {"operation": "EQ", "field_name": "username", "field_values": ["missing_user_xyz"]}
    return {**body, "query": {"and": [nobody]}}
