"""What a statement says, before the catalog is consulted.

Nodes are values: two are equal when they say the same thing, wherever in the text they stand.
Every node carries the span of the text that it came from, which takes no part in equality.
``AND`` and ``OR`` hold any number of operands, so that a chain of ten thousand is two levels deep.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from tiksql.source import NOWHERE, Span

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Node:
    """A piece of syntax and the text it came from.

    What a node says are its positional fields. Comparing, hashing and showing are written once,
    for all kinds: made for each of sixty by ``dataclass``, they cost a twentieth of the start-up.
    """

    span: Span = field(default=NOWHERE)

    @property
    def says(self) -> tuple[object, ...]:
        """The values of the positional fields."""
        names: tuple[str, ...] = self.__match_args__
        return tuple([getattr(self, name) for name in names])

    def __eq__(self, other: object) -> bool:
        """Say whether another node says the same, wherever it stands."""
        return isinstance(other, type(self)) and self.says == other.says

    def __hash__(self) -> int:
        """Hash what it says."""
        return hash((type(self), self.says))

    def __repr__(self) -> str:
        """Show what it says, as it would be written."""
        names: tuple[str, ...] = self.__match_args__
        said = (f"{n}={value!r}" for n, value in zip(names, self.says, strict=True))
        return f"{type(self).__name__}({', '.join(said)})"


# --- names and literals ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Name(Node):
    """An identifier: lower-cased, unless it was written in double quotes."""

    text: str
    quoted: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Integer(Node):
    """A whole number, of any size and never negative; ``-1`` is a ``Unary``."""

    value: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Number(Node):
    """A decimal number such as ``1.5``, never negative."""

    value: Decimal


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class String(Node):
    """A text, without its quotes and with ``''`` read as ``'``."""

    value: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Boolean(Node):
    """``TRUE`` or ``FALSE``."""

    value: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Null(Node):
    """``NULL``."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DateText(Node):
    """``DATE '2024-01-31'``; whether it is a date is for the resolver to say."""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TimestampText(Node):
    """``TIMESTAMP '2024-01-31 12:00:00'``."""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Interval(Node):
    """``INTERVAL 7 DAY``: an amount and a unit in the singular, lower case."""

    amount: Expression
    unit: Literal["year", "month", "week", "day", "hour", "minute", "second"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Now(Node):
    """``CURRENT_DATE`` or ``CURRENT_TIMESTAMP``, both UTC."""

    what: Literal["date", "timestamp"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Parameter(Node):
    """``:name``, bound to a value when the statement runs and never spliced into it."""

    name: str


# --- expressions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Column(Node):
    """A column, perhaps with its table before it or members of it behind: ``v.video_tag.type``."""

    parts: tuple[Name, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Unary(Node):
    """A sign before an expression."""

    operator: Literal["-", "+"]
    operand: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Binary(Node):
    """Arithmetic or concatenation."""

    operator: Literal["+", "-", "*", "/", "%", "||"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison(Node):
    """Two expressions held against each other; ``!=`` is read as ``<>``."""

    operator: Literal["=", "<>", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class And(Node):
    """All of two or more."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Or(Node):
    """Some of two or more."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Not(Node):
    """The contrary."""

    operand: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class In(Node):
    """``x [NOT] IN (a, b)``, ``IN (:list)`` or ``IN ["a", "b"]``."""

    operand: Expression
    values: tuple[Expression, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InQuery(Node):
    """``x [NOT] IN (SELECT …)``."""

    operand: Expression
    query: Query
    negated: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Between(Node):
    """``x [NOT] BETWEEN low AND high``, both ends included."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Like(Node):
    """``x [NOT] LIKE pattern``; ``ILIKE`` is insensitive to case."""

    operand: Expression
    pattern: Expression
    negated: bool = False
    insensitive: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IsNull(Node):
    """``x IS [NOT] NULL``."""

    operand: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Contains(Node):
    """``list CONTAINS value``."""

    operand: Expression
    value: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class When(Node):
    """One arm of a ``CASE``."""

    condition: Expression
    result: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Case(Node):
    """``CASE [operand] WHEN … THEN … [ELSE …] END``."""

    operand: Expression | None
    whens: tuple[When, ...]
    otherwise: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TypeName(Node):
    """A type as DuckDB writes it, upper-cased: ``BIGINT``, ``DECIMAL(18,3)``, ``VARCHAR[]``."""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cast(Node):
    """``CAST(x AS t)``; ``x::t`` is read as the same."""

    operand: Expression
    type: TypeName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SortKey(Node):
    """One key of an ``ORDER BY``."""

    expression: Expression
    descending: bool = False
    nulls_first: bool | None = None

    @property
    def starts_with_null(self) -> bool:
        """Whether NULL comes first: if nothing is said, it counts as larger than any value."""
        return self.descending if self.nulls_first is None else self.nulls_first


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bound(Node):
    """One end of a window frame; ``offset`` only for ``n PRECEDING`` and ``n FOLLOWING``."""

    kind: Literal[
        "unbounded preceding", "preceding", "current row", "following", "unbounded following"
    ]
    offset: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Frame(Node):
    """``ROWS BETWEEN start AND end``."""

    unit: Literal["rows", "range"]
    start: Bound
    end: Bound


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Over(Node):
    """``OVER (PARTITION BY … ORDER BY … frame)``."""

    partition: tuple[Expression, ...] = ()
    order: tuple[SortKey, ...] = ()
    frame: Frame | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call(Node):
    """A function; ``count(*)`` has ``star`` and no arguments."""

    function: Name
    arguments: tuple[Expression, ...] = ()
    star: bool = False
    distinct: bool = False
    order: tuple[SortKey, ...] = ()
    filter: Expression | None = None
    over: Over | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Exists(Node):
    """``EXISTS (SELECT …)``."""

    query: Query


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scalar(Node):
    """A query in brackets that gives one value."""

    query: Query


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Subscript(Node):
    """``list[1]``."""

    operand: Expression
    index: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Member(Node):
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Star(Node):
    """``*``, or ``t.*`` with a table."""

    table: Name | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Item(Node):
    """One expression of a ``SELECT``, perhaps renamed."""

    expression: Expression
    alias: Name | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TableRef(Node):
    """A table or collection by name; ``parts`` has two for ``name.observations``."""

    parts: tuple[Name, ...]
    alias: Name | None = None
    sample: Integer | Parameter | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Derived(Node):
    """A query in ``FROM``."""

    query: Query
    alias: Name | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Join(Node):
    """Two tables side by side; at most one of ``on`` and ``using`` is given."""

    left: From
    kind: Literal["inner", "left", "cross"]
    right: TableRef | Derived
    on: Expression | None = None
    using: tuple[Name, ...] = ()


From: TypeAlias = TableRef | Derived | Join


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Select(Node):
    """``SELECT … FROM … WHERE … GROUP BY … HAVING …``."""

    items: tuple[Item | Star, ...]
    source: From | None = None
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    having: Expression | None = None
    distinct: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compound(Node):
    """Two queries as one: ``UNION``, ``EXCEPT`` or ``INTERSECT``."""

    operator: Literal["union", "except", "intersect"]
    left: Body
    right: Body
    all: bool = False


Body: TypeAlias = "Select | Compound | Query"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CommonTable(Node):
    """One ``name AS (query)`` of a ``WITH``."""

    name: Name
    query: Query


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Query(Node):
    """A body with what stands around it; a bare ``SELECT`` is a query, too."""

    body: Body
    order: tuple[SortKey, ...] = ()
    limit: Expression | None = None
    offset: Expression | None = None
    common: tuple[CommonTable, ...] = ()


# --- statements -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Explain(Node):
    """``EXPLAIN [ANALYZE] [(FORMAT f)] query``."""

    query: Query
    analyze: bool = False
    format: Name | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateCollection(Node):
    """``CREATE [OR REPLACE] COLLECTION name AS query``."""

    name: Name
    query: Query
    replace: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RefreshCollection(Node):
    """``REFRESH COLLECTION name``."""

    name: Name


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DropCollection(Node):
    """``DROP COLLECTION name``."""

    name: Name


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Show(Node):
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Describe(Node):
    """``DESCRIBE name``."""

    name: Name


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CopyOption(Node):
    """One option of ``COPY``: ``HEADER``, ``FORMAT csv``."""

    name: Name
    value: Name | String | Integer | Boolean | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Copy(Node):
    """``COPY (query) | name TO 'file' [(options)]``."""

    source: Query | Name
    path: String | Parameter
    options: tuple[CopyOption, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SetSetting(Node):
    """``SET name = value``; a bare word is a ``Name``, a sign is part of the number."""

    name: Name
    value: Name | String | Integer | Number | Boolean | Null


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ResetSetting(Node):
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Script(Node):
    """The statements of a text, in order."""

    statements: tuple[Statement, ...]
