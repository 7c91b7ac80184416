"""A plan as a script of bash on curl and jq, which follows every page and prints rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.output.objects import distinct
from tiksql.translate.curl import body_with, label, said
from tiksql.translate.curl_rows import object_of
from tiksql.translate.curl_shell import ENDING, OPENING, PARTS, PRINT, PRINT_SOME, WHOLE
from tiksql.translate.escaping import commented, json_text, shell
from tiksql.translate.steps import address, base_of, copied, dependent, given_by, ids_of, left_to_do

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.catalog import Table
    from tiksql.planning.plan import Plan, Request, Scan


def to_curl_pages(plan: Plan) -> str:
    """Print a plan as a script, without a line end.

    It prints the rows that TikSQL would where nothing is left for DuckDB, and otherwise the rows
    of the scans, saying on standard error what is left to do.
    """
    return "\n".join([*_opening(plan), *_body(plan)]).rstrip("\n")


def _opening(plan: Plan) -> Iterator[str]:
    yield "#!/usr/bin/env bash"
    yield "# The rows of this statement, as lines of JSON:"
    yield "#"
    yield from commented(plan.statement, "#  ")
    yield "#"
    yield "# Needs: bash, curl, jq"
    yield "# Set TIKTOK_ACCESS_TOKEN; TIKTOK_BASE_URL names another server."
    yield "# A record that the API sends twice is printed twice."
    yield from said(plan, raw=False)


def _body(plan: Plan) -> Iterator[str]:
    yield f"base=${{TIKTOK_BASE_URL:-{shell(base_of(plan))}}}"
    yield OPENING.lstrip("\n").rstrip("\n")
    yield _printing(plan).rstrip("\n")
    if any(_in_parts(scan.table) for scan in plan.scans):
        yield PARTS.rstrip("\n")
    for scan in plan.scans:
        yield from _scan(plan, scan)
    yield ""
    yield from _calls(plan)
    for line in left_to_do(plan):
        yield f"echo {shell('note: not done here: ' + line)} >&2"
    yield ENDING.rstrip("\n")


def _printing(plan: Plan) -> str:
    if copied(plan) is None or (plan.limit is None and not plan.offset):
        return PRINT
    last = -1 if plan.limit is None else plan.limit + plan.offset
    return PRINT_SOME.format(offset=plan.offset, last=last)


def _scan(plan: Plan, scan: Scan) -> Iterator[str]:
    """Print the filters of a scan, and the function that asks for it."""
    number, row = scan.number, _row(plan, scan)
    yield ""
    yield f"# --- scan {number}: {scan.table.name}"
    yield f"list_{number}={shell(_list(scan.table))}"
    yield f"next_{number}={shell(_next(scan))}"
    if _in_parts(scan.table):
        yield f"row_{number}=."
        yield f"whole_{number}={shell(f'{WHOLE} | {row}')}"
    else:
        yield f"row_{number}={shell(row)}"
    yield f"scan_{number}() {{"
    yield from (f"  {line}" for line in _asking(plan, scan))
    yield "}"


def _in_parts(table: Table) -> bool:
    return not table.list_keys and table.paging.kind != "none"


def _row(plan: Plan, scan: Scan) -> str:
    result = copied(plan)
    if result is None or result[0].number != scan.number:
        return object_of([(column.name, column) for column in scan.columns], scan)
    names = distinct(head.name for head in plan.heads)
    return object_of(zip(names, result[1], strict=True), scan)


def _list(table: Table) -> str:
    if not table.list_keys:
        return ".data"
    lists = " // ".join(f".data.{name}" for name in table.list_keys)
    return f"({lists} // [])[]"


def _next(scan: Scan) -> str:
    """Print the filter that gives what the body of the next page has besides, if there is one."""
    table, paging = scan.table, scan.table.paging
    if paging.kind == "none" or scan.sample is not None:
        return '""'
    if paging.kind == "page":
        marks = rf'"\"{paging.page_field}\": \({paging.first_page} + $page)"'
        size = scan.first.size if scan.first else paging.default_size
        return f'if ([{_list(table)}] | length) >= {size} then {marks} else "" end'
    marks = r"\"cursor\": \(.data.cursor)"
    if paging.kind == "search":
        marks += r", \"search_id\": \(.data.search_id | tojson)"
    cap = ""
    if table.max_records:
        said = f"short the API gives no more than {table.max_records} {table.name} of a key"
        cap = f' elif (.data.cursor // 0) >= {table.max_records} then "{said}"'
    silent = ' elif .data.has_more == null then "short the API does not say if there is more"'
    return f'if .data.has_more then "{marks}"{silent}{cap} else "" end'


def _asking(plan: Plan, scan: Scan) -> Iterator[str]:
    """Print the calls that ask for a scan: one for each request, or a loop over keys."""
    for request in scan.requests:
        yield from commented(label(request, scan), "#")
        body = shell(json_text(request.body))
        yield from _follow(scan, request, body, shell(json_text(_key(request))))
    if (template := dependent(scan)) is not None:
        yield from _each_key(plan, scan, template)
    if not scan.requests and template is None:
        yield ": # nothing is sent"


def _key(request: Request) -> str | None:
    return None if request.key is None else str(request.key)


def _follow(scan: Scan, request: Request, body: str, key: str) -> Iterator[str]:
    call = f"follow {scan.number} {shell(address(request, ''))} {body} {key}"
    if not _in_parts(scan.table):
        yield call
        return
    yield ': >"$work/parts"'
    yield f"emit=keep_part {call}"
    yield f'print_rows "$(jq -acs --argjson key {key} "$whole_{scan.number}" "$work/parts")"'


def _each_key(plan: Plan, scan: Scan, request: Request) -> Iterator[str]:
    """Print the loop over the keys that another scan gave."""
    assert scan.key is not None
    found = given_by(scan.keys, {each.name: each for each in plan.scans}) if scan.keys else None
    if found is None:
        yield "# The keys are the answer of DuckDB to"
        yield from commented(scan.keys_text or "", "#  ")
        yield "# which a shell cannot work out; tiksql translate --to python does it."
        yield f"short={shell(f'{scan.table.name} are not asked for: their keys need DuckDB')}"
        return
    source, column = found
    kind = "-r" if scan.key.type == "id" else "-c"
    rows, keys = _file(plan, source), shell(f'.{column.name} | select(. != null and . != "")')
    yield f"# one request for each {scan.key.name}, from the {column.name} of {source.table.name}"
    yield f"jq {kind} {keys} {rows} |"
    yield "  awk '!seen[tolower($0)]++' >\"$work/keys\""
    yield "while IFS= read -r key; do"
    given = r'"\"$key\""' if scan.key.type == "id" else '"$key"'
    yield from (f"  {line}" for line in _follow(scan, request, body_with(scan, '"$key"'), given))
    yield 'done <"$work/keys"'


def _file(plan: Plan, scan: Scan) -> str:
    """Name the file of a scan's rows: one that stays if the rows are all that there is."""
    name = f"scan_{scan.number}.jsonl"
    return f'"$work/{name}"' if copied(plan) is not None else name


def _calls(plan: Plan) -> Iterator[str]:
    """Print the calls of the scans: rows of the result go out, others into files."""
    result = copied(plan)
    shown = result[0] if result is not None else plan.scans[0] if len(plan.scans) == 1 else None
    kept = [_file(plan, scan) for scan in plan.scans] if shown is None else []
    for name in kept:
        yield f'if [ -e {name} ]; then echo "{name} is there already" >&2; exit 1; fi'
    for scan in plan.scans:
        yield "count=0"
        yield f"scan_{scan.number}" + ("" if scan is shown else f" >{_file(plan, scan)}")
        yield from _second_look(scan)
    if kept:
        names = ", ".join(kept)
        yield f"echo {shell(f'note: the rows of the tables are in {names}')} >&2"


def _second_look(scan: Scan) -> Iterator[str]:
    if scan.second:
        ids = len(ids_of(scan))
        said = f"of {ids} ids only $count came; TikSQL looks for the others in wider windows, too"
        yield f'if [ "$count" -lt {ids} ]; then short="{said}"; fi'
