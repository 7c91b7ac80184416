"""How fast rows become files, and how much memory that takes: ``python bench/exports.py [ROWS]``.

Each format runs in a process of its own; memory is the most that it ever held.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tiksql.exporting.export import Circumstances, Export, utc_now
from tiksql.exporting.order import Order
from tiksql.rows import Head
from tiksql.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.rows import Row

HEADS = (
    Head("id", "id"),
    Head("create_time", "timestamp"),
    Head("username", "text"),
    Head("video_description", "text"),
    Head("like_count", "integer"),
    Head("hashtag_names", "text[]"),
)
FORMS = {
    "csv": "a.csv",
    "excel": "b.csv",
    "jsonl": "a.jsonl",
    "markdown": "a.md",
    "parquet": "a.parquet",
    "month": "months",
    "xlsx": "a.xlsx",
}
BEGIN = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - naive UTC, as rows have it


def batches(rows: int) -> Iterator[list[Row]]:
    for first in range(0, rows, 100):
        yield [
            (
                7302470000000000001 + n,
                BEGIN + dt.timedelta(seconds=n * 7),
                f"user{n % 5000}",
                f"a caption, with #hashtags and {n} words",
                n % 1000,
                ["fyp", "cats"],
            )
            for n in range(first, first + 100)
        ]


def one(form: str, rows: int) -> None:
    path = Path(FORMS[form])
    kind = {"excel": "csv", "month": "parquet"}.get(form, form)
    order = Order(
        path,
        kind,
        profile="excel" if form == "excel" else "data",
        partition="month" if form == "month" else "",
    )
    stream = Stream(HEADS, lambda _: batches(rows))
    started = time.perf_counter()
    made = Export(order, stream, Circumstances("", "bench", {}, utc_now())).write()
    seconds = time.perf_counter() - started
    size = sum(file.bytes for file in made.files)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{form:<9} {rows / seconds:>9,.0f} rows/s {memory:>6.0f} MB {size / rows:>6.1f} B/row")


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for form in FORMS:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, str(rows), form]
            subprocess.run(command, check=True, cwd=folder, env=dict(os.environ))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[2], int(sys.argv[1]))
    else:
        main()
