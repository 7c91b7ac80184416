"""The command line: what can be written on it, and what it means."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from tiksql.errors import UsageError
from tiksql.output.formats import FORMATS
from tiksql.translate import FORMS
from tiksql.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    *("translate", "check", "fmt", "emulator", "schema"),
    *("status", "replay", "recover", "auth", "doctor"),
)

DESCRIPTION = """\
Ask TikTok's Research API in SQL. With no -c and no -f: the prompt, or statements from standard
input. Other commands: tiksql translate, check, fmt, emulator, schema, status, replay, recover,
auth and doctor (each has --help)."""

EXIT_STATUSES = """\
exit status: 0 whole result · 1 a statement failed · 2 usage · 3 credentials or connection ·
4 quota or cap · 5 incomplete result delivered · 6 disk · 70 a bug · 130 Ctrl-C
(129 SIGHUP, 143 SIGTERM)"""


@dataclass(slots=True)
class Arguments:
    """A parsed command line; ``scripts`` are ``("-c", text)`` and ``("-f", path)`` as written."""

    study: str | None = None
    scripts: list[tuple[str, str]] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    output: str | None = None
    format: str | None = None
    emulator: bool = False
    base_url: str | None = None
    send_credentials_to: str | None = None
    max_requests: str | None = None
    concurrency: str | None = None
    dry_run: bool = False
    allow_partial: bool = False
    allow_outside: bool = False
    trust: bool = False
    on_error: str | None = None
    errors: str = "text"
    stats: bool = False
    timeout: float | None = None
    no_config: bool = False
    profile: str | None = None
    color: str | None = None
    to: str = "text"
    all_pages: bool = False
    source_form: str = "sql"
    fields: str | None = None
    table: str | None = None
    days: list[str] | None = None
    check: bool = False
    file: str | None = None
    files: list[str] = field(default_factory=list)
    wait: bool = False
    json: bool = False
    against: str = ""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors of ours."""

    def error(self, message: str) -> NoReturn:
        """Raise ``UsageError`` (TS601)."""
        raise UsageError("TS601", message, hint=f"{self.prog} --help shows what there is")


class _Append(argparse.Action):
    """Keep -c and -f in one list, in the order in which they were written."""

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        namespace.scripts.append(("-c" if option_string in {"-c", "--command"} else "-f", values))


def parse_main(argv: Sequence[str]) -> Arguments:
    """Read the arguments of ``tiksql`` itself; raise ``UsageError`` for wrong ones."""
    parser = Parser("tiksql", description=DESCRIPTION, epilog=EXIT_STATUSES, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"tiksql {__version__}")
    parser.add_argument(
        "study", nargs="?", metavar="STUDY", help="a study file, made if there is none"
    )
    _statements(parser)
    _servers(parser)
    _output(parser)
    _limits(parser)
    return parser.parse_args(argv, namespace=Arguments())


def parse_translate(argv: Sequence[str]) -> Arguments:
    """Read the arguments of ``tiksql translate``."""
    parser = Parser(
        "tiksql translate",
        description="Print what a statement becomes; nothing is sent.",
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a script; - for standard input")
    add = parser.add_argument
    add("--to", metavar="FORMAT", help=f"{', '.join(FORMS)} (behind --from: sql, if not given)")
    add("--all-pages", action="store_true", help="follow the pages behind the first (curl, python)")
    _from(parser)
    _statements(parser)
    _servers(parser)
    add("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    _common(parser)
    arguments = parser.parse_args(argv, namespace=Arguments(to=""))
    if not arguments.to and arguments.source_form == "sql":
        parser.error("the following arguments are required: --to")
    arguments.to = arguments.to or "sql"
    return arguments


def _from(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    forms = "sql, json, curl, http (a .http file) or helper (tiktok_research_api_helper)"
    add("--from", dest="source_form", default="sql", metavar="FORM", help=forms)
    add("--fields", metavar="F,F", help="fields of requests that do not name theirs")
    add("--table", metavar="T", help="table of bodies that fit more than one endpoint")
    add("--days", nargs=2, metavar="DAY", help="first and last day of requests without days")


def parse_check(argv: Sequence[str]) -> Arguments:
    """Read the arguments of ``tiksql check``."""
    parser = Parser(
        "tiksql check",
        description="Say what is wrong with scripts, and list their parameters; nothing is sent.",
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a script; - for standard input")
    _outside(parser)
    _values(parser)
    _servers(parser)
    _common(parser)
    return parser.parse_args(argv, namespace=Arguments())


def parse_auth(argv: Sequence[str]) -> tuple[str, bool]:
    """Read the arguments of ``tiksql auth``: what to do, and whether to keep it in a file."""
    parser = Parser(
        "tiksql auth",
        description="Keep the client key and secret: login asks for them, or reads two lines.",
        allow_abbrev=False,
    )
    parser.add_argument("action", metavar="login|status|logout", help="what to do")
    parser.add_argument("--file", action="store_true", help="login: a file, not the keyring")
    try:
        given, rest = parser.parse_known_args(argv)
    except UsageError:
        given, rest = argparse.Namespace(action=""), []
    if rest or given.action not in {"login", "status", "logout"}:
        # Whatever was written might be a secret, so it is not repeated.
        raise UsageError(
            "TS601",
            "tiksql auth takes login, status or logout, and no key or secret",
            hint="tiksql auth login asks for both",
        )
    return given.action, bool(given.file)


def parse_doctor(argv: Sequence[str]) -> Arguments:
    """Read the arguments of ``tiksql doctor``."""
    about = "Say whether everything is there that a statement needs; no quota is spent."
    parser = Parser("tiksql doctor", description=about, allow_abbrev=False)
    add = parser.add_argument
    add("files", nargs="*", metavar="STUDY", help="studies to check (those here, if not given)")
    add("--json", action="store_true", help="one line of JSON")
    add("--timeout", type=_seconds, metavar="S", help="seconds for each check (5)")
    _servers(parser)
    _common(parser)
    return parser.parse_args(argv, namespace=Arguments())


def _statements(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-c", "--command", dest="scripts", action=_Append, metavar="SQL", help="run statements")
    add(
        "-f",
        "--file",
        dest="scripts",
        action=_Append,
        metavar="FILE",
        help="run a script; - reads standard input",
    )
    _values(parser)


def _values(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "-v",
        "--value",
        dest="values",
        action="append",
        metavar="NAME=VALUE",
        help="value of :NAME; again for a list, @FILE for one a line",
    )


def _servers(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--emulator", action="store_true", help="synthetic data, no key, no network")
    where.add_argument("--base-url", metavar="URL", help="another server (or TIKSQL_BASE_URL)")
    parser.add_argument("--send-credentials-to", metavar="HOST", help="trust a host with the key")


def _output(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-o", "--output", metavar="FILE", help="write the one result there")
    add("--format", choices=FORMATS, help="default: table on a terminal, otherwise csv")
    add("--dry-run", action="store_true", help="show the plan of each statement, send nothing")
    add("--stats", action="store_true", help="end with one line of JSON on standard error")
    _common(parser)


def _common(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--errors", choices=("text", "json"), default="text", help="form of errors")
    add("--color", choices=("auto", "always", "never"), help="default: auto")
    add("--no-config", action="store_true", help="read no config file (or TIKSQL_NO_CONFIG=1)")
    add("--profile", metavar="P", help="a profile of the config file")


def _limits(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--max-requests", metavar="N", help="requests that one statement may cost")
    add("--concurrency", metavar="N", help="windows asked for at the same time")
    add("--allow-partial", action="store_true", help="show results that lack rows, labelled")
    _outside(parser)
    add("--trust", action="store_true", help="scripts of others may write files and collections")
    add("--on-error", choices=("stop", "continue"), help="what a script does after an error")
    add("--wait", action="store_true", help="wait for the next day's quota, and go on collecting")
    add("--timeout", type=_seconds, metavar="S", help="seconds that the whole run may take")


def _outside(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-outside",
        action="store_true",
        help="COPY may write outside of the working directory",
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds")
    return seconds
