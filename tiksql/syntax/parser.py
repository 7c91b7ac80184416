"""Text to syntax.

lark reads the grammar and makes the LALR table, once; the table is kept in the user's cache. The
loop that drives it is here, for three reasons: it knows what is open, so that it can stop before
anything is nested too deep; it skips the rules that only pass a node on, which are most; and it
needs one regular expression instead of one for each set of terminals that a state can take.

lark is imported by the first parse, not before: it takes longer than the parse itself.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from tiksql.errors import ParseError
from tiksql.syntax import ast, tree_expressions, tree_queries, tree_statements, tree_values
from tiksql.syntax.cache import table_file
from tiksql.syntax.lexer import Lexer
from tiksql.syntax.nesting import NESTING, SHALLOW, Nesting, check_length, check_tree
from tiksql.syntax.tokens import END, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lark import Lark
    from lark.lexer import TerminalDef

    from tiksql.source import Source

BOM = "\ufeff"


def parse(source: Source) -> ast.Script:
    """Read all statements of a text, or raise a ParseError that says what is wrong and where."""
    return read(source)[0]


def read(source: Source) -> tuple[ast.Script, list[Token]]:
    """Read a text as ``parse`` does, and give its tokens, too: comments are none."""
    tokens: list[Token] = []
    try:
        return _parse(source.text, tokens), tokens
    except ParseError as error:
        error.source = source
        raise


def expected(text: str) -> frozenset[str]:
    """Return the terminals that can follow a text: keywords as they are written, NAME, COMMA, ….

    The set is empty behind a mistake. ``$END`` is among them where the text may end.
    """
    table = language()
    tokens: list[Token] = []
    stack = [table.start]
    for token in table.lexer.cut(text, lambda word: advance(table, stack[:], word)):
        if not advance(table, stack, token.kind):
            return frozenset()
        tokens.append(token)
    return acceptable(table, stack)


def build(tokens: Iterable[Token]) -> ast.Script:
    """Build the tree of tokens that are known to fit; raise ``ParseError`` for a wrong value."""
    return _run(language(), "", [], tokens)


def _parse(text: str, tokens: list[Token]) -> ast.Script:
    check_length(text)
    if text.startswith(BOM):
        text = " " + text[1:]
    table = language()
    script = _run(table, text, tokens)
    if len(tokens) > SHALLOW:
        check_tree(script)
    return script


# --- the loop -------------------------------------------------------------------------------------


class Reduction(NamedTuple):
    """What to do when a rule is complete; ``build`` is None where a node is only passed on."""

    size: int
    rule: str
    build: Callable[[list[Any]], Any] | None


class Table(NamedTuple):
    """Everything that a parse needs to know about the language."""

    lexer: Lexer
    states: States
    start: int
    end: int


class States(dict[int, dict[str, "int | Reduction"]]):
    """What each state does with each terminal and rule: go to a state, or reduce.

    A state is turned over from lark's form when it is first entered; most never are.
    """

    def __init__(self, conf: Any) -> None:
        super().__init__()
        self._states = conf.states
        self._build = conf.callbacks

    def __missing__(self, state: int) -> dict[str, int | Reduction]:
        """Turn a state over."""
        steps = {kind: self._step(arg) for kind, (_, arg) in self._states[state].items()}
        self[state] = steps
        return steps

    def _step(self, arg: Any) -> int | Reduction:
        if isinstance(arg, int):
            return arg
        passed_on = len(arg.expansion) == 1 and arg.options.expand1 and not arg.alias
        build = None if passed_on else self._build[arg]
        return Reduction(len(arg.expansion), arg.origin.name, build)


def _run(
    table: Table, text: str, tokens: list[Token], words: Iterable[Token] | None = None
) -> ast.Script:
    """Read a text, leaving its tokens in a list; raise what the first wrong one means."""
    states, stack, values = table.states, [table.start], list[Any]()
    nesting, before = Nesting(), stack[:]
    ending = Token(END, "", len(text), len(text))
    words = words or table.lexer.cut(text, lambda word: advance(table, stack[:], word))
    for token in chain(words, [ending]):
        kind = token.kind
        earlier, before = before, stack[:]
        while True:
            step = states[stack[-1]].get(kind)
            if step is None:
                raise _mistake(table, text, tokens, token, (before, earlier))
            if isinstance(step, int):
                if kind in NESTING:
                    nesting.see(token, len(tokens))
                tokens.append(token)
                stack.append(step)
                values.append(token)
                break
            size, rule, build = step
            if build is None:
                stack.pop()
            else:
                pieces = values[len(values) - size :]
                del stack[len(stack) - size :], values[len(values) - size :]
                values.append(build(pieces))
            stack.append(states[stack[-1]][rule])  # type: ignore[arg-type]  # a rule is gone to
            if stack[-1] == table.end:
                script: ast.Script = values[-1]
                return script
    raise AssertionError("the end is always the last step")


# --- what could stand somewhere -------------------------------------------------------------------


def _mistake(
    table: Table, text: str, tokens: list[Token], wrong: Token, stacks: Sequence[list[int]]
) -> ParseError:
    """Explain a wrong token; the stacks are those before it and before the one before it."""
    from tiksql.syntax.mistakes import explain  # noqa: PLC0415 - most texts have no mistake
    from tiksql.syntax.scene import Scene  # noqa: PLC0415 - see above

    if wrong.kind == END:
        last = tokens[-1].end if tokens else 0
        wrong = Token(END, "", last, last)
    return explain(Scene(text, tokens, wrong, lambda back: acceptable(table, stacks[back])))


def acceptable(table: Table, stack: Sequence[int]) -> frozenset[str]:
    """Return the terminals that bring a stack further."""
    terminals = (kind for kind in table.states[stack[-1]] if kind.isupper())
    return frozenset(kind for kind in terminals if advance(table, list(stack), kind))


def advance(table: Table, stack: list[int], kind: str) -> bool:
    """Take one more terminal, building nothing; say whether it fits."""
    states = table.states
    while True:
        step = states[stack[-1]].get(kind)
        if step is None:
            return False
        if isinstance(step, int):
            stack.append(step)
            return True
        del stack[len(stack) - step.size :]
        stack.append(states[stack[-1]][step.rule])  # type: ignore[arg-type]  # a rule is gone to
        if stack[-1] == table.end:
            return True


# --- the grammar ----------------------------------------------------------------------------------


@cache
def language() -> Table:
    """Load the language, from the cache where there is one."""
    grammar = read_grammar()
    lark = make_lark(grammar, cache=table_file(grammar) or False)
    conf = lark.parse_interactive("").parser_state.parse_conf
    lexer = _lexer(lark.terminals)
    return Table(lexer, States(conf), conf.start_state, conf.end_state)


def read_grammar() -> str:
    """Return the text of the grammar; what lark shall keep is part of it, as it is of the cache."""
    spec = find_spec("tiksql.grammar")
    assert spec
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    text = (folder / "tiksql.lark").read_text(encoding="utf-8")
    return f"{text}\n// kept: {' '.join(_Kept.always_accept)}\n"


def make_lark(grammar: str, **options: object) -> Lark:
    """Build the grammar with lark, or load it."""
    from lark import Lark  # noqa: PLC0415 - see above

    settings: dict[str, Any] = {
        "parser": "lalr",
        "lexer": "basic",
        "start": "script",
        "keep_all_tokens": True,
        "maybe_placeholders": True,
        "transformer": SimpleNamespace(**builders()),
        "postlex": _Kept(),
    }
    return Lark(grammar, **settings | options)


class _Kept:
    """Tells lark to keep the terminals that no rule takes: they make good errors."""

    always_accept = (
        "OPEN_STRING",
        "OPEN_QUOTED",
        "OPEN_COMMENT",
        "WRONG_QUOTE",
        "WRONG_OPERATOR",
        "WRONG_NUMBER",
        "STRAY",
    )

    def process(self, stream: Iterable[Any]) -> Iterable[Any]:
        """Change nothing."""
        return stream


def builders() -> dict[str, Callable[[list[Any]], Any]]:
    """Return the function of every rule, by the rule's name."""
    found: dict[str, Callable[[list[Any]], Any]] = {}
    for module in (tree_values, tree_expressions, tree_queries, tree_statements):
        functions = {n: f for n, f in vars(module).items() if isinstance(f, FunctionType)}
        found |= {
            n: f
            for n, f in functions.items()
            if f.__module__.startswith("tiksql.syntax.t") and n[0] != "_"
        }
    return found


def _lexer(terminals: Iterable[TerminalDef]) -> Lexer:
    """Sort the terminals of the grammar into patterns and keywords."""
    patterns = [t for t in terminals if t.name.lower() != t.pattern.value.lower()]
    keywords = [t.name for t in terminals if t.name.lower() == t.pattern.value.lower()]
    patterns.sort(key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value)))
    return Lexer([(t.name, t.pattern.to_regexp()) for t in patterns], keywords)
