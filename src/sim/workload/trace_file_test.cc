// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/trace_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "sim/workload/test_files.h"

namespace signalbox::sim {
namespace {

using testing::HasSubstr;

struct Read {
  std::vector<std::string> lines;
  std::string error;  // empty: none
};

Read read(const std::string& path) {
  Read result;
  auto file = TraceFile::open(path);
  if (!file) return {{}, file.error().message};
  while (true) {
    const auto line = file->next_line();
    if (!line) {
      result.error = line.error().message;
      return result;
    }
    if (!*line) return result;
    result.lines.emplace_back(**line);
  }
}

std::string many_lines() {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "row " + std::to_string(i) + "\n";
  return text;
}

TEST(TraceFile, gives_lines_whatever_ends_them) {
  const TestFile file("lines.txt", "one\ntwo\r\n\nfour");
  const auto got = read(file.path());
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.lines, (std::vector<std::string>{"one", "two", "", "four"}));
}

TEST(TraceFile, that_is_empty_has_no_lines) {
  const TestFile file("empty.txt", "");
  EXPECT_TRUE(read(file.path()).lines.empty());
}

TEST(TraceFile, reads_gzip_as_it_reads_plain_text_across_its_buffers) {
  const std::string text = many_lines();
  const TestFile plain("many.txt", text), packed("many.txt.gz", gzipped(text));
  const auto a = read(plain.path()), b = read(packed.path());
  EXPECT_EQ(a.lines.size(), 50'000u);
  EXPECT_EQ(a.lines.back(), "row 49999");
  EXPECT_EQ(a.lines, b.lines);
  EXPECT_EQ(a.error + b.error, "");
}

TEST(TraceFile, that_is_missing_is_named) {
  const auto got = read("no/such/trace.csv.gz");
  EXPECT_THAT(got.error, HasSubstr("no/such/trace.csv.gz: cannot be opened: No such file"));
}

TEST(TraceFile, that_is_a_directory_is_an_error) { EXPECT_NE(read("/tmp").error, ""); }

TEST(TraceFile, of_gzip_that_breaks_off_gives_its_lines_and_then_an_error_with_the_place) {
  const std::string whole = gzipped(many_lines());
  const TestFile file("cut.gz", whole.substr(0, whole.size() / 2));
  const auto got = read(file.path());
  EXPECT_GT(got.lines.size(), 1000u);
  EXPECT_THAT(got.error, HasSubstr("cut.gz: cannot be read after line"));
  EXPECT_THAT(got.error, HasSubstr("unexpected end of file"));
  EXPECT_THAT(got.error, HasSubstr("get it again"));
}

TEST(TraceFile, of_gzip_cut_in_any_place_never_reads_as_whole) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += std::to_string(i * 7919) + "\n";
  const std::string whole = gzipped(text);
  for (std::size_t kept = 3; kept < whole.size(); ++kept) {
    const TestFile file("cut.gz", whole.substr(0, kept));
    const auto got = read(file.path());
    EXPECT_TRUE(got.error != "" || got.lines.size() < 40) << kept << " of " << whole.size();
  }
}

TEST(TraceFile, of_gzip_with_flipped_bytes_is_an_error) {
  std::string packed = gzipped(many_lines());
  packed[packed.size() / 2] = static_cast<char>(~packed[packed.size() / 2]);
  const TestFile file("flipped.gz", packed);
  EXPECT_THAT(read(file.path()).error, HasSubstr("cannot be read"));
}

TEST(TraceFile, refuses_a_line_without_end) {
  const TestFile file("long.txt", "short\n" + std::string(2 << 20, 'x'));
  const auto got = read(file.path());
  EXPECT_EQ(got.lines.size(), 1u);
  EXPECT_THAT(got.error, HasSubstr("long.txt:2: longer than 1 MiB"));
}

TEST(TraceFile, reads_a_small_file_whole_and_refuses_a_large_one) {
  const TestFile file("whole.gz", gzipped("{\"a\":\n1}"));
  EXPECT_EQ(TraceFile::read_all(file.path(), 100).value(), "{\"a\":\n1}");
  const TestFile large("large.txt", std::string(3 << 20, 'x'));
  EXPECT_THAT(TraceFile::read_all(large.path(), 1 << 20).error().message,
              HasSubstr("larger than 1 MiB"));
}

}  // namespace
}  // namespace signalbox::sim
