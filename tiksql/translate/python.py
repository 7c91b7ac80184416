"""A plan as a script in Python on httpx, which prints the rows that TikSQL would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiksql.translate.escaping import Code, python
from tiksql.translate.python_script import READING, Script, marks_of, script
from tiksql.translate.steps import base_of, ids_of, keyless, second_look

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.planning.plan import Plan, Scan

ASK = '''
TRIES = 5
AGAIN = re.compile("search id .* is (invalid|expired)|invalid count or cursor", re.IGNORECASE)
OF_A_KEY = re.compile(
    "cannot find|cannot return|is private|not allowed to be disclosed"
    "|information cannot be returned|not public",
    re.IGNORECASE,
)


def ask(scan, body):
    """Send one request and return its data, or None for a key that the API refuses."""
    url = BASE_URL + scan["path"]
    problem = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(2**attempt)
        try:
            answer = API.post(url, json=body)
            content = answer.json()
        except (httpx.TransportError, ValueError) as error:
            problem = repr(error)
            continue
        error = content.get("error") or {}
        code, message = error.get("code", "ok"), str(error.get("message"))
        if code == "ok" and content.get("data") is not None:
            return content["data"]
        problem = f"HTTP {answer.status_code} {code!r} {message!r}"
        if scan["key"] and OF_A_KEY.search(message):
            note(f"{body[scan['key']]!r} was refused: {message!r}")
            return None
        passing = answer.status_code == 429 or answer.status_code >= 500 or AGAIN.search(message)
        if not passing or code == "daily_quota_limit_exceeded":
            break
    sys.exit(f"{scan['path']}: {problem}")


def note(text):
    """Say something that is no data."""
    print(f"note: {text}", file=sys.stderr)
'''

FOLLOWING = {
    "search": '''
def by_search(scan, body, data, records):
    """Make the body of the next page of a search, if there is one: it needs two marks."""
    following = by_cursor(scan, body, data, records)
    search_id = data.get("search_id") or body.get("search_id")
    return following and {**following, "search_id": search_id}
''',
    "cursor": '''
def by_cursor(scan, body, data, records):
    """Make the body of the next page, if there is one; a short page need not be the last."""
    more, cursor = data.get("has_more"), data.get("cursor")
    if more is None and scan["lists"] and data.keys().isdisjoint(scan["lists"]):
        sys.exit(f"{scan['path']}: the answer has no {scan['lists'][0]}")
    if more is None:
        more = cursor is not None and len(records) >= body[scan["size"]]
    if not more or body.get("is_random"):
        return None
    if cursor in (None, 0, body.get("cursor")):
        sys.exit(f"{scan['path']}: the API says there is more and gives no way to it")
    return {**body, "cursor": cursor}
''',
    "page": '''
def by_number(scan, body, data, records):
    """Make the body of the next page: a full one may have another behind it."""
    field, first = scan["page"]
    full = len(records) >= body[scan["size"]]
    return {**body, field: body.get(field, first) + 1} if full else None
''',
    "none": '''
def by_nothing(scan, body, data, records):
    """Say that there is no other page."""
    return None
''',
}
_KINDS = {
    "search": ("cursor", "search"),
    "index": ("cursor",),
    "time": ("cursor",),
    "page": ("page",),
    "none": ("none",),
}
_NAMES = {
    "search": "by_search",
    "index": "by_cursor",
    "time": "by_cursor",
    "page": "by_number",
    "none": "by_nothing",
}

READ = '''
def records_of(scan, body):
    """Yield the records of each page of a request."""
    while body is not None:
        data = ask(scan, body)
        if data is None:
            return
        lists = [data[name] for name in scan["lists"] if data.get(name) is not None]
        records = lists[0] if lists else [] if scan["lists"] else [data]
        yield records
        following = scan["following"](scan, body, data, records)
        if following is None and (data.get("cursor") or 0) >= scan["cap"]:
            INCOMPLETE.append(f"the API gives no more than {scan['cap']} of {body[scan['key']]!r}")
        body = following


def key_of(scan, body):
    """Return the key that a request asks for, if it asks for one."""
    return body.get(scan["key"])


def pages_of(scan, body):
    """Yield the pages of a request; a record that comes in parts is made whole first."""
    if scan["lists"]:
        yield from records_of(scan, body)
        return
    whole = {}
    for (part,) in records_of(scan, body):
        for name, value in part.items():
            joined = isinstance(value, list) and name in whole
            whole[name] = whole[name] + value if joined else whole.get(name, value)
    if whole:
        yield [whole]
'''

BEARER = """
TOKEN = os.environ.get("TIKTOK_ACCESS_TOKEN") or sys.exit("TIKTOK_ACCESS_TOKEN is not set")
API = httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120)
INCOMPLETE = []
"""


def to_python(plan: Plan) -> str:
    """Print a plan as a script of Python, without a line end."""
    how = "Set TIKTOK_ACCESS_TOKEN; TIKTOK_BASE_URL names another server."
    server = f'BASE_URL = os.environ.get("TIKTOK_BASE_URL", {python(base_of(plan))})'
    scans = {scan.name: _scan(scan) for scan in plan.scans}
    asking = [server + BEARER, *_asking(plan)] if scans else []
    return script(plan, Script(how, ("httpx",), asking, scans))


def _asking(plan: Plan) -> Iterator[str]:
    """Print the functions that ask, with those for the pages of just the tables that are read."""
    kinds = {kind for scan in plan.scans for kind in _KINDS[scan.table.paging.kind]}
    yield ASK
    yield from (text for kind, text in FOLLOWING.items() if kind in kinds)
    yield READ
    yield READING


def _scan(scan: Scan) -> dict[str, Any]:
    """Describe a scan for the script: where to ask, how pages follow, what is asked."""
    table, paging = scan.table, scan.table.paging
    assert scan.first is not None
    query = f"?fields={','.join(scan.first.fields)}" if table.fields_in == "url" else ""
    made: dict[str, Any] = {
        "path": table.path + query,
        "key": scan.key.key if scan.key else None,
        "lists": list(table.list_keys),
        "mark": marks_of(scan),
        "following": Code(_NAMES[paging.kind]),
        "size": paging.size_field,
        "cap": table.max_records or Code('float("inf")'),
        "row": Code(f"row_{scan.number}"),
    }
    made |= {"page": (paging.page_field, paging.first_page)} if paging.kind == "page" else {}
    if scan.keys is not None:
        return {**made, "keys": scan.keys_text, "make": _maker(scan)}
    made |= {"requests": _bodies(scan.requests)}
    if scan.second:
        made |= {"again": (ids_of(scan), _bodies(second_look(scan)))}
    return made


def _maker(scan: Scan) -> Code:
    """Print the function that makes the body of a dependent request from a key."""
    assert scan.key is not None
    return Code(f"lambda key: {python({scan.key.key: Code('key'), **keyless(scan)}, 8, 20)}")


def _bodies(requests: Iterable[Any]) -> list[tuple[int, dict[str, Any]]]:
    return [(request.branch, request.body) for request in requests]
