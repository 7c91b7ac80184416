"""A process of its own that asks the system keyring one thing; the owner of keyring.

A keyring may hang when it is imported or asked (a D-Bus without a desktop), and its backends raise
whatever they like. A process can be given up and its end is one of two, so nothing of that reaches
the program. What is asked and answered goes through pipes: arguments can be seen by others.

Asked: ``{"do": "get" | "set" | "delete", "value": …}``. Answered: ``{"ring": name, "value": …}``;
``{"plain": name}`` where the keyring would keep a plain text, which is not what it was chosen for.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import Any

SERVICE = "tiksql"
ENTRY = "credentials"


def main() -> None:
    """Do what standard input says, and answer on standard output."""
    print(json.dumps(answer(json.load(sys.stdin))))  # noqa: T201 - the answer goes through a pipe


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Ask the keyring; anything that it raises ends the process."""
    import keyring  # noqa: PLC0415 - it may hang, and somebody waits with a clock
    from keyring.errors import PasswordDeleteError  # noqa: PLC0415 - see above

    ring: Any = keyring.get_keyring()
    ring = next(iter(getattr(ring, "backends", [ring])))  # a chain keeps in its first link
    name = type(ring).__module__
    if name.startswith("keyrings.alt"):
        return {"plain": name}
    match asked["do"]:
        case "set":
            ring.set_password(SERVICE, ENTRY, asked["value"])
        case "delete":
            with suppress(PasswordDeleteError):
                ring.delete_password(SERVICE, ENTRY)
    return {"ring": name, "value": ring.get_password(SERVICE, ENTRY)}


if __name__ == "__main__":
    main()
