"""The boolean cover: any WHERE over API predicates as a set of requests.

One request of the API means: all of ``and``, some of ``or`` (where it is given), none of ``not``.
There is no nesting. A formula is brought to negation normal form; then each conjunct is placed:

* a predicate goes to ``and``, a negated one to ``not``;
* a disjunction of predicates alone may take the one ``or`` group, after predicates on the same
  field were folded into one ``IN`` (right for many-valued fields, too: ``IN`` means that some value
  is listed);
* what DuckDB alone has to judge becomes the residual of the request;
* so does a mixture of that with predicates that the API matches exactly, because those can be
  judged again here: more records come, but one request less is needed;
* anything else blocks.

While something blocks, the formula is split on one predicate *a* of what blocks:
``f = (a and f with a true) or (not a and f with a false)``. Both halves are smaller, and no record
can match both, because ``not a`` goes to the API's own ``not``. So the branches are exact and
pairwise disjoint by construction, and no record is paid for twice.

An API predicate is true or false, never NULL (that is what the API's ``not`` means), so splitting
on one is right whatever the others are.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.planning.formulas import (
    EQUALITIES,
    FALSE,
    TRUE,
    Atom,
    Formula,
    Local,
    Negation,
    Some,
    conjunction,
    conjuncts,
    decide,
    disjunction,
    is_equality,
    negated,
    predicates,
)
from tiksql.planning.plan import Condition, Conditions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.planning.formulas import Days

MAX_WORK = 100_000
"""Predicates looked at before a formula is called too large; far above any permitted plan."""


class Cover(Struct, frozen=True):
    """One request, and what is left to be judged of the records that it brings.

    It is not ``restricted`` if nothing that was asked for narrows it, but at most what other
    requests bring already.
    """

    conditions: Conditions = Conditions()
    residual: Formula = TRUE
    restricted: bool = True


class TooManyBranchesError(Exception):
    """The cover needs more branches than allowed; holds those found so far."""

    def __init__(self, found: tuple[Cover, ...]) -> None:
        super().__init__(f"more than {len(found) - 1} branches")
        self.found = found


def cover(formula: Formula, *, at_most: int) -> tuple[Cover, ...]:
    """Turn a formula without ``Days`` into disjoint requests that together mean exactly it.

    A formula that the API cannot restrict is one ``Cover`` without any condition; a false one is no
    request at all.
    Raise ``TooManyBranchesError`` above ``at_most``.
    """
    found: list[Cover] = []
    waiting: list[tuple[tuple[Formula, ...], Formula]] = [((), formula)]
    denied = frozenset(negated(formula))
    size = sum(1 for _ in predicates(formula))
    for _ in range(MAX_WORK // (size + 1) + 1):
        if not waiting:
            return tuple(found)
        chosen, rest = waiting.pop()
        whole = conjunction([*chosen, rest])
        if whole == FALSE:
            continue
        placed = _place(conjuncts(whole))
        if placed.blocking:
            waiting.extend(reversed(_halves(chosen, rest, _pivot(placed.blocking))))
            continue
        found.append(placed.cover(denied))
        if len(found) > at_most:
            break
    raise TooManyBranchesError(tuple(found))


def overlapping(formula: Formula, *, at_most: int) -> tuple[Cover, ...]:
    """Turn a formula into requests that together mean it, though a record may match several.

    The way out where disjoint requests would be too many: each alternative is asked for by
    itself. A record that two of them bring is kept once, so both have to judge it alike. Raise
    ``TooManyBranchesError`` above ``at_most``, and where their residuals differ.
    """
    parts = conjuncts(formula)
    blocking = _place(parts).blocking
    if len(blocking) != 1 or not isinstance(blocking[0], Some):
        return cover(formula, at_most=at_most)
    others = [part for part in parts if part != blocking[0]]
    simple = [part for part in blocking[0].parts if isinstance(part, Atom)]
    longer = [part for part in blocking[0].parts if not isinstance(part, Atom)]
    found: dict[Cover, None] = {}
    for part in [*longer, *([disjunction(simple)] if simple else [])]:
        found |= dict.fromkeys(cover(conjunction([*others, part]), at_most=at_most))
        if len(found) > at_most or len({each.residual for each in found}) > 1:
            raise TooManyBranchesError(tuple(found))
    return tuple(found)


def _halves(
    chosen: tuple[Formula, ...], rest: Formula, pivot: Atom
) -> list[tuple[tuple[Formula, ...], Formula]]:
    return [
        ((*chosen, pivot), decide(rest, _given(pivot, holds=True))),
        ((*chosen, Negation(pivot)), decide(rest, _given(pivot, holds=False))),
    ]


def _given(pivot: Atom, *, holds: bool) -> Callable[[Atom | Days], bool | None]:
    """Say of other predicates what the truth of one decides about them."""
    values = set(pivot.values)

    def truth(other: Atom | Days) -> bool | None:
        if other == pivot:
            return holds
        if not (is_equality(other) and is_equality(pivot) and other.field == pivot.field):
            return None
        if not holds:
            return False if values.issuperset(other.values) else None
        if values.issubset(other.values):
            return True
        return False if pivot.single and values.isdisjoint(other.values) else None

    return truth


class _Placed(Struct):
    """Conjuncts, sorted by who judges them; ``blocking`` are those that nobody can."""

    group: tuple[Atom, ...] = ()
    required: list[Condition] = []
    excluded: list[Condition] = []
    residual: list[Formula] = []
    blocking: list[Formula] = []

    def cover(self, denied: frozenset[Atom]) -> Cover:
        """Make the request, once nothing blocks; ``denied`` is what the formula itself denies."""
        alternatives = tuple(atom.condition for atom in self.group)
        conditions = Conditions(tuple(self.required), alternatives, tuple(self.excluded))
        written = any(_settles(c, atom) for c in self.excluded for atom in denied)
        asked = bool(self.required or self.group or written)
        return Cover(conditions, conjunction(self.residual), asked)


def _place(parts: tuple[Formula, ...]) -> _Placed:
    """Put each conjunct where it is judged."""
    group = max((g for part in parts if (g := _alternatives(part))), key=len, default=())
    placed = _Placed(group)
    for part in parts:
        match part:
            case Atom():
                placed.required.append(part.condition)
            case Negation(Atom() as atom):
                placed.excluded.append(atom.condition)
            case _ if _is_local(part):
                placed.residual.append(part)
            case _ if not group or _alternatives(part) != group:
                placed.blocking.append(part)
    _keep_exact(placed)
    return placed


def _keep_exact(placed: _Placed) -> None:
    """Leave to DuckDB what it can judge as the API would, if the request stays restricted."""
    if placed.required or placed.group:
        exact = [part for part in placed.blocking if _is_exact(part)]
        placed.residual += exact
        placed.blocking = [part for part in placed.blocking if part not in exact]


def _settles(found: Condition, atom: Atom) -> bool:
    """Say whether a condition is that of a predicate, or one that it was folded into."""
    if found == atom.condition:
        return True
    return (
        found.field_name == atom.field
        and is_equality(atom)
        and found.operation in EQUALITIES
        and not set(atom.values).isdisjoint(found.field_values)
    )


def _is_local(part: Formula) -> bool:
    return all(isinstance(predicate, Local) for predicate in predicates(part))


def _is_exact(part: Formula) -> bool:
    found = list(predicates(part))
    exact = [p for p in found if isinstance(p, Atom) and p.single]
    return len(exact) + sum(isinstance(p, Local) for p in found) == len(found)


def _alternatives(part: Formula) -> tuple[Atom, ...]:
    """Return the predicates of a disjunction that holds nothing else, otherwise nothing."""
    if not isinstance(part, Some):
        return ()
    atoms = tuple(atom for atom in part.parts if isinstance(atom, Atom))
    return atoms if len(atoms) == len(part.parts) else ()


def _pivot(blocking: list[Formula]) -> Atom:
    """Choose the predicate that stands in most of what blocks, the first among equals."""
    counts = Counter(
        atom for part in blocking for atom in set(predicates(part)) if isinstance(atom, Atom)
    )
    order = [atom for part in blocking for atom in predicates(part) if isinstance(atom, Atom)]
    return max(order, key=lambda atom: counts[atom])
