"""A plan as a script of R for traktok (0.1.1, December 2025).

Signatures and the columns of its data frames: github.com/JBGruber/traktok, reference/*.md and
R/parse_research.r. traktok always asks for 100 records a page, and has no function for shops and
replies; a script that would need one says so at its place and stops there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiksql.translate.curl import label, said
from tiksql.translate.escaping import commented, r_text
from tiksql.translate.steps import copied, given_by, left_to_do

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan, Request, Scan

CALLS = {
    "videos": "tt_search_api",
    "users": "tt_user_info_api",
    "comments": "tt_comments_api",
    "liked_videos": "tt_user_liked_videos_api",
    "pinned_videos": "tt_user_pinned_videos_api",
    "reposted_videos": "tt_user_reposted_api",
    "followers": "tt_user_follower_api",
    "following": "tt_user_following_api",
    "playlists": "tt_playlist_api",
}
"""The function for each table that traktok knows."""

REPLIES = "comment_id"
"""The key by which traktok cannot ask for comments."""

WITHOUT_FIELDS = frozenset({"followers", "following", "playlists"})
WITHOUT_PAGES = frozenset({"users", "pinned_videos", "playlists"})

RENAMED = {"id": "video_id", "username": "author_name"}
"""What its data frames of searched videos call two fields."""

PARSED = frozenset(
    (
        *("id", "video_id", "username", "region_code", "create_time", "video_description"),
        *("view_count", "comment_count", "share_count", "like_count", "music_id"),
        *("effect_ids", "hashtag_names", "voice_to_text"),
    )
)
"""The fields of searched videos that its data frames have."""

PAGE = 100


def to_r(plan: Plan) -> str:
    """Print a plan as a script of R, without a line end."""
    return "\n".join(_lines(plan)).rstrip("\n")


def _lines(plan: Plan) -> Iterator[str]:
    yield from commented(plan.statement, "#")
    yield from said(plan)
    yield '# Needs: install.packages("traktok"), and auth_research() once for the key.'
    yield "# TikTok's ids are texts here: R's numbers would round them."
    yield "library(traktok)"
    for missing in filter(None, map(_missing, plan.scans)):
        yield f"stop({r_text(missing)})"
    for scan in plan.scans:
        yield ""
        yield f"# --- scan {scan.number}: {scan.table.name}"
        yield from _scan(plan, scan)
    yield ""
    yield from _result(plan)


def _scan(plan: Plan, scan: Scan) -> Iterator[str]:
    name = f"scan_{scan.number}"
    if missing := _missing(scan):
        yield f"# {missing}; tiksql translate --to python can ask it."
        return
    yield from _differences(scan)
    if scan.keys is not None:
        yield from _each_key(plan, scan)
        return
    parts = []
    for number, request in enumerate(scan.requests, 1):
        yield from commented(label(request, scan), "#")
        yield f"{name}_{number} <- {_call(scan, request)}"
        parts.append(f"{name}_{number}")
    yield f"{name} <- dplyr::bind_rows({', '.join(parts)})"


def _missing(scan: Scan) -> str:
    """Say what of a scan traktok cannot ask for."""
    if scan.table.name not in CALLS:
        return f"traktok has no function for {scan.table.name} ({scan.table.path})"
    if scan.key is not None and scan.key.key == REPLIES:
        return f"traktok cannot ask for {scan.table.name} by {REPLIES}"
    return ""


def _differences(scan: Scan) -> Iterator[str]:
    """Say how what traktok sends and returns differs from the plan."""
    search = scan.table.paging.kind == "search"
    sizes = {request.body.get(scan.table.paging.size_field, PAGE) for request in scan.requests}
    if search and sizes - {PAGE}:
        yield f"# traktok asks for {PAGE} records a page, and not for {min(sizes)}."
    if scan.first is None:
        return
    lost = [field for field in scan.first.fields if search and field not in PARSED]
    if lost:
        said_ = f"traktok's data frame has no column for {', '.join(lost)}; parse = FALSE keeps all"
        yield f"warning({r_text(said_)})"
    if scan.second:
        yield "# TikSQL looks for ids that do not come in wider windows, too."


def _call(scan: Scan, request: Request) -> str:
    """Print the call for one request."""
    if scan.key is not None:
        return _keyed(scan, r_text(str(request.key)))
    body, fields = request.body, ",".join(request.fields)
    arguments = [
        f"start_date = {r_text(body['start_date'])}",
        f"end_date = {r_text(body['end_date'])}",
        f"fields = {r_text(fields)}",
        *(["is_random = TRUE"] if body.get("is_random") else ["max_pages = Inf"]),
    ]
    conditions = [
        f"query_{group}({_condition(each)})"
        for group, all_ in body["query"].items()
        for each in all_
    ]
    return " |>\n  ".join(["query()", *conditions, f"tt_search_api({', '.join(arguments)})"])


def _condition(condition: dict[str, Any]) -> str:
    values = [r_text(value) for value in condition["field_values"]]
    listed = values[0] if len(values) == 1 else f"c({', '.join(values)})"
    return (
        f"field_name = {r_text(condition['field_name'])},"
        f" operation = {r_text(condition['operation'])}, field_values = {listed}"
    )


def _keyed(scan: Scan, key: str) -> str:
    """Print the call for one key, which is a literal or a name."""
    table = scan.table.name
    assert scan.first is not None
    arguments = [
        key,
        *([] if table in WITHOUT_FIELDS else [f"fields = {r_text(','.join(scan.first.fields))}"]),
        *([] if table in WITHOUT_PAGES else ["max_pages = Inf"]),
    ]
    return f"{CALLS[table]}({', '.join(arguments)})"


def _each_key(plan: Plan, scan: Scan) -> Iterator[str]:
    """Print the calls for keys that another scan gave, or say why there are none."""
    found = given_by(scan.keys, {each.name: each for each in plan.scans}) if scan.keys else None
    if found is None:
        yield "# The keys are the answer of DuckDB to"
        yield from commented(scan.keys_text or "", "#  ")
        yield f"stop({r_text(f'put the keys of scan {scan.number} here, as a vector of texts')})"
        yield f"keys_{scan.number} <- character()"
    else:
        source, column = found
        search = source.table.paging.kind == "search"
        name = RENAMED.get(column.field, column.field) if search else column.field
        yield f"keys_{scan.number} <- unique(scan_{source.number}[[{r_text(name)}]])"
    yield f"scan_{scan.number} <- dplyr::bind_rows(lapply("
    yield f"  keys_{scan.number}, function(key) {_keyed(scan, 'key')}"
    yield "))"


def _result(plan: Plan) -> Iterator[str]:
    left = left_to_do(plan)
    for line in left:
        yield f"warning({r_text('not done here: ' + line)})"
    result = copied(plan)
    if result is None or left:
        return
    name, start = f"scan_{result[0].number}", plan.offset
    if plan.limit is not None or start:
        rows = "Inf" if plan.limit is None else str(plan.limit)
        yield (
            f"rows <- head(tail({name}, {-start}), {rows})"
            if start
            else f"rows <- head({name}, {rows})"
        )
    else:
        yield f"rows <- {name}"
    yield "rows"
