"""Formulas over predicates of the API: what a WHERE says, simplified as far as it costs nothing.

An API predicate is true or false, never NULL (that is what the API's ``not`` means), so the
two-valued laws hold for it. A predicate that DuckDB judges can be NULL: for it only laws are used
that hold in three-valued logic, and "p or not p" is never taken for true. An equality with several
values (``IN``) is true where some value is listed, which is right for many-valued fields, too.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from msgspec import Struct

from tiksql.catalog import Operation
from tiksql.planning.plan import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Atom(Struct, frozen=True):
    """A predicate that the API judges: a condition, and what may be concluded from it.

    ``single`` says that a record has exactly one value of the field and that the API compares it
    exactly, so that two different values exclude each other.
    """

    field: str
    operation: Operation
    values: tuple[str, ...]
    single: bool = False

    @property
    def condition(self) -> Condition:
        """The condition that is sent."""
        return Condition(self.operation, self.field, self.values)


class Days(Struct, frozen=True):
    """A predicate on the UTC day: from ``low`` to ``high``, both included, None for open."""

    low: dt.date | None
    high: dt.date | None


class Local(Struct, frozen=True):
    """A predicate that DuckDB judges, by its place in the list that the resolver keeps."""

    number: int


class Negation(Struct, frozen=True):
    """The contrary of a formula."""

    part: Formula


class All(Struct, frozen=True):
    """Every part holds; no parts: true."""

    parts: tuple[Formula, ...]


class Some(Struct, frozen=True):
    """At least one part holds; no parts: false."""

    parts: tuple[Formula, ...]


Formula: TypeAlias = Atom | Days | Local | Negation | All | Some

EQUALITIES = frozenset({"EQ", "IN"})
TRUE = All(())
FALSE = Some(())


# --- building formulas, simplified as far as it costs nothing -------------------------------------


def conjunction(parts: Iterable[Formula]) -> Formula:
    """Join parts by AND: flat, without repetition, false where two parts exclude each other."""
    flat = dict.fromkeys(_flattened(parts, All))
    if FALSE in flat or any(_contrary(part) in flat for part in flat):
        return FALSE
    folded = _fold(flat, adding=Negation)
    return FALSE if folded is None else _joined(folded, All)


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Join parts by OR: flat, without repetition, true where two parts are contraries."""
    flat = dict.fromkeys(_flattened(parts, Some))
    if TRUE in flat or any(_contrary(part) in flat for part in flat):
        return TRUE
    folded = _fold(flat, adding=Atom)
    return TRUE if folded is None else _joined(folded, Some)


def negation(part: Formula) -> Formula:
    """Negate a formula, pushing the NOT down to its predicates (De Morgan)."""
    match part:
        case All(parts):
            return disjunction(negation(p) for p in parts)
        case Some(parts):
            return conjunction(negation(p) for p in parts)
        case Negation(inner):
            return inner
        case _:
            return Negation(part)


def conjuncts(formula: Formula) -> tuple[Formula, ...]:
    """List the parts that all have to hold."""
    return formula.parts if isinstance(formula, All) else (formula,)


def _flattened(parts: Iterable[Formula], kind: type[All | Some]) -> Iterator[Formula]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def _joined(parts: list[Formula], kind: type[All | Some]) -> Formula:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _contrary(part: Formula) -> Formula | None:
    """Deny a two-valued predicate; None for what could be NULL, and for whole formulas."""
    match part:
        case Negation(Atom() | Days() as inner):
            return inner
        case Atom() | Days():
            return Negation(part)
    return None


def _fold(parts: Iterable[Formula], *, adding: type[Atom | Negation]) -> list[Formula] | None:
    """Fold the equalities of each field, at the place of the first; None where they decide all.

    Those of the kind ``adding`` add up: ``a = 1 OR a = 2`` is ``a IN (1, 2)``, and so is the
    contrary under AND. From the others is taken what those have settled: ``a IN (1, 2) AND NOT
    a = 1`` keeps ``a = 2``. Nothing left decides the whole: false under AND, true under OR.
    """
    fields: dict[str, tuple[list[Atom], list[Atom]]] = {}
    places: list[Formula | str] = []
    for part in parts:
        atom = part.part if isinstance(part, Negation) else part
        if not is_equality(atom):
            places.append(part)
            continue
        if atom.field not in fields:
            places.append(atom.field)
        added, others = fields.setdefault(atom.field, ([], []))
        (added if isinstance(part, adding) else others).append(atom)
    folded: list[Formula] = []
    for place in places:
        if not isinstance(place, str):
            folded.append(place)
        elif (merged := _merged(*fields[place])) is None:
            return None
        else:
            signs = (adding is Negation, adding is Atom)
            folded += [
                Negation(atom) if negated else atom
                for atoms, negated in zip(merged, signs, strict=True)
                for atom in atoms
            ]
    return folded


def _merged(added: list[Atom], others: list[Atom]) -> tuple[list[Atom], list[Atom]] | None:
    """Merge the equalities of one field; None where one of the others has no value left."""
    settled = dict.fromkeys(value for atom in added for value in atom.values)
    if others and others[0].single:
        shared = set(others[0].values).intersection(*(atom.values for atom in others))
        others = [equality(others[0], tuple(v for v in others[0].values if v in shared))]
    left = [equality(each, tuple(v for v in each.values if v not in settled)) for each in others]
    if not all(atom.values for atom in left):
        return None
    if left and left[0].single:
        settled = {}  # a record with one of the values that are left has none of those
    return ([equality(added[0], tuple(settled))] if settled else []), list(dict.fromkeys(left))


def is_equality(part: Formula) -> TypeGuard[Atom]:
    """Say whether a formula is a predicate that a field has one of some values."""
    return isinstance(part, Atom) and part.operation in EQUALITIES


def equality(like: Atom, values: tuple[str, ...]) -> Atom:
    """Make the predicate that a field has one of some values, as EQ where there is just one."""
    return Atom(like.field, "EQ" if len(values) == 1 else "IN", values, like.single)


# --- deciding parts of a formula ------------------------------------------------------------------


def decide(formula: Formula, truth: Callable[[Atom | Days], bool | None]) -> Formula:
    """Replace the predicates whose truth is known, and simplify.

    ``truth`` returns None for a predicate that stays open.
    """
    match formula:
        case Local():
            return formula
        case Atom() | Days():
            known = truth(formula)
            return formula if known is None else (TRUE if known else FALSE)
        case Negation(part):
            decided = decide(part, truth)
            return formula if decided is part else negation(decided)
        case All(parts) | Some(parts):
            join = conjunction if isinstance(formula, All) else disjunction
            found = [decide(part, truth) for part in parts]
            changed = any(new is not old for new, old in zip(found, parts, strict=True))
            return join(found) if changed else formula


def predicates(formula: Formula) -> Iterator[Atom | Days | Local]:
    """Go through all predicates of a formula, from left to right."""
    match formula:
        case Atom() | Days() | Local():
            yield formula
        case Negation(part):
            yield from predicates(part)
        case All(parts) | Some(parts):
            for part in parts:
                yield from predicates(part)


def negated(formula: Formula) -> Iterator[Atom]:
    """Go through the predicates of the API that a formula denies."""
    match formula:
        case Negation(Atom() as atom):
            yield atom
        case All(parts) | Some(parts):
            for part in parts:
                yield from negated(part)
