"""A collection beside the one peer that writes a database: records a second into SQLite.

``python bench/peer.py [--videos N] [--rounds N]`` serves an emulator with its pages remembered.
TikSQL and ``tiktok_research_api_helper`` collect the same videos from it, each a process of its
own, in turns; a first round fills the memory of the server and is not counted. The peer is
installed into an environment of its own. One JSON object is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import venv
from contextlib import closing
from pathlib import Path

from collecting import COLUMNS, HERE, contender
from installed import add
from processes import Contender, FailedError, Sample

PEER = "tiktok-research-api-helper==0.1.3"
FIRST, LAST = "2022-01-01", "2022-12-31"
"""A tenth of the days that the emulator has videos of."""

CREATE = (
    f"CREATE COLLECTION c AS SELECT {COLUMNS} FROM videos"
    f" WHERE region_code <> 'CA' AND create_date BETWEEN '{FIRST}' AND '{LAST}'"
)


def count(database: Path, sql: str) -> int:
    """Count what is in a database."""
    with closing(sqlite3.connect(database)) as base:
        return int(base.execute(sql).fetchone()[0])


def tiksql(url: str, folder: Path) -> tuple[Sample, int]:
    """Collect with TikSQL; return what it took, and how many records there are."""
    study = folder / "study.db"
    run = contender("tiksql", url, folder, str(study), "--max-requests", "1000000", "-c", CREATE)
    return run.run(), count(study, "SELECT sum(records) FROM pages")


def helper(python: Path, url: str, folder: Path) -> tuple[Sample, int]:
    """Collect with the peer."""
    database = folder / "helper.db"
    command = [str(python), str(HERE / "collect_helper.py"), url, str(database), FIRST, LAST]
    run = Contender("helper", command, folder / "helper.out", os.environ)
    return run.run(), count(database, "SELECT count(*) FROM video")


def measured(url: str, python: Path, folder: Path, rounds: int) -> dict[str, float]:
    """Run both in turns, the first time for nothing."""
    ours, theirs, records = [], [], set()
    for number in range(rounds + 1):
        place = folder / f"round{number}"
        place.mkdir()
        one, found = tiksql(url, place)
        other, same = helper(python, url, place)
        records |= {found, same}
        if number:
            ours.append(one)
            theirs.append(other)
    if len(records) != 1:
        raise FailedError(f"different numbers of records: {records}")
    (total,) = records
    wall, peer = (statistics.median(each.wall for each in runs) for runs in (ours, theirs))
    cpu, peer_cpu = (statistics.median(each.cpu for each in runs) for runs in (ours, theirs))
    return {
        "records": total,
        "tiksql_s": wall,
        "helper_s": peer,
        "tiksql_records_a_second": total / wall,
        "helper_records_a_second": total / peer,
        "times_as_fast": peer / wall,
        "times_as_fast_cpu": peer_cpu / cpu,
    }


def main() -> None:
    """Install, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=210_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    serve = [sys.executable, str(HERE / "served.py"), "--port", "0", "--quota", "10000000"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "peer", with_pip=True)
        python = folder / "peer" / "bin" / "python"
        add(python, PEER)
        with subprocess.Popen(
            [*serve, "--videos", str(given.videos)], stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout
            try:
                url = server.stdout.readline().strip()
                found = measured(url, python, folder, given.rounds)
            finally:
                server.terminate()
    print(json.dumps({name: round(value, 3) for name, value in found.items()}, indent=2))


if __name__ == "__main__":
    main()
