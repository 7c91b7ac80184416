"""The editor of the prompt: keys, history, completion, colours, drawn by prompt_toolkit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import Condition, completion_is_selected, has_focus, is_searching
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from tiksql.shell.history import FileHistory, is_secret, path
from tiksql.shell.late import Late
from tiksql.shell.parts import is_complete
from tiksql.shell.reader import GOES_ON, PROMPT, is_yes

if TYPE_CHECKING:
    from collections.abc import Callable

    from prompt_toolkit.application import Application
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyPressEvent

    from tiksql.script import Run
    from tiksql.shell.toolbar import Toolbar

MENU_LINES = 8
STYLE = Style.from_dict(
    {
        "pygments.keyword": "ansiblue bold",
        "pygments.literal.string": "ansigreen",
        "pygments.literal.number": "ansicyan",
        "pygments.name.variable": "ansimagenta",
        "pygments.comment": "ansibrightblack",
        "pygments.error": "underline",
    }
)
"""The colours of what is typed: those of the terminal, so that they suit its background."""


class Editor:
    """Reads statements in a terminal that can draw."""

    can_edit = True

    def __init__(self, job: Run, toolbar: Toolbar) -> None:
        self._job = job
        self._history = self._opened()
        self.late = Late(job)
        self._session: PromptSession[str] = PromptSession(
            PROMPT,
            multiline=True,
            prompt_continuation=GOES_ON,
            history=self._history,
            auto_suggest=AutoSuggestFromHistory(),
            completer=self.late.completer,
            complete_in_thread=True,
            # An empty prompt keeps no lines free for the menu: they would push results away.
            complete_while_typing=Condition(lambda: bool(get_app().current_buffer.text)),
            lexer=self.late.lexer,
            style=STYLE,
            key_bindings=keys(),
            bottom_toolbar=toolbar.text,
            enable_open_in_editor=True,
            tempfile_suffix=".tsql",
            search_ignore_case=True,
            reserve_space_for_menu=MENU_LINES,
            include_default_pygments_style=False,
        )

    def read(self, draft: str | None = None) -> str:
        """Read one statement, script or command; it begins with a draft."""
        if self._job.arguments.study or self._history.get_strings():
            self.late.look()
        settings = self._job.session.settings
        vi = settings["keys"] == "vi"
        paints = self._job.console.paints(self._job.console.stdout, settings.text("color"))
        return self._session.prompt(
            default=draft or "",
            editing_mode=EditingMode.VI if vi else EditingMode.EMACS,
            color_depth=None if paints else ColorDepth.DEPTH_1_BIT,
            pre_run=lambda: self.late.begin(_show(get_app())),
        )

    def agrees(self, question: str) -> bool:
        """Ask in one line, which the history does not keep."""
        asking: PromptSession[str] = PromptSession(history=InMemoryHistory())
        try:
            return is_yes(asking.prompt(question))
        except (KeyboardInterrupt, EOFError):
            return False

    def entries(self) -> list[str]:
        """Return what was typed so far, the newest last."""
        return self._history.get_strings()

    def _opened(self) -> History:
        return FileHistory(path(), self._keeps)

    def _keeps(self, text: str) -> bool:
        wanted = self._job.session.settings.flag("history")
        return wanted and not is_secret(text, self._job.console.environ)


def _show(app: Application[str]) -> Callable[[], None]:
    """Make what shows colours and menu to whoever was quicker than they were loaded."""

    def show() -> None:
        app.invalidate()
        if app.current_buffer.text:
            app.current_buffer.start_completion()

    def soon() -> None:
        if app.loop is not None:
            app.loop.call_soon_threadsafe(show)

    return soon


def keys() -> KeyBindings:
    """Bind the keys that differ from what a shell has anyway."""
    bindings = KeyBindings()
    typing = has_focus(DEFAULT_BUFFER) & ~is_searching

    @bindings.add("enter", filter=typing & ~completion_is_selected)
    def _(event: KeyPressEvent) -> None:
        """Run what is complete, otherwise open a new line."""
        buffer = event.current_buffer
        if is_complete(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.newline(copy_margin=False)

    @bindings.add("enter", filter=typing & completion_is_selected)
    def _(event: KeyPressEvent) -> None:
        """Take the completion that is chosen."""
        event.current_buffer.complete_state = None

    @bindings.add("escape", "enter", filter=typing)
    def _(event: KeyPressEvent) -> None:
        """Open a new line, whatever stands there."""
        event.current_buffer.newline(copy_margin=False)

    @bindings.add("f4", filter=typing)
    def _(event: KeyPressEvent) -> None:
        """Edit what stands there in the user's editor."""
        event.current_buffer.open_in_editor()

    return bindings
