"""Whether the log beside a study (``-wal``) is damaged in a place that had been safe on the disk.

SQLite takes the first frame whose checksum is wrong for the end of the log, as the last transaction
may have been cut by a crash. Each transaction is on the disk before the next one begins, so what
has two ends of transactions behind the wrong frame was no crash: it is damage, and what SQLite
would leave out had been promised. Format: https://sqlite.org/fileformat2.html#the_write_ahead_log
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Sums = tuple[int, int]

HEADER, FRAME = 32, 24
"""Sizes of the header of a log and of a frame, in bytes."""

MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
READINGS = 3
"""A log that is being written may look wrong while it is read, but not each time."""


def path_of(study: Path) -> Path:
    """Return where the log of a study lies."""
    file = study.resolve()
    return file.with_name(f"{file.name}-wal")


def is_damaged(study: Path) -> bool:
    """Say whether transactions of a log are lost that were on the disk."""
    return all(_loses(_octets(path_of(study))) for _ in range(READINGS))


def _octets(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _loses(log: bytes) -> bool:
    if len(log) < HEADER:
        return False
    magic, _, size, _, *salts = struct.unpack(">6I", log[:24])
    order = MAGIC.get(magic)
    sums = struct.unpack(">2I", log[24:HEADER])
    if order is None or _summed(order, log[:24], (0, 0)) != sums:
        return len(log) > HEADER
    frames = [log[n : n + FRAME + size] for n in range(HEADER, len(log), FRAME + size)]
    own = [f for f in frames if len(f) == FRAME + size]
    return _ends_behind_a_wrong_one(order, own, tuple(salts), sums) > 1


def _ends_behind_a_wrong_one(
    order: str, frames: Sequence[bytes], salts: tuple[int, ...], sums: Sums
) -> int:
    """Count the transactions that end at or behind the first wrong frame.

    Frames with other salts are of an older log, which this one overwrites.
    """
    ends, first = 0, len(frames)
    for number, frame in enumerate(frames):
        _, end, *rest = struct.unpack(">6I", frame[:FRAME])
        begun = _summed(order, frame[:8], sums)  # from the frame before, right or wrong
        is_right = _summed(order, frame[FRAME:], begun) == tuple(rest[2:])
        is_ours = tuple(rest[:2]) == salts
        if not (is_right and is_ours):
            first = min(first, number)
        if number >= first and is_ours and (is_right or number == first):
            ends += bool(end)
        sums = (rest[2], rest[3])
    return ends


def _summed(order: str, octets: bytes, sums: Sums) -> Sums:
    """Go on with the checksum of a log: two sums over pairs of 32-bit words."""
    first, second = sums
    words = iter(struct.unpack(f"{order}{len(octets) // 4}I", octets))
    for one, other in zip(words, words, strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second
