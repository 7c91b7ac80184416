"""TikSQL from Python: a connection runs statements, a result holds rows and their provenance."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tiksql.catalog import load
from tiksql.errors import TikSQLError, UsageError
from tiksql.exporting.export import Export
from tiksql.rows import Head
from tiksql.session import Session, Text
from tiksql.source import Source
from tiksql.version import __version__
from tiksql.words import ours, theirs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from tiksql.rows import Row
    from tiksql.stream import Stats, Stream


class IncompleteWarning(UserWarning):
    """A result lacks rows; its ``stats.reason`` says why."""


class Result:
    """The rows of one statement, all of them here; iterating gives tuples.

    ids are exact int, times are naive datetime in UTC, missing values are None.
    """

    def __init__(self, stream: Stream, statement: str) -> None:
        self.rows: list[Row] = [row for batch in stream.batches() for row in batch]
        self.heads: tuple[Head, ...] = stream.heads
        self.stats: Stats = stream.stats
        self.notes: tuple[str, ...] = tuple(stream.notes)
        self._statement = statement
        self._stream = stream

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [head.name for head in self.heads]

    @property
    def complete(self) -> bool:
        """Whether every row that was asked for is here."""
        return self.stats.complete

    def __iter__(self) -> Iterator[Row]:
        """Go through the rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Say what it is without printing it."""
        from tiksql.output.sanitize import visible  # noqa: PLC0415 - only for people

        state = "complete" if self.complete else f"INCOMPLETE: {self.stats.reason}"
        return visible(f"<Result: {len(self):,} rows of {', '.join(self.columns)}; {state}>")

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the rows are from: statement, versions, and every answer that brought some.

        What a server said stands in ``from_server``, and in ``refused``, key by key.
        """
        plan, reason = self._stream.plan, self.stats.reason
        return {
            "statement": plan.statement if plan else self._statement,
            "tiksql": __version__,
            "catalog": load().version,
            "complete": self.complete,
            "reason": reason and ours(reason),
            "from_server": theirs(reason),
            "answers": self._stream.answers(),
            "refused": list(self._stream.refused),
            "notes": [ours(note) for note in self.notes],
        }

    def df(self) -> Any:
        """Return a pandas DataFrame; ids and counts are nullable integers, never rounded."""
        from tiksql.local.frames import to_pandas  # noqa: PLC0415 - pandas only where it is wanted

        return to_pandas(self.heads, self.rows)

    def pl(self) -> Any:
        """Return a polars DataFrame."""
        from tiksql.local.frames import to_polars  # noqa: PLC0415 - polars only where it is wanted

        return to_polars(self.heads, self.rows)

    def arrow(self) -> Any:
        """Return a pyarrow Table."""
        from tiksql.local.frames import to_arrow  # noqa: PLC0415 - pyarrow only where it is wanted

        return to_arrow(self.heads, self.rows)


class Connection:
    """Statements on one server; use it in a ``with`` or close it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def execute(self, sql: str, parameters: Mapping[str, object] | None = None) -> Result:
        """Run one statement and fetch all its rows; raise ``TikSQLError`` if there is no answer.

        ``parameters`` are the values of ``:name``; a list goes into ``IN (:name)``. A result that
        lacks rows comes with an ``IncompleteWarning``. Works inside a running event loop, too.
        """
        source = Source(sql)
        try:
            result = self._run(source, {k.lower(): v for k, v in (parameters or {}).items()})
        except TikSQLError as error:
            error.source = error.source or source
            _make_readable(error)
            raise
        if not result.complete:
            warnings.warn(
                f"rows are missing: {result.stats.reason}", IncompleteWarning, stacklevel=2
            )
        return result

    def _run(self, source: Source, parameters: Mapping[str, object]) -> Result:
        from tiksql.stream import listed  # noqa: PLC0415 - with the first statement
        from tiksql.syntax.parser import parse  # noqa: PLC0415 - with the first statement

        statements = parse(source).statements
        if len(statements) != 1:
            raise UsageError("TS608", f"execute takes one statement, not {len(statements)}")
        answer = self._session.execute(statements[0], parameters)
        if isinstance(answer, Text):
            answer = listed((Head("plan", "text"),), [(answer.text,)])
        elif isinstance(answer, Export):
            answer = answer.summary()
        return Result(answer or listed((), []), source.text)

    @property
    def allow_outside(self) -> bool:
        """Whether ``COPY`` may write outside of the working directory; no statement can set it."""
        return self._session.allow_outside

    @allow_outside.setter
    def allow_outside(self, allowed: bool) -> None:
        self._session.allow_outside = allowed

    def close(self) -> None:
        """Close the line to the server."""
        self._session.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


def connect(
    study: str | Path | None = None,
    *,
    emulator: bool = False,
    base_url: str | None = None,
    send_credentials_to: str | None = None,
    settings: Mapping[str, object] | None = None,
) -> Connection:
    """Connect to the API, to another server, or to the emulator in this process.

    ``study`` is the file of one, made if there is none; without it, collections end with the
    connection. Credentials are read when the first statement asks for something: from
    ``TIKTOK_CLIENT_KEY`` and ``TIKTOK_CLIENT_SECRET``, or from where ``tiksql auth login`` has put
    them. ``settings`` are those of ``SHOW SETTINGS``.
    """
    from platformdirs import user_config_path, user_state_path  # noqa: PLC0415 - only to connect

    from tiksql import backend  # noqa: PLC0415 - see above
    from tiksql.settings import load as load_settings  # noqa: PLC0415 - see above

    chosen = load_settings(user_config_path("tiksql") / "config.toml", os.environ)
    for name, value in (settings or {}).items():
        chosen = chosen.having(name, value, "session")
    path = Path(study) if study is not None else None
    if emulator:
        return Connection(Session(backend.emulator(), chosen, study=path))
    url = base_url or os.environ.get("TIKSQL_BASE_URL") or load().base_url
    from tiksql.api.keeping import usual_path  # noqa: PLC0415 - not for the emulator

    state = user_state_path("tiksql")
    server = backend.Server(url, os.environ, state, usual_path(), send_credentials_to)
    return Connection(Session(server.backend(), chosen, warnings.warn, study=path))


def _make_readable(error: TikSQLError) -> None:
    """Show the place of an error in tracebacks, where nothing else would, and nothing that steers.

    ``error.message`` stays as it is.
    """
    from tiksql.output.sanitize import visible_lines  # noqa: PLC0415 - only for errors

    error.args = (visible_lines(error.message),)
    if error.span is not None and error.source is not None:
        from tiksql.output.problems import render_text  # noqa: PLC0415 - only for errors

        error.add_note(render_text(error).rstrip())
