"""Expressions to text, with no bracket too many."""

from __future__ import annotations

from tiksql.syntax import ast
from tiksql.syntax.printing import PRINTERS, listed, literal, prints, quoted, to_sql

# How tightly an expression holds together; what is not listed needs no brackets anywhere.
OR, AND, NOT, TEST, COMPARISON, PREDICATE, JOINED, SUM, PRODUCT, SIGN, ELEMENT = range(11)

_LEVELS: dict[type[ast.Node], int] = {
    ast.Or: OR,
    ast.And: AND,
    ast.Not: NOT,
    ast.IsNull: TEST,
    ast.Comparison: COMPARISON,
    ast.In: PREDICATE,
    ast.InQuery: PREDICATE,
    ast.Between: PREDICATE,
    ast.Like: PREDICATE,
    ast.Contains: PREDICATE,
    ast.Unary: SIGN,
}
_ARITHMETIC = {"||": JOINED, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "%": PRODUCT}


def within(node: ast.Node, least: int) -> str:
    """Print an operand, in brackets if it holds together less than is needed."""
    kind = type(node)
    level = _LEVELS.get(kind, ELEMENT)
    if isinstance(node, ast.Binary):
        level = _ARITHMETIC[node.operator]
    text = PRINTERS[kind](node)
    return text if level >= least else f"({text})"


# --- literals -------------------------------------------------------------------------------------


@prints(ast.Integer)
def _integer(node: ast.Integer) -> str:
    return str(node.value)


@prints(ast.Number)
def _number(node: ast.Number) -> str:
    text = str(node.value)
    return text if set(text) & set(".E") else text + ".0"


@prints(ast.String)
def _string(node: ast.String) -> str:
    return literal(node.value)


@prints(ast.Boolean)
def _boolean(node: ast.Boolean) -> str:
    return "TRUE" if node.value else "FALSE"


@prints(ast.Null)
def _null(_: ast.Null) -> str:
    return "NULL"


@prints(ast.DateText)
def _date(node: ast.DateText) -> str:
    return f"DATE {literal(node.text)}"


@prints(ast.TimestampText)
def _timestamp(node: ast.TimestampText) -> str:
    return f"TIMESTAMP {literal(node.text)}"


@prints(ast.Interval)
def _interval(node: ast.Interval) -> str:
    amount = to_sql(node.amount)
    if not isinstance(node.amount, ast.Integer | ast.Number | ast.Parameter):
        amount = f"({amount})"
    return f"INTERVAL {amount} {node.unit.upper()}"


@prints(ast.Now)
def _now(node: ast.Now) -> str:
    return f"CURRENT_{node.what.upper()}"


@prints(ast.Parameter)
def _parameter(node: ast.Parameter) -> str:
    return f":{node.name}"


@prints(ast.Column)
def _column(node: ast.Column) -> str:
    return ".".join(map(quoted, node.parts))


# --- operators ------------------------------------------------------------------------------------


@prints(ast.Or)
def _or(node: ast.Or) -> str:
    return " OR ".join([within(operand, AND) for operand in node.operands])


@prints(ast.And)
def _and(node: ast.And) -> str:
    return " AND ".join([within(operand, NOT) for operand in node.operands])


@prints(ast.Not)
def _not(node: ast.Not) -> str:
    return f"NOT {within(node.operand, NOT)}"


@prints(ast.IsNull)
def _is_null(node: ast.IsNull) -> str:
    return f"{within(node.operand, TEST)} IS {_negation(negated=node.negated)}NULL"


@prints(ast.Comparison)
def _comparison(node: ast.Comparison) -> str:
    return f"{within(node.left, PREDICATE)} {node.operator} {within(node.right, PREDICATE)}"


@prints(ast.In)
def _in(node: ast.In) -> str:
    word = _negation(negated=node.negated)
    return f"{within(node.operand, JOINED)} {word}IN ({listed(node.values)})"


@prints(ast.InQuery)
def _in_query(node: ast.InQuery) -> str:
    word = _negation(negated=node.negated)
    return f"{within(node.operand, JOINED)} {word}IN ({to_sql(node.query)})"


@prints(ast.Between)
def _between(node: ast.Between) -> str:
    word = _negation(negated=node.negated)
    ends = f"{within(node.low, JOINED)} AND {within(node.high, JOINED)}"
    return f"{within(node.operand, JOINED)} {word}BETWEEN {ends}"


@prints(ast.Like)
def _like(node: ast.Like) -> str:
    word = _negation(negated=node.negated) + ("ILIKE" if node.insensitive else "LIKE")
    return f"{within(node.operand, JOINED)} {word} {within(node.pattern, JOINED)}"


@prints(ast.Contains)
def _contains(node: ast.Contains) -> str:
    return f"{within(node.operand, JOINED)} CONTAINS {within(node.value, JOINED)}"


def _negation(*, negated: bool) -> str:
    return "NOT " if negated else ""


@prints(ast.Binary)
def _binary(node: ast.Binary) -> str:
    own = _ARITHMETIC[node.operator]
    return f"{within(node.left, own)} {node.operator} {within(node.right, own + 1)}"


@prints(ast.Unary)
def _unary(node: ast.Unary) -> str:
    text = within(node.operand, SIGN)
    between = " " if text.startswith(node.operator) else ""  # "--" would begin a comment
    return node.operator + between + text


@prints(ast.Cast)
def _cast(node: ast.Cast) -> str:
    return f"CAST({to_sql(node.operand)} AS {node.type.text})"


@prints(ast.TypeName)
def _type(node: ast.TypeName) -> str:
    return node.text


@prints(ast.Subscript)
def _subscript(node: ast.Subscript) -> str:
    return f"{within(node.operand, ELEMENT)}[{to_sql(node.index)}]"


@prints(ast.Member)
def _member(node: ast.Member) -> str:
    text = within(node.operand, ELEMENT)
    if isinstance(node.operand, ast.Column | ast.Integer | ast.Number):
        text = f"({text})"  # without them, the member would be a part of the name or number
    return f"{text}.{quoted(node.name)}"


@prints(ast.Case)
def _case(node: ast.Case) -> str:
    pieces = ["CASE"]
    pieces += [to_sql(node.operand)] if node.operand else []
    pieces += map(to_sql, node.whens)
    pieces += [f"ELSE {to_sql(node.otherwise)}"] if node.otherwise else []
    return " ".join([*pieces, "END"])


@prints(ast.When)
def _when(node: ast.When) -> str:
    return f"WHEN {to_sql(node.condition)} THEN {to_sql(node.result)}"


@prints(ast.Exists)
def _exists(node: ast.Exists) -> str:
    return f"EXISTS ({to_sql(node.query)})"


@prints(ast.Scalar)
def _scalar(node: ast.Scalar) -> str:
    return f"({to_sql(node.query)})"


# --- calls ----------------------------------------------------------------------------------------


@prints(ast.Call)
def _call(node: ast.Call) -> str:
    inside = "DISTINCT " if node.distinct else ""
    inside += "*" if node.star else listed(node.arguments)
    inside += f" ORDER BY {listed(node.order)}" if node.order else ""
    chosen = f" FILTER (WHERE {to_sql(node.filter)})" if node.filter else ""
    over = f" {to_sql(node.over)}" if node.over else ""
    return f"{quoted(node.function)}({inside}){chosen}{over}"


@prints(ast.SortKey)
def _sort_key(node: ast.SortKey) -> str:
    text = to_sql(node.expression) + (" DESC" if node.descending else "")
    if node.nulls_first is None:
        return text
    return f"{text} NULLS {'FIRST' if node.nulls_first else 'LAST'}"


@prints(ast.Over)
def _over(node: ast.Over) -> str:
    pieces = [f"PARTITION BY {listed(node.partition)}"] if node.partition else []
    pieces += [f"ORDER BY {listed(node.order)}"] if node.order else []
    pieces += [to_sql(node.frame)] if node.frame else []
    return f"OVER ({' '.join(pieces)})"


@prints(ast.Frame)
def _frame(node: ast.Frame) -> str:
    return f"{node.unit.upper()} BETWEEN {to_sql(node.start)} AND {to_sql(node.end)}"


@prints(ast.Bound)
def _bound(node: ast.Bound) -> str:
    offset = f"{within(node.offset, JOINED)} " if node.offset else ""
    return offset + node.kind.upper()
