"""Syntax to text: one line, keywords in upper case, no bracket too many.

What is printed reads as the tree that it was printed from. ``AND`` within ``AND`` keeps its
brackets, because the parser keeps them as a node of their own. The trees without a text of their
own are those that the parser never gives, such as an ``In`` with a lone ``Scalar``, which reads as
``InQuery``, or a ``Query`` around another with nothing around it.
"""

from __future__ import annotations

from tiksql.syntax import print_expressions, print_queries, print_statements
from tiksql.syntax.printing import to_sql

__all__ = ["print_expressions", "print_queries", "print_statements", "to_sql"]
