"""Bytes, text and trees, changed a little or a lot: what the kinds of inputs are made of.

Every choice comes from the `Random` that is given, so that the same seed gives the same bytes.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import yaml

Tree = Any
NUMBERS = (
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    32767,
    65535,
    65536,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**63 - 1,
    2**63,
)
OUTSIDE = "outside.txt"
"""A file beside the content, which nothing in the content may reach."""
STRANGE_TEXT = (
    *(
        "",
        " ",
        "\t",
        "\0",
        "\ufeff",
        "\u2028",
        "\u0085",
        "\u202e",
        "\u00ad",
        "\u200b",
        "😀",
        "e\u0301",
        "ﬁ",
        "\x1b[31m",
    ),
    *(
        "'",
        '"',
        "\\",
        "`",
        "$",
        "%s",
        "%n",
        "{}",
        "{0}",
        "{{ x }}",
        "{% raw %}",
        "<",
        ">",
        "&amp;",
        "&#0;",
        "]]>",
    ),
    *("<script>alert(1)</script>", "<!--", "-->", "<svg/onload=alert(1)>", "javascript:alert(1)", "x" * 300),
    *(
        f"../../{OUTSIDE}",
        f"imgs/../../../{OUTSIDE}",
        "/etc/passwd",
        "file:///etc/passwd",
        "//example.org/x",
        "CON",
    ),
    *(
        "-",
        "--",
        "---",
        "...",
        ".",
        "..",
        "/",
        "~",
        "*",
        "?",
        ":",
        "#",
        "|",
        ">",
        "@",
        "!",
        "[",
        "]",
        "{",
        "}",
    ),
    *(
        "0",
        "-1",
        "00",
        "1e999",
        "-0.0",
        "nan",
        "inf",
        ".nan",
        "-.inf",
        "0x7f",
        "0o17",
        "1_000",
        "9" * 400,
        "٣",
        "²",
    ),
    *(
        "null",
        "true",
        "no",
        "None",
        "2015-12-31",
        "2015-02-31",
        "99999-01-01",
        "10:61:61",
        "\\UFFFFFFFF",
        "\ud800",
    ),
)
YAML_WORDS = (
    *(
        "!!python/object/apply:os.system [id]",
        "!!binary x",
        "!!set {a}",
        "!!omap [a: 1]",
        "!!int x",
        "!!float ''",
    ),
    *(
        "!!timestamp x",
        "!!bool 3",
        "!!null x",
        "!x y",
        "!<tag:yaml.org,2002:str> y",
        "&a",
        "*a",
        "*b",
        "<<: *a",
    ),
    *(
        "<<: 1",
        "? ",
        ": ",
        "- ",
        "|",
        ">-",
        "|9",
        ">+2\n",
        "%YAML 1.9\n---\n",
        "%TAG ! x\n",
        "...\n",
        "---\n",
        "# ",
    ),
    *(
        '"\\uD800"',
        '"\\UFFFFFFFF"',
        '"\\x"',
        "{a: {a: {a: ",
        "[[[[[[[[",
        "- - - - - -",
        "\n\n",
        "\r",
        "\n\t",
        "  ",
    ),
)
_TOKEN = re.compile(r"\w+|[^\S\n]+|\n[^\S\n]*|.", re.DOTALL)
_ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7")
_MOST_REPEATED = 3_000
_MOST_TURNS = 5
_DEEPEST = 300
_LONG = 100


def changed_bytes(data: bytes, random: Random, others: Sequence[bytes] = ()) -> bytes:
    """Bytes with some flipped, overwritten by numbers that matter, left out, repeated, or from another input."""
    new = bytearray(data)
    for _ in range(_turns(random)):
        at = random.randrange(len(new) + 1)
        length = min(random.choice((1, 2, 4, 8, 16, 64, 512)), len(new) - at)
        choice = random.randrange(8)
        if choice == 0 and at < len(new):
            new[at] ^= 1 << random.randrange(8)
        elif choice == 1:
            new[at : at + length] = random.randbytes(length)
        elif choice == 2:
            new[at:at] = random.randbytes(length)
        elif choice == 3:
            del new[at : at + length]
        elif choice == 4:
            del new[at:]
        elif choice == 5:
            new[at:at] = new[at : at + length] * random.choice((1, 2, 100))
        elif choice == 6:
            width = random.choice((1, 2, 4, 8))
            number = random.choice(NUMBERS) % (1 << 8 * width)
            new[at : at + width] = number.to_bytes(width, random.choice(("little", "big")))
        elif others:
            other = random.choice(others)
            start = random.randrange(len(other) + 1)
            new[at : at + length] = other[start : start + random.choice((4, 64, 1024))]
    return bytes(new)


def changed_text(text: str, random: Random, words: Sequence[str], others: Sequence[str] = ()) -> bytes:
    """A text with tokens left out, exchanged, repeated, nested or replaced, in some encoding or other.

    Args:
        text: valid.
        random: decides.
        words: what tokens may become.
        others: other valid texts, pieces of which may get into it.
    """
    tokens = _TOKEN.findall(text)
    for _ in range(_turns(random)):
        tokens = random.choice(_TOKEN_CHANGES)(tokens, random, [*words, *random.sample(STRANGE_TEXT, 8)])
        if others and random.random() < 0.1:
            at = random.randrange(len(tokens) + 1)
            other = _TOKEN.findall(random.choice(others))
            start = random.randrange(len(other) + 1)
            tokens[at:at] = other[start : start + random.choice((3, 30, 300))]
    return encoded("".join(tokens), random)


def encoded(text: str, random: Random) -> bytes:
    """A text as bytes: mostly UTF-8 with Unix line ends, else any encoding, other line ends, or bytes exchanged."""
    if random.random() < 0.05:
        text = text.replace("\n", random.choice(("\r\n", "\r", "\u2028", "\x0b", "\x0c")))
    if random.random() < 0.05:
        return text.encode(random.choice(_ENCODINGS), "replace")
    data = text.encode("utf-8", "surrogatepass")
    return changed_bytes(data, random) if random.random() < 0.05 else data


def changed_yaml(text: str, random: Random, words: Sequence[str], others: Sequence[str] = ()) -> bytes:
    """YAML, changed as a text or as a tree."""
    if random.random() < 0.5:
        return changed_text(text, random, [*words, *random.sample(YAML_WORDS, 6)], others)
    tree = changed_tree(yaml.safe_load(text), random, words)
    style = random.choice((None, None, True, False))
    dumped = yaml.safe_dump(
        tree, default_flow_style=style, sort_keys=False, allow_unicode=random.random() < 0.8
    )
    return encoded(dumped.replace("'<<'", "<<"), random)


def unshared(tree: Tree, most: int = 20_000) -> Tree:
    """A tree in which nothing is shared, for formats that have no aliases; cut where it would never end."""
    left = [most]

    def own(inner: Tree, depth: int) -> Tree:
        left[0] -= 1
        if left[0] < 0 or depth > _DEEPEST:
            return None
        if isinstance(inner, dict):
            return {str(key): own(one, depth + 1) for key, one in inner.items() if left[0] > 0}
        if isinstance(inner, (list, tuple)):
            return [own(one, depth + 1) for one in inner if left[0] > 0]
        return inner

    return own(tree, 0)


def changed_tree(tree: Tree, random: Random, words: Sequence[str]) -> Tree:
    """A tree of dicts and lists with places exchanged, renamed, wrapped, left out, or shared by aliases."""
    holder = [copy.deepcopy(tree)]
    for _ in range(_turns(random)):
        inside, key = random.choice(list(_places(holder)))
        choice = random.randrange(9)
        if choice <= 2:
            inside[key] = value(random, words)
        elif choice == 3:
            for _ in range(random.choice((1, 1, 2, 50))):
                inside[key] = random.choice(_WRAPPINGS)(inside[key], random.choice(words))
        elif choice == 4 and inside is not holder:
            del inside[key]
        elif choice == 5:
            there, other = random.choice(list(_places(holder)))
            inside[key] = there[other]
        elif choice == 6 and isinstance(inside, dict):
            inside[random.choice((*words, "<<"))] = inside.pop(key)
        elif choice == 7 and isinstance(inside[key], list) and len(inside[key]) < _LONG:
            inside[key] = inside[key] * random.choice((2, 30, 200))
        else:
            inside[key] = _of_another_type(inside[key])
    return holder[0]


def value(random: Random, words: Sequence[str]) -> Tree:
    """A scalar, or something small, of any type."""
    return random.choice(
        (
            lambda: random.choice(words),
            lambda: random.choice(STRANGE_TEXT).encode("utf-8", "replace").decode(),
            lambda: random.choice(NUMBERS),
            lambda: random.choice((0.5, -1.5, 1e308, float("nan"), float("inf"))),
            lambda: random.choice((None, True, False)),
            list,
            dict,
            lambda: [random.choice(words) for _ in range(3)],
            lambda: {random.choice(words): random.choice(words)},
        )
    )()


_WRAPPINGS: tuple[Callable[[Tree, str], Tree], ...] = (
    lambda inner, _: [inner],
    lambda inner, _: [inner, inner],
    lambda inner, word: {word: inner},
    lambda inner, word: {word: inner, "more": inner},
)


def _of_another_type(old: Tree) -> Tree:
    if isinstance(old, dict):
        return [*old, *old.values()]
    if isinstance(old, list):
        return {str(place): item for place, item in enumerate(old)}
    return [old, str(old)]


def _places(tree: Tree) -> Sequence[tuple[Any, Any]]:
    """Where something stands: the list or dict, and the index or key; what several share is seen once."""
    found: list[tuple[Any, Any]] = []
    seen: set[int] = set()
    waiting = [tree]
    while waiting:
        inside = waiting.pop()
        if id(inside) in seen:
            continue
        seen.add(id(inside))
        keys = list(inside) if isinstance(inside, dict) else range(len(inside))
        for key in keys:
            found.append((inside, key))
            if isinstance(inside[key], (dict, list)):
                waiting.append(inside[key])
    return found


def _turns(random: Random) -> int:
    return 1 if random.random() < 0.5 else random.randint(2, _MOST_TURNS)


def _at(tokens: list[str], random: Random) -> int:
    return random.randrange(len(tokens) + 1)


def _leave_out(tokens: list[str], random: Random, _: Sequence[str]) -> list[str]:
    at = _at(tokens, random)
    return tokens[:at] + tokens[at + random.choice((1, 1, 2, 10)) :]


def _cut(tokens: list[str], random: Random, _: Sequence[str]) -> list[str]:
    return tokens[: _at(tokens, random)]


def _replace(tokens: list[str], random: Random, words: Sequence[str]) -> list[str]:
    at = _at(tokens, random)
    return [*tokens[:at], random.choice(words), *tokens[at + 1 :]]


def _insert(tokens: list[str], random: Random, words: Sequence[str]) -> list[str]:
    at = _at(tokens, random)
    return [*tokens[:at], random.choice(words), *tokens[at:]]


def _exchange(tokens: list[str], random: Random, _: Sequence[str]) -> list[str]:
    first, second = sorted((_at(tokens, random), _at(tokens, random)))
    piece = random.choice((1, 3, 12))
    return [
        *tokens[:first],
        *tokens[second : second + piece],
        *tokens[first + piece : second],
        *tokens[first : first + piece],
        *tokens[second + piece :],
    ]


def _repeat(tokens: list[str], random: Random, words: Sequence[str]) -> list[str]:
    at = _at(tokens, random)
    piece = tokens[at : at + random.choice((1, 2, 5))] or [random.choice(words)]
    return tokens[:at] + piece * random.choice((2, 3, 20, _MOST_REPEATED // len(piece))) + tokens[at:]


def _indent(tokens: list[str], random: Random, _: Sequence[str]) -> list[str]:
    lines = [place for place, token in enumerate(tokens) if token.startswith("\n")]
    if not lines:
        return tokens
    at = random.choice(lines)
    return [
        *tokens[:at],
        "\n" + random.choice((" ", "  ", "    ", "\t", "")) * random.randint(0, 9),
        *tokens[at + 1 :],
    ]


_TOKEN_CHANGES = (
    _leave_out,
    _leave_out,
    _cut,
    _replace,
    _replace,
    _insert,
    _insert,
    _exchange,
    _repeat,
    _indent,
)
