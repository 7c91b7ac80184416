"""Statements by chance: made from the grammar, and real ones that somebody slipped in."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from tiksql.catalog import load
from tiksql.local import functions
from tiksql.syntax import parser
from tiksql.translate import FORMS

ROOT = Path(__file__).parents[2]
WHERE = "keyword = 'a' AND create_date BETWEEN '2026-02-01' AND '2026-03-03'"
FRAMES = (
    "SELECT {expression} FROM videos WHERE " + WHERE,
    "SELECT id FROM videos WHERE " + WHERE + " AND {expression}",
    "SELECT id FROM videos WHERE create_date >= '2026-02-01' AND ({expression} OR keyword = 'b')",
    "SELECT {items} FROM videos AS v JOIN comments AS c ON c.video_id = v.id WHERE v." + WHERE,
    "SELECT count(*) FROM videos WHERE " + WHERE + " GROUP BY {expression} HAVING {expression}",
    "SELECT id FROM videos WHERE " + WHERE + " ORDER BY {expression} LIMIT {expression}",
    "EXPLAIN SELECT {expression} FROM ({query}) AS q",
    "{statement}",
)
VALUES = {
    "STRING": "'a' '' '2026-02-30' '20260301' '2026-03-01' 'US' '#x' '%a_%' '\ud800' '\x00' ''''",
    "INTEGER": "0 1 7 100 20260301 7302470379501604128 9223372036854775808 99999999999999999999",
    "DECIMAL": "0.5 1e308 1e400 .5e-9 1.",
    "PARAMETER": ":k :list",
    "QUOTED": '"id" "US" "a""b" "\u202e"',
    "UNEQUAL": "<> !=",
}
FUNCTIONS = """count sum max lower length coalesce list_contains unnest row_number repeat epoch
strftime round abs substring if nullif least concat regexp_matches to_json date_trunc list_sort"""
TYPES = "VARCHAR BIGINT DOUBLE DATE TIMESTAMP INTEGER BOOLEAN VARCHAR[] DECIMAL(18,3) JSON INT[3]"
OTHERS = "v c q x date type videos comments users text json csv tables varchar bigint on off"
OPERATORS = "= < > + - * / % || AND OR IN LIKE"
SLIPS = (
    "' \" ( ) [ , ; -- /* */ . :: = == <> NOT \x00 \ufeff \u00a0 \u2019 \r 9e999 SELECT FROM WHERE"
)


MEANT = 0.95
EXCHANGED = 0.5


@cache
def columns():
    return [name for table in load().tables.values() for name in table.columns]


@cache
def corpus():
    """Return the texts of all statements that lie in files of the project."""
    found = []
    for folder in ("examples", "tests/errors", "tests/golden", "tests/format", "tests/translate"):
        for path in sorted((ROOT / folder).rglob("*.tsql")):
            text = re.sub(r"[ \t]*-- error:.*", "", path.read_text(encoding="utf-8"))
            found += [part.strip() for part in text.split("===\n") if part.strip()]
    page = (ROOT / "grammar" / "README.md").read_text(encoding="utf-8")
    return found + re.findall(r"```sql\n(.*?)```", page, re.DOTALL)


@cache
def rules():
    """Return the expansions of every rule, each with the levels that it needs at least."""
    lark = parser.make_lark(parser.read_grammar())
    patterns = {t.name: t.pattern.value for t in lark.terminals}
    made = {}
    for rule in lark.rules:
        made.setdefault(rule.origin.name, []).append(rule.expansion)
    needed = dict.fromkeys(made, 10**6)

    def least(expansion):
        return 1 + max((needed[s.name] for s in expansion if s.name in needed), default=0)

    for _ in range(len(made)):
        needed |= {name: min(map(least, ways)) for name, ways in made.items()}
    return patterns, {name: [(least(w), w) for w in ways] for name, ways in made.items()}


def meant(rule, chance):
    """Choose what a rule would stand for in a statement that somebody means, if it is a name."""
    match rule:
        case "name":
            return chance.choice(OTHERS.split())
        case "column":
            return chance.choice(
                [c.name for c in load().tables["videos"].columns.values() if c.selectable]
            )
        case "function":
            return chance.choice(FUNCTIONS.split() * 8 + sorted(functions.known()))
        case "interval":
            return chance.choice(["INTERVAL 1 DAY", "INTERVAL '2 weeks'", "INTERVAL (2) MONTH"])
        case "limits":
            return chance.choice(["LIMIT 5", "LIMIT 5 OFFSET 2", "OFFSET 1"])
        case "explain_format":
            return f"(FORMAT '{chance.choice(sorted(FORMS))}')"
        case "sample":
            return "TABLESAMPLE (5 ROWS)"
        case "type":
            return chance.choice(TYPES.split())
        case "relation_name":
            return chance.choice(["videos"] * 4 + [*load().tables])
        case _:
            return None


def word(name, chance):
    """Choose a text for a terminal."""
    if name == "NAME":
        return chance.choice([*columns(), *FUNCTIONS.split() * 4, *OTHERS.split() * 2])
    if name in VALUES:
        return chance.choice(VALUES[name].split(" "))
    return rules()[0].get(name, name)


def made(start, chance, levels):
    """Derive a text from a rule of the grammar, going no deeper than it has to after some levels.

    The rules are walked with a list of what is left, as a deep one would meet Python's limit.
    """
    words, left = [], [(start, levels)]
    while left:
        name, depth = left.pop()
        if chance.random() < MEANT and (name_meant := meant(name, chance)):
            words.append(name_meant)
            continue
        if name not in rules()[1]:
            words.append(word(name, chance))
            continue
        ways = rules()[1][name]
        shortest = min(needed for needed, _ in ways)
        fit = [way for needed, way in ways if needed <= max(depth, shortest)]
        chosen = chance.choice(fit)
        left += [(s.name, depth - 1) for s in reversed(chosen)]
    return " ".join(words)


def generated(chance):
    """Make a statement from the grammar, mostly around a request that could be sent."""
    frame = chance.choice(FRAMES)
    return re.sub(r"\{(\w+)\}", lambda found: made(found[1], chance, chance.randint(3, 22)), frame)


def tokens(text):
    return re.findall(r"'[^']*'|\w+|\s+|.", text, re.DOTALL)


def exchanged(words, chance):
    """Put others of their kind in the place of some words, so that it may still be a statement."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        place = chance.randrange(len(words))
        old = words[place]
        if old.isdecimal():
            words[place] = word("INTEGER", chance)
        elif old[0] == "'":
            words[place] = word("STRING", chance)
        elif old.lower() in columns():
            words[place] = chance.choice((*columns(), made("expression", chance, 14)))
        elif old in OPERATORS.split(" "):
            words[place] = chance.choice(OPERATORS.split(" "))
    return words


def mutated(chance):
    """Take a real statement and leave out, double, exchange or add some of its words."""
    words = tokens(chance.choice(corpus()))
    if chance.random() < EXCHANGED:
        return "".join(exchanged(words, chance))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        start = chance.randrange(len(words) + 1)
        end = min(len(words), start + chance.choice((0, 1, 1, 1, 2, 5, 30)))
        others = tokens(chance.choice(corpus()))
        begin = chance.randrange(len(others))
        new = chance.choice(
            (
                [],
                words[start:end] * 2,
                words[start:end][::-1],
                others[begin : begin + chance.choice((1, 2, 5, 30))],
                [chance.choice(SLIPS.split(" "))],
                [chance.choice(columns())],
                ["(" * chance.choice((1, 2, 600))],
            )
        )
        words[start:end] = new
    return "".join(words)
