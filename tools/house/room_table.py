# SPDX-License-Identifier: Apache-2.0
"""The room table (rooms.toml): which room a file is in, and which arrows leave it."""

import tomllib
from pathlib import Path

from finding import CannotCheck

EVERYONE_MAY_INCLUDE = "base"
ALL = "*"


class RoomTable:
    def __init__(self, rooms: dict[str, set[str]]):
        """`rooms` maps each room to the rooms it may include, groups already spelled out."""
        self._rooms = rooms

    @staticmethod
    def load(path: Path) -> "RoomTable":
        try:
            rows = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise CannotCheck(f"{path}: the room table cannot be read: {error}") from error
        table = RoomTable({})
        for room, row in rows.items():
            if not isinstance(row, dict) or not {"purpose", "may_include"} == set(row):
                raise CannotCheck(f"{path}: [{room}] needs exactly `purpose` and `may_include`")
            allowed = {room, EVERYONE_MAY_INCLUDE}
            for name in row["may_include"]:
                expanded = _expand(name, list(rows))
                if not expanded:
                    raise CannotCheck(f"{path}: [{room}] may include '{name}', which is no room")
                allowed |= expanded
            table._rooms[room] = allowed
        table._refuse_cycles(path)
        return table

    def _refuse_cycles(self, path: Path) -> None:
        """Arrows that lead back to where they began would make two rooms one."""
        done: set[str] = set()

        def visit(room: str, trail: list[str]) -> None:
            if room in trail:
                ring = " -> ".join(trail[trail.index(room) :] + [room])
                raise CannotCheck(f"{path}: rooms include each other in a ring: {ring}")
            if room in done:
                return
            for other in sorted(self._rooms[room] - {room}):
                visit(other, trail + [room])
            done.add(room)

        for room in self._rooms:
            visit(room, [])

    def room_of(self, path: str) -> str | None:
        """The room of a file under src/, or None when its folder is no room of the table."""
        parts = path.split("/")[1:-1]
        for depth in (2, 1):
            room = "/".join(parts[:depth])
            if len(parts) >= depth and room in self._rooms:
                return room
        return None

    def allows(self, room: str, target: str) -> bool:
        return target in self._rooms[room]

    def allowed(self, room: str) -> list[str]:
        return sorted(self._rooms[room])

    def rooms(self) -> list[str]:
        return list(self._rooms)


def _expand(name: str, rooms: list[str]) -> set[str]:
    """A room by its name, a group by its folder ("core"), or every room ("*")."""
    if name == ALL:
        return set(rooms)
    return {room for room in rooms if room == name or room.startswith(name + "/")}
