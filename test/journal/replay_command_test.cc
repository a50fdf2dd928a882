// SPDX-License-Identifier: Apache-2.0
//
// `signalbox replay` as people and scripts meet it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "journal/input_log_writer.h"
#include "journal/temporary_directory.h"
#include "journal/test_drive.h"
#include "test/stage/child.h"

namespace signalbox {
namespace {

using journal::testing::TemporaryDirectory;
using stage::Child;

// Returns the log's only file.
std::string write_log(const std::string& directory) {
  journal::InputLogOptions options;
  options.directory = directory;
  auto writer = journal::InputLogWriter::open(options);
  journal::testing::Drive drive(5, **writer);
  drive.run(2000);
  (*writer)->close();
  return (*writer)->status().first_segment;
}

TEST(ReplayCommand, of_a_whole_log_says_byte_identical_and_exits_with_0) {
  const TemporaryDirectory directory;
  write_log(directory.path());
  Child replay({SIGNALBOX_BINARY, "replay", directory.path()});
  EXPECT_EQ(replay.exit_code(), 0);
  EXPECT_NE(replay.output().find("2000 requests"), std::string::npos) << replay.output();
  EXPECT_NE(replay.output().find("\nbyte-identical\n"), std::string::npos) << replay.output();
}

TEST(ReplayCommand, prints_one_flat_object_and_writes_a_line_per_decision) {
  const TemporaryDirectory directory;
  const std::string log = write_log(directory.path());
  const std::string file = directory / "decisions.jsonl";
  Child replay({SIGNALBOX_BINARY, "replay", log, "--json", "--decisions", file});
  EXPECT_EQ(replay.exit_code(), 0);
  EXPECT_NE(replay.output().find("\"verdict\":\"identical\""), std::string::npos)
      << replay.output();
  std::ifstream lines(file);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    ASSERT_TRUE(line.starts_with("{\"at_s\":") && line.ends_with("}")) << line;
  }
  EXPECT_NE(replay.output().find("\"decisions\":" + std::to_string(count) + ","), std::string::npos)
      << count << " lines, " << replay.output();
}

TEST(ReplayCommand, of_a_damaged_log_names_the_place_and_exits_with_1) {
  const TemporaryDirectory directory;
  const std::string log = write_log(directory.path());
  {
    std::fstream file(log, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(-40, std::ios::end);
    file.put('!');
  }
  Child replay({SIGNALBOX_BINARY, "replay", log});
  EXPECT_EQ(replay.exit_code(), 1);
  EXPECT_NE(replay.output().find("is damaged at byte"), std::string::npos) << replay.output();
}

TEST(ReplayCommand, of_a_log_cut_off_replays_what_is_there_and_says_so) {
  const TemporaryDirectory directory;
  const std::string log = write_log(directory.path());
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 10);
  Child replay({SIGNALBOX_BINARY, "replay", log});
  EXPECT_EQ(replay.exit_code(), 0);
  EXPECT_NE(replay.output().find("ends inside a block"), std::string::npos) << replay.output();
}

TEST(ReplayCommand, of_what_is_no_log_exits_with_2) {
  const TemporaryDirectory directory;
  EXPECT_EQ(Child({SIGNALBOX_BINARY, "replay", directory.path()}).exit_code(), 2);
  EXPECT_EQ(Child({SIGNALBOX_BINARY, "replay", "README.md"}).exit_code(), 2);
  EXPECT_EQ(Child({SIGNALBOX_BINARY, "replay", "no/such/log"}).exit_code(), 2);
}

}  // namespace
}  // namespace signalbox
