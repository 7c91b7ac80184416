"""``python -m tiksql`` is the command ``tiksql``."""

import os
import sys

if __name__ == "__main__":
    if not sys.flags.safe_path and sys.path[0] in {"", os.getcwd()}:  # noqa: PTH109 - see below
        # Python looks in the working directory first; a duckdb.py or pathlib.py there is not meant.
        del sys.path[0]
    from tiksql.cli import run

    run()
