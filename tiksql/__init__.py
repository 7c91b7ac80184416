"""TikSQL: an SQL-like query language and prompt for TikTok's Research API.

``connect`` is the way in from Python; ``tiksql --help`` is the way in from a shell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiksql.errors import TikSQLError
from tiksql.version import __version__

if TYPE_CHECKING:
    from tiksql.connection import Connection, IncompleteWarning, Result, connect


__all__ = ["Connection", "IncompleteWarning", "Result", "TikSQLError", "__version__", "connect"]


def __getattr__(name: str) -> Any:
    """Import what connecting needs only when somebody connects: the command starts faster."""
    if name not in __all__:
        raise AttributeError(f"module 'tiksql' has no attribute {name!r}")
    from tiksql import connection  # noqa: PLC0415 - see above

    return getattr(connection, name)
