"""Statements, built from what was read."""

from __future__ import annotations

from msgspec import structs

from tiksql.source import Span
from tiksql.syntax import ast
from tiksql.syntax.tokens import Token
from tiksql.syntax.tree_places import Pieces, clause, place
from tiksql.syntax.tree_values import name, parameter, string

explain_format = clause


def script(pieces: Pieces) -> ast.Script:
    """Gather the statements of a text."""
    found = tuple(piece for piece in pieces if piece is not None and not isinstance(piece, Token))
    return ast.Script(found, span=place(found) if found else Span(0, 0))


def explain(pieces: Pieces) -> ast.Explain:
    """Read EXPLAIN and a query."""
    _, analyze, form, query = pieces
    wanted = _format_name(form[2]) if form else None
    return ast.Explain(query, analyze is not None, wanted, span=place(pieces))


def _format_name(piece: object) -> ast.Name:
    if isinstance(piece, ast.Name):
        return piece
    text = string([piece])
    return ast.Name(text.value, span=text.span)


def create_collection(pieces: Pieces) -> ast.CreateCollection:
    """Read CREATE COLLECTION."""
    _, either, _, _, collection, _, query = pieces
    return ast.CreateCollection(collection, query, either is not None, span=place(pieces))


def refresh_collection(pieces: Pieces) -> ast.RefreshCollection:
    """Read REFRESH COLLECTION."""
    return ast.RefreshCollection(pieces[2], span=place(pieces))


def drop_collection(pieces: Pieces) -> ast.DropCollection:
    """Read DROP COLLECTION."""
    return ast.DropCollection(pieces[2], span=place(pieces))


def show(pieces: Pieces) -> ast.Show:
    """Read SHOW and what to show."""
    return ast.Show(pieces[1].text.lower(), span=place(pieces))


def show_for(pieces: Pieces) -> ast.Show:
    """Read SHOW, what to show, and for which collection."""
    return ast.Show(pieces[1].text.lower(), pieces[3], span=place(pieces))


def describe(pieces: Pieces) -> ast.Describe:
    """Read DESCRIBE and a table."""
    return ast.Describe(pieces[1], span=place(pieces))


def copy(pieces: Pieces) -> ast.Copy:
    """Read COPY, what to copy, where to, and how."""
    _, source, _, target, _, options = pieces
    path = parameter([target]) if target.kind == "PARAMETER" else string([target])
    given = options[1:-1:2] if options else ()
    return ast.Copy(source, path, tuple(given), span=place(pieces))


copy_options = clause


def copied(pieces: Pieces) -> ast.Query:
    """Read a query in brackets to be copied."""
    inner: ast.Query = pieces[1]
    return structs.replace(inner, span=place(pieces))


def copy_option(pieces: Pieces) -> ast.CopyOption:
    """Read one option of COPY."""
    option, value = pieces
    return ast.CopyOption(option, value, span=place(pieces))


def set_setting(pieces: Pieces) -> ast.SetSetting:
    """Read SET name = value."""
    return ast.SetSetting(pieces[1], pieces[3], span=place(pieces))


def reset_setting(pieces: Pieces) -> ast.ResetSetting:
    """Read RESET name."""
    return ast.ResetSetting(pieces[1], span=place(pieces))


def reset_all(pieces: Pieces) -> ast.ResetSetting:
    """Read RESET ALL."""
    return ast.ResetSetting(span=place(pieces))


def setting_name(pieces: Pieces) -> ast.Name:
    """Read the name of a setting."""
    (piece,) = pieces
    return piece if isinstance(piece, ast.Name) else name([piece])


def signed(pieces: Pieces) -> ast.Integer | ast.Number:
    """Read a number with a sign, which a setting keeps as one number."""
    sign: Token = pieces[0]
    number: ast.Integer | ast.Number = pieces[1]
    if sign.kind == "PLUS":
        return structs.replace(number, span=place(pieces))
    if isinstance(number, ast.Integer):
        return ast.Integer(-number.value, span=place(pieces))
    return ast.Number(number.value.copy_negate(), span=place(pieces))  # "-" would round
