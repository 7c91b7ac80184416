"""One plan, printed in the forms that people need; each form is one module."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tiksql.errors import ResolveError
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.source import Span

FORMS = {
    "text": "explain:to_text",
    "json": "json:to_json",
    "sql": "sql:to_sql",
    "curl": "curl:to_curl",
    "http": "http:to_http",
    "python": "python:to_python",
    "python-official": "python_official:to_python_official",
    "r": "r:to_r",
    "prose": "prose:to_prose",
    "methods": "methods:to_methods",
    "methods-long": "methods:to_methods_long",
    "methods-latex": "methods:to_methods_latex",
    "methods-long-latex": "methods:to_methods_long_latex",
    "markdown": "markdown:to_markdown",
    "mermaid": "mermaid:to_mermaid",
    "spark": "spark:to_spark",
}
"""The module and the function of each form."""

ALL_PAGES = {"curl": "curl_pages:to_curl_pages", "python": "python:to_python"}
"""The forms that can follow pages; Python always does."""

ACCOUNTING = frozenset(name for name in FORMS if name.startswith("methods"))
"""The forms that say what a collection has cost and brought, where they are told."""

PROGRAMS = frozenset({"python", "python-official"})
"""The forms that are one program for one statement; those with all pages are programs, too."""


def translator(target: str, span: Span, *, all_pages: bool = False) -> Callable[..., str]:
    """Find the function that prints a plan in a form; ``span`` is where the form was named.

    With ``all_pages`` the form follows the pages that come after the first. Those in ``ACCOUNTING``
    take what a study knows besides.
    """
    name = target.lower()
    if all_pages and name in FORMS and name not in ALL_PAGES:
        raise ResolveError(
            "TS228",
            f"{name} shows first pages only",
            span=span,
            hint=f"--all-pages is for {' and '.join(ALL_PAGES)}",
        )
    if name in FORMS:
        module, _, function = (ALL_PAGES if all_pages else FORMS)[name].partition(":")
        # Only one form is needed at a time.
        found: Callable[..., str] = getattr(import_module(f"{__name__}.{module}"), function)
        return found
    near = nearest(name, FORMS)
    raise ResolveError(
        "TS217",
        f'unknown form "{target}"',
        span=span,
        hint=f'did you mean "{near}"?' if near else f"there is {', '.join(FORMS)}",
    )
