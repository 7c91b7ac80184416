"""A program that dies at a labelled point: what it would have done from there on is not done."""

from __future__ import annotations

from contextlib import contextmanager

from tiksql.store.study import Study


class KilledError(BaseException):
    """The program is no more; nothing of the product catches this."""


POINTS = {
    "before it is sent": None,
    "before it is read": None,
    "within intent": "INSERT INTO requests",
    "after intent": "INSERT INTO requests",
    "within outcome": "UPDATE requests",
    "within commit": "INSERT OR REPLACE INTO pages",
    "after commit": "INSERT OR REPLACE INTO pages",
    "within mark": "UPDATE chains",
    "after mark": "UPDATE chains",
    "within plan": "INSERT INTO chains",
    "after plan": "INSERT INTO chains",
    "within create": "INSERT INTO collections",
    "after create": "INSERT INTO collections",
    "within finish": "UPDATE runs",
    "after finish": "UPDATE runs",
    "within lock": "INSERT OR REPLACE INTO collectors",
    "after lock": "INSERT OR REPLACE INTO collectors",
    "within unlock": "DELETE FROM collectors",
    "after unlock": "DELETE FROM collectors",
}
"""Where a program can die, and the statement that the place is known by."""


class Fate:
    """The point at which a program dies, and the passing of it that is the last."""

    def __init__(self, point, passes):
        self.point, self.left = point, passes
        self.dead = False

    def passes(self, point):
        """Say whether the program dies now, or has done so."""
        if point == self.point:
            self.left -= 1
            self.dead = self.dead or self.left == 0
        return self.dead

    def reads(self, sql):
        """Name the place that a statement is, if it is the one."""
        beginning = POINTS[self.point]
        return beginning is not None and sql.lstrip().startswith(beginning)


class MortalStudy(Study):
    """A study whose program may die within a transaction, or when it is whole."""

    fate = None
    doomed = False

    @contextmanager
    def writing(self):
        """Make a transaction, unless the program is dead."""
        if self.fate and self.fate.dead:
            raise KilledError
        with super().writing():
            yield
        if self.doomed and not self._depth:
            self.fate.dead = True
            raise KilledError

    def execute(self, sql, *values):
        found = super().execute(sql, *values)
        self._passed(sql)
        return found

    def rows(self, sql, *values):
        found = super().rows(sql, *values)
        self._passed(sql)
        return found

    def _passed(self, sql):
        fate = self.fate
        if fate is None:
            return
        if fate.dead:
            raise KilledError
        if fate.reads(sql) and not self.doomed and fate.passes(fate.point):
            if fate.point.startswith("within"):
                raise KilledError
            fate.dead = not self._depth
            self.doomed = True
            if fate.dead:
                raise KilledError
