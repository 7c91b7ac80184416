"""The command lines of what asks no server: ``fmt``, ``schema``, ``status``, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.arguments import Arguments, Parser

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse_fmt(argv: Sequence[str]) -> Arguments:
    """Read the arguments of ``tiksql fmt``."""
    parser = Parser(
        "tiksql fmt",
        description="Lay out scripts; comments and tokens stay what they are.",
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a script; - for standard input")
    parser.add_argument(
        "--check", action="store_true", help="name what would change, and exit with 1 if any"
    )
    parser.add_argument("--errors", choices=("text", "json"), default="text", help="form of errors")
    return parser.parse_args(argv, namespace=Arguments())


def parse_status(argv: Sequence[str]) -> Arguments:
    """Read the arguments of ``tiksql status``."""
    parser = Parser(
        "tiksql status",
        description="Say how far the collections of a study are, also while one is collecting.",
        allow_abbrev=False,
    )
    parser.add_argument("study", metavar="STUDY", help="a study file")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    return parser.parse_args(argv, namespace=Arguments())


def parse_replay(argv: Sequence[str]) -> Arguments:
    """Read the arguments of ``tiksql replay``."""
    parser = Parser(
        "tiksql replay",
        description="Make the rows of an export again from the answers that it was made of.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("file", metavar="MANIFEST", help="NAME.manifest.json, which COPY wrote beside NAME")
    where = "a directory with studies, or with bodies of answers, each in a file"
    add("--against", required=True, metavar="DIR", help=where)
    add("--json", action="store_true", help="one line of JSON")
    return parser.parse_args(argv, namespace=Arguments())


def parse_recover(argv: Sequence[str]) -> Arguments:
    """Read the arguments of ``tiksql recover``."""
    parser = Parser(
        "tiksql recover",
        description="Make a new study of what is left of a damaged one, which stays as it is.",
        allow_abbrev=False,
    )
    parser.add_argument("study", metavar="STUDY", help="the damaged study")
    parser.add_argument("file", metavar="NEW", help="the new one, which is not there yet")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    return parser.parse_args(argv, namespace=Arguments())


def parse_schema(argv: Sequence[str]) -> str:
    """Read the arguments of ``tiksql schema``: the form that is wanted."""
    parser = Parser("tiksql schema", description="Show what the API offers.", allow_abbrev=False)
    form = parser.add_mutually_exclusive_group()
    add = form.add_argument
    forms = {
        "json": "the whole catalog, for programs",
        "markdown": "a page of reference",
        "textmate": "a grammar for VS Code and other editors",
        "plist": "the same for Sublime Text",
    }
    for name, words in forms.items():
        add(f"--{name}", dest="form", action="store_const", const=name, default="text", help=words)
    return str(parser.parse_args(argv).form)
