"""Draws that follow from a seed and a name: anything can be made alone, and made again."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Draw = Callable[[], float]


def stream(*name: object) -> Draw:
    """Begin the draws of a name, each from 0 to below 1; equal names draw alike."""
    return random.Random(":".join(map(str, name))).random  # noqa: S311 # a seeded draw, no secret


def chance(*name: object) -> float:
    """Draw once for a name."""
    return stream(*name)()


def shuffled(fields: dict[str, Any], r: Draw) -> dict[str, Any]:
    """Put the keys of a record in an order of its own (C4D)."""
    return dict(sorted(fields.items(), key=lambda _: r()))
