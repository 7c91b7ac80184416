"""A large collection: what a study adds to the same fetch, how large it is, how fast it is read.

``python bench/collecting.py [--videos N]`` serves an emulator with its pages remembered, asks it
once to fill that memory, then fetches everything without a study and with one, each a process of
its own, and reads the collection. It prints one JSON object; with 1,050,000 videos it takes about
ten minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from processes import Contender

HERE = Path(__file__).parent
COLUMNS = (
    "id, video_description, create_time, region_code, share_count, view_count, like_count,"
    " comment_count, music_id, hashtag_names, username, effect_ids, playlist_id, voice_to_text"
)
WHERE = "region_code <> 'CA' AND create_date BETWEEN '2017-01-01' AND '2026-08-28'"
STATEMENT = f"SELECT {COLUMNS} FROM videos WHERE {WHERE}"
GROUPED = "SELECT username, count(*) AS n FROM c GROUP BY username ORDER BY count(*) DESC LIMIT 10"
MEGABYTE = 1_000_000


def contender(name: str, url: str, folder: Path, *words: str) -> Contender:
    """Make a command of tiksql; its answer on standard error ends with its stats."""
    command = [sys.executable, "-m", "tiksql", *words, "--base-url", url, "--stats"]
    environ = {**os.environ, "TIKTOK_CLIENT_KEY": "benchmark", "TIKTOK_CLIENT_SECRET": "benchmark"}
    return Contender(name, command, folder / name, environ)


def stats(made: Contender) -> dict[str, Any]:
    """Read the last line of what a command said."""
    lines = made.output.with_suffix(".err").read_text().splitlines()
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def measured(url: str, folder: Path) -> dict[str, Any]:
    """Run all contenders; the first fills the memory of the server and is not counted."""
    study = str(folder / "study.db")
    create = f"CREATE COLLECTION c AS {STATEMENT}"
    many = ("--max-requests", "1000000")
    plain = contender("plain.jsonl", url, folder, *many, "--format", "jsonl", "-c", STATEMENT)
    kept = contender("kept", url, folder, study, *many, "-c", create)
    first = contender("first", url, folder, study, "-c", GROUPED)
    second = contender("second", url, folder, study, "-c", GROUPED)
    half = contender("half", url, folder, str(folder / "half.db"), *many, "-c", create)
    plain.run()
    runs = {each.name: each.run() for each in (plain, kept, first, second)}
    records = stats(kept)["records"]
    return {
        "records": records,
        "requests": stats(kept)["requests"],
        "plain_s": runs["plain.jsonl"].wall,
        "kept_s": runs["kept"].wall,
        "kept_to_plain": runs["kept"].wall / runs["plain.jsonl"].wall,
        "kept_to_plain_cpu": runs["kept"].cpu / runs["plain.jsonl"].cpu,
        "records_a_second": records / runs["kept"].wall,
        "kept_peak_mb": runs["kept"].rss / MEGABYTE,
        "bytes_a_record": Path(study).stat().st_size / records,
        "first_read_s": runs["first"].wall,
        "first_read_peak_mb": runs["first"].rss / MEGABYTE,
        "second_read_s": runs["second"].wall,
        "second_read_query_s": stats(second)["elapsed_ms"] / 1000,
        "resumed_after_s": resumed(half, runs["kept"].wall / 2),
    }


def resumed(half: Contender, seconds: float) -> float:
    """Kill a collection half way, and time how long the next run takes to its first request."""
    import sqlite3  # noqa: PLC0415 - here alone

    cut = subprocess.Popen(half.command, env=half.environ, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    cut.kill()
    cut.wait()
    study = str(half.command[3])
    count = "SELECT count(*) FROM requests"
    with sqlite3.connect(study) as reader:
        before = reader.execute(count).fetchone()[0]
        began = time.perf_counter()
        again = subprocess.Popen(half.command, env=half.environ, stderr=subprocess.DEVNULL)
        while reader.execute(count).fetchone()[0] == before and again.poll() is None:
            time.sleep(0.01)
        took = time.perf_counter() - began
    again.kill()
    again.wait()
    return took


def main() -> None:
    """Serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=100_000)
    videos = parser.parse_args().videos
    serve = [sys.executable, str(HERE / "served.py"), "--port", "0", "--quota", "10000000"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [*serve, "--videos", str(videos)], stdout=subprocess.PIPE, text=True
        ) as server,
    ):
        assert server.stdout
        try:
            found = measured(server.stdout.readline().strip(), Path(folder))
        finally:
            server.terminate()
    print(json.dumps({name: round(value, 3) for name, value in found.items()}, indent=2))


if __name__ == "__main__":
    main()
