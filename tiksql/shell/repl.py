"""The prompt, in its first form: read a statement, run it, print what it brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession

from tiksql.source import Source

if TYPE_CHECKING:
    from tiksql.script import Run

BANNER = """\
TikSQL on {server}. A statement ends with ; and may have many lines.
SHOW TABLES; and DESCRIBE videos; say what there is. \\q or Ctrl-D leaves.
"""


def repl(job: Run) -> int:
    """Read and run statements until somebody leaves; a failed one leaves the prompt usable."""
    job.console.stderr.write(BANNER.format(server=job.session.backend.name))
    prompt: PromptSession[str] = PromptSession()
    while True:
        try:
            text = _read(prompt)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        if text.strip() in {"\\q", ".q", "quit", "exit", "quit;", "exit;"}:
            return 0
        job.script(Source(text, "<prompt>"))
        job.console.stdout.flush()


def _read(prompt: PromptSession[str]) -> str:
    """Read lines until a statement ends, or until there is nothing but a command."""
    lines = [prompt.prompt("tiksql> ")]
    while (
        lines[-1].strip() and not lines[-1].rstrip().endswith(";") and lines[0].strip()[0] != "\\"
    ):
        lines.append(prompt.prompt("   ...> "))
    return "\n".join(lines)
