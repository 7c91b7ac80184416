"""The API as its documentation has it, over rows in memory, and SQL's logic in plain Python.

Nothing here is shared with the planner: a second opinion on what its requests bring, and on what
is left to be judged.
"""

from __future__ import annotations

import datetime as dt
import operator
import re

from tiksql.syntax import ast

EPOCH = dt.datetime.fromisoformat("1970-01-01")
SIGNS = {"EQ": operator.eq, "GT": operator.gt, "GTE": operator.ge, "LT": operator.lt}
SIGNS |= {"LTE": operator.le, "=": operator.eq, "<>": operator.ne, "<": operator.lt}
SIGNS |= {"<=": operator.le, ">": operator.gt, ">=": operator.ge}


# --- what the API answers -------------------------------------------------------------------------


def answered(body, rows, edges=(15, 61, 301)):
    """Return the records that a request brings; ``edges`` say where its classes of length end."""
    first, last = (dt.date.fromisoformat(body[end]) for end in ("start_date", "end_date"))
    groups = body["query"]
    return [
        row
        for row in rows
        if first <= row["create_time"].date() <= last
        and all(meets(c, row, edges) for c in groups.get("and", []))
        and ("or" not in groups or any(meets(c, row, edges) for c in groups["or"]))
        and not any(meets(c, row, edges) for c in groups.get("not", []))
    ]


def meets(condition, row, edges):
    """Say whether a record meets one condition: yes or no, also where it has no such value."""
    found = values_of(condition["field_name"], row, edges)
    if condition["operation"] == "IN":
        return any(str(value) in condition["field_values"] for value in found)
    (wanted,) = condition["field_values"]
    if condition["field_name"] == "create_date":
        wanted = dt.date.fromisoformat(wanted)
    elif found and isinstance(found[0], int):
        wanted = int(wanted)
    return any(SIGNS[condition["operation"]](value, wanted) for value in found)


def values_of(field, row, edges):
    """List the values of a field: one, none, or as many as a caption has."""
    match field:
        case "keyword":
            return row["video_description"].split()
        case "hashtag_name":  # it takes no notice of case
            return [form for tag in row["hashtag_names"] or [] for form in (tag, tag.lower())]
        case "video_length":
            return [] if row["video_duration"] is None else [length(row["video_duration"], edges)]
        case "create_date":
            return [row["create_time"].date()]
        case _:
            return [] if row[field] is None else [row[field]]


def length(seconds, edges):
    names = ("SHORT", "MID", "LONG", "EXTRA_LONG")
    return names[sum(seconds >= edge for edge in edges)]


# --- what SQL says --------------------------------------------------------------------------------


def both(truths):
    found = set(truths)
    return False if False in found else None if None in found else True


def denied(truth):
    return None if truth is None else not truth


def judged(tree, leaf):
    """Say what SQL says of a tree of words, whose leaves are judged by ``leaf``."""
    match tree:
        case ("not", inner):
            return denied(judged(inner, leaf))
        case ("and", parts):
            return both(judged(part, leaf) for part in parts)
        case ("or", parts):
            return denied(both(denied(judged(part, leaf)) for part in parts))
        case _:
            return leaf(tree)


def compared(sign, left, right):
    return None if left is None or right is None else SIGNS[sign](left, right)


def listed(value, values):
    return denied(both(denied(compared("=", value, each)) for each in values))


def moment(value):
    """Read a time as naive UTC, whether it is a text or seconds since 1970."""
    if isinstance(value, int):
        return EPOCH + dt.timedelta(seconds=value)
    found = dt.datetime.fromisoformat(value)
    return found.astimezone(dt.UTC).replace(tzinfo=None) if found.tzinfo else found


def value_of(node, row):
    """Work out an expression of what is left of a WHERE, true, false and NULL included."""
    match node:
        case ast.Column(parts=parts):
            return row[parts[-1].text]
        case ast.Integer(value=value) | ast.String(value=value) | ast.Boolean(value=value):
            return value
        case ast.TimestampText(text=text):
            return moment(text)
        case ast.And(operands=operands):
            return both(value_of(each, row) for each in operands)
        case ast.Or(operands=operands):
            return denied(both(denied(value_of(each, row)) for each in operands))
        case ast.Not(operand=operand):
            return denied(value_of(operand, row))
        case ast.Comparison(operator=sign, left=left, right=right):
            return compared(sign, *times(value_of(left, row), value_of(right, row)))
        case ast.In(operand=operand, values=values):
            found = listed(value_of(operand, row), [value_of(each, row) for each in values])
            return denied(found) if node.negated else found
        case ast.IsNull(operand=operand):
            return (value_of(operand, row) is None) is not node.negated
        case ast.Like(operand=operand, pattern=ast.String(value=pattern)):
            text = value_of(operand, row)
            assert text is not None
            found = bool(re.fullmatch(pattern.replace("%", ".*"), text))
            return denied(found) if node.negated else found
        case ast.Contains(operand=operand, value=value):
            found = value_of(operand, row)
            return None if found is None else value_of(value, row) in found
        case ast.Call(arguments=(first, second)) if node.function.text == "coalesce":
            found = value_of(first, row)
            return value_of(second, row) if found is None else found
    raise AssertionError(node)


def times(left, right):
    if isinstance(left, dt.datetime) and isinstance(right, int | str):
        return left, moment(right)
    if isinstance(right, dt.datetime) and isinstance(left, int | str):
        return moment(left), right
    return left, right
