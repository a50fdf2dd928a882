#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the house checker: each rule is seen to pass on a good tree and fail on a broken one.

Each case starts from one small good tree, breaks exactly one thing, and expects exactly the
findings of that break, so a rule that stays silent and a rule that says too much both fail. The
trees are compiled for real where objects are looked at. The table and the ban list are the real
ones: testing made-up copies would prove nothing about the house.
"""

import contextlib
import functools
import io
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import bans
import check_house
import cpp_text
from finding import CannotCheck
from room_table import RoomTable
from rule_purity import undefined_symbols

HERE = Path(__file__).resolve().parent
CC_LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"
PY_LICENCE = "# SPDX-License-Identifier: Apache-2.0\n"
COMPILER = os.environ.get("CXX", "c++")

# Written apart, because this file is checked too.
MARKERS = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]

GOOD = {
    "src/base/time.h": "#pragma once\nusing TimePoint = long;\n",
    "src/base/time.cc": '#include "base/time.h"\nTimePoint zero() { return 0; }\n',
    "src/base/time_test.cc": '#include "base/time.h"\n#include <vector>\nint t() { return 0; }\n',
    "src/core/model/unit.h": '#pragma once\n#include "base/time.h"\nstruct Unit {};\n',
    "src/core/route/pick.h": '#pragma once\n#include "core/model/unit.h"\nint pick(int);\n',
    "src/core/route/pick.cc": '#include "core/route/pick.h"\nint pick(int n) { return n; }\n',
    "src/net/clock.h": "#pragma once\n#include <chrono>\n#include <mutex>\n",
    "src/net/clock.cc": (
        '#include "net/clock.h"\nlong now() { return std::chrono::steady_clock::now()'
        ".time_since_epoch().count(); }\n"
    ),
    "src/apps/main.cc": (
        '#include "core/model/unit.h"\n#include "core/route/pick.h"\n#include "net/clock.h"\n'
        "int main() { return 0; }\n"
    ),
    "test/harness.h": "#pragma once\n",
    "test/whole_test.cc": '#include "test/harness.h"\n#include "core/route/pick.h"\n',
    "bench/pick_bench.cc": '#include "core/route/pick.h"\n',
    "tools/rename.py": "print('ok')\n",
}


@functools.cache
def empty_object() -> bytes:
    """An object file that needs no symbol."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "empty.o"
        command = [COMPILER, "-x", "c++", "-c", os.devnull, "-o", str(output)]
        subprocess.run(command, check=True)
        return output.read_bytes()


class MadeUpTree:
    """A source tree in a temporary folder, with the build record that CMake would write."""

    def __init__(self, folder: str):
        self.root = Path(folder).resolve() / "tree"
        self.build = self.root / "build" / "release"
        self.left_out: set[str] = set()
        self.targets: dict[str, str] = {}
        for path, text in GOOD.items():
            self.write(path, text)

    def write(self, path: str, text: str, licence: bool = True) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        first = (PY_LICENCE if path.endswith(".py") else CC_LICENCE) if licence else ""
        file.write_text(first + text, encoding="utf-8")

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def findings(self, compile_objects: bool = False) -> list:
        self._record(compile_objects)
        table = RoomTable.load(HERE / "rooms.toml")
        return check_house.check(self.root, self.build, table, bans.load(HERE / "bans.toml"))

    def _record(self, compile_objects: bool) -> None:
        """Writes compile_commands.json; objects are empty unless a case looks into them."""
        entries = []
        for file in sorted(self.root.rglob("*.cc")):
            path = file.relative_to(self.root).as_posix()
            if path in self.left_out:
                continue
            test = path.endswith("_test.cc")
            target = self.targets.get(path, "test_all" if test else "signalbox_all")
            output = f"CMakeFiles/{target}.dir/{path}.o"
            object_file = self.build / output
            object_file.parent.mkdir(parents=True, exist_ok=True)
            command = [COMPILER, "-std=c++20", f"-I{self.root}/src", f"-I{self.root}"]
            command += ["-o", output, "-c", str(file)]
            stale = not object_file.exists() or object_file.stat().st_mtime < file.stat().st_mtime
            if compile_objects and stale and path.startswith(("src/core/", "src/base/")):
                subprocess.run(command, cwd=self.build, check=True)
            elif stale:
                object_file.write_bytes(empty_object())
            entry = {"directory": str(self.build), "file": str(file), "output": output}
            entries.append(entry | {"command": " ".join(command)})
        (self.build / "compile_commands.json").write_text(json.dumps(entries))


class HouseTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="signalbox-house-")
        self.addCleanup(folder.cleanup)
        self.tree = MadeUpTree(folder.name)

    def pick(self, body: str) -> None:
        """Rewrites core/route/pick.cc; `body` begins at line 3."""
        self.tree.write("src/core/route/pick.cc", f'#include "core/route/pick.h"\n{body}\n')

    def expect(self, *wanted: tuple[str, int, str], compile_objects: bool = False) -> list:
        findings = self.tree.findings(compile_objects)
        seen = sorted((finding.path, finding.line, finding.rule) for finding in findings)
        self.assertEqual(seen, sorted(wanted), "\n".join(map(str, findings)))
        for finding in findings:
            self.assertTrue(finding.what and finding.why and finding.mend)
        return findings


class GoodTree(HouseTest):
    def test_is_in_order(self):
        self.expect()

    def test_is_in_order_with_real_objects(self):
        self.expect(compile_objects=True)


class Arrows(HouseTest):
    def test_an_upward_include_is_named_at_its_line(self):
        self.tree.write("src/core/model/unit.h", '#pragma once\n\n#include "core/route/pick.h"\n')
        [finding] = self.expect(("src/core/model/unit.h", 4, "arrow"))
        self.assertIn("core/model may not include core/route", str(finding))
        self.assertIn("base, core/model", finding.why)

    def test_core_may_not_reach_a_shell(self):
        self.tree.write("src/core/route/pick.h", '#pragma once\n#include "net/clock.h"\n')
        self.expect(("src/core/route/pick.h", 3, "arrow"))

    def test_a_test_obeys_the_row_of_its_room(self):
        self.tree.write("src/base/time_test.cc", '#include "core/model/unit.h"\n')
        self.expect(("src/base/time_test.cc", 2, "arrow"))

    def test_a_relative_path_is_no_way_around(self):
        self.tree.write("src/base/time.cc", '#include "../core/model/unit.h"\n')
        self.expect(("src/base/time.cc", 2, "arrow"))

    def test_odd_spellings_count(self):
        odd = [
            '#  include "core/model/unit.h"',
            '\t#\tinclude\t"core/model/unit.h"',
            '#include"core/model/unit.h"',
            '/* here */ #include "core/model/unit.h"',
            '#/* here */include /* there */ "core/model/unit.h"',
            '#include "core/model/unit.h" // why not',
            '%:include "core/model/unit.h"',
            '#if 0\n#include "core/model/unit.h"\n#endif',
        ]
        for spelling in odd:
            with self.subTest(spelling=spelling):
                self.tree.write("src/base/time.cc", spelling + "\n")
                line = 3 if spelling.startswith("#if") else 2
                self.expect(("src/base/time.cc", line, "arrow"))

    def test_a_directive_over_two_lines_counts(self):
        self.tree.write("src/base/time.cc", '#include \\\n  "core/model/unit.h"\n')
        self.expect(("src/base/time.cc", 3, "arrow"))

    def test_comments_and_strings_do_not_count(self):
        self.tree.write(
            "src/base/time.cc",
            '// #include "core/model/unit.h"\n'
            '/*\n#include "core/model/unit.h"\n*/\n'
            '// a comment that goes on \\\n#include "core/model/unit.h"\n'
            'const char* a = R"x(\n#include "core/model/unit.h"\n)" still )x";\n'
            'const char* b = "\\\n#include <thread>\\\n";\n',
        )
        self.expect()

    def test_src_may_not_include_a_test(self):
        self.tree.write("src/net/clock.cc", '#include "../../test/harness.h"\n')
        self.expect(("src/net/clock.cc", 2, "arrow"))

    def test_a_quoted_include_must_be_ours(self):
        self.tree.write("src/net/clock.cc", '#include "net/clock.h"\n#include "boost/asio.hpp"\n')
        self.expect(("src/net/clock.cc", 3, "lost-include"))

    def test_the_classes_of_messages_are_as_their_file(self):
        self.tree.write("src/net/clock.proto", "")
        self.tree.write("src/net/clock.cc", '#include "net/clock.h"\n#include "net/clock.pb.h"\n')
        self.expect()
        self.tree.write("src/net/clock.cc", '#include "net/clock.h"\n#include "net/date.pb.h"\n')
        self.expect(("src/net/clock.cc", 3, "lost-include"))

    def test_a_computed_include_cannot_hide(self):
        self.tree.write("src/base/time.cc", '#define U "core/model/unit.h"\n#include U\n')
        self.expect(("src/base/time.cc", 3, "lost-include"))

    def test_a_folder_without_a_row_fails(self):
        self.tree.write("src/utils/strings.cc", "int x();\n")
        self.expect(("src/utils/strings.cc", 1, "unknown-room"))

    def test_a_file_beside_cores_folders_fails(self):
        self.tree.write("src/core/everything.cc", "int x();\n")
        self.expect(("src/core/everything.cc", 1, "unknown-room"))

    def test_a_file_in_no_room_fails(self):
        self.tree.write("src/main.cc", "int x();\n")
        self.expect(("src/main.cc", 1, "unknown-room"))

    def test_a_folder_inside_a_room_belongs_to_it(self):
        self.tree.write("src/net/loop/timer.cc", '#include "core/model/unit.h"\n')
        self.expect(("src/net/loop/timer.cc", 2, "arrow"))

    def test_apps_tests_and_benches_may_include_everything(self):
        everything = '#include "core/route/pick.h"\n#include "net/clock.h"\n'
        for path in ("src/apps/main.cc", "test/whole_test.cc", "bench/pick_bench.cc"):
            self.tree.write(path, everything + '#include "base/time.h"\n')
        self.expect(("test/harness.h", 1, "dark-header"))


class Table(unittest.TestCase):
    def load(self, text: str) -> RoomTable:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rooms.toml"
            path.write_text(text)
            return RoomTable.load(path)

    def test_core_stands_for_all_its_rooms(self):
        table = RoomTable.load(HERE / "rooms.toml")
        for room in ("core/model", "core/estimate", "core/route", "core/scale"):
            self.assertTrue(table.allows("gateway", room))
        self.assertFalse(table.allows("core/estimate", "core/route"))
        self.assertFalse(table.allows("core/scale", "core/route"))

    def test_every_room_may_include_itself_and_base(self):
        table = RoomTable.load(HERE / "rooms.toml")
        for room in table.rooms():
            self.assertTrue(table.allows(room, room))
            self.assertTrue(table.allows(room, "base"))

    def test_only_apps_may_include_everything(self):
        table = RoomTable.load(HERE / "rooms.toml")
        all_rooms = sorted(table.rooms())
        self.assertEqual([r for r in all_rooms if table.allowed(r) == all_rooms], ["apps"])

    def test_a_ring_is_refused(self):
        row = 'purpose = "x"\nmay_include = '
        ring = f'[base]\n{row}[]\n[a]\n{row}["b"]\n[b]\n{row}["a"]\n'
        with self.assertRaisesRegex(CannotCheck, "a -> b -> a"):
            self.load(ring)

    def test_an_unknown_name_is_refused(self):
        with self.assertRaisesRegex(CannotCheck, "'bsae', which is no room"):
            self.load('[base]\npurpose = "x"\nmay_include = ["bsae"]\n')

    def test_a_row_without_purpose_is_refused(self):
        with self.assertRaisesRegex(CannotCheck, "needs exactly"):
            self.load("[base]\nmay_include = []\n")


class DarkFiles(HouseTest):
    def test_a_source_that_no_target_builds_fails(self):
        self.tree.left_out = {"src/base/time.cc", "bench/pick_bench.cc"}
        first, second = self.expect(
            ("bench/pick_bench.cc", 1, "dark-source"), ("src/base/time.cc", 1, "dark-source")
        )
        self.assertIn("bench/CMakeLists.txt", first.mend)
        self.assertIn("src/base/CMakeLists.txt", second.mend)

    def test_a_test_that_no_target_builds_fails(self):
        self.tree.left_out = {"src/base/time_test.cc"}
        [finding] = self.expect(("src/base/time_test.cc", 1, "dark-source"))
        self.assertIn("signalbox_test", finding.mend)

    def test_a_test_inside_a_library_fails(self):
        self.tree.targets = {"src/base/time_test.cc": "signalbox_base"}
        self.expect(("src/base/time_test.cc", 1, "dark-test"))

    def test_a_header_that_nobody_includes_fails(self):
        self.tree.write("src/net/forgotten.h", "#pragma once\n")
        self.expect(("src/net/forgotten.h", 1, "dark-header"))

    def test_a_header_named_in_a_comment_only_fails(self):
        self.tree.write("src/net/forgotten.h", '#pragma once\n#include "net/forgotten.h"\n')
        self.tree.write("src/net/clock.cc", '#include "net/clock.h"\n// "net/forgotten.h"\n')
        self.expect(("src/net/forgotten.h", 1, "dark-header"))

    def test_other_suffixes_do_not_escape(self):
        self.tree.write("src/net/extra.cpp", "int x();\n")
        self.tree.write("src/net/extra.hpp", "#pragma once\n")
        self.expect(
            ("src/net/extra.cpp", 1, "dark-source"), ("src/net/extra.hpp", 1, "dark-header")
        )


class PureSources(HouseTest):
    BANNED = [
        ("auto t = std::chrono::steady_clock::now();", "clock"),
        ("using C = std::chrono::system_clock;", "clock"),
        ("auto t = Clock :: now ( );", "clock"),
        ("auto t = time(nullptr);", "clock"),
        ("auto t = std::time(&x);", "clock"),
        ("std::this_thread::sleep_for(x);", "clock"),
        ("std::thread worker;", "thread"),
        ("std :: mutex m;", "thread"),
        ("std::atomic<int> n;", "thread"),
        ("std::atomic_int n;", "thread"),
        ("std::condition_variable c;", "thread"),
        ("std::lock_guard g(m);", "thread"),
        ("thread_local int n;", "thread"),
        ("__atomic_load_n(&n, 0);", "thread"),
        ("std::random_device d;", "random"),
        ("std::mt19937_64 e;", "random"),
        ("std::exponential_distribution<> d;", "random"),
        ("int r = rand();", "random"),
        ("std::shuffle(a, b, g);", "random"),
        ('auto h = getenv("HOME");', "environment"),
        ('auto h = std::getenv("HOME");', "environment"),
        ("int s = socket(1, 2, 3);", "input/output"),
        ("int s = ::connect(fd, a, n);", "input/output"),
        ('printf("x");', "input/output"),
        ('std::fprintf(f, "x");', "input/output"),
        ("std::cout << 1;", "input/output"),
        ("std::cerr << 1;", "input/output"),
        ('spdlog::info("x");', "input/output"),
        ('auto f = fopen("x", "r");', "input/output"),
        ('std::ifstream f("x");', "input/output"),
        ('fmt::print("x");', "input/output"),
    ]
    FINE = [
        "// std::thread, steady_clock::now() and rand() are banned here\n",
        "/* std::mutex\n std::atomic<int> */\n",
        'const char* a = "std::mutex, getenv(x) and time(0)";\n',
        'const char* b = R"(std::cout << rand())";\n',
        "int n = 1'000'000; char c = '\"'; // std::thread\n",
        "TimePoint at(TimePoint now);\n",
        "struct S { long time() const; void close(); };\n",
        "long f(S s, S* p) { return s.time() + p->time(); }\n",
        "int operand(); int brand(int); int thread_count(); int mutex_free();\n",
        "struct P { P fork(int); bool open(); }; P P::fork(int n) { return open() ? P{} : P{}; }\n",
        "auto v = std::remove(a, b, 1); auto s = snprintf(d, 1, e);\n",
        "std::chrono::nanoseconds n{1};\n",
        "struct Exponential_distribution; int uniform_distribution(int);\n",
    ]

    def test_banned_names_fail_with_their_reason(self):
        for line, topic in self.BANNED:
            with self.subTest(line=line):
                self.pick(line)
                findings = self.tree.findings()
                self.assertTrue(findings, "nothing found")
                self.assertEqual(
                    {(f.path, f.line, f.rule) for f in findings},
                    {("src/core/route/pick.cc", 3, "pure-source")},
                )
                self.assertIn(f"({topic})", "".join(f.what for f in findings))

    def test_innocent_text_passes(self):
        for text in self.FINE:
            with self.subTest(text=text):
                self.tree.write("src/base/time.cc", f'#include "base/time.h"\n{text}')
                self.expect()

    def test_banned_headers_fail(self):
        headers = "thread mutex atomic random ctime iostream fstream condition_variable future"
        headers += " unistd.h sys/socket.h pthread.h boost/asio.hpp boost/asio/ip/tcp.hpp"
        headers += " spdlog/spdlog.h shared_mutex filesystem cstdio"
        for header in headers.split():
            with self.subTest(header=header):
                self.pick(f"# include <{header}>")
                self.expect(("src/core/route/pick.cc", 3, "pure-source"))

    def test_plain_headers_pass(self):
        headers = "chrono memory vector string cmath randomness.h fmt/format.h boost/unordered.hpp"
        self.pick("".join(f"#include <{header}>\n" for header in headers.split()))
        self.expect()

    def test_tests_of_pure_rooms_are_pure_too(self):
        self.tree.write("src/base/time_test.cc", '#include "base/time.h"\nstd::mt19937 e;\n')
        self.expect(("src/base/time_test.cc", 3, "pure-source"))

    def test_other_rooms_may(self):
        self.tree.write("src/net/clock.cc", '#include "net/clock.h"\nstd::mutex m; std::thread t;')
        self.expect()


class PureObjects(HouseTest):
    def test_a_symbol_hidden_from_the_source_is_found(self):
        hidden = {
            'PASTE(get, env)("HOME")': "getenv",
            "std::chrono::PASTE(steady_, clock)::PASTE(no, w)()": "steady_clock::now()",
            "PASTE(ra, nd)()": "rand",
            "PASTE(pthread_, self)()": "pthread_self",
            'PASTE(print, f)("%d", int())': "printf",
        }
        body = "#include <chrono>\n#include <cstdlib>\n#define PASTE(a, b) a##b\n"
        for number, expression in enumerate(hidden):
            body += f"auto f{number}() {{ return {expression}; }}\n"
        self.pick(body)
        place = ("src/core/route/pick.cc", 1, "pure-object")
        findings = self.expect(*[place] * len(hidden), compile_objects=True)
        for symbol in hidden.values():
            self.assertTrue(any(f"{symbol}`" in finding.what for finding in findings), symbol)

    def test_shared_pointers_strings_and_maps_are_no_threads(self):
        self.pick(
            "#include <map>\n#include <memory>\n#include <string>\n#include <unordered_map>\n"
            "std::shared_ptr<int> f(std::weak_ptr<int> w) { auto p = w.lock(); return p ? p :"
            " std::make_shared<int>(1); }\n"
            "std::string g(double d) { std::unordered_map<std::string, int> m; m[\"a\"] = 1;"
            " std::map<int, int> n; n[1] = 2; static std::string s = std::to_string(d);"
            " return s; }"
        )
        self.expect(compile_objects=True)

    def test_tests_are_exempt(self):
        self.tree.write(
            "src/base/time_test.cc",
            '#include "base/time.h"\nextern "C" long lseek(int, long, int); auto* f = &lseek;\n',
        )
        self.expect(compile_objects=True)

    def test_an_object_that_is_not_built_is_no_proof(self):
        self.tree.findings()
        (self.tree.build / "CMakeFiles/signalbox_all.dir/src/base/time.cc.o").unlink()
        table = RoomTable.load(HERE / "rooms.toml")
        banned = bans.load(HERE / "bans.toml")
        [finding] = check_house.check(self.tree.root, self.tree.build, table, banned)
        self.assertEqual((finding.path, finding.rule), ("src/base/time.cc", "pure-object"))
        self.assertIn("make build", finding.mend)

    def test_sanitizers_add_no_finding(self):
        source = self.tree.root / "probe.cc"
        source.write_text("#include <memory>\nauto f(std::shared_ptr<int> p) { return *p; }\n")
        symbols = bans.load(HERE / "bans.toml").symbols
        for sanitizer in ("address,undefined", "thread"):
            with self.subTest(sanitizer=sanitizer):
                built = self.tree.root / "probe.o"
                command = [COMPILER, "-std=c++20", f"-fsanitize={sanitizer}", "-c", str(source)]
                subprocess.run(command + ["-o", str(built)], check=True)
                needs = [symbol for _, symbol in undefined_symbols([built])]
                self.assertTrue(any(symbol.startswith("__") for symbol in needs))
                caught = [s for s in needs if any(ban.pattern.search(s) for ban in symbols)]
                self.assertEqual(caught, [])


class Words(HouseTest):
    def test_a_source_without_licence_fails(self):
        self.tree.write("src/base/time.cc", '#include "base/time.h"\n', licence=False)
        self.tree.write("tools/rename.py", "print(1)\n", licence=False)
        self.tree.write("scripts/setup.sh", "#!/bin/sh\necho\n", licence=False)
        self.tree.write("cmake/X.cmake", "\n", licence=False)
        self.tree.write("src/base/CMakeLists.txt", "\n", licence=False)
        self.tree.write("scripts/start", "#!/bin/sh\necho\n", licence=False)
        paths = ["src/base/time.cc", "tools/rename.py", "scripts/setup.sh", "cmake/X.cmake"]
        paths += ["src/base/CMakeLists.txt", "scripts/start"]
        self.expect(*((path, 1, "spdx") for path in paths))

    def test_the_licence_may_follow_the_interpreter_and_nothing_else(self):
        line = "SPDX-License-Identifier: Apache-2.0"
        self.tree.write("scripts/start", f"#!/bin/sh\n# {line}\n", licence=False)
        self.tree.write("src/base/time.cc", f'#include "base/time.h"\n// {line}\n', licence=False)
        self.expect(("src/base/time.cc", 1, "spdx"))

    def test_prose_and_data_need_no_licence(self):
        self.tree.write("README.md", "# Hello\n", licence=False)
        self.tree.write("examples/a.yaml", "a: 1\n", licence=False)
        self.expect()

    def test_marks_of_unfinished_work_fail(self):
        for marker in MARKERS:
            with self.subTest(marker=marker):
                self.tree.write("src/base/time.cc", f'#include "base/time.h"\n// {marker}: later\n')
                self.tree.write("tools/rename.py", f"# {marker}\n")
                self.expect(
                    ("src/base/time.cc", 3, "unfinished"), ("tools/rename.py", 2, "unfinished")
                )

    def test_longer_words_are_no_marks(self):
        words = " ".join(marker + "S" for marker in MARKERS) + " HACKING mktemp.XXXXXX"
        self.tree.write("src/base/time.cc", f'#include "base/time.h"\n// {words}\n')
        self.expect()

    def test_the_build_folder_is_not_looked_at(self):
        self.tree.write("build/release/generated.cc", "int x();\n", licence=False)
        self.tree.left_out = {"build/release/generated.cc"}
        self.expect()


class CppText(unittest.TestCase):
    def test_every_character_keeps_its_place(self):
        text = 'int a = 1\'0; // b\nauto s = u8R"x(\n")x" "c\\"d"; /* e\n */ char q = \'"\'; f();\n'
        code = cpp_text.code_only(text)
        self.assertEqual(len(code), len(text))
        self.assertEqual(code.count("\n"), text.count("\n"))
        self.assertIn("1'0", code)
        self.assertEqual(code.index("f();"), text.index("f();"))
        for gone in "bcde":
            self.assertNotIn(gone, code.replace("char", ""))

    def test_an_apostrophe_in_a_directive_ends_with_its_line(self):
        self.assertIn("std::mutex", cpp_text.code_only("#error don't\nstd::mutex m;\n"))

    def test_a_comment_that_never_ends_hides_the_rest(self):
        self.assertEqual(cpp_text.code_only("a /* b\nc").strip(), "a")


class CommandLine(HouseTest):
    def run_main(self, *arguments: str) -> tuple[int, str]:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = check_house.main(list(arguments))
        return code, out.getvalue()

    def at(self) -> tuple[str, str, str, str]:
        return ("--root", str(self.tree.root), "--build", str(self.tree.build))

    def test_exit_0_on_a_good_tree(self):
        self.tree.findings()
        self.assertEqual(self.run_main(*self.at()), (0, "house: in order\n"))

    def test_exit_1_with_place_rule_reason_and_remedy(self):
        self.tree.write("src/base/time.cc", '#include "base/time.h"\nstd::mutex m;\n')
        self.tree.findings()
        code, text = self.run_main(*self.at())
        self.assertEqual(code, 1)
        self.assertIn("src/base/time.cc:3: [pure-source] `std::mutex`", text)
        self.assertIn("why:", text)
        self.assertIn("mend:", text)
        self.assertIn("1 finding(s) in 1 file(s)", text)

    def test_exit_2_without_a_build(self):
        code, text = self.run_main("--root", str(self.tree.root), "--build", "/nonexistent")
        self.assertEqual(code, 2)
        self.assertIn("cmake --preset release", text)

    def test_every_rule_is_listed(self):
        code, text = self.run_main("--list-rules")
        self.assertEqual(code, 0)
        for rule in "arrow dark-source dark-test dark-header pure-source pure-object spdx".split():
            self.assertRegex(text, rf"(?m)^{rule} ")


if __name__ == "__main__":
    unittest.main()
