"""``python bench/run.py``: measure TikSQL against a bare loop, the official client and litecli.

Exit status 0 whatever the times are; 1 if a contender fails or fetches other records than another.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import question
import report
from answers import Answers
from installed import command_beside, install
from processes import Contender, FailedError, interleave, keep_apart, own_rss

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
GETTING_STARTED = (
    "SELECT id, username, like_count FROM videos "
    "WHERE region_code IN ('US', 'CA') AND keyword = 'hello world' "
    "AND create_date BETWEEN '2022-06-15' AND '2022-06-28' LIMIT 10"
)
REPETITIONS = 500
REQUESTS = 200
TYPING_ROUNDS = 1
STATEMENT_MARKS = {"short statement": report.PLANNED, "typical statement": report.PLANNED}


@dataclass(frozen=True)
class Place:
    """Where is measured: an interpreter, a folder for everything that is written."""

    python: Path
    folder: Path

    def environ(self) -> dict[str, str]:
        """Make an environment that holds nothing of the user's but where programs are."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "TIKSQL_CACHE_DIR": str(self.folder / "cache"),
            "TIKSQL_NO_CONFIG": "1",
        }

    def contender(self, name: str, *command: str, **more: str) -> Contender:
        """Make a contender that writes into the folder."""
        output = self.folder / ("".join(filter(str.isalnum, name)) + ".out")
        return Contender(name, command, output, {**self.environ(), **more})


def main(argv: list[str]) -> int:
    """Measure, print the table, and return the exit status."""
    options = _options(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="tiksql-bench-") as name:
            result, rows = _measure(_place(Path(name), here=options.here), options.rounds)
    except FailedError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(_about(result), "", report.table(rows), sep="\n")
    if options.json:
        text = json.dumps(result, indent=1, ensure_ascii=False)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure TikSQL against a bare httpx loop.")
    add = parser.add_argument
    add("--rounds", type=int, default=7, metavar="N", help="rounds after the first, default 7")
    add("--json", metavar="FILE", help="write every single number there")
    add("--here", action="store_true", help="measure this interpreter's installation as it is")
    options = parser.parse_args(argv)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def _place(folder: Path, *, here: bool) -> Place:
    (folder / "cache").mkdir(mode=0o700)
    if here:
        return Place(Path(sys.executable), folder)
    _say("building the wheel and installing it into a fresh environment")
    return Place(install(folder), folder)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- the measurements -----------------------------------------------------------------------


def _measure(place: Place, rounds: int) -> tuple[dict[str, Any], list[report.Row]]:
    """Run everything; return the raw numbers and the rows of the table."""
    with _served(place) as (base_url, apart):
        _say("fetching")
        fetches = _fetches(place, base_url)
        answers = Answers(question.RECORDS)
        for contender in interleave(fetches, rounds):
            answers.check(contender)
        _say("starting")
        starts = _starts(place)
        for _contender in interleave(starts, rounds):
            pass
        _say("judging")
        local = _reported(place, "local_half.py", base_url)
    _say("parsing and planning")
    stages = _reported(place, "statements.py", str(REPETITIONS))
    _say("typing")
    typed = _reported(place, "keystrokes.py", str(TYPING_ROUNDS))
    floor, ours, _official = fetches
    _nothing, lark, _version, translate, _first_rows = starts
    rows = [
        *report.process_rows(fetches, floor, {ours.name: report.FETCHED}, memory=True),
        *report.process_rows(starts, lark, {translate.name: report.TRANSLATED}, memory=False),
        *report.statement_rows(stages["times"], STATEMENT_MARKS),
        *report.local_rows(local),
        *report.key_rows(typed),
    ]
    result = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "apart": apart,
        "rounds": rounds,
        "own_rss": own_rss(),
        "versions": {**stages["versions"], "litecli": typed["litecli"]},
        "processes": {c.name: [asdict(sample) for sample in c.samples] for c in fetches + starts},
        "microseconds": stages["times"],
        "local": local,
        "typed": typed,
    }
    return result, rows


def _fetches(place: Place, base_url: str) -> list[Contender]:
    """Name who fetches the records; the first is the floor, the second TikSQL."""
    python, tiksql = str(place.python), str(command_beside(place.python))
    keys = {"TIKTOK_CLIENT_KEY": "any", "TIKTOK_CLIENT_SECRET": "any"}
    where = ["--base-url", base_url, "--max-requests", str(REQUESTS), "--format", "jsonl"]
    return [
        place.contender("fetch: bare httpx loop", python, str(HERE / "fetch_httpx.py"), base_url),
        place.contender("fetch: tiksql", tiksql, *where, "-c", question.as_statement(), **keys),
        place.contender(
            "fetch: official client", python, str(HERE / "fetch_official.py"), base_url
        ),
    ]


def _starts(place: Place) -> list[Contender]:
    """Name the cold starts; the second is what the others are compared with."""
    python, tiksql = str(place.python), str(command_beside(place.python))
    start = place.contender
    return [
        start("start: python -c pass", python, "-c", "pass"),
        start("start: python -c 'import lark'", python, "-c", "import lark"),
        start("start: tiksql --version", tiksql, "--version"),
        start(
            "start: tiksql translate", tiksql, "translate", "--to", "text", "-c", GETTING_STARTED
        ),
        start(
            "start: tiksql --emulator -c … LIMIT 10", tiksql, "--emulator", "-c", GETTING_STARTED
        ),
    ]


def _reported(place: Place, script: str, argument: str) -> dict[str, Any]:
    """Run a script that measures by itself, and read the JSON that it prints."""
    command = [str(place.python), str(HERE / script), argument]
    done = subprocess.run(command, env=place.environ(), check=False, capture_output=True)
    if done.returncode:
        raise FailedError(f"{script} failed\n{done.stderr.decode(errors='replace')[-2000:]}")
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


# --- the server -------------------------------------------------------------------------------


@contextmanager
def _served(place: Place) -> Iterator[tuple[str, bool]]:
    """Serve the emulator; give its address, and whether it has a processor of its own."""
    command = [str(place.python), str(HERE / "served.py"), "--quota", "1000000"]
    command += ["--videos", str(question.VIDEOS)]
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=place.environ()
    ) as process:
        try:
            assert process.stdout
            base_url = process.stdout.readline().strip()
            if not base_url:
                raise FailedError("the emulator did not start")
            yield base_url, keep_apart(process.pid)
        finally:
            process.terminate()
            if allowed:
                os.sched_setaffinity(0, allowed)


def _about(result: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    apart = "the server on a core of its own" if result["apart"] else "the server on any core"
    return (
        f"{result['date']}, {result['machine']} ({apart}), {result['rounds']} rounds, "
        f"{question.RECORDS:,} records\n{versions}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
