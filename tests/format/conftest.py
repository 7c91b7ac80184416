"""Random scripts are those of the tests of the syntax."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "syntax"))
