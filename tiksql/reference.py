"""The reference of tables as Markdown: what the catalog knows, for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql import listings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.catalog import Catalog, Column, Table

FEW = 10
"""Values that are listed within a table; longer lists get a section of their own."""

PAGES = {
    "search": "by an index cursor and a search_id",
    "index": "by an index cursor",
    "time": "by a time cursor",
    "page": "by page number",
    "none": "one page",
}


def reference(catalog: Catalog) -> str:
    """Print all tables, enumerations, quota pools and sources."""
    return "\n".join([*_head(catalog), *_tables(catalog), *_lists(catalog)]) + "\n"


def _head(catalog: Catalog) -> Iterator[str]:
    yield "# The tables"
    yield ""
    yield "This page is made from the catalog by `make reference`; edits belong there."
    yield f"The catalog is that of {catalog.version}."
    yield ""
    yield (
        "*Selected* says whether a column can stand behind `SELECT`. "
        "*Filtered by the API* lists the signs that the API judges, and how: *exact* as SQL would, "
        "*approximate* in its own way, which is never judged again, *date* by day. "
        "Every other condition on a column is judged here, exactly, over what comes back."
    )
    yield ""
    yield from (f"- [{table.name}](#{table.name}): {table.description}" for table in _all(catalog))


def _all(catalog: Catalog) -> Iterable[Table]:
    return catalog.tables.values()


def _tables(catalog: Catalog) -> Iterator[str]:
    for table in _all(catalog):
        yield from ("", f"## {table.name}", "", f"{_sentence(table.description)}", "")
        yield from (f"- {line}" for line in _facts(table))
        yield ""
        heads = ("column", "type", "selected", "filtered by the API", "description", "source")
        rows = [_row(catalog, column) for column in table.columns.values()]
        yield from _grid(heads, rows)


def _facts(table: Table) -> Iterator[str]:
    if table.aliases:
        yield f"also called {', '.join(f'`{alias}`' for alias in table.aliases)}"
    yield f"needs {listings.needs(table)}"
    yield f"asks `POST {table.path}`, from the quota pool *{table.pool}*, scope `{table.scope}`"
    size = f", at most {table.paging.max_size} records each" if table.paging.max_size else ""
    yield f"pages: {PAGES[table.paging.kind]}{size}"
    if table.max_days:
        yield f"a request holds at most {table.max_days} days; longer ranges become windows"
    if table.max_records:
        yield f"at most {table.max_records:,} records are reached"
    if table.order:
        yield f"order: {table.order}"
    yield from table.notes
    yield f"source: {table.source}"


def _row(catalog: Catalog, column: Column) -> tuple[str, ...]:
    name = f"`{column.name}`"
    if column.names:
        name += f" (also {', '.join(f'`{other}`' for other in column.names)})"
    parts = ", ".join(f"{member} {type_}" for member, type_ in column.members.items())
    return (
        name,
        f"{column.type} ({parts})" if parts else column.type,
        "yes" if column.selectable else f"no: select `{column.instead}`",
        listings.filtered(column),
        column.description + _values(catalog, column),
        column.source,
    )


def _values(catalog: Catalog, column: Column) -> str:
    if not column.values:
        return ""
    values = catalog.enumerations[column.values].values
    if len(values) <= FEW:
        return "; " + ", ".join(f"`{value}` {words}" for value, words in values.items())
    return f"; one of {len(values)} [values](#values-of-{column.values})"


def _lists(catalog: Catalog) -> Iterator[str]:
    for name, enumeration in catalog.enumerations.items():
        if len(enumeration.values) > FEW:
            yield from ("", f"## Values of {name}", "", _sentence(enumeration.description), "")
            yield ", ".join(f"`{value}` {words}" for value, words in enumeration.values.items())
            yield ""
            yield f"Source: {enumeration.source}"
    yield from ("", "## Quota", "")
    rows = [
        (name, p.description, f"{p.requests_a_day:,}", f"{p.records_a_day:,}", p.source)
        for name, p in catalog.pools.items()
    ]
    yield from _grid(("pool", "for", "requests a day", "records a day", "source"), rows)
    yield from ("", "## Sources", "")
    yield from (f"- {key}: {text}" for key, text in catalog.sources.items())


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _grid(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (heads, ("---",) * len(heads), *rows):
        yield "| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |"
