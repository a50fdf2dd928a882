# SPDX-License-Identifier: Apache-2.0
"""Just enough of C++'s grammar to tell code from comments and strings.

A rule that greps raw text cries wolf at `// never call std::thread here` and misses
`#  include <thread>`. Blanking comments and literals, with every character keeping its place, lets
plain regular expressions be exact and line numbers stay true.
"""

import re
from dataclasses import dataclass

# Ordered: the first alternative that matches at a position wins. A digit separator (1'000) belongs
# to its number, and a raw string ends only at its own delimiter.
_TOKEN = re.compile(
    r"""
      (?P<line_comment>//(?:\\\r?\n|[^\n])*)
    | (?P<block_comment>/\*.*?(?:\*/|\Z))
    | (?P<raw_string>\b(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?(?:\)(?P=delimiter)"|\Z))
    | (?P<number>(?<![\w.])\.?\d(?:'?[\w.])*)
    | (?P<string>"(?:\\.|[^"\\\n])*"?)
    | (?P<character>'(?:\\.|[^'\\\n])*'?)
    """,
    re.VERBOSE | re.DOTALL,
)

_GAP = r"(?:[ \t]|\\\r?\n)*"
_INCLUDE = re.compile(
    rf"^{_GAP}(?:\#|%:){_GAP}include(?:_next)?\b{_GAP}(?P<name>\"[^\"\n]*\"|<[^>\n]*>|[^\s]*)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Include:
    """One #include line. `style` is '"', '<', or '' for a name that a macro computes."""

    line: int
    style: str
    name: str


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def code_only(text: str) -> str:
    """`text` with comments and the insides of literals blanked; length and lines unchanged."""

    def blanked(match: re.Match) -> str:
        found = match.group(0)
        if match.lastgroup == "number":
            return found
        if match.lastgroup in ("string", "character") and len(found) >= 2:
            return found[0] + _blank(found[1:-1]) + found[-1]
        return _blank(found)

    # An include's <name> is no literal to this grammar, but may hold what looks like a comment.
    return _TOKEN.sub(blanked, text)


def line_of(text: str, offset: int) -> int:
    """The 1-based line that holds `offset`."""
    return text.count("\n", 0, offset) + 1


def includes(text: str) -> list[Include]:
    """Every #include that the preprocessor could see, in order; conditional ones count too."""
    found = []
    for match in _INCLUDE.finditer(code_only(text)):
        start, end = match.span("name")
        written = text[start:end]
        style = written[:1] if written[:1] in ('"', "<") else ""
        name = written[1:-1] if style else written
        # The directive may start after continued lines; the name is where a reader looks.
        found.append(Include(line_of(text, start), style, name))
    return found
