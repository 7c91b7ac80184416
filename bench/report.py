"""What was measured, as one table with medians, ratios and marks."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processes import Contender

HEADS = ("measured", "median", "range", "CPU", "peak RSS", "CPU ratio", "ratio", "mark")
NUMBERS = range(1, len(HEADS) - 1)
"""The columns that are aligned to the right."""


@dataclass(frozen=True)
class Mark:
    """What a number should stay under, and what would be better still."""

    limit: float
    goal: float | None = None
    unit: str = " x"

    def judge(self, value: float) -> str:
        """Say whether the mark is met."""
        told = f"< {self.limit:g}{self.unit}: {'met' if value < self.limit else 'MISSED'}"
        if self.goal is None:
            return told
        return f"{told}; goal {self.goal:g}{self.unit}: {'met' if value < self.goal else 'missed'}"


PLANNED = Mark(1, unit=" ms")
TRANSLATED = Mark(3, 2)
FETCHED = Mark(2, 1.5)
MEMORY = Mark(120, unit=" MB")

NESTED = Mark(50, unit=" ms")
JUDGED = Mark(1, unit=" s")
KEY = Mark(30, unit=" ms")
MANY = Mark(400, unit=" MB")

Row = tuple[str, ...]


def process_rows(
    contenders: Sequence[Contender], base: Contender, marks: Mapping[str, Mark], *, memory: bool
) -> list[Row]:
    """Make the rows of contenders, each compared with one of them."""
    return [
        _process_row(contender, base, marks.get(contender.name), memory=memory)
        for contender in contenders
    ]


def _process_row(contender: Contender, base: Contender, mark: Mark | None, *, memory: bool) -> Row:
    walls = [sample.wall for sample in contender.samples]
    cpu = median(sample.cpu for sample in contender.samples)
    cpu_ratio = cpu / median(sample.cpu for sample in base.samples)
    rss = median(sample.rss for sample in contender.samples) / 1e6
    ratio = median(walls) / median(sample.wall for sample in base.samples)
    judged = [mark.judge(ratio)] if mark else []
    if mark and memory:
        judged.append(MEMORY.judge(rss))
    return (
        contender.name,
        f"{median(walls):.3f} s",
        f"{min(walls):.3f}-{max(walls):.3f}",
        f"{cpu:.3f} s",
        f"{rss:.0f} MB" if memory else "",
        f"{cpu_ratio:.2f}",
        f"{ratio:.2f}",
        "; ".join(judged),
    )


def statement_rows(
    times: Mapping[str, Mapping[str, Sequence[float]]], marks: Mapping[str, Mark]
) -> list[Row]:
    """Make the rows of statements: parsing, planning, and both together with the mark."""
    rows: list[Row] = []
    for name, stages in times.items():
        both = [sum(pair) for pair in zip(*stages.values(), strict=True)]
        mark = marks.get(name)
        judged = mark.judge(median(both) / 1000) if mark else ""
        rows += [(f"{stage}: {name}", *_micros(all_), *[""] * 5) for stage, all_ in stages.items()]
        rows.append((f"parse + plan: {name}", *_micros(both), *[""] * 4, judged))
    return rows


def local_rows(found: Mapping[str, float]) -> list[Row]:
    """Make the rows of the local half: one number each."""
    records = f"{found['records']:,.0f} records"
    numbers = [
        ("plan: nested WHERE, 100 predicates", found["plan_ms"], "ms", NESTED),
        ("DuckDB's start and its check of it", found["check_ms"], "ms", None),
        (f"filter + group: {records}, behind the last page", found["after_last_page"], "s", JUDGED),
        (f"filter + group: {records}, in all", found["seconds"], "s", None),
        ("filter + group: peak memory", found["peak_mb"], "MB", MANY),
    ]
    return [
        (name, f"{value:.3g} {unit}", "", "", "", "", "", mark.judge(value) if mark else "")
        for name, value, unit, mark in numbers
    ]


def key_rows(found: Mapping[str, Any]) -> list[Row]:
    """Make the rows of completion: the time of a key in each prompt, TikSQL's with the mark."""
    base = median(found["keys"]["tiksql"])
    rows: list[Row] = []
    for name, micros in found["keys"].items():
        what = f"completion: {name}, a key in {found['length']:,} characters"
        mark = KEY.judge(median(micros) / 1000) if name == "tiksql" else ""
        rows.append((what, *_micros(micros), "", "", "", f"{median(micros) / base:.2f}", mark))
    return rows


def _micros(micros: Sequence[float]) -> tuple[str, str]:
    tenths = sorted(micros)
    low, high = tenths[len(tenths) // 10], tenths[len(tenths) * 9 // 10]
    return f"{median(micros):.0f} µs", f"{low:.0f}-{high:.0f}"


def table(rows: Sequence[Row]) -> str:
    """Draw the rows in Markdown, aligned for a terminal as well."""
    whole = [HEADS, *rows]
    widths = [max(len(row[column]) for row in whole) for column in range(len(HEADS))]
    lines = [_line(row, widths) for row in whole]
    rule = "|".join(
        "-" * (width + 1) + (":" if n in NUMBERS else "-") for n, width in enumerate(widths)
    )
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])


def _line(row: Row, widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if number in NUMBERS else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return f"| {' | '.join(cells)} |"
