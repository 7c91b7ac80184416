"""Pages that show requests are read as the tests of translating back read them."""

import sys
from pathlib import Path

for folder in ("planning", "reverse"):
    sys.path.insert(0, str(Path(__file__).parent.parent / folder))
