"""Seeds of a month each: whatever happens in whatever order, P1 to P5 hold after every step."""

from __future__ import annotations

from simulation.month import play


def test_the_promises_hold_in_every_month(seeds):
    for seed in seeds:
        play(seed)
