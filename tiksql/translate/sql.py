"""A plan as its statement in canonical SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiksql.planning.plan import Plan


def to_sql(plan: Plan) -> str:
    """Print the statement of a plan, its parameters in place, without a line end."""
    return plan.statement + ";"
