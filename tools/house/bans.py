# SPDX-License-Identifier: Apache-2.0
"""The ban list (bans.toml) as compiled patterns, each with its reason and replacement."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from finding import CannotCheck


@dataclass(frozen=True)
class Ban:
    topic: str
    reason: str
    instead: str
    pattern: re.Pattern


@dataclass(frozen=True)
class Bans:
    pure_rooms: tuple[str, ...]
    tokens: list[Ban]
    includes: list[Ban]
    symbols: list[Ban]
    words: list[Ban]

    def is_pure(self, path: str) -> bool:
        return path.startswith(tuple(room + "/" for room in self.pure_rooms))


def load(path: Path) -> Bans:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return Bans(
            tuple(data["pure_rooms"]),
            _section(data, "tokens", "{}"),
            _section(data, "includes", r"\A(?:{})\Z"),
            # A demangled function shows its arguments, and its ABI tag before them.
            _section(data, "symbols", r"\A(?:{})(?:\[abi:\w+\])?(?:\(.*\).*)?\Z"),
            _section(data, "words", "{}"),
        )
    except (OSError, tomllib.TOMLDecodeError, re.error) as error:
        raise CannotCheck(f"{path}: the ban list cannot be read: {error}") from error
    except KeyError as error:
        raise CannotCheck(f"{path}: the ban list has no {error}") from error


def _section(data: dict, name: str, frame: str) -> list[Ban]:
    bans = []
    for topic, patterns in data[name].items():
        text = data["topics"][topic]
        for pattern in patterns:
            compiled = re.compile(frame.replace("{}", pattern))
            bans.append(Ban(topic, text["reason"], text["instead"], compiled))
    return bans
