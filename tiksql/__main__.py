"""``python -m tiksql`` is the command ``tiksql``."""

from tiksql.cli import run

if __name__ == "__main__":
    run()
