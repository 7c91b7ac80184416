"""What a statement says, before the catalog is consulted.

Nodes are values: two are equal when they say the same thing, wherever in the text they stand.
Every node carries the span of the text that it came from, which takes no part in equality.
``AND`` and ``OR`` hold any number of operands, so that a chain of ten thousand is two levels deep.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct

from tiksql.source import NOWHERE, Span


class Node(Struct, frozen=True, eq=False, kw_only=True):
    """A piece of syntax and the text it came from.

    What a node says are its positional fields. A structure of msgspec is made without writing and
    compiling code, as ``dataclass`` does: for sixty kinds that was a tenth of the start-up.
    """

    span: Span = NOWHERE

    @property
    def says(self) -> tuple[object, ...]:
        """The values of the positional fields."""
        names: tuple[str, ...] = type(self).__match_args__
        return tuple([getattr(self, name) for name in names])

    def __eq__(self, other: object) -> bool:
        """Say whether another node says the same, wherever it stands."""
        return isinstance(other, type(self)) and self.says == other.says

    def __ne__(self, other: object) -> bool:
        """Say the contrary, which a structure would not."""
        return not self == other

    def __hash__(self) -> int:
        """Hash what it says."""
        return hash((type(self), self.says))

    def __repr__(self) -> str:
        """Show what it says, as it would be written."""
        names: tuple[str, ...] = type(self).__match_args__
        said = (f"{n}={value!r}" for n, value in zip(names, self.says, strict=True))
        return f"{type(self).__name__}({', '.join(said)})"


# --- names and literals ---------------------------------------------------------------------------


class _Quotable(Node, frozen=True, eq=False, kw_only=True):
    quoted: bool = False


class Name(_Quotable, frozen=True, eq=False):
    """An identifier: lower-cased, unless it was written in double quotes."""

    text: str


class Integer(Node, frozen=True, eq=False):
    """A whole number, of any size and never negative; ``-1`` is a ``Unary``."""

    value: int


class Number(Node, frozen=True, eq=False):
    """A decimal number such as ``1.5``, never negative."""

    value: Decimal


class String(Node, frozen=True, eq=False):
    """A text, without its quotes and with ``''`` read as ``'``."""

    value: str


class Boolean(Node, frozen=True, eq=False):
    """``TRUE`` or ``FALSE``."""

    value: bool


class Null(Node, frozen=True, eq=False):
    """``NULL``."""


class DateText(Node, frozen=True, eq=False):
    """``DATE '2024-01-31'``; whether it is a date is for the resolver to say."""

    text: str


class TimestampText(Node, frozen=True, eq=False):
    """``TIMESTAMP '2024-01-31 12:00:00'``."""

    text: str


class Interval(Node, frozen=True, eq=False):
    """``INTERVAL 7 DAY``: an amount and a unit in the singular, lower case."""

    amount: Expression
    unit: Literal["year", "month", "week", "day", "hour", "minute", "second"]


class Now(Node, frozen=True, eq=False):
    """``CURRENT_DATE`` or ``CURRENT_TIMESTAMP``, both UTC."""

    what: Literal["date", "timestamp"]


class Parameter(Node, frozen=True, eq=False):
    """``:name``, bound to a value when the statement runs and never spliced into it."""

    name: str


# --- expressions ----------------------------------------------------------------------------------


class Column(Node, frozen=True, eq=False):
    """A column, perhaps with its table before it or members of it behind: ``v.video_tag.type``."""

    parts: tuple[Name, ...]


class Unary(Node, frozen=True, eq=False):
    """A sign before an expression."""

    operator: Literal["-", "+"]
    operand: Expression


class Binary(Node, frozen=True, eq=False):
    """Arithmetic or concatenation."""

    operator: Literal["+", "-", "*", "/", "%", "||"]
    left: Expression
    right: Expression


class Comparison(Node, frozen=True, eq=False):
    """Two expressions held against each other; ``!=`` is read as ``<>``."""

    operator: Literal["=", "<>", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


class And(Node, frozen=True, eq=False):
    """All of two or more."""

    operands: tuple[Expression, ...]


class Or(Node, frozen=True, eq=False):
    """Some of two or more."""

    operands: tuple[Expression, ...]


class Not(Node, frozen=True, eq=False):
    """The contrary."""

    operand: Expression


class In(Node, frozen=True, eq=False):
    """``x [NOT] IN (a, b)``, ``IN (:list)`` or ``IN ["a", "b"]``."""

    operand: Expression
    values: tuple[Expression, ...]
    negated: bool = False


class InQuery(Node, frozen=True, eq=False):
    """``x [NOT] IN (SELECT …)``."""

    operand: Expression
    query: Query
    negated: bool = False


class Between(Node, frozen=True, eq=False):
    """``x [NOT] BETWEEN low AND high``, both ends included."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool = False


class Like(Node, frozen=True, eq=False):
    """``x [NOT] LIKE pattern``; ``ILIKE`` is insensitive to case."""

    operand: Expression
    pattern: Expression
    negated: bool = False
    insensitive: bool = False


class IsNull(Node, frozen=True, eq=False):
    """``x IS [NOT] NULL``."""

    operand: Expression
    negated: bool = False


class Contains(Node, frozen=True, eq=False):
    """``list CONTAINS value``."""

    operand: Expression
    value: Expression


class When(Node, frozen=True, eq=False):
    """One arm of a ``CASE``."""

    condition: Expression
    result: Expression


class Case(Node, frozen=True, eq=False):
    """``CASE [operand] WHEN … THEN … [ELSE …] END``."""

    operand: Expression | None
    whens: tuple[When, ...]
    otherwise: Expression | None = None


class TypeName(Node, frozen=True, eq=False):
    """A type as DuckDB writes it, upper-cased: ``BIGINT``, ``DECIMAL(18,3)``, ``VARCHAR[]``."""

    text: str


class Cast(Node, frozen=True, eq=False):
    """``CAST(x AS t)``; ``x::t`` is read as the same."""

    operand: Expression
    type: TypeName


class SortKey(Node, frozen=True, eq=False):
    """One key of an ``ORDER BY``."""

    expression: Expression
    descending: bool = False
    nulls_first: bool | None = None

    @property
    def starts_with_null(self) -> bool:
        """Whether NULL comes first: if nothing is said, it counts as larger than any value."""
        return self.descending if self.nulls_first is None else self.nulls_first


class Bound(Node, frozen=True, eq=False):
    """One end of a window frame; ``offset`` only for ``n PRECEDING`` and ``n FOLLOWING``."""

    kind: Literal[
        "unbounded preceding", "preceding", "current row", "following", "unbounded following"
    ]
    offset: Expression | None = None


class Frame(Node, frozen=True, eq=False):
    """``ROWS BETWEEN start AND end``."""

    unit: Literal["rows", "range"]
    start: Bound
    end: Bound


class Over(Node, frozen=True, eq=False):
    """``OVER (PARTITION BY … ORDER BY … frame)``."""

    partition: tuple[Expression, ...] = ()
    order: tuple[SortKey, ...] = ()
    frame: Frame | None = None


class Call(Node, frozen=True, eq=False):
    """A function; ``count(*)`` has ``star`` and no arguments."""

    function: Name
    arguments: tuple[Expression, ...] = ()
    star: bool = False
    distinct: bool = False
    order: tuple[SortKey, ...] = ()
    filter: Expression | None = None
    over: Over | None = None


class Exists(Node, frozen=True, eq=False):
    """``EXISTS (SELECT …)``."""

    query: Query


class Scalar(Node, frozen=True, eq=False):
    """A query in brackets that gives one value."""

    query: Query


class Subscript(Node, frozen=True, eq=False):
    """``list[1]``."""

    operand: Expression
    index: Expression


class Member(Node, frozen=True, eq=False):
    """A member of what is no mere name: ``list[1].name``, ``f(x).name``, ``(x).name``."""

    operand: Expression
    name: Name


Expression: TypeAlias = (
    Integer
    | Number
    | String
    | Boolean
    | Null
    | DateText
    | TimestampText
    | Interval
    | Now
    | Parameter
    | Column
    | Unary
    | Binary
    | Comparison
    | And
    | Or
    | Not
    | In
    | InQuery
    | Between
    | Like
    | IsNull
    | Contains
    | Case
    | Cast
    | Call
    | Exists
    | Scalar
    | Subscript
    | Member
)


# --- queries --------------------------------------------------------------------------------------


class Star(Node, frozen=True, eq=False):
    """``*``, or ``t.*`` with a table."""

    table: Name | None = None


class Item(Node, frozen=True, eq=False):
    """One expression of a ``SELECT``, perhaps renamed."""

    expression: Expression
    alias: Name | None = None


class TableRef(Node, frozen=True, eq=False):
    """A table or collection by name; ``parts`` has two for ``name.observations``."""

    parts: tuple[Name, ...]
    alias: Name | None = None
    sample: Integer | Parameter | None = None


class Derived(Node, frozen=True, eq=False):
    """A query in ``FROM``."""

    query: Query
    alias: Name | None = None


class Join(Node, frozen=True, eq=False):
    """Two tables side by side; at most one of ``on`` and ``using`` is given."""

    left: From
    kind: Literal["inner", "left", "cross"]
    right: TableRef | Derived
    on: Expression | None = None
    using: tuple[Name, ...] = ()


From: TypeAlias = TableRef | Derived | Join


class Select(Node, frozen=True, eq=False):
    """``SELECT … FROM … WHERE … GROUP BY … HAVING …``."""

    items: tuple[Item | Star, ...]
    source: From | None = None
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    having: Expression | None = None
    distinct: bool = False


class Compound(Node, frozen=True, eq=False):
    """Two queries as one: ``UNION``, ``EXCEPT`` or ``INTERSECT``."""

    operator: Literal["union", "except", "intersect"]
    left: Body
    right: Body
    all: bool = False


Body: TypeAlias = "Select | Compound | Query"


class CommonTable(Node, frozen=True, eq=False):
    """One ``name AS (query)`` of a ``WITH``."""

    name: Name
    query: Query


class Query(Node, frozen=True, eq=False):
    """A body with what stands around it; a bare ``SELECT`` is a query, too."""

    body: Body
    order: tuple[SortKey, ...] = ()
    limit: Expression | None = None
    offset: Expression | None = None
    common: tuple[CommonTable, ...] = ()


# --- statements -----------------------------------------------------------------------------------


class Explain(Node, frozen=True, eq=False):
    """``EXPLAIN [ANALYZE] [(FORMAT f)] query``."""

    query: Query
    analyze: bool = False
    format: Name | None = None


class CreateCollection(Node, frozen=True, eq=False):
    """``CREATE [OR REPLACE] COLLECTION name AS query``."""

    name: Name
    query: Query
    replace: bool = False


class RefreshCollection(Node, frozen=True, eq=False):
    """``REFRESH COLLECTION name``."""

    name: Name


class DropCollection(Node, frozen=True, eq=False):
    """``DROP COLLECTION name``."""

    name: Name


class Show(Node, frozen=True, eq=False):
    """``SHOW what [FOR name]``."""

    what: Literal[
        "tables",
        "settings",
        "collections",
        "gaps",
        "coverage",
        "provenance",
        "requests",
        "quota",
    ]
    name: Name | None = None


class Describe(Node, frozen=True, eq=False):
    """``DESCRIBE name``."""

    name: Name


class CopyOption(Node, frozen=True, eq=False):
    """One option of ``COPY``: ``HEADER``, ``FORMAT csv``."""

    name: Name
    value: Name | String | Integer | Boolean | None = None


class Copy(Node, frozen=True, eq=False):
    """``COPY (query) | name TO 'file' [(options)]``."""

    source: Query | Name
    path: String | Parameter
    options: tuple[CopyOption, ...] = ()


class SetSetting(Node, frozen=True, eq=False):
    """``SET name = value``; a bare word is a ``Name``, a sign is part of the number."""

    name: Name
    value: Name | String | Integer | Number | Boolean | Null


class ResetSetting(Node, frozen=True, eq=False):
    """``RESET name``, or ``RESET ALL`` with no name."""

    name: Name | None = None


Statement: TypeAlias = (
    Query
    | Explain
    | CreateCollection
    | RefreshCollection
    | DropCollection
    | Show
    | Describe
    | Copy
    | SetSetting
    | ResetSetting
)


class Script(Node, frozen=True, eq=False):
    """The statements of a text, in order."""

    statements: tuple[Statement, ...]
