"""The local query of a plan in Spark's SQL, over tables that were exported; the owner of sqlglot.

Conditions that the API judges are no part of the query: the tables hold what the API gave for them,
and the comments before the query say which they are.

What is printed shall give in Spark what DuckDB gives here, so only what was compared with Spark is
let through (``make spark`` compares it): functions of the list below, casts to days, times and
doubles, no intervals and no subscripts. Anything else is an error, because a function of the same
name may mean something else there.

Spark has to run with ``spark.sql.session.timeZone = UTC`` and ANSI mode, its default since 4.0.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from tiksql.errors import UnavailableError, UsageError
from tiksql.planning.order import ROW
from tiksql.planning.trees import nodes
from tiksql.syntax import ast
from tiksql.translate.escaping import seen, unit
from tiksql.translate.steps import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Condition, Plan, Scan, StoredTable

FUNCTIONS: Final = frozenset(
    {
        *("count", "sum", "avg", "min", "max", "median", "stddev", "stddev_samp", "var_samp"),
        *("abs", "floor", "ceil", "round", "sign", "greatest", "least"),
        *("coalesce", "nullif", "ifnull", "if"),
        *("lower", "upper", "length", "len", "trim", "ltrim", "rtrim", "contains", "starts_with"),
        *("list_contains", "date_trunc", "year", "month", "day", "hour", "minute"),
        *("row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value"),
    }
)
REMARKS: Final = {
    "lower": "lower() differs from Spark's in a few letters, such as a Greek sigma at an end",
    "upper": "upper() differs from Spark's in a few letters, such as a German sharp s",
}
TYPES: Final = frozenset({"DATE", "TIMESTAMP", "DOUBLE", "FLOAT8"})
BRANCH: Final = "_branch"


def to_spark(plan: Plan) -> str:
    """Print the local query of a plan for Spark, after comments that say what it reads.

    Raise ``UnavailableError`` (TS408) at what may mean something else in Spark.
    """
    remarks = sorted(set(_remarks(plan)))
    lines = [
        "with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true",
        *(f"{line}; COPY {table.collection} writes them" for line, table in _kept(plan)),
        *(line for scan in plan.scans for line in _source(plan, scan)),
        *remarks,
    ]
    return _seen("".join(f"-- {line}\n" for line in lines) + _query(plan)) + ";"


def _seen(text: str) -> str:
    r"""Write what cannot be seen or steers a terminal as ``\uXXXX``, which Spark reads in texts."""
    return "".join(c if seen(c) or c == "\n" else unit(c) for c in text)


def _kept(plan: Plan) -> Iterator[tuple[str, StoredTable]]:
    return zip(kept(plan), plan.stored, strict=False)


def _source(plan: Plan, scan: Scan) -> Iterator[str]:
    """Say what has to be in the table of a scan: its columns, and the rows that the API chose."""
    names = ", ".join(column.name for column in scan.columns)
    yield f"{_table(plan, scan)}: rows of {scan.table.name} as COPY writes them, with {names}"
    if scan.key is not None:
        yield f"  only those for the {scan.key.name} of the statement"
    for branch in scan.branches:
        days = f"{branch.windows[-1].start} to {branch.windows[0].end}" if branch.windows else ""
        groups = {"all": branch.conditions.all_of, "some": branch.conditions.any_of}
        groups["none"] = branch.conditions.none_of
        parts = [
            f"{word} of ({'; '.join(map(_condition, conditions))})"
            for word, conditions in groups.items()
            if conditions
        ]
        if what := ", ".join(filter(None, [*parts, days])):
            yield f"  only those that the API gave for {what}"


def _condition(condition: Condition) -> str:
    values = ", ".join(json.dumps(value) for value in condition.field_values)
    return f"{condition.field_name} {condition.operation} {values}"


def _table(plan: Plan, scan: Scan) -> str:
    """Name the table that holds the rows of a scan."""
    alike = [each for each in plan.scans if each.table.name == scan.table.name]
    return scan.table.name if len(alike) == 1 else f"{scan.table.name}_{scan.number}"


# --- what may pass --------------------------------------------------------------------------------


def _remarks(plan: Plan) -> Iterator[str]:
    """Check every node of the query and of what the scans are filtered by."""
    parts = [plan.local, *(scan.residual for scan in plan.scans)]
    for node in (node for part in parts if part is not None for node in nodes(part)):
        match node:
            case ast.Call(function=name, order=order):
                if name.text.lower() not in FUNCTIONS or order:
                    raise _refused(f"the function {name.text}", name)
                if remark := REMARKS.get(name.text.lower()):
                    yield remark
            case ast.Cast(type=type_) if type_.text not in TYPES:
                raise _refused(f"a CAST to {type_.text}", node)
            case ast.Like(pattern=pattern) if not isinstance(pattern, ast.String):
                raise _refused("LIKE with anything but a text behind it", node)
            case ast.Like(insensitive=True):
                yield REMARKS["lower"].replace("lower()", "ILIKE")
            case ast.Interval():
                raise _refused("an INTERVAL", node)
            case ast.String(value=text) if re.search("\0[0-7]", text):
                # Both would be written \\012: a NUL with "12" behind it, and a line end.
                raise _refused("a text with a digit behind a NUL", node)
            case ast.Subscript():
                raise _refused("a subscript", node)
            case ast.Column(parts=parts_) if parts_[-1].text == BRANCH:
                raise _refused("an OR that the API judged only in part", node)
    if plan.limit is not None and plan.streams:
        yield "LIMIT without ORDER BY: here the newest rows, in Spark any"


def _refused(what: str, node: ast.Node) -> UnavailableError:
    return UnavailableError(
        "TS408",
        f"{what} is not known to mean the same in Spark",
        span=node.span,
        hint="export the result of this statement, and ask Spark for the rest",
    )


# --- the query ------------------------------------------------------------------------------------


def _query(plan: Plan) -> str:
    sqlglot = _library()
    tree = sqlglot.parse_one(_duckdb(plan), read="duckdb")
    tables = {scan.name: _table(plan, scan) for scan in plan.scans}
    tables |= {table.key: table.collection for table in plan.stored}
    lists = {
        (scan.name, column.name)
        for scan in plan.scans
        for column in scan.columns
        if column.type.endswith("[]")
    }
    _unnumber(sqlglot.exp, tree)
    changed = tree.transform(lambda node: _changed(sqlglot.exp, node, lists))
    for node in changed.find_all(sqlglot.exp.Identifier):
        node.set("this", tables.get(node.name, node.name))
    return str(changed.sql("spark", pretty=True, unsupported_level=sqlglot.ErrorLevel.RAISE))


def _unnumber(exp: Any, tree: Any) -> None:
    """Take out what keeps rows in the order in which they came: exported tables have none."""
    for order in list(tree.find_all(exp.Order)):
        left = [key for key in order.expressions if not _numbers(exp, key)]
        order.set("expressions", left)
        if not left:
            order.pop()
    for select in list(tree.find_all(exp.Select)):
        items = [item for item in select.expressions if item.alias != ROW]
        select.set("expressions", items or [_number(exp)])


def _numbers(exp: Any, key: Any) -> bool:
    return any(column.name == ROW for column in key.find_all(exp.Column))


def _duckdb(plan: Plan) -> str:
    """Write what is done here as one query of DuckDB's."""
    text = plan.local_text
    if text is None:
        scan = plan.scans[0]
        items = [
            f"{_quoted(scan.name)}.{_quoted(column.name)} AS {_quoted(head.name)}"
            for column, head in zip(plan.output, plan.heads, strict=True)
        ]
        text = f"SELECT {', '.join(items)} FROM {_quoted(scan.name)}"  # noqa: S608 - quoted
    if plan.streams and plan.limit is not None:
        text += f" LIMIT {plan.limit}"
    if plan.streams and plan.offset:
        text += f" OFFSET {plan.offset}"
    return text


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _changed(exp: Any, node: Any, lists: set[tuple[str, str]]) -> Any:
    """Put what Spark calls otherwise in the place of a node."""
    if isinstance(node, exp.Div):
        left, right = (exp.cast(each, "DOUBLE") for each in (node.this, node.expression))
        return exp.Div(this=left, expression=exp.Nullif(this=right, expression=_number(exp)))
    if isinstance(node, exp.Mod):
        divisor = exp.Nullif(this=node.expression.copy(), expression=_number(exp))
        return exp.Mod(this=node.this.copy(), expression=divisor)
    if isinstance(node, exp.Like | exp.ILike):
        pattern = node.expression  # a backslash only means something in Spark
        pattern.set("this", pattern.this.replace("\\", "\\\\"))
    if isinstance(node, exp.Length) and _is_list(exp, node.this, lists):
        return exp.Anonymous(this="ARRAY_SIZE", expressions=[node.this.copy()])
    return node


def _is_list(exp: Any, node: Any, lists: set[tuple[str, str]]) -> bool:
    return isinstance(node, exp.Column) and (node.table, node.name) in lists


def _number(exp: Any) -> Any:
    return exp.Literal.number(0)


def _library() -> Any:
    try:
        import sqlglot  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(
            "TS632",
            "the translation to Spark needs sqlglot, which is not installed",
            hint="pip install 'tiksql[spark]'",
        ) from None
    return sqlglot
