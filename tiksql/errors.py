"""Everything that can go wrong, as one tree.

TikSQLError
  LanguageError            the statement is wrong, at a span
    ParseError             TS1xx  it cannot be read
    ForeignError           TS15x… a request in another form cannot be read as one
    ResolveError           TS2xx  a name, type or value does not exist
    PlanError              TS3xx  it is clear, but no request can mean it
    UnavailableError       TS4xx  it is right, and this version does not run it yet
  UsageError               TS6xx  the command, a file or a setting is used wrongly
  CredentialsError         TS50x  no key, or a key that is refused
  ConnectionFailedError    TS51x  the server cannot be reached, or does not answer as the API does
  RefusedError             TS52x  the API says that the request is wrong
  QuotaError               TS53x  the day's quota or the cap of the statement is reached
  IncompleteError          TS54x  rows are missing, and the answer would be wrong without them
  EvaluationError          TS541… the local half failed on what it was given, or needed too much
  OutputError              TS70x  a file or stream cannot be written
  InterruptError           TS80x  somebody pressed Ctrl-C

An error knows its code, one hint, and the exit status that it ends the command with. Where it is
shown (and in which form) is decided by the prompt and the command alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tiksql.words import short

if TYPE_CHECKING:
    from tiksql.source import Source, Span


LONGEST = 500
"""Characters of a message: names that somebody wrote stand in it, and a name may be a megabyte."""

LONGEST_HINT = 4000
"""Characters of a hint, which may be the statement as it should be."""


class TikSQLError(Exception):
    """The root: a message, a stable code, at most one hint; neither is longer than it may be."""

    kind: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        self.code = code
        self.message = short(message, LONGEST)
        self.hint = hint and short(hint, LONGEST_HINT)
        super().__init__(self.message)
        self.span: Span | None = None
        self.source: Source | None = None


class LanguageError(TikSQLError):
    """A statement is wrong at a place; ``source`` is filled in by whoever holds the text."""

    kind = "language"

    def __init__(self, code: str, message: str, *, span: Span, hint: str | None = None) -> None:
        super().__init__(code, message, hint=hint)
        self.span = span


class ParseError(LanguageError):
    """The text is not a statement of the language."""

    kind = "syntax"


class ForeignError(LanguageError):
    """A text in another form, such as JSON or curl, is no request that the API would take."""

    kind = "foreign"


class ResolveError(LanguageError):
    """A name, a type or a value does not exist or does not fit."""

    kind = "bind"


class PlanError(LanguageError):
    """The statement is clear, but no permitted request can mean it."""

    kind = "plan"


class UnavailableError(LanguageError):
    """The statement is right, and this version cannot run it yet."""

    kind = "unavailable"


class UsageError(TikSQLError):
    """The command line, a file or a setting is used wrongly."""

    kind = "usage"
    exit_status = 2


class CredentialsError(TikSQLError):
    """There are no credentials, or the API does not take them."""

    kind = "credentials"
    exit_status = 3


class ConnectionFailedError(TikSQLError):
    """The server is out of reach, or does not speak as the API does."""

    kind = "connection"
    exit_status = 3
    retryable = True


class RefusedError(TikSQLError):
    """The API calls the request itself wrong; asking again would not help."""

    kind = "refused"


class QuotaError(TikSQLError):
    """The day's quota, or the cap of this statement, is used up."""

    kind = "quota"
    exit_status = 4
    retryable = True


class IncompleteError(TikSQLError):
    """Rows are missing, and an answer from the rest would be wrong."""

    kind = "incomplete"
    exit_status = 5


class EvaluationError(TikSQLError):
    """The local half of a statement failed on what it was given, or needed too much."""

    kind = "evaluation"


class OutputError(TikSQLError):
    """A file or stream cannot be written."""

    kind = "output"
    exit_status = 6


class StudyError(TikSQLError):
    """A study cannot be opened, read or written, or somebody else is collecting in it."""

    kind = "study"
    exit_status = 6


class InterruptError(TikSQLError):
    """Somebody pressed Ctrl-C."""

    kind = "interrupted"
    exit_status = 130
