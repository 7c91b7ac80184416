"""Statements are planned here as they are in the tests of planning."""

import sys
from pathlib import Path

for folder in ("planning", "syntax"):
    sys.path.insert(0, str(Path(__file__).parent.parent / folder))
