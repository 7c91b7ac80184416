"""A month of one study, as chance has it: statements, faults, deaths, days that pass."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from simulation.cheap_engines import Catalog
from simulation.hostile_api import FAULTS, Api
from simulation.mortal import POINTS, Fate, KilledError, MortalStudy
from simulation.promises import check, check_export
from simulation.truth import questions
from store.studies_world import execute

from tiksql.catalog import load
from tiksql.errors import IncompleteError, TikSQLError
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax.parser import parse

DAYS = 30
ENDS = {
    *("TS502", "TS510", "TS511", "TS515", "TS516", "TS518", "TS519", "TS520", "TS522"),
    *("TS531", "TS532", "TS533", "TS535", "TS801"),
}
"""Codes that a run may end with, each of which leaves a collection to go on with."""


class Collection:
    """What a test knows of a collection: its question, and what it must and may hold by now."""

    def __init__(self, name, kind, hidden):
        self.name, self.kind = name, kind
        self.question = questions()[kind]
        self.may = set()
        self.checked = None
        self.begin(hidden)

    def begin(self, hidden):
        """A run begins: what is there now and stays has to be found."""
        gone = hidden if self.question.of_videos else set()
        self.must = self.question.truth - gone
        self.may |= self.must

    def hide(self, ids):
        if self.question.of_videos:
            self.must -= ids

    def show(self, ids):
        if self.question.of_videos:
            self.may |= ids & self.question.truth

    @property
    def sql(self):
        return f"CREATE COLLECTION {self.name} AS {self.question.sql}"


class Simulation:
    """One seed: every choice is drawn from it, and every step is in ``log``."""

    def __init__(self, seed, folder):
        self.chance = random.Random(seed)
        self.folder, self.path = folder, folder / "study.db"
        self.log = []
        self.concurrency = self.chance.choice([1, 1, 3])
        # With less, three lost searches spend half of it before one of them may begin anew.
        self.quota = self.chance.choice(
            [12, 25, 25, 60, 400] if self.concurrency == 1 else [36, 60]
        )
        self.api = Api(random.Random(f"{seed} faults"), self.quota, folder)
        self.collections = {}
        self.kills = 0
        self.status = None
        self.session = None
        self.last = None
        self.note(f"quota {self.quota}, concurrency {self.concurrency}")

    def note(self, text):
        self.log.append(f"{self.api.now:%m-%d %H:%M} {text}")

    # --- programs

    def open(self):
        if self.session is None:
            given = DEFAULTS
            chosen = {"window_days": 7, "page_size": 10, "concurrency": self.concurrency}
            for name, value in chosen.items():
                given = given.having(name, value, "session")
            with patch("tiksql.store.looking.Study", MortalStudy):
                self.session = Session(self.api.backend(), given, study=self.path)
                assert isinstance(self.session.studies.study, MortalStudy)
        return self.session

    def close(self):
        if self.session:
            self.session.close()
            self.session = None

    def bury(self):
        """What the system does for a dead program: nobody has its number any more."""
        self.close()
        if self.path.exists():
            with closing(sqlite3.connect(self.path)) as base, base:
                base.execute("UPDATE collectors SET process = 0, started = 'it is dead'")

    def run(self, sql):
        """Run a statement; return what came, None if it ended otherwise, as ``status`` says."""
        self.status = None
        try:
            found = execute(self.open(), sql)
            self.status = found.stats.exit_status if found else 0
        except KilledError:
            self.kills += 1
            self.status = "killed"
            self.bury()
        except TikSQLError as error:
            if error.code not in ENDS:
                raise
            self.status = error.exit_status
            self.note(f"  {error.code} {error}"[:150])
            found = None
        else:
            self.note(f"  exit {self.status}")
            return found
        self.note(f"  {self.status}")
        return None

    def fill(self, collection, sql):
        before = self.api.emulator.api_requests
        self.run(sql)
        self.note(f"  {self.api.emulator.api_requests - before} requests")
        self.last = collection if self.status != "killed" else None

    # --- steps

    def month(self):
        self.collect()
        while self.api.clock < DAYS * 86_400 and len(self.log) < 400:
            for _ in range(self.chance.choice([1, 1, 2])):
                step = self.chance.choices(list(STEPS_OF), weights=STEPS_OF.values())[0]
                self.last = None
                self.note(step)
                self.api.inflicted[step] += 1
                getattr(self, step)()
                check(self)
            for _ in range(self.chance.choice([1, 3, 5, 7])):
                self.next_day()
        self.peace()

    def any(self):
        return self.chance.choice(list(self.collections.values())) if self.collections else None

    def collect(self):
        free = [n for n in "ab" if n not in self.collections]
        name = self.chance.choice(["a", "b"])
        if name in free:
            kind = self.chance.choice(list(questions()))
            self.collections[name] = Collection(name, kind, self.api.hidden)
        chosen = self.collections[name]
        self.note(f"  {name} is {chosen.kind}")
        self.fill(chosen, chosen.sql)

    def refresh(self):
        chosen = self.any()
        if chosen is None or not self.exists(chosen):
            return
        if self.is_finished(chosen):
            chosen.begin(self.api.hidden)
        self.fill(chosen, f"REFRESH COLLECTION {chosen.name}")

    def again_when_complete(self):
        """P5: what is complete costs nothing."""
        for each in self.collections.values():
            if self.exists(each) and self.is_finished(each):
                before = self.api.emulator.api_requests, self.api.emulator.token_requests
                fate, self.api.fate = self.api.fate, None
                self.run(each.sql)
                self.api.fate = fate
                after = self.api.emulator.api_requests, self.api.emulator.token_requests
                assert (self.status, before) == (0, after), "a complete collection cost something"

    def die(self):
        """Collect, and be killed at a point, if it is passed."""
        fate = Fate(self.chance.choice(list(POINTS)), self.chance.choice([1, 1, 2, 4, 9]))
        self.note(f"  {fate.point}, passing {fate.left}")
        self.api.fate = self.open().studies.study.fate = fate
        self.chance.choice([self.collect, self.refresh])()
        self.api.fate = None
        if self.session:
            self.session.studies.study.fate = None

    def interrupt(self):
        """Collect, and have Ctrl-C pressed at a request."""
        left = [self.chance.choice([1, 2, 3, 6])]
        session = self.open()

        def press():
            left[0] -= 1
            if left[0] == 0:
                session.line.stop()

        self.api.on_request = press
        self.chance.choice([self.collect, self.refresh])()
        self.api.on_request = lambda: None
        if self.chance.random() < 0.5:
            self.close()

    def wait(self):
        """Collect, and wait for the quota of other days, until one has waited too long."""
        left = [self.chance.choice([1, 2, 5])]
        session = self.open()

        def until_tomorrow(seconds):
            self.api.pass_by(seconds)
            left[0] -= 1
            if left[0] <= 0:
                session.studies.wait = None

        session.studies.wait = until_tomorrow
        self.chance.choice([self.collect, self.refresh])()
        if self.session:
            self.session.studies.wait = None

    def export(self):
        """Whatever is there is written, and the file says whether it is all."""
        chosen = self.any()
        if chosen is None or not self.exists(chosen):
            return
        session, target = self.open(), self.folder / f"{chosen.name}.jsonl"
        before = self.api.emulator.api_requests
        session.allow_outside = True
        order = f"COPY {chosen.name} TO '{target}' (FORMAT jsonl, OVERWRITE)"
        target.unlink(missing_ok=True)
        try:
            made = session.execute(parsed_text(order).statements[0], {}).write()
        except IncompleteError:
            made = None
        assert self.api.emulator.api_requests == before, "an export asked the server"
        check_export(self, chosen, target, made)

    def mood(self):
        """Let faults become more, fewer or others."""
        kinds = self.chance.sample(FAULTS, self.chance.randint(0, 4))
        self.api.mood = {kind: self.chance.choice([0.02, 0.1, 0.3]) for kind in kinds}
        if self.chance.random() < 0.15:
            self.api.mood = {self.chance.choice(FAULTS): 0.95}
        days = range(1, 31)
        broken = self.chance.sample(days, self.chance.choice([0, 0, 0, 1, 3]))
        self.api.broken_days = {f"202503{day:02}" for day in broken}
        self.note(f"  {self.api.mood} broken {sorted(self.api.broken_days)}")

    def forget(self):
        self.api.forget()

    def expire(self):
        self.api.expire()

    def reopen(self):
        self.close()

    def colleague(self):
        self.api.spend(self.chance.randint(1, self.quota))

    def videos_go(self):
        videos = sorted(questions()["plain"].truth)
        gone = set(self.chance.sample(videos, self.chance.randint(1, 6)))
        self.api.hidden |= gone
        for each in self.collections.values():
            each.hide(gone)

    def a_stretch_goes(self):
        """So many go in a row that whole pages are empty."""
        videos = sorted(questions()["plain"].truth)
        first = self.chance.randrange(len(videos))
        gone = set(videos[first : first + self.chance.choice([15, 35, 90])])
        self.api.hidden |= gone
        for each in self.collections.values():
            each.hide(gone)

    def videos_come(self):
        self.come_back(set(sorted(self.api.hidden)[: self.chance.choice([1, 3, 6, 60])]))

    def come_back(self, back):
        self.api.hidden -= back
        for each in self.collections.values():
            each.show(back)

    def hours(self):
        self.api.pass_by(self.chance.randint(1, 20) * 3600)

    def next_day(self):
        self.api.pass_by(86_400 - (self.api.clock + 43_200) % 86_400 + 60)

    # --- the end

    def peace(self):
        """Faults cease, and days pass: everything becomes whole."""
        self.api.mood, self.api.broken_days = {}, set()
        self.come_back(set(self.api.hidden))  # as five empty pages in a row are a gap
        self.note("peace")
        for _ in range(40):
            open_ones = [c for c in self.collections.values() if not self.is_finished(c)]
            if not open_ones:
                break
            for each in open_ones:
                self.last = None
                self.fill(each, each.sql)
                check(self)
            self.next_day()
        assert all(map(self.is_finished, self.collections.values())), "it never became whole"
        self.again_when_complete()

    # --- what is on record

    def rows(self, sql, *values):
        with closing(sqlite3.connect(self.path)) as base:
            return base.execute(sql, values).fetchall()

    def exists(self, collection):
        return self.path.exists() and bool(
            self.rows("SELECT 1 FROM collections WHERE name = ?", collection.name)
        )

    def is_finished(self, collection):
        found = self.path.exists() and self.rows(FINISHED, collection.name)
        return bool(found and found[0][0])


FINISHED = """
SELECT finished_at FROM runs JOIN collections AS c ON c.id = collection WHERE name = ?
ORDER BY number DESC LIMIT 1
"""

STEPS_OF = {
    "collect": 30,
    "refresh": 6,
    "die": 14,
    "interrupt": 5,
    "wait": 5,
    "export": 4,
    "mood": 12,
    "again_when_complete": 4,
    "forget": 4,
    "expire": 3,
    "reopen": 4,
    "colleague": 5,
    "videos_go": 4,
    "a_stretch_goes": 2,
    "videos_come": 3,
    "hours": 4,
}
"""The steps of a month, each with its weight."""


def a_day_of(quota):
    """Return a catalog whose pools have so many requests a day, for the bound of lost ones."""
    pool = SimpleNamespace(requests_a_day=quota)
    return lambda: SimpleNamespace(pools=dict.fromkeys(load().pools, pool))


QUICK = next((place for place in ("/dev/shm",) if os.access(place, os.W_OK)), None)
"""A directory in memory, where there is one: no power is cut here."""


@cache
def parsed_text(text):
    return parse(Source(text))


def parsed(source):
    """Parse a text as the product does, but each once: there are few."""
    return parsed_text(source.text)


def play(seed):
    """Play one seed; a failure says how to repeat it, and what happened until then."""
    with tempfile.TemporaryDirectory(prefix="simulation-", dir=QUICK) as folder:
        played = Simulation(seed, Path(folder))
        with (
            patch("tiksql.api.losses.load", a_day_of(played.quota)),
            patch("tiksql.local.engine.Database", Catalog),
            patch("tiksql.syntax.parser.parse", parsed),
            patch("store.studies_world.parse", parsed),
        ):
            try:
                played.month()
            except BaseException as error:
                again = f".venv/bin/python -m pytest tests/simulation --seed {seed}"
                error.add_note("\n".join([*played.log[-60:], f"to repeat it: {again}"]))
                raise
            finally:
                played.close()
                played.api.ledger.close()
        return played
