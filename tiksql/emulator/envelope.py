"""What every answer is wrapped in, and how a request is refused.

The envelope is ``{"data": ..., "error": {"code", "message", "log_id"}}`` (REF); only the token
endpoint answers flat.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

if TYPE_CHECKING:
    import datetime as dt

CONTENT_TYPE = "application/json; charset=utf-8"
"""With its charset: some clients guess the encoding otherwise."""
BAD_REQUEST = 400
UNAUTHORIZED = 401
NOT_FOUND = 404
METHOD_NOT_ALLOWED = 405
TOO_MANY_REQUESTS = 429


class ApiError(Exception):
    """The API refuses a request, with one of its codes (ERR)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(message: str) -> ApiError:
    """Make the refusal of a request whose parameters are wrong."""
    return ApiError(BAD_REQUEST, "invalid_params", message)


def invalid_value(name: str, value: object, reason: str) -> ApiError:
    """Make the refusal of one value, in the words in which live answers name it (C4D)."""
    return invalid(f"`{name}: {value}` is invalid: {reason}")


def answered(data: dict[str, Any], message: str, log_id: str) -> Response:
    """Wrap the data of a request that went well."""
    told = {"code": "ok", "message": message, "log_id": log_id}
    return to_json({"data": data, "error": told}, 200)


def refused(error: ApiError, log_id: str) -> Response:
    """Wrap a refusal."""
    told = {"code": error.code, "message": error.message, "log_id": log_id}
    return to_json({"data": {}, "error": told}, error.status)


def to_json(content: dict[str, Any], status: int) -> Response:
    """Encode an answer; with faults it may hold what only the standard library encodes."""
    try:
        body = msgspec.json.encode(content)
    except (OverflowError, UnicodeEncodeError):
        body = json.dumps(content).encode()
    return Response(body, status, media_type=CONTENT_TYPE)


def log_id(seed: int, number: int, now: dt.datetime) -> str:
    """Make the mark of the n-th answer: a UTC time, then upper-case hexadecimal digits."""
    digest = blake2b(f"{seed}:log:{number}".encode(), digest_size=9).hexdigest()
    return f"{now:%Y%m%d%H%M%S}{digest.upper()}"
