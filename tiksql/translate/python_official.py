"""A plan as a script for TikTok's own package ``TikTokResearchApi``, version 1.0.4.

Its signatures are those of ``tiktok_research_api/api.py`` and of the request classes beside it.
It cannot ask for replies, playlists and shops; a script that would need to says so and stops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiksql.translate.escaping import Code, python
from tiksql.translate.python_script import READING, Script, marks_of, refusal, script
from tiksql.translate.steps import ids_of, second_look

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.planning.plan import Plan, Request, Scan

CALLS = {
    "videos": ("query_videos", "QueryVideoRequest"),
    "users": ("query_user_info", "QueryUserInfoRequest"),
    "comments": ("query_video_comments", "QueryVideoCommentsRequest"),
    "liked_videos": ("query_user_liked_videos", "QueryUserLikedVideosRequest"),
    "pinned_videos": ("query_user_pinned_videos", "QueryUserPinnedVideosRequest"),
    "reposted_videos": ("query_user_reposted_videos", "QueryUserRepostedVideosRequest"),
    "followers": ("query_user_followers", "QueryUserFollowersRequest"),
    "following": ("query_user_following", "QueryUserFollowingRequest"),
}
"""The method and the class of a request, for the tables that the package knows."""

REPLIES = "comment_id"
"""The key of the catalog by which the package cannot ask for comments."""

CLIENT = """
NAMES = ("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET")
CREDENTIALS = [os.environ.get(name) or sys.exit(f"{name} is not set") for name in NAMES]
CLIENT = official.TikTokResearchAPI(*CREDENTIALS)
INCOMPLETE = []
"""

ASK = '''
def key_of(scan, request):
    """Return the key that a request asks for, if it asks for one."""
    return getattr(request, scan["key"]) if scan["key"] else None


def pages_of(scan, request):
    """Yield all records of a request at once, as the package gives them.

    It answers a failure with nothing or with a part, so what it says of the end is looked at.
    """
    with contextlib.redirect_stdout(sys.stderr):  # it prints its progress
        answer = getattr(CLIENT, scan["call"])(request, **scan["how"])
    what = f"{scan['call']} {key_of(scan, request) or ''}".strip()
    if not isinstance(answer, tuple):
        if not answer:
            INCOMPLETE.append(f"{what!r} brought nothing: refused, empty, or failed (see the log)")
        yield [answer] if isinstance(answer, dict) else answer or []
        return
    records, cursor, more = [answer[place] for place in scan["places"]]
    if cursor is None:
        INCOMPLETE.append(f"{what!r} had no answer: refused, or failed (see the log)")
    elif more and scan["how"]["fetch_all_pages"] and len(records) < scan["enough"]:
        INCOMPLETE.append(f"{what!r} was cut after {len(records)} records (see the log)")
    elif cursor >= scan["cap"]:
        INCOMPLETE.append(f"the API gives no more than {scan['cap']} of {key_of(scan, request)!r}")
    yield records


def note(text):
    """Say something that is no data."""
    print(f"note: {text}", file=sys.stderr)
'''


def to_python_official(plan: Plan) -> str:
    """Print a plan as a script for the official package, without a line end."""
    if missing := [line for scan in plan.scans for line in _missing(scan)]:
        return refusal(plan, missing, "tiksql translate --to python can ask it.")
    how = "Set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET; the package gets tokens itself."
    scans = {scan.name: _scan(scan, plan) for scan in plan.scans}
    asking = [CLIENT.lstrip(), ASK, READING] if scans else []
    return script(plan, Script(how, ("tiktok_research_api",), asking, scans))


def _missing(scan: Scan) -> Iterator[str]:
    """Say what of a scan the package cannot ask for."""
    if scan.table.name not in CALLS:
        yield f"{scan.table.name}: TikTokResearchApi 1.0.4 has no method for {scan.table.path}"
    elif scan.key is not None and scan.key.key == REPLIES:
        yield f"{scan.table.name}: TikTokResearchApi 1.0.4 cannot ask by {REPLIES}"


def _scan(scan: Scan, plan: Plan) -> dict[str, Any]:
    """Describe a scan for the script: the method to call, its requests, how to read the answer."""
    call, _ = CALLS[scan.table.name]
    search = scan.table.paging.kind == "search"
    enough = plan.limit + plan.offset if search and _is_cut(plan) and plan.limit else None
    made: dict[str, Any] = {
        "call": call,
        "key": scan.key.key if scan.key else None,
        "mark": marks_of(scan),
        "row": Code(f"row_{scan.number}"),
        "how": {} if scan.table.paging.kind == "none" else {"fetch_all_pages": scan.sample is None},
        "places": (0, 2, 3) if search else (0, 1, 2),
        "cap": scan.table.max_records or Code('float("inf")'),
        "enough": Code('float("inf")') if enough is None else enough,
    }
    if scan.keys is not None:
        return {**made, "keys": scan.keys_text, "make": Code(f"lambda key: {_keyed(scan, 'key')}")}
    made |= {"requests": _requests(scan, scan.requests, enough)}
    if scan.second:
        again = _requests(scan, second_look(scan), enough)
        made |= {"again": (ids_of(scan), again)}
    return made


def _is_cut(plan: Plan) -> bool:
    """Say whether a limit counts records as they come."""
    return plan.local is None and plan.limit is not None


def _requests(
    scan: Scan, requests: Iterable[Request], enough: int | None
) -> list[tuple[int, Code]]:
    if scan.key is not None:
        return [(r.branch, Code(_keyed(scan, python(r.key)))) for r in requests]
    return [(r.branch, Code(_search(r, enough))) for r in requests]


def _keyed(scan: Scan, key: str) -> str:
    """Print the request of one key, which is a literal or a name."""
    assert scan.first is not None
    paging, fields = scan.table.paging, scan.first.fields
    size = [f"max_count={scan.first.size}"] if paging.kind != "none" else []
    named = [f"fields={python(','.join(fields))}"] if scan.table.fields_in == "url" else []
    return f"official.{CALLS[scan.table.name][1]}({', '.join([key, *size, *named])})"


def _search(request: Request, enough: int | None) -> str:
    """Print the request of one window."""
    body, indent = request.body, " " * 20
    groups = [f"{name}_criteria={_criteria(each)}" for name, each in body["query"].items()]
    query = f",\n{indent}    ".join(groups)
    arguments = [
        f"official.Query(\n{indent}    {query},\n{indent})",
        f"{python(body['start_date'])}, {python(body['end_date'])}",
        f"max_count={body[request.table.paging.size_field]}",
        *([f"max_total={enough}"] if enough is not None else []),
        *(["is_random=True"] if body.get("is_random") else []),
        f"fields={python(','.join(request.fields))}",
    ]
    listed = f",\n{indent}".join(arguments)
    return f"official.QueryVideoRequest(\n{indent}{listed},\n{indent[4:]})"


def _criteria(conditions: list[dict[str, Any]]) -> str:
    pad = " " * 28
    each = [
        f"{pad}official.Criteria({', '.join(map(python, condition.values()))}),\n"
        for condition in conditions
    ]
    return f"[\n{''.join(each)}{pad[4:]}]"
