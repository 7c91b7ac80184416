"""The forms that requests can be read from, each with the function that finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.errors import UsageError
from tiksql.reverse.curl import from_curl
from tiksql.reverse.found import Reading, from_json
from tiksql.reverse.http import from_http
from tiksql.reverse.text import Named
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.reverse.text import Text

FIELDS_OF_2023 = 14
"""Fields that tiktok_research_api_helper asks for: those of 2023, the catalog's first (REF23)."""


def from_helper(text: Text, reading: Reading) -> None:
    """Read a query file of tiktok_research_api_helper, which knows neither days nor fields."""
    if reading.wanted.fields is None:
        searched = next(t for t in reading.catalog.tables.values() if t.needs == "conditions")
        fields = [c.field for c in searched.columns.values() if c.is_field][:FIELDS_OF_2023]
        named = tuple(Named(name, text.place(0, 0)) for name in fields)
        reading.wanted = structs.replace(reading.wanted, fields=named)
    from_json(text, reading)


FORMS: dict[str, Callable[[Text, Reading], None]] = {
    "json": from_json,
    "curl": from_curl,
    "http": from_http,
    "helper": from_helper,
}


def reader(form: str) -> Callable[[Text, Reading], None]:
    """Find the reader of a form; raise ``UsageError`` for an unknown one."""
    name = form.lower()
    if name in FORMS:
        return FORMS[name]
    near = nearest(name, ["sql", *FORMS])
    raise UsageError(
        "TS405",
        f"there is no translation from {form}",
        hint=f"did you mean {near}?" if near else f"there is sql, {', '.join(FORMS)}",
    )
