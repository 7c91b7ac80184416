"""Bodies of answers by their digests, found in a directory: in its studies, or in files."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from tiksql.errors import StudyError
from tiksql.store.looking import Look
from tiksql.store.study import HEADER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BIGGEST = 50_000_000
"""Bytes of a file that can be the body of an answer: none that is larger is ever taken."""


class Archive:
    """What a directory (or one study) has of the bodies with some digests, in hexadecimal.

    ``damaged`` are digests under which a study has something else now. Nothing is written, and
    every body is compared with its digest before anybody gets it.
    """

    def __init__(self, place: Path, wanted: set[str]) -> None:
        self.damaged: set[str] = set()
        self._wanted = wanted
        self._studies: list[Look] = []
        self._found: dict[str, Callable[[], bytes]] = {}
        for path in sorted(place.iterdir()) if place.is_dir() else [place]:
            if path.is_file():
                self._look_into(path)
        self.damaged -= self._found.keys()

    def close(self) -> None:
        """Close the studies."""
        for study in self._studies:
            study.close()

    def __contains__(self, digest: str) -> bool:
        """Say whether a body is here, whole."""
        return digest in self._found

    def body(self, digest: str) -> bytes:
        """Return a body that is here."""
        return self._found[digest]()

    def _look_into(self, path: Path) -> None:
        with path.open("rb") as file:
            is_database = file.read(len(HEADER)) == HEADER
        if is_database:
            self._look_into_study(path)
        elif path.stat().st_size <= BIGGEST:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            self._take(digest, path.read_bytes)

    def _look_into_study(self, path: Path) -> None:
        try:
            study = Look(path)
        except StudyError as error:
            if error.code == "TS711":  # a database of something else
                return
            raise
        self._studies.append(study)
        for row, digest in study.rows("SELECT rowid, lower(hex(sha256)) FROM pages"):
            if digest in self._wanted and digest not in self._found:
                self._compare(study, row, digest)

    def _compare(self, study: Look, row: int, digest: str) -> None:
        """Take a body of a study if it is what it was."""

        def read() -> bytes:
            found = study.row("SELECT content FROM pages WHERE rowid = ?", row)
            with study.decoding():
                return zlib.decompress(found[0]) if found else b""

        try:
            is_whole = hashlib.sha256(read()).hexdigest() == digest
        except StudyError:
            is_whole = False
        if is_whole:
            self._take(digest, read)
        else:
            self.damaged.add(digest)

    def _take(self, digest: str, read: Callable[[], bytes]) -> None:
        if digest in self._wanted:
            self._found[digest] = read
