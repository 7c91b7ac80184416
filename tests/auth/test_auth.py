"""Where key and secret are kept, and that nothing else ever shows them."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from tiksql import auth
from tiksql.api import keeping
from tiksql.api.credentials import Credentials
from tiksql.api.quota import key_hash
from tiksql.console import Console
from tiksql.errors import CredentialsError

KEY, SECRET = "canary-key-x1", "canary-secret-y2"
PAIR = f"{KEY}\n{SECRET}\n".encode()
HASH = key_hash(KEY)

RING = """
import os, time
from pathlib import Path
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

FILE, MODE = Path(os.environ["RING_FILE"]), os.environ.get("RING_MODE", "")

class Ring(KeyringBackend):
    priority = 1
    def get_password(self, service, username):
        if MODE == "hangs":
            time.sleep(600)
        if MODE == "locked":
            raise KeyringLocked("canary-secret-y2 is locked")
        if MODE == "breaks":
            raise RuntimeError("canary-secret-y2")
        if MODE == "forgets" or not FILE.exists():
            return None
        return FILE.read_text()
    def set_password(self, service, username, password):
        FILE.write_text(password)
    def delete_password(self, service, username):
        if not FILE.exists():
            raise PasswordDeleteError("none")
        FILE.unlink()
"""


@pytest.fixture
def ring(tmp_path, monkeypatch):
    """A keyring of the test's own; ``ring("hangs")`` makes it behave so."""
    folder = tmp_path / "ring"
    folder.mkdir()
    (folder / "fake_ring.py").write_text(RING)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "fake_ring.Ring")
    monkeypatch.setenv("RING_FILE", str(folder / "held"))
    ring = lambda mode: monkeypatch.setenv("RING_MODE", mode)  # noqa: E731 - one line
    ring.held = folder / "held"
    return ring


def everything_written(*outcomes):
    texts = [outcome.out + outcome.err for outcome in outcomes]
    home = Path(os.environ["XDG_CONFIG_HOME"]).parent
    files = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    return "".join(texts).encode() + b"".join(files)


def test_the_keyring_keeps_what_login_is_given_and_nothing_else_does(run, ring):
    login = run("auth", "login", stdin=PAIR)
    assert (login.status, login.out) == (0, "")
    assert login.err == f"key {HASH} is kept in the system keyring (fake_ring)\n"
    status = run("auth", "status")
    assert (status.status, status.out) == (0, f"keyring: key {HASH} (used)\n")
    assert keeping.found({}, keeping.usual_path()) == Credentials(KEY, SECRET)
    assert b"canary" not in everything_written(login, status)
    assert SECRET in ring.held.read_text()
    logout = run("auth", "logout")
    assert (logout.status, logout.err) == (0, "the credentials are gone\n")
    assert not ring.held.exists()
    assert run("auth", "status").status == 3
    assert run("auth", "logout").err == "there were none\n"


def test_a_file_keeps_them_only_where_that_is_asked_for(run):
    login = run("auth", "login", "--file", stdin=PAIR)
    assert login.status == 0
    path = keeping.usual_path()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert keeping.found({}, path) == Credentials(KEY, SECRET)
    status = run("auth", "status")
    assert status.out == f"file: key {HASH} (used)\n"
    assert "canary" not in login.err + status.out + status.err
    assert run("auth", "logout").status == 0
    assert not path.exists()


def test_the_environment_goes_first(run):
    run("auth", "login", "--file", stdin=PAIR)
    environ = {"TIKTOK_CLIENT_KEY": "other", "TIKTOK_CLIENT_SECRET": "o"}
    status = run("auth", "status", environ=environ)
    assert status.out == f"environment: key {key_hash('other')} (used)\nfile: key {HASH}\n"
    assert keeping.found(environ, keeping.usual_path()) == Credentials("other", "o")
    assert keeping.account(environ, keeping.usual_path()) == key_hash("other")
    assert "TIKTOK_CLIENT_KEY" in run("auth", "logout", environ=environ).err


@pytest.mark.parametrize("mode", ["locked", "breaks", "hangs", "forgets"])
@pytest.mark.fault(
    "F85",
    "a keyring that is locked, breaks, hangs or forgets, at login",
    "an error in time, no plain file instead",
)
def test_a_keyring_that_fails_is_an_error_and_never_a_plain_file(run, ring, mode, monkeypatch):
    monkeypatch.setattr(auth, "PATIENCE", 1.0)
    ring(mode)
    outcome = run("auth", "login", stdin=PAIR)
    assert outcome.status == 3
    assert "error[TS506]" in outcome.err
    assert "tiksql auth login --file" in outcome.err
    assert not keeping.usual_path().exists()
    assert b"canary" not in everything_written(outcome)


@pytest.mark.parametrize("mode", ["locked", "hangs", "forgets"])
@pytest.mark.fault(
    "F85",
    "a keyring that is locked, hangs or gives nothing, at a statement",
    "an error in time that shows no secret",
)
def test_a_keyring_that_fails_later_stops_the_statement_in_time(run, ring, mode, monkeypatch):
    run("auth", "login", stdin=PAIR)
    ring(mode)
    with pytest.raises(CredentialsError) as raised:
        keeping.found({}, keeping.usual_path(), patience=1.0)
    assert raised.value.code == "TS506"
    assert "canary" not in "".join(traceback.format_exception(raised.value))
    monkeypatch.setattr(auth, "PATIENCE", 1.0)
    status = run("auth", "status")
    assert status.out.startswith(f"keyring: key {HASH}, but the ")
    assert "canary" not in status.out


def test_a_keyring_with_the_key_of_another_is_not_used(run, ring):
    run("auth", "login", stdin=PAIR)
    ring.held.write_text('["another", "secret"]')
    with pytest.raises(CredentialsError, match="does not hold"):
        keeping.found({}, keeping.usual_path())


@pytest.mark.fault("F85", "no keyring at all, and one that keeps nothing", "an error that says so")
def test_a_computer_without_a_keyring_says_so(run, monkeypatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    outcome = run("auth", "login", stdin=PAIR)
    assert outcome.status == 3
    assert "this computer has no keyring" in outcome.err
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    outcome = run("auth", "login", stdin=PAIR)
    assert "does not keep what it is given" in outcome.err


@pytest.mark.fault("F85", "a keyring that would keep plain text", "refused")
def test_a_keyring_of_plain_text_is_refused(run, tmp_path, monkeypatch):
    package = tmp_path / "keyrings" / "alt"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "file.py").write_text(RING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("RING_FILE", str(tmp_path / "held"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.Ring")
    outcome = run("auth", "login", stdin=PAIR)
    assert outcome.status == 3
    assert "keeps plain text" in outcome.err
    assert not (tmp_path / "held").exists()


@pytest.mark.fault("F85", "the library keyring is not installed", "an error with the pip command")
def test_without_the_library_the_keyring_is_an_error_with_the_way_out(run, tmp_path, monkeypatch):
    (tmp_path / "keyring.py").write_text("raise ModuleNotFoundError('No module named keyring')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    outcome = run("auth", "login", stdin=PAIR)
    assert outcome.status == 3
    assert "pip install 'tiksql[keyring]'" in outcome.err


# --- what is typed --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [f"{KEY}\r\n{SECRET}\r\n", f"  {KEY} \n\n\t{SECRET}\t", f"{KEY}\n{SECRET}"]
)
@pytest.mark.fault("F86", "spaces, tabs and line ends around key and secret, piped", "taken off")
def test_space_and_line_ends_around_a_value_are_taken_off(run, given):
    assert run("auth", "login", "--file", stdin=given.encode()).status == 0
    assert keeping.found({}, keeping.usual_path()) == Credentials(KEY, SECRET)


@pytest.mark.parametrize(
    "secret", [f'"{SECRET}"', f"'{SECRET}'", f"{SECRET}ü", f"{SECRET}\x00", f"{SECRET} {SECRET}"]
)
@pytest.mark.fault(
    "F86", "a secret with quotes, NUL, a space or letters beyond ASCII", "refused and not shown"
)
def test_what_cannot_be_a_secret_is_refused_and_not_shown(run, secret):
    outcome = run("auth", "login", "--file", stdin=f"{KEY}\n{secret}\n".encode())
    assert outcome.status == 3
    assert "error[TS505]: the client secret contains" in outcome.err
    assert b"canary" not in everything_written(outcome)


@pytest.mark.parametrize("given", ["", "\n\n", KEY, f"{KEY}\n{SECRET}\nmore", b"\xff\xfe\n\xff"])
def test_anything_but_two_lines_is_refused(run, given):
    octets = given if isinstance(given, bytes) else given.encode()
    outcome = run("auth", "login", "--file", stdin=octets)
    assert outcome.status == 3
    assert b"canary" not in everything_written(outcome)
    assert not keeping.usual_path().exists()


@pytest.mark.parametrize(
    "argv",
    [
        ("login", SECRET),
        ("login", "--secret", SECRET),
        ("login", f"--secret={SECRET}"),
        ("login", f"--file={SECRET}"),
        (SECRET,),
        (),
        ("login", "status"),
    ],
)
@pytest.mark.fault("F83", "a secret as an argument of tiksql auth", "refused and not repeated")
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(run, argv):
    outcome = run("auth", *argv, stdin=PAIR)
    assert outcome.status == 2
    assert "canary" not in outcome.err + outcome.out


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_is_asked_for_both_without_showing_them(tmp_path):
    answers = iter([f" {KEY}", SECRET])
    prompts = []
    err = io.StringIO()

    def ask(prompt):
        prompts.append(prompt)
        return next(answers)

    console = Console(Terminal(), io.StringIO(), err, {})
    assert auth.login(console, tmp_path / "c" / "credentials.json", ask, in_file=True) == 0
    assert len(prompts) == 2
    kept = keeping.read(tmp_path / "c" / "credentials.json")
    assert keeping.in_file(kept) == Credentials(KEY, SECRET)
    assert "canary" not in err.getvalue() + repr(kept)


@pytest.mark.fault("F83", "key and secret typed at a terminal", "the terminal shows neither")
def test_a_real_terminal_does_not_echo_what_is_typed(tmp_path):
    program = (
        "import sys; from tiksql.cli import run; sys.argv[1:] = ['auth', 'login', '--file']; run()"
    )
    environ = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "TERM": "dumb"}
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-c", program], environ)
    shown = b""
    for answer in (KEY, SECRET):
        while not shown.endswith(b"(not shown): "):
            shown += os.read(terminal, 1000)
        os.write(terminal, answer.encode() + b"\n")
        shown += b"|"
    try:
        while more := os.read(terminal, 1000):
            shown += more
    except OSError:
        pass  # the terminal is closed
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert b"canary" not in shown
    assert keeping.found({}, tmp_path / "tiksql" / "credentials.json") == Credentials(KEY, SECRET)
    os.close(terminal)


# --- the file -------------------------------------------------------------------------------------


@pytest.fixture
def path(run):
    run("auth", "login", "--file", stdin=PAIR)
    return keeping.usual_path()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
@pytest.mark.fault(
    "F84",
    "a credentials file with mode 644, 640, 604 or 666",
    "refused, with the chmod that mends it",
)
def test_a_file_that_others_can_read_is_refused_with_the_way_to_mend_it(run, path, mode):
    path.chmod(mode)
    outcome = run("auth", "status")
    assert outcome.status == 3
    assert "can be read by others" in outcome.err
    assert f"chmod 600 '{path}'" in outcome.err
    assert "canary" not in outcome.err
    path.chmod(0o600)
    assert run("auth", "status").status == 0


@pytest.mark.fault(
    "F84",
    "a symbolic link in the place of the credentials file",
    "refused; login puts a file there",
)
def test_a_link_in_the_place_of_the_file_is_refused(run, path, tmp_path):
    path.replace(tmp_path / "real")
    path.symlink_to(tmp_path / "real")
    assert "is a symbolic link" in run("auth", "status").err
    assert run("auth", "login", "--file", stdin=PAIR).status == 0
    assert not path.is_symlink()


@pytest.mark.usefixtures("path")
@pytest.mark.fault("F84", "a credentials file of another user", "refused")
def test_a_file_of_somebody_else_is_refused(run, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert "does not belong to you" in run("auth", "status").err


@pytest.mark.parametrize("octets", [b"", b"{", b'{"kept_in":"cloud","account":"x"}', b"\xff"])
def test_a_damaged_file_is_an_error_that_does_not_show_it(run, path, octets):
    path.write_bytes(octets + SECRET.encode() if octets else octets)
    outcome = run("auth", "status")
    assert outcome.status == 3
    assert "is damaged" in outcome.err
    assert "canary" not in outcome.err
    assert run("auth", "logout").status == 0


@pytest.mark.fault("F84", "a configuration directory inside of a git repository", "login warns")
def test_a_file_within_a_git_repository_is_mentioned(run, monkeypatch, tmp_path):
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert "git repository" in run("auth", "login", "--file", stdin=PAIR).err


@pytest.mark.usefixtures("ring")
def test_a_statement_uses_what_login_kept(run, path):
    served = [sys.executable, "-m", "tiksql", "emulator", "--port", "0"]
    with subprocess.Popen(
        [*served, "--key", KEY, "--secret", SECRET], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            url = server.stdout.readline().strip()
            sql = "SELECT id FROM videos WHERE region_code = 'US' AND create_date = '2024-01-01'"
            from_file = run("--base-url", url, "-c", sql)
            assert from_file.status == 0
            run("auth", "login", stdin=PAIR)
            assert b"canary" not in path.read_bytes()
            assert run("--base-url", url, "-c", sql).out == from_file.out
            run("auth", "logout")
            without = run("--base-url", url, "-c", sql)
            assert (without.status, "TS501" in without.err) == (3, True)
            assert "tiksql auth login" in without.err
        finally:
            server.terminate()
