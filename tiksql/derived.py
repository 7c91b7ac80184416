"""Collections as Parquet: made from their pages when somebody reads them, and thrown away at will.

A file is named after everything that it was made from, so one that is there is right. Every
record is there once, as it was seen last; ``observations`` are all that was seen of it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.catalog import Column, load
from tiksql.errors import PlanError, StudyError
from tiksql.keeping import pages_of, request_of
from tiksql.local.records import Reader
from tiksql.output.sanitize import utf8
from tiksql.store import chains, collections
from tiksql.store.collectors import is_running
from tiksql.syntax import ast
from tiksql.version import __version__

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from tiksql.evaluation import Judge
    from tiksql.planning.plan import Plan, Scan
    from tiksql.rows import Row
    from tiksql.store.collections import Collection, Run
    from tiksql.store.study import Study

    Prepare = Callable[[Collection, "dt.datetime"], "tuple[Plan, Judge]"]

SEAL = "files.txt"
"""Names and sizes of the files of a folder, written last."""

ROWS_A_FILE = 100_000
"""Rows that are in memory at once, where each comes from one record."""

KNOWN = ("planned", "gap", "done", "needless", "split")
"""States of chains that can have pages."""

OBSERVED = Column(name="_observed", type="timestamp", description="when a page came", source="HERE")


class Derived:
    """The Parquet files beside a study.

    Those of a study in memory, or where nothing can be written, lie in a folder that ends with it;
    so do those of a study whose path is no text, as DuckDB reads no file of such a name.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        path = study.path and study.path.resolve()
        if path is None or not study.can_write or utf8(str(path)) != str(path):
            self._temporary = tempfile.TemporaryDirectory(prefix="tiksql-")
            self.folder = Path(self._temporary.name).resolve()
        else:
            self.folder = path.with_name(f"{path.name}.derived")

    def close(self) -> None:
        """Take away what nobody can use any more."""
        if self._temporary is not None:
            self._temporary.cleanup()

    def files(
        self, collection: Collection, prepare: Prepare, *, observations: bool = False
    ) -> list[Path]:
        """Return the files with the rows of a collection, made first if they are not there."""
        name = self._name(collection, observations=observations)
        folder = self.folder / name
        try:
            if not _is_whole(folder):
                shutil.rmtree(folder, ignore_errors=True)
                self._make(collection, prepare, folder, observations=observations)
            return sorted(folder.glob("*.parquet"))
        except OSError as error:
            raise StudyError(
                "TS720",
                f"{self.folder} cannot be used: {error.strerror}",
                hint="rows are read from files that are made there, and may be thrown away",
            ) from None

    def drop(self, collection: Collection) -> None:
        """Take away what was made of a collection."""
        for old in self.folder.glob(f"{collection.id}-*"):
            shutil.rmtree(old, ignore_errors=True)

    def _name(self, collection: Collection, *, observations: bool) -> str:
        """Name what a collection is made of now."""
        state = self._study.row(
            "SELECT count(*), max(pages.request) FROM pages JOIN chains ON chains.id = chain"
            " JOIN runs ON runs.id = run WHERE collection = ?",
            collection.id,
        )
        made_of = [__version__, collection.created_at, collection.definition, *(state or ())]
        digest = hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]
        return f"{collection.id}-{'observations' if observations else 'rows'}-{digest}"

    def _make(
        self, collection: Collection, prepare: Prepare, folder: Path, *, observations: bool
    ) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._clear()
        making = Path(tempfile.mkdtemp(prefix=f".{os.getpid()}-", dir=self.folder))
        try:
            make = _Making(self._study, collection, prepare, making)
            if observations:
                make.observations()
            else:
                make.rows()
            _seal(making)
            kind = folder.name.rpartition("-")[0]
            for old in self.folder.glob(f"{kind}-*"):
                shutil.rmtree(old, ignore_errors=True)
            if not folder.is_dir():  # another program may have been faster
                making.rename(folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def _clear(self) -> None:
        """Take away what programs were making when they were killed."""
        for old in self.folder.glob(".*-*"):
            number = old.name[1:].partition("-")[0]
            if number.isdecimal() and not is_running(int(number)):
                shutil.rmtree(old, ignore_errors=True)


def _sizes(folder: Path) -> bytes:
    return "".join(
        f"{f.name} {f.stat().st_size}\n" for f in sorted(folder.glob("*.parquet"))
    ).encode()


def _seal(folder: Path) -> None:
    """Write down which files a folder has, and wait until the disk has all of it."""
    (folder / SEAL).write_bytes(_sizes(folder))
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_whole(folder: Path) -> bool:
    """Say whether a folder is there with all of its files: a part of them is no answer."""
    try:
        return (folder / SEAL).read_bytes() == _sizes(folder)
    except (FileNotFoundError, NotADirectoryError):
        return False


class _Making:
    """The making of one folder of files."""

    def __init__(
        self, study: Study, collection: Collection, prepare: Prepare, folder: Path
    ) -> None:
        self._study = study
        self._collection = collection
        self._prepare = prepare
        self._folder = folder
        self._runs = collections.runs(study, collection)
        self._written = 0

    def rows(self) -> None:
        """Write the collection's rows: of every record what was seen last."""
        newest = self._runs[0]
        plan, judge = self._prepare(self._collection, newest.moment)
        if plan.streams and plan.limit is None:
            judge.engine.close()
            self._by_record()
            return
        with judge.engine:
            for scan in plan.scans:
                source = _Source(self._study, Reader(scan.table, scan.columns, scan.key))
                for run in self._runs:
                    for rows, branch, _ in source.pages(scan, run):
                        judge.engine.load(scan.name, rows, branch)
            self._export(judge)

    def _by_record(self) -> None:
        """Write the rows of a statement that makes each from one record, some at a time."""
        source: _Source | None = None
        for run in self._runs:
            plan, judge = self._prepare(self._collection, run.moment)
            (scan,) = plan.scans
            source = source or _Source(self._study, Reader(scan.table, scan.columns, scan.key))
            found = ((rows, branch) for rows, branch, _ in source.pages(scan, run))
            self._export_all(judge, scan, found)

    def observations(self) -> None:
        """Write every observation of every record, with the time of its page."""
        for run in self._runs:
            plan, judge = self._prepare(self._collection, run.moment)
            (scan,) = plan.scans
            source = _Source(self._study, Reader(scan.table, scan.columns[:-1], scan.key))
            found = (
                ([(*row, page_at) for row in rows], branch)
                for rows, branch, page_at in source.pages(scan, run)
            )
            self._export_all(judge, scan, found)

    def _export_all(self, judge: Judge, scan: Scan, found: Iterator[tuple[list[Row], int]]) -> None:
        waiting = 0
        with judge.engine:
            for rows, branch in found:
                judge.engine.load(scan.name, rows, branch)
                waiting += len(rows)
                if waiting >= ROWS_A_FILE:
                    self._export(judge)
                    judge.engine.clear(scan.name)
                    waiting = 0
            self._export(judge)

    def _export(self, judge: Judge) -> None:
        self._written += 1
        judge.engine.export(judge.answer, self._folder / f"part-{self._written:05}.parquet")


class _Source:
    """The kept pages of a scan, run by run from the newest on, each record as it was seen last."""

    def __init__(self, study: Study, reader: Reader) -> None:
        self._study = study
        self._reader = reader
        self._read: set[str | int | None] = set()

    def pages(self, scan: Scan, run: Run) -> Iterator[tuple[list[Row], int, dt.datetime]]:
        """Yield the rows of each page with its branch and the time at which it came."""
        newer = frozenset(self._read) if self._reader.counts_by_list else frozenset()
        for chain in chains.of_run(self._study, run.id, scan.number, *KNOWN):
            request = request_of(load(), chain.first)
            if request.key in newer:
                continue  # of a list whose records cannot be told apart, the newest is the one
            for lap in range(chain.lap, 0, -1):
                for page in pages_of(self._study, request, chain, lap):
                    self._read.add(request.key)
                    rows = self._reader.rows(page.records, request.key, more=bool(page.has_more))
                    yield rows, request.branch, page.received_at.replace(tzinfo=None)


def observed(plan: Plan, span: ast.Node) -> Plan:
    """Let a plan give every observation, with its time as ``observed_at``.

    Raise ``PlanError`` where a row is made of several records, so that it was never observed.
    """
    assert plan.local is not None
    select = plan.local.body
    if not plan.streams or plan.limit is not None or not isinstance(select, ast.Select):
        raise PlanError(
            "TS311",
            "these rows are made of many records, and were not observed as they are",
            span=span.span,
            hint="a collection of plain rows has observations",
        )
    (scan,) = plan.scans
    column = ast.Column((ast.Name(scan.name), ast.Name(OBSERVED.name)))
    items = (*select.items, ast.Item(column, ast.Name("observed_at")))
    return structs.replace(
        plan,
        scans=(structs.replace(scan, columns=(*scan.columns, OBSERVED)),),
        local=structs.replace(plan.local, body=structs.replace(select, items=items)),
    )
