"""``tiksql schema``: what the API offers, for people, programs and editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql import listings
from tiksql.catalog import load

if TYPE_CHECKING:
    from collections.abc import Iterator


def schema(form: str) -> str:
    """Print the catalog: as text, json, markdown, textmate or plist."""
    match form:
        case "json":
            return _indented(load())
        case "markdown":
            from tiksql.reference import reference  # noqa: PLC0415 - one form is wanted

            return reference(load())
        case "textmate" | "plist":
            return _grammar(form)
        case _:
            return "\n".join(_text())


def _grammar(form: str) -> str:
    from tiksql.textmate import textmate  # noqa: PLC0415 - see above

    grammar = textmate(load())
    if form == "textmate":
        return _indented(grammar)
    import plistlib  # noqa: PLC0415 - see above

    return plistlib.dumps(grammar, sort_keys=False).decode()


def _indented(document: object) -> str:
    import msgspec  # noqa: PLC0415 - see above

    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _text() -> Iterator[str]:
    for table in load().tables.values():
        yield f"{table.name}: {table.description}"
        for name, type_, selected, filtered, description in listings.columns(table).rows:
            yield f"  {name} {type_} (selected: {selected}, filtered: {filtered}): {description}"
        yield ""
