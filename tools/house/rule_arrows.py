# SPDX-License-Identifier: Apache-2.0
"""Arrows: every quoted #include exists, and goes where the room table lets it go."""

import cpp_text
from finding import Finding
from room_table import RoomTable
from tree import Tree

RULES = {
    "unknown-room": "a folder under src/ has a row in tools/house/rooms.toml",
    "lost-include": 'an #include "..." names a file of this tree, written in full',
    "arrow": "a room includes only the rooms that its row in tools/house/rooms.toml names",
}


def check(tree: Tree, table: RoomTable) -> list[Finding]:
    findings = []
    for path in tree.cpp_files():
        in_src = path.startswith("src/")
        room = table.room_of(path) if in_src else None
        if in_src and room is None:
            findings.append(_unknown_room(path, table))
            continue
        for include in cpp_text.includes(tree.text(path)):
            if include.style == "<":
                continue
            target = tree.resolve_include(path, include.name) if include.style else None
            if target is None:
                findings.append(_lost_include(path, include))
            elif in_src and not target.startswith("src/"):
                findings.append(_out_of_src(path, include))
            elif in_src:
                findings += _arrow(path, room, include, target, table)
    return findings


def _arrow(path, room, include, target, table) -> list[Finding]:
    target_room = table.room_of(target)
    # A target in an unknown folder is reported once, at that file.
    if target_room is None or table.allows(room, target_room):
        return []
    return [
        Finding(
            path,
            include.line,
            "arrow",
            f'{room} may not include {target_room} ("{include.name}")',
            f"the room table lets {room} include only: {', '.join(table.allowed(room))}",
            "move the shared type to a room both may include, or pass it in as a value; a new "
            "arrow is a change of design, made in tools/house/rooms.toml and ARCHITECTURE.md",
        )
    ]


def _unknown_room(path: str, table: RoomTable) -> Finding:
    folder = "/".join(path.split("/")[:-1])
    return Finding(
        path,
        1,
        "unknown-room",
        f"{folder} is no room of the house",
        "a folder without a row has no stated purpose, and nothing limits what it includes",
        f"move the file into one of: {', '.join(table.rooms())}; "
        "or add the room, its purpose and its arrows to tools/house/rooms.toml",
    )


def _lost_include(path: str, include: cpp_text.Include) -> Finding:
    if include.style:
        what = f'"{include.name}" is not in this tree'
    else:
        what = f"#include {include.name} is computed by a macro, so its arrow cannot be checked"
    return Finding(
        path,
        include.line,
        "lost-include",
        what,
        "quotes are for our own files, written from src/; the arrows are read from them",
        'write #include "room/file.h" for a file of ours and #include <...> for everything else',
    )


def _out_of_src(path: str, include: cpp_text.Include) -> Finding:
    return Finding(
        path,
        include.line,
        "arrow",
        f'src/ may not include "{include.name}", which lies outside it',
        "test/ and bench/ stand on the product; the product never stands on them",
        "move what is needed into a room of src/",
    )
