"""What the prompt asks before it goes on: the emulator without a key, a yes before a high cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.errors import CredentialsError
from tiksql.source import NOWHERE

if TYPE_CHECKING:
    from tiksql.errors import TikSQLError
    from tiksql.shell.state import Shell
    from tiksql.stream import Stream

NO_KEY = "TS501"
NO_VALUE = "TS210"

OFFER = """\
There is no key for TikTok's Research API here.
  with a key: leave with \\q, run tiksql auth login, which keeps it in the keyring of
              this computer, or set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET (your
              project's page on developers.tiktok.com has both), and come back
  without:    the emulator answers every statement from synthetic data, without
              key, network or quota"""


class Questions:
    """Asks somebody at a prompt; the emulator is offered once."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._offered = False

    def mended(self, error: TikSQLError) -> bool:
        """Offer the emulator where a key is missing; say whether it was taken."""
        if error.code == NO_VALUE:
            error.hint = r"\set NAME VALUE gives it"
        if not isinstance(error, CredentialsError) or error.code != NO_KEY or self._offered:
            return False
        self._offered = True
        shell = self._shell
        shell.say(OFFER)
        if shell.job.arguments.study or not shell.reader.agrees("use the emulator now? [y/N] "):
            return False
        from tiksql import backend  # noqa: PLC0415 - rarely needed

        session = shell.job.session
        session.close()
        session.backend = backend.emulator()
        session.line.move(session.backend)
        shell.say("statements are answered by the emulator from now on")
        return True

    def confirmed(self, stream: Stream) -> bool:
        """Show the plan of a statement that costs much, and ask whether to run it."""
        settings = self._shell.settings
        least = len(stream.plan.requests) if stream.plan else 0
        if stream.plan is None or least <= settings.number("confirm_requests"):
            return True
        from tiksql.translate import translator  # noqa: PLC0415 - rarely needed

        self._shell.say(translator("text", NOWHERE)(stream.plan))
        most = settings.number("max_requests")
        cut = f", and max_requests ends it after {most:,}" if least > most else ""
        return self._shell.reader.agrees(
            f"this needs {least:,} requests at least{cut}: run it? [y/N] "
        )
