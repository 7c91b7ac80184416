"""An imitation of the Research API over synthetic data, in memory or served on a port.

It shares the catalog with the rest of the project and nothing else: it is the second opinion on
what a request means. ``README.md`` lists what it imitates, with source, and what it does not.
"""

from tiksql.emulator.settings import Settings

__all__ = ["Settings"]
