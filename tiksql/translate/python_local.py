"""The local half of a plan in Python: DuckDB with the tables of the scans, and its queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.output.objects import distinct
from tiksql.translate.escaping import Code, python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan

SETUP = """
DATABASE = duckdb.connect()
DATABASE.execute("SET TimeZone = 'UTC'")
DATABASE.execute("SET error_on_division_by_zero = false")
"""

LOAD = '''
def load(table, rows, branch):
    """Put rows into a table of DuckDB; a value that does not fit is an error."""
    described = DATABASE.execute(f'DESCRIBE "{table}"').fetchall()
    structure = json.dumps([{name: type_ for name, type_, *_ in described}])
    new = "SELECT unnest(from_json_strict(?, ?)) AS new"
    marked = [{**{n: fitted(n, v) for n, v in row.items()}, "_branch": branch} for row in rows]
    text = json.dumps(marked, ensure_ascii=False, default=str)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # no half characters
    DATABASE.execute(f'INSERT INTO "{table}" SELECT new.* FROM ({new})', [text, structure])


def fitted(name, value):
    """Give a structure, or each of a list of them, the members that its column has."""
    if name in MEMBERS and isinstance(value, list):
        return [fitted(name, each) for each in value]
    if name in MEMBERS and value is not None:
        return {member: value.get(member) for member in MEMBERS[name]}
    return value
'''

KEYS = '''
def ask_for_keys(name):
    """Make the requests of a scan whose keys other scans gave, each key once."""
    scan = SCANS[name]
    keys = {}
    for (key,) in DATABASE.execute(scan["keys"]).fetchall():
        if key not in (None, ""):
            keys.setdefault(str(key).lower(), key)
    scan["requests"] = [(1, scan["make"](key)) for key in keys.values()]
'''

WHOLE = '''
def main():
    """Read every scan, then print what DuckDB answers."""
    for name in SCANS:
{asking}        for branch, rows in rows_of(name):
            load(name, rows, branch)
    for values in DATABASE.execute(ANSWER).fetchall():
        show(values)
'''
ASKING = """\
        if "keys" in SCANS[name]:
            ask_for_keys(name)
"""

STREAMED = '''
def main():
    """Print what DuckDB keeps of each page; stop asking when enough rows have come."""
{counting}    for branch, rows in rows_of("{name}"):
        load("{name}", rows, branch)
        for values in DATABASE.execute(ANSWER).fetchall():
{showing}        DATABASE.execute('TRUNCATE "{name}"')
'''

PLAIN = '''
def main():
    """Print the rows; stop asking when enough have come."""
{counting}    for _, rows in rows_of("{name}"):
        for row in rows:
            values = {values}
{showing}'''

COUNTED = """\
            count += 1
            if count > {offset}:
                show(values)
            if count == {last}:
                INCOMPLETE.clear()  # what lies behind the limit is not missed
                return
"""


def main_of(plan: Plan) -> str:
    """Print the function ``main`` of a script, from the cheapest of the three ways of a plan."""
    counts = plan.limit is not None or plan.offset > 0
    counting = "    count = 0\n" if counts else ""
    showing = "            show(values)\n"
    if counts:
        last = "None" if plan.limit is None else str(plan.limit + plan.offset)
        showing = COUNTED.format(offset=plan.offset, last=last)
    if plan.local is None:
        names = [f"row[{python(column.name)}]" for column in plan.output]
        values = f"[{', '.join(names)}]"
        name = plan.scans[0].name
        return PLAIN.format(counting=counting, name=name, values=values, showing=showing)
    if plan.streams and plan.scans:
        name = plan.scans[0].name
        return STREAMED.format(counting=counting, name=name, showing=showing)
    asking = ASKING if any(scan.keys is not None for scan in plan.scans) else ""
    return WHOLE.format(asking=asking)


def heads_of(plan: Plan) -> str:
    """Print the names and types of the columns of the result."""
    names = distinct(head.name for head in plan.heads)
    pairs = [(name, head.type) for name, head in zip(names, plan.heads, strict=True)]
    return f"HEADS = {python(pairs, before=8)}\n"


def local_of(plan: Plan) -> Iterator[Code]:
    """Print what a script needs of DuckDB: nothing for a plan that only selects columns."""
    if plan.local is None or plan.local_text is None:
        return
    tables = [f"DATABASE.execute({python(scan.definition)})\n" for scan in plan.scans]
    yield Code(SETUP + "".join(tables))
    yield Code(f"\nANSWER = {python(plan.local_text)}\n")
    if plan.scans:
        structures = {c.name: list(c.members) for s in plan.scans for c in s.columns if c.members}
        yield Code(f"MEMBERS = {python(structures, before=10)}\n")
        yield Code(LOAD)
    if any(scan.keys is not None for scan in plan.scans):
        yield Code(KEYS)
