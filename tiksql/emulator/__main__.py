"""The command ``tiksql emulator``: the application on a port of this computer."""

from __future__ import annotations

import argparse
import datetime as dt
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from tiksql.emulator.settings import DEFAULT_NOW, Settings

if TYPE_CHECKING:
    from types import FrameType

    from tiksql.emulator.faults import Fault

HOST = "127.0.0.1"
LAST_PORT = 65535
PROG = "tiksql emulator"
USAGE_STATUS = 2


class OptionError(Exception):
    """An option cannot be followed; the text is the one line to show."""


class _Parser(argparse.ArgumentParser):
    """A parser that raises, so that one line is shown and not the usage."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the options."""
        raise OptionError(message)


def main(argv: list[str], stdout: TextIO) -> int:
    """Serve until SIGTERM or Ctrl-C; the first line on ``stdout`` is the address."""
    try:
        options = _parser().parse_args(argv)
        if options.list_faults:
            return _list_faults(stdout)
        settings = _settings(options)
        listening = _listen(options.port)
    except OptionError as error:
        sys.stderr.write(f"{PROG}: {_readable(str(error))}\n")
        return USAGE_STATUS
    try:
        _serve(settings, listening, stdout)
    finally:
        listening.close()
    return 0


def _readable(text: str) -> str:
    """Write a text, in which words of a command line stand, so that it steers no terminal."""
    return "".join(c if c.isascii() and c.isprintable() else ascii(c)[1:-1] for c in text)


def _list_faults(stdout: TextIO) -> int:
    from tiksql.emulator.faults_spec import listing  # noqa: PLC0415 # the catalog is not needed else

    stdout.write(listing())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROG, description="Imitate the Research API over synthetic data.")
    add = parser.add_argument
    add("--port", type=_port, default=0, metavar="N", help="port to listen on; 0: a free one")
    add("--seed", type=int, default=Settings.seed, metavar="N", help="which data set")
    add("--now", type=_time, default=DEFAULT_NOW, metavar="TIME", help="what its clock shows")
    add("--videos", type=int, default=Settings.videos, metavar="N", help="how many videos")
    add("--quota", type=int, default=Settings.quota, metavar="N", help="requests a day")
    add("--key", metavar="KEY", help="the only client key that it takes")
    add("--secret", metavar="SECRET", help="the only client secret that it takes")
    fault = "something that goes wrong, such as '500 at 3'; may be given several times"
    add("--fault", type=_fault, action="append", dest="faults", metavar="SPEC", help=fault)
    add("--faults", action="store_true", dest="list_faults", help="list all faults, and end")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    chosen: dict[str, Any] = dict(vars(options))
    del chosen["port"], chosen["list_faults"]
    chosen["faults"] = tuple(chosen["faults"] or ())
    try:
        return Settings(**chosen)
    except ValueError as error:
        raise OptionError(error) from None


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {LAST_PORT}, not {text!r}")
    return int(text)


def _fault(text: str) -> Fault:
    from tiksql.emulator.faults_spec import read_fault  # noqa: PLC0415 # see above

    try:
        return read_fault(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _time(text: str) -> dt.datetime:
    """Read a time in ISO 8601; one without a zone is UTC."""
    try:
        time = dt.datetime.fromisoformat(text)
    except ValueError:
        example = "2026-09-01T12:00:00Z"
        raise argparse.ArgumentTypeError(f"write a time as {example}, not {text!r}") from None
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)


def _listen(port: int) -> socket.socket:
    # The protocol is named so that asyncio turns Nagle's algorithm off: 40 ms a page otherwise.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise OptionError(f"port {port} cannot be used: {error.strerror}") from None
    return listening


def _serve(settings: Settings, listening: socket.socket, stdout: TextIO) -> None:
    """Run the server until a signal ends it."""
    import uvicorn  # noqa: PLC0415 # --help and wrong options answer without the server's libraries

    from tiksql.emulator.app import create_app  # noqa: PLC0415 # see above

    class Announced(uvicorn.Server):
        """A server that tells its address once it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            stdout.write(f"http://{HOST}:{listening.getsockname()[1]}\n")
            stdout.flush()

    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn puts these back when it has stopped, and raises the signal once more.
        signal.signal(number, _leave)
    config = uvicorn.Config(
        create_app(settings), log_level="warning", access_log=False, lifespan="off", ws="none"
    )
    Announced(config).run(sockets=[listening])


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout))
