"""One plan, printed in the forms that people need; each form is one module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.errors import ResolveError, UnavailableError
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.planning.plan import Plan
    from tiksql.source import Span

LATER = (
    "curl",
    "http",
    "python",
    "python-official",
    "r",
    "prose",
    "methods",
    "markdown",
    "mermaid",
)


def translator(target: str, span: Span) -> Callable[[Plan], str]:
    """Find the function that prints a plan in a form; ``span`` is where the form was named."""
    from tiksql.translate.explain import to_text  # noqa: PLC0415 - only one form is needed at a time
    from tiksql.translate.json import to_json  # noqa: PLC0415 - see above
    from tiksql.translate.spark import to_spark  # noqa: PLC0415 - see above

    forms: dict[str, Callable[[Plan], str]] = {
        "text": to_text,
        "json": to_json,
        "sql": lambda plan: plan.statement + ";",
        "spark": to_spark,
    }
    name = target.lower()
    if name in forms:
        return forms[name]
    if name in LATER:
        raise UnavailableError(
            "TS405",
            f"there is no translation to {name} yet",
            span=span,
            hint=f"there is {', '.join(forms)}",
        )
    near = nearest(name, [*forms, *LATER])
    raise ResolveError(
        "TS217",
        f'unknown form "{target}"',
        span=span,
        hint=f'did you mean "{near}"?' if near else f"there is {', '.join(forms)}",
    )
