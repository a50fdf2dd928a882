# SPDX-License-Identifier: Apache-2.0
"""The source tree as the rules see it: which files there are, and their text, read once."""

import os
from functools import lru_cache
from pathlib import Path

SKIPPED_FOLDERS = {"build", "node_modules", "__pycache__", "dist"}
KEPT_HIDDEN_FOLDERS = {".ci"}

CPP_SOURCES = (".cc", ".cpp", ".cxx", ".c")
CPP_HEADERS = (".h", ".hpp", ".hh", ".inl")
CPP_FOLDERS = ("src", "test", "fuzz", "bench")


class Tree:
    """Paths are relative to the root, with forward slashes, sorted."""

    def __init__(self, root: Path):
        self.root = Path(root).resolve()
        self.files = sorted(self._walk())
        self._present = set(self.files)

    def _walk(self):
        for folder, subfolders, names in os.walk(self.root):
            subfolders[:] = [
                name
                for name in subfolders
                if name not in SKIPPED_FOLDERS
                and (not name.startswith(".") or name in KEPT_HIDDEN_FOLDERS)
            ]
            for name in names:
                yield (Path(folder) / name).relative_to(self.root).as_posix()

    def __contains__(self, path: str) -> bool:
        return path in self._present

    @lru_cache(maxsize=None)
    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def cpp_files(self) -> list[str]:
        return self._cpp(CPP_SOURCES + CPP_HEADERS)

    def cpp_sources(self) -> list[str]:
        return self._cpp(CPP_SOURCES)

    def cpp_headers(self) -> list[str]:
        return self._cpp(CPP_HEADERS)

    def _cpp(self, suffixes: tuple[str, ...]) -> list[str]:
        return [
            path
            for path in self.files
            if path.split("/", 1)[0] in CPP_FOLDERS and path.endswith(suffixes)
        ]

    def resolve_include(self, includer: str, name: str) -> str | None:
        """The file that `#include "name"` means: beside the includer, under src/, or at the top for
        test/, fuzz/ and bench/, whose include path has the top too. The classes that protoc makes of
        a file are that file: "a.pb.h" is a.proto. None when there is no such file."""
        if name.endswith(".pb.h"):
            name = name.removesuffix(".pb.h") + ".proto"
        folders = [os.path.dirname(includer), "src"]
        if not includer.startswith("src/"):
            folders.append("")
        for folder in folders:
            path = os.path.normpath(os.path.join(folder, name)).replace(os.sep, "/")
            if path in self._present:
                return path
        return None
