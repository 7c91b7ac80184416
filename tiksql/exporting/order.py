"""What a ``COPY`` asks for, read and checked before anything is fetched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tiksql.errors import ResolveError
from tiksql.exporting.paths import check_target, checked
from tiksql.source import NOWHERE, Span
from tiksql.spelling import nearest
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tiksql.rows import Head

FORMATS: Final = ("csv", "tsv", "json", "jsonl", "parquet", "xlsx", "markdown")
SUFFIXES: Final = {**{name: name for name in FORMATS}, "md": "markdown", "ndjson": "jsonl"}
PERIODS: Final = ("month", "day", "year")
PROFILES: Final = ("data", "excel")
WITH_HEADER: Final = ("csv", "tsv", "xlsx")
OPTIONS: Final = (
    "format",
    "header",
    "overwrite",
    "codebook",
    "partition_by",
    "profile",
)
_TRUTHS: Final = {"true": True, "on": True, "false": False, "off": False, "1": True, "0": False}


class Order(Struct, frozen=True):
    """A checked ``COPY``: where to, in which form, and what else is wanted.

    ``partition`` is a period of ``PERIODS`` or empty; ``place`` is where the path was written, and
    ``partition_place`` where the period was.
    """

    path: Path
    format: str
    header: bool = True
    overwrite: bool = False
    codebook: bool = False
    partition: str = ""
    profile: str = "data"
    place: Span = NOWHERE
    partition_place: Span = NOWHERE

    @property
    def beside(self) -> tuple[Path, ...]:
        """The files that come beside the export."""
        return (self.manifest, self.codebook_file) if self.codebook else (self.manifest,)

    @property
    def manifest(self) -> Path:
        """Where the manifest lies."""
        return self.path.with_name(f"{self.path.name}.manifest.json")

    @property
    def codebook_file(self) -> Path:
        """Where the codebook lies."""
        return self.path.with_name(f"{self.path.name}.codebook.md")

    def time_column(self, heads: Sequence[Head]) -> int | None:
        """Find the column that partitions are made of: the first with times, or else with days."""
        kinds = [head.type for head in heads] if self.partition else []
        return next((kinds.index(kind) for kind in ("timestamp", "date") if kind in kinds), None)

    def check_targets(self) -> None:
        """Raise where one of the files cannot or must not be written."""
        check_target(
            self.path, self.place, directory=bool(self.partition), overwrite=self.overwrite
        )
        for path in self.beside:
            check_target(path, self.place, directory=False, overwrite=self.overwrite)


def ordered(node: ast.Copy, *, outside: bool) -> Order:
    """Read a ``COPY`` whose parameters are bound; raise ``ResolveError`` for what cannot be meant.

    ``outside`` permits a path that is not under the working directory.
    """
    if not isinstance(node.path, ast.String):
        raise ResolveError("TS271", "the path is no text", span=node.path.span, hint="TO 'f.csv'")
    given = _given(node.options)
    path = checked(node.path.value, node.path.span, outside=outside)
    partition = given.get("partition_by")
    period = _word(partition, PERIODS) if partition else ""
    form = _format(given.get("format"), path, node.path.span, default=period and "parquet")
    order = Order(
        path,
        form,
        header=_flag(given.get("header"), default=True),
        overwrite=_flag(given.get("overwrite"), default=False),
        codebook=_flag(given.get("codebook"), default=False),
        partition=period,
        profile=_word(given["profile"], PROFILES) if "profile" in given else "data",
        place=node.path.span,
        partition_place=partition.span if partition else NOWHERE,
    )
    _check_together(order, given)
    order.check_targets()
    return order


def _given(options: Iterable[ast.CopyOption]) -> dict[str, ast.CopyOption]:
    given: dict[str, ast.CopyOption] = {}
    for option in options:
        name = option.name.text.lower()
        if name not in OPTIONS:
            raise _unknown("option of COPY", option.name, OPTIONS)
        if name in given:
            raise ResolveError("TS274", f"{name.upper()} is given twice", span=option.span)
        given[name] = option
    return given


def _flag(option: ast.CopyOption | None, *, default: bool) -> bool:
    if option is None:
        return default
    if option.value is None:
        return True
    known = _TRUTHS.get(str(_value(option)).lower())
    if known is None:
        name = option.name.text.upper()
        raise ResolveError(
            "TS274", f"{name} is on or off", span=option.value.span, hint=f"{name} alone means on"
        )
    return known


def _word(option: ast.CopyOption, known: tuple[str, ...]) -> str:
    """Read the value of an option that takes one of a few words."""
    name = option.name.text.upper()
    if option.value is None:
        raise ResolveError(
            "TS274", f"{name} needs a value", span=option.span, hint=f"{name} {known[-1]}"
        )
    word = str(_value(option)).lower()
    if word not in known:
        raise _unknown(name, option.value, known)
    return word


def _value(option: ast.CopyOption) -> Any:
    return option.value.text if isinstance(option.value, ast.Name) else option.value.value  # type: ignore[union-attr]


def _format(option: ast.CopyOption | None, path: Path, place: Span, *, default: str) -> str:
    if option is not None:
        word = option.value and str(_value(option)).lower()
        return SUFFIXES.get(word or "") or _word(option, FORMATS)
    suffix = path.suffix.removeprefix(".").lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if default and not suffix:
        return default
    near = nearest(suffix, SUFFIXES) if suffix else None
    raise ResolveError(
        "TS273",
        f'"{path.name}" does not say which format is meant',
        span=place,
        hint=f"did you mean .{near}?" if near else f"add (FORMAT {' | '.join(FORMATS)})",
    )


def _check_together(order: Order, given: Mapping[str, ast.CopyOption]) -> None:
    """Raise for an option that the format does not have."""
    fits = {
        "header": order.format in WITH_HEADER,
        "partition_by": order.format == "parquet",
        "profile": order.format == "csv" or order.profile == "data",
    }
    for name, fit in fits.items():
        if name in given and not fit:
            only = {"header": ", ".join(WITH_HEADER), "partition_by": "parquet", "profile": "csv"}
            raise ResolveError(
                "TS274",
                f"{name.upper()} does not go with {order.format}",
                span=given[name].span,
                hint=f"it is for {only[name]}",
            )


def _unknown(what: str, node: ast.Node, known: tuple[str, ...]) -> ResolveError:
    written = node.text if isinstance(node, ast.Name) else str(getattr(node, "value", ""))
    near = nearest(written, known)
    return ResolveError(
        "TS273",
        f'unknown {what} "{written}"' if " " in what else f'{what} "{written}" is unknown',
        span=node.span,
        hint=f'did you mean "{near}"?' if near else f"there is {', '.join(known)}",
    )
