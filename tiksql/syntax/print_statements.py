"""Statements to text."""

from __future__ import annotations

from tiksql.syntax import ast
from tiksql.syntax.printing import listed, literal, prints, quoted, to_sql


@prints(ast.Script)
def _script(node: ast.Script) -> str:
    return "; ".join(map(to_sql, node.statements))


@prints(ast.Explain)
def _explain(node: ast.Explain) -> str:
    word = "EXPLAIN ANALYZE" if node.analyze else "EXPLAIN"
    form = f" (FORMAT {_format(node.format)})" if node.format else ""
    return f"{word}{form} {to_sql(node.query)}"


def _format(name: ast.Name) -> str:
    plain = quoted(name)
    return plain if plain == name.text else literal(name.text)


@prints(ast.CreateCollection)
def _create(node: ast.CreateCollection) -> str:
    word = "CREATE OR REPLACE" if node.replace else "CREATE"
    return f"{word} COLLECTION {quoted(node.name)} AS {to_sql(node.query)}"


@prints(ast.RefreshCollection)
def _refresh(node: ast.RefreshCollection) -> str:
    return f"REFRESH COLLECTION {quoted(node.name)}"


@prints(ast.DropCollection)
def _drop(node: ast.DropCollection) -> str:
    return f"DROP COLLECTION {quoted(node.name)}"


@prints(ast.Show)
def _show(node: ast.Show) -> str:
    return f"SHOW {node.what.upper()}" + (f" FOR {quoted(node.name)}" if node.name else "")


@prints(ast.Describe)
def _describe(node: ast.Describe) -> str:
    return f"DESCRIBE {quoted(node.name)}"


@prints(ast.Copy)
def _copy(node: ast.Copy) -> str:
    source = to_sql(node.source)
    source = f"({source})" if isinstance(node.source, ast.Query) else source
    options = f" ({listed(node.options)})" if node.options else ""
    return f"COPY {source} TO {to_sql(node.path)}{options}"


@prints(ast.CopyOption)
def _option(node: ast.CopyOption) -> str:
    name = quoted(node.name)
    name = name.upper() if name == node.name.text and name.isascii() else name
    return f"{name} {_value(node.value)}" if node.value else name


@prints(ast.SetSetting)
def _set(node: ast.SetSetting) -> str:
    return f"SET {_setting(node.name)} = {_value(node.value)}"


@prints(ast.ResetSetting)
def _reset(node: ast.ResetSetting) -> str:
    return f"RESET {_setting(node.name) if node.name else 'ALL'}"


def _setting(name: ast.Name) -> str:
    return "null" if name.text == "null" else quoted(name)


def _value(value: ast.Node) -> str:
    return "on" if value == ast.Name("on") else to_sql(value)
