"""Random requests: canonical ones of every table, and loose ones whose meaning Python knows."""

from __future__ import annotations

from hypothesis import strategies as st
from reverse_world import DAYS

from tiksql.catalog import load

CATALOG = load()
VIDEOS = next(t for t in CATALOG.tables.values() if t.needs == "conditions")
FILTERED = {
    c.filter.field: c
    for c in VIDEOS.columns.values()
    if c.filter is not None and c.filter.match != "date"
}
HOSTILE = [
    *["it's", '"quoted"', "back\\slash", "a\nb", "a\tb", "$HOME", "`ls`", "$(ls)", "{{x}}", "%2C"],
    *["<script>", "&amp;", "\\textbf{x}", "_x_ *y* # z", "| a | b |", "--", "/* x */", ";", "a,b"],
    *[
        "']",
        "\u202eright",
        "e\u0301",
        "🎵",
        "\x00",
        "\x1b[31m",
        "null",
        "0",
        "' OR 1=1 --",
        "@user",
    ],
    *["http://x/?a=b&c=d", "a:b", "%s"],
]
texts = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda text: text.strip())
ids = st.integers(1, 2**63 - 1).map(str)


def values_of(column):
    if column.values:
        return st.sampled_from(sorted(CATALOG.enumerations[column.values].values))
    if column.type == "id":
        return ids
    if column.type == "integer":
        return st.integers(0, 10**9).map(str)
    return texts.filter(lambda text: text[0] not in "#@")


@st.composite
def conditions(draw, field):
    column = FILTERED[field]
    operation = draw(st.sampled_from(column.filter.operations))
    least, most = (2, 4) if operation == "IN" else (1, 1)
    values = draw(st.lists(values_of(column), min_size=least, max_size=most, unique=True))
    return {"operation": operation, "field_name": field, "field_values": values}


@st.composite
def canonical_queries(draw):
    """A query in which no field comes twice, so that nothing can be folded."""
    fields = draw(st.lists(st.sampled_from(sorted(FILTERED)), min_size=1, max_size=6, unique=True))
    groups = [draw(st.sampled_from(["and", "or", "not"])) for _ in fields]
    query = {
        name: [draw(conditions(f)) for f, g in zip(fields, groups, strict=True) if g == name]
        for name in ("and", "or", "not")
    }
    if len(query["or"]) == 1:
        query["and"] += query.pop("or")
    return {name: group for name, group in query.items() if group}


canonical_bodies = st.builds(lambda query: {"query": query}, canonical_queries())


def fields_of(table):
    """Some fields of a table, those that a record is known by always among them."""
    fields = [c.field for c in table.columns.values() if c.is_field]
    key = table.columns[table.record_key].field if table.record_key else ""
    key = [key] if key in fields and table.columns[table.record_key].is_field else []
    some = st.lists(st.sampled_from(fields), min_size=1, max_size=5, unique=True)
    return some.map(lambda chosen: [*dict.fromkeys([*chosen, *key])])


@st.composite
def search_entries(draw):
    body = {**draw(canonical_bodies), **DAYS, "max_count": draw(st.integers(1, 100))}
    if draw(st.booleans()):
        body["is_random"] = True
    return entry(VIDEOS, draw(fields_of(VIDEOS)), body)


def entry(table, fields, body):
    return {"url": CATALOG.base_url + table.path, "fields": fields, "body": body}


@st.composite
def key_entries(draw):
    tables = [t for t in CATALOG.tables.values() if t.needs == "key"]
    table = draw(st.sampled_from(tables))
    key = draw(st.sampled_from(table.keys))
    wanted = ids.map(int) if key.type == "id" else values_of(key)
    body = {key.key: draw(wanted)}
    if table.paging.kind != "none":
        body[table.paging.size_field] = draw(st.integers(1, table.paging.max_size))
    fields = draw(fields_of(table))
    if table.fields_in == "body":
        body["fields"] = ",".join(fields)
    return entry(table, fields if table.fields_in == "url" else [], body)


entries = search_entries() | key_entries()

# --- loose queries over a few values, and what they mean ------------------------------------------

ENUMERATIONS = {"region": ["US", "CA", "FR"]}
FEW = {
    "region_code": ENUMERATIONS["region"],
    "keyword": ["a", "b", "c"],
    "hashtag_name": ["x", "y"],
    "video_length": ["SHORT", "MID", "LONG"],
    "view_count": ["5", "10", "50"],
    "create_date": ["20231231", "20240101", "20240110", "20240130", "20240201"],
}
SIGNS = {
    "GT": lambda a, b: a > b,
    "GTE": lambda a, b: a >= b,
    "LT": lambda a, b: a < b,
    "LTE": lambda a, b: a <= b,
}


OPERATIONS = {
    c.filter.field: c.filter.operations for c in VIDEOS.columns.values() if c.filter is not None
}


@st.composite
def loose_conditions(draw):
    field = draw(st.sampled_from(sorted(FEW)))
    operation = draw(st.sampled_from(OPERATIONS[field]))
    most = 3 if operation == "IN" else 1
    values = draw(st.lists(st.sampled_from(FEW[field]), min_size=1, max_size=most))
    return {"operation": operation, "field_name": field, "field_values": values}


loose_groups = st.lists(loose_conditions(), max_size=3)
bodies = (
    st.fixed_dictionaries({"and": loose_groups, "or": loose_groups, "not": loose_groups})
    .filter(lambda query: any(query.values()))
    .map(lambda query: {"query": query, **DAYS, "max_count": 100})
)


def meets(record, query):
    """Say whether a record meets a query, as the reference describes it."""

    def holds(condition):
        wanted = condition["field_values"]
        has = record[condition["field_name"]]
        if condition["operation"] in SIGNS:
            return all(SIGNS[condition["operation"]](value, int(wanted[0])) for value in has)
        return any(str(value) in wanted for value in has)

    some = query.get("or", [])
    return (
        all(map(holds, query.get("and", [])))
        and (not some or any(map(holds, some)))
        and not any(map(holds, query.get("not", [])))
    )
