"""The prompt, in its first form: read a statement, run it, print what it brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession

from tiksql.source import Source

if TYPE_CHECKING:
    from tiksql.script import Run
    from tiksql.stream import Stream

BANNER = """\
TikSQL on {server}. A statement ends with ; and may have many lines.
SHOW TABLES; and DESCRIBE videos; say what there is. \\q or Ctrl-D leaves.
"""
LEAVING = frozenset({"\\q", ".q", "quit", "exit", "quit;", "exit;"})


def repl(job: Run) -> int:
    """Read and run statements until somebody leaves; a failed one leaves the prompt usable."""
    job.console.stderr.write(BANNER.format(server=job.session.backend.name))
    prompt: PromptSession[str] = PromptSession()
    job.confirm = lambda stream: _is_confirmed(job, prompt, stream)
    while True:
        try:
            text = _read(prompt)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        if text.strip() in LEAVING:
            return 0
        job.script(Source(text, "<prompt>"))
        job.console.stdout.flush()


def _read(prompt: PromptSession[str]) -> str:
    """Read lines until a statement ends, or until there is nothing but a command."""
    lines = [prompt.prompt("tiksql> ")]
    while not _is_whole(lines):
        lines.append(prompt.prompt("   ...> "))
    return "\n".join(lines)


def _is_whole(lines: list[str]) -> bool:
    """Say whether a statement ends here; an empty line ends one, too."""
    last = lines[-1].strip()
    return not last or last.endswith(";") or lines[0].strip() in LEAVING


def _is_confirmed(job: Run, prompt: PromptSession[str], stream: Stream) -> bool:
    """Ask before a statement that needs more requests than ``confirm_requests``."""
    least = len(stream.plan.requests) if stream.plan else 0
    if least <= job.session.settings.number("confirm_requests"):
        return True
    try:
        answer = prompt.prompt(f"this needs {least:,} requests at least: run it? [y/N] ")
    except (KeyboardInterrupt, EOFError):
        return False
    return answer.strip().lower() in {"y", "yes"}
