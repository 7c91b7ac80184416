"""The seeds: some hundred in batches that processes share, or one that is to be repeated."""

from __future__ import annotations

from soak import cases

BATCH = 5
SEEDS = cases(200)


def pytest_addoption(parser):
    parser.addoption("--seed", type=int, help="repeat one seed of the simulation")


def pytest_generate_tests(metafunc):
    if "seeds" in metafunc.fixturenames:
        one = metafunc.config.getoption("--seed", default=None)
        batches = [range(n, n + BATCH) for n in range(0, SEEDS, BATCH)]
        if one is not None:
            batches = [range(one, one + 1)]
        metafunc.parametrize("seeds", batches, ids=[f"from {each[0]}" for each in batches])
