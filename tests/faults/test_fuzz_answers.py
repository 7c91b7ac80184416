"""Damaged answers of every table: the right rows, or what is wrong is told, and no id is another.

A case that fails is repeated by ``python tests/faults/test_fuzz_answers.py SEED``.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

import pytest
from faults.damaged_answers import damaged
from faults.damaged_line import STATEMENTS, statement_of, truth, world
from soak import cases

from tiksql.catalog import load
from tiksql.errors import TikSQLError

SECONDS = 20
"""What one case takes at most, on any machine: none of them waits."""


# --- one case


class Case:
    """One seed: a table, one of its answers, the damage, and what came of it."""

    def __init__(self, seed):
        chance = random.Random(seed)
        self.name = chance.choice(sorted(STATEMENTS))
        self.table = load().tables[self.name]
        self.rows, self.columns, self.own = truth(self.name)
        self.target = chance.choice(self.own)
        self.raw = world().known[self.target][1]
        self.done, self.damaged = damaged(self.raw, chance)
        self.lasting = chance.random() < SHARE_OF_LASTING
        self.given = 0
        self.error = self.found = self.stream = None

    def fault(self, key, raw):
        if key != self.target or (self.given and not self.lasting):
            return raw
        self.given += 1
        return self.damaged

    def run(self):
        line, begun = world(), time.monotonic()
        line.fault, line.sent = self.fault, 0
        try:
            self.found, self.stream = line.run(statement_of(self.name))
        except TikSQLError as error:
            self.error = error
        finally:
            line.fault = lambda _key, raw: raw
        assert time.monotonic() - begun < SECONDS
        return self

    def judge(self):
        """Hold what came against the truth."""
        if self.error:
            assert self.error.code in ERRORS, self.error.code
            return "error"
        self.no_id_is_another()
        self.what_is_intact_is_there()
        if self.same:
            return "the truth"
        assert self.told or self.cannot_be_told(), "other rows, and nothing is told"
        return "told" if self.told else "another answer"

    @property
    def same(self):
        return self.found == self.rows

    @property
    def told(self):
        stream = self.stream
        return bool(not stream.stats.complete or stream.drift or stream.notes or stream.refused)

    def no_id_is_another(self):
        """Whatever is called an id stands, digit by digit, in an answer or in the truth."""
        for number, name in enumerate(self.columns):
            if self.table.columns[name].type != "id":
                continue
            real = {row[number] for row in self.rows}
            for row in self.found:
                value = row[number]
                assert value is None or value in real or str(value).encode() in self.damaged

    def what_is_intact_is_there(self):
        """A record that the damage did not touch has its row, unless more is said to be missing."""
        if not self.stream.stats.complete or not self.table.list_keys:
            return
        theirs = records(self.table, self.damaged)
        mine = records(self.table, self.raw)
        if theirs is None or mine is None or len(mine) != len(theirs):
            return
        touched = {n for n, pair in enumerate(zip(mine, theirs, strict=True)) if differ(*pair)}
        found = Counter(map(repr, self.found))
        lost = Counter(map(repr, self.rows)) - found
        assert lost.total() <= len(touched) or self.may_end_early(), (lost.total(), touched)

    # --- what nobody can notice

    def cannot_be_told(self):
        """Whether the damaged answer is one that the API could have given."""
        return self.may_end_early() or self.is_another_answer()

    def may_end_early(self):
        """Whether it says itself that it is the last, has no records, or goes on elsewhere."""
        before, after = data_of(self.raw), data_of(self.damaged)
        if not isinstance(after, dict):
            return False
        if any(before.get(name) != after.get(name) for name in ("has_more", "cursor", "search_id")):
            return True
        return any(after.get(key, 1) in (None, []) for key in self.table.list_keys)

    def is_another_answer(self):
        """Whether each record that differs is still an object, whose values fit or are left out."""
        theirs, mine = records(self.table, self.damaged), records(self.table, self.raw)
        if theirs is None or mine is None:
            return False
        as_before = {json.dumps(record) for record in mine}
        begin = sum(len(records(self.table, raw)) for raw in self.earlier)
        return all(
            self.is_one(record, begin + place)
            for place, record in enumerate(theirs)
            if json.dumps(record) not in as_before
        )

    def is_one(self, record, place):
        """Whether the row of a record has no NULL but for what the record does not have."""
        if not isinstance(record, dict):
            return False
        if self.stream.stats.duplicates or place >= len(self.found):
            return True
        given = {name for name, value in record.items() if value is not None}
        there = (c for c in self.table.columns.values() if given.intersection(c.spellings))
        values = dict(zip(self.columns, self.found[place], strict=True))
        return all(values.get(column.name, "") is not None for column in there)

    @property
    def earlier(self):
        """The answers before the one that is damaged."""
        return [world().known[key][1] for key in self.own[: self.own.index(self.target)]]


SHARE_OF_LASTING = 0.7
ERRORS = frozenset(
    {"TS502", "TS511", "TS512", "TS514", "TS515", "TS516", "TS517", "TS518", "TS519",
     "TS521", "TS522", "TS523", "TS524", "TS531", "TS532", "TS533", "TS540"}
)  # fmt: skip


def differ(one, other):
    return json.dumps(one) != json.dumps(other)


def data_of(raw):
    try:
        found = json.loads(raw.decode(errors="replace"), parse_int=str)
    except (ValueError, RecursionError):
        return None
    return found.get("data") if isinstance(found, dict) else None


def records(table, raw):
    data = data_of(raw)
    if not table.list_keys:
        return None if data is None else [data]
    if not isinstance(data, dict):
        return None
    found = next((data[key] for key in table.list_keys if data.get(key) is not None), [])
    return found if isinstance(found, list) else None


def tried(seed):
    case = Case(seed)
    try:
        return case.run().judge()
    except BaseException as error:
        how = "lasting" if case.lasting else "once"
        error.add_note(
            f"{case.name}: {case.done}, {how}; it said {case.stream and case.stream.notes}\n"
            f"again: python tests/faults/test_fuzz_answers.py {seed}"
        )
        raise


# --- the tests

REGRESSIONS = {
    380: "a number of thousands of digits in a record was a traceback",
    17: "a record that is no object became a row of NULLs, and nothing was told",
}
CHUNK = 30


@pytest.mark.fault(
    "F13",
    "answers of each table with JSON that is cut, doubled, too deep, too long, NaN, flipped",
    "a typed error, or every row whose record is intact; no id is one that was not sent",
)
@pytest.mark.fault(
    "F40",
    "members of answers that are missing, new, renamed or of another type",
    "the value is NULL and counted in a note, or the answer is refused",
)
@pytest.mark.parametrize("begin", range(0, cases(240), CHUNK))
def test_a_damaged_answer_is_an_error_or_what_is_right_of_it(begin):
    for seed in range(begin, begin + CHUNK):
        tried(seed)


@pytest.mark.parametrize("seed", REGRESSIONS, ids=REGRESSIONS.values())
def test_what_damaged_answers_have_found_stays_mended(seed):
    tried(seed)


if __name__ == "__main__":
    case = Case(int(sys.argv[1]))
    sys.stdout.write(f"{case.name}: {case.done}\n{case.damaged[:2_000]!r}\n")
    sys.stdout.write(f"{case.run().judge()}: {case.error or case.stream.notes}\n")
