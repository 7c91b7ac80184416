"""No test leaves this computer: a connection or a name that leads elsewhere fails the test.

An audit hook sees what every library does with sockets, duckdb and other programs aside. What was
refused is also remembered, as a program may take the refusal for a network that is down.
"""

from __future__ import annotations

import sys
from ipaddress import ip_address

import pytest

REFUSED = []
"""Where somebody wanted to go in the running test."""

ACTIVE = [True]


def is_here(host):
    """Whether a host is this computer; a name other than localhost would have to be looked up."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        return ip_address(name.partition("%")[0]).is_loopback or name in {"0.0.0.0", "::"}
    except ValueError:
        return False


def listen(event, arguments):
    """Refuse what would leave the computer."""
    if not ACTIVE[0]:
        return
    match event, arguments:
        case "socket.getaddrinfo", (host, *_):
            refuse_unless_here(host)
        case "socket.gethostbyname" | "socket.gethostbyaddr", (host, *_):
            refuse_unless_here(host)
        case "socket.connect" | "socket.sendto" | "socket.sendmsg", (_, (host, *_)):
            refuse_unless_here(host)


def refuse_unless_here(host):
    if not is_here(host):
        REFUSED.append(str(host))
        raise PermissionError(f"a test may not go to {host}")


def pytest_configure(config):
    sys.addaudithook(listen)
    config.add_cleanup(lambda: ACTIVE.__setitem__(0, False))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown():
    done = yield
    wanted = sorted(set(REFUSED))
    REFUSED.clear()
    if wanted:
        pytest.fail(f"a test wanted to leave this computer, for {', '.join(wanted)}", pytrace=False)
    return done
