"""Answers of the emulator, damaged from a seed: as trees of JSON written anew, or as bytes.

A tree keeps its objects as lists of pairs, so that a key can come twice, and takes literals that
no writer of JSON makes.
"""

from __future__ import annotations

import json


class Pairs(list):
    """An object, pair by pair."""


class Literal(str):
    """A text that stands in JSON as it is."""

    __slots__ = ()


LARGEST_EXACT = 2**53
DEPTHS = (50, 2_000, 100_000)
DIGITS = (19, 20, 40, 309, 5_000)
ODD = (
    Literal("null"),
    Literal("true"),
    Literal("[]"),
    Literal("{}"),
    Literal('""'),
    Literal("0"),
    Literal("-1"),
    Literal("12.0"),
    Literal("0.5"),
    Literal("7.3024703795016041e18"),
    Literal("1e400"),
    Literal("-0"),
    Literal("NaN"),
    Literal("-Infinity"),
    Literal('"NaN"'),
    Literal('"12"'),
    Literal('"\\ud800"'),
    Literal('"\\udc00\\ud800 \\u0000"'),
    Literal("[null]"),
    Literal('[1,"a",{"b":[]}]'),
    Literal('{"a":{"b":null}}'),
)


def tree(raw):
    return json.loads(raw, object_pairs_hook=Pairs)


def written(node):
    if isinstance(node, Literal):
        return str(node)
    if isinstance(node, Pairs):
        return "{" + ",".join(f"{json.dumps(key)}:{written(each)}" for key, each in node) + "}"
    if isinstance(node, list):
        return "[" + ",".join(map(written, node)) + "]"
    return json.dumps(node)


def damaged(raw, chance):
    """Damage a body once or twice; return what was done, and the bytes."""
    if chance.random() < SHARE_OF_BYTES:
        change = chance.choice(CHANGES_OF_BYTES)
        return change.__name__, change(raw, chance)
    root = tree(raw)
    done = [damage(root, chance) for _ in range(chance.choice((1, 1, 1, 2)))]
    return ", ".join(done), written(root).encode()


def damage(root, chance):
    """Change one place of a tree: half of the places are chosen near the root."""
    holders = list(containers(root))
    holder = chance.choice(holders[:4] if chance.random() < SHARE_OF_ENVELOPE else holders)
    place = chance.randrange(len(holder))
    change = chance.choice(CHANGES)
    name = holder[place][0] if isinstance(holder, Pairs) else place
    change(holder, place, chance)
    return f"{change.__name__} {name}"


SHARE_OF_BYTES = 0.25
SHARE_OF_ENVELOPE = 0.3


def containers(node):
    """List what has members, the outermost first."""
    if not isinstance(node, list):
        return
    if node:
        yield node
    for each in node:
        yield from containers(each[1] if isinstance(node, Pairs) else each)


def put(holder, place, value):
    holder[place] = (holder[place][0], value) if isinstance(holder, Pairs) else value


def held(holder, place):
    return holder[place][1] if isinstance(holder, Pairs) else holder[place]


# --- changes of a tree


def swapped(holder, place, chance):
    put(holder, place, chance.choice(ODD))


def rounded(holder, place, chance):
    """Write a number as languages do that know decimal ones alone: of ids, where there are some."""
    long = [n for n in range(len(holder)) if is_long(held(holder, n))]
    place = chance.choice(long) if long else place
    if isinstance(held(holder, place), int):
        put(holder, place, Literal(repr(float(held(holder, place)))))


def is_long(value):
    return isinstance(value, int) and value > LARGEST_EXACT


def swapped_with_another(holder, place, chance):
    other = chance.randrange(len(holder))
    mine, its = held(holder, place), held(holder, other)
    put(holder, place, its)
    put(holder, other, mine)


def wrapped(holder, place, _chance):
    put(holder, place, [held(holder, place)])


def as_text(holder, place, _chance):
    put(holder, place, written(held(holder, place)))


def removed(holder, place, _chance):
    del holder[place]


def renamed(holder, place, chance):
    if isinstance(holder, Pairs):
        name, value = holder[place]
        holder[place] = (chance.choice((name.upper(), name + "s", "x", "")), value)


def doubled(holder, place, chance):
    """Let a member come twice, the second time with the same value or with another."""
    holder.insert(place, holder[place])
    if chance.random() < 1 / 2:
        put(holder, place, chance.choice(ODD))


def made_deep(holder, place, chance):
    depth = chance.choice(DEPTHS)
    put(holder, place, Literal("[" * depth + "]" * depth))


def made_long(holder, place, chance):
    sign = chance.choice(("", "-"))
    put(holder, place, Literal(sign + "9" * chance.choice(DIGITS)))


def added(holder, place, chance):
    value = chance.choice((*ODD, Literal("[" * 2_000 + "]" * 2_000), Literal("9" * 5_000)))
    holder.insert(place, ("new_member", value) if isinstance(holder, Pairs) else value)


CHANGES = (swapped, rounded, swapped_with_another, wrapped, as_text, removed, renamed, doubled,
           made_deep, made_long, added)  # fmt: skip


# --- changes of bytes


def truncated(raw, chance):
    return raw[: chance.randrange(len(raw))]


def flipped(raw, chance):
    octets = bytearray(raw)
    for _ in range(chance.choice((1, 1, 5))):
        octets[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(octets)


INTRUDERS = (b"\x00", b"\xff", b"\xef\xbb\xbf", b'"', b"}", b",", b"\xed\xa0\x80", b"9")


def inserted(raw, chance):
    place = chance.randrange(len(raw) + 1)
    what = chance.choice(
        (b"\x00", b"\xff", b"\xef\xbb\xbf", b'"', b"}", b",", b"\xed\xa0\x80", b"9")
    )
    return raw[:place] + what + raw[place:]


def followed(raw, chance):
    return raw + chance.choice((b"{}", b"\x00", b"]", raw, b" " * 1_000))


def replaced(_raw, chance):
    bodies = (b"", b"null", b"[]", b'""', b"7", b"{}", b'{"data":null}', b"<html>no</html>")
    return chance.choice((*bodies, b"[" * 100_000, b'{"data":{},"error":{"code":"ok"}}'))


CHANGES_OF_BYTES = (truncated, flipped, flipped, inserted, followed, replaced)
