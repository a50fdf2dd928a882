// SPDX-License-Identifier: Apache-2.0
//
// What of a file is read, up to where, and how much memory its text holds.
#include "config/text_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "config/document.h"

namespace signalbox::config {
namespace {

std::string read_back(const std::string& written) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("signalbox-text-file-" + std::to_string(::getpid()) + ".yaml");
  std::ofstream(path, std::ios::binary) << written;
  auto text = read_text_file(path.string(), "");
  std::filesystem::remove(path);
  EXPECT_TRUE(text.ok());
  return text.ok() ? std::move(*text) : std::string();  // moved: its room is what it was given
}

TEST(TextFile, is_read_whole_whatever_its_length) {
  for (const std::size_t length : {0U, 1U, 16383U, 16384U, 16385U, 100'000U}) {
    std::string written(length, 'x');
    if (length > 0) written.back() = '\0';
    EXPECT_EQ(read_back(written), written) << length;
  }
}

TEST(TextFile, is_cut_a_byte_after_the_largest_that_is_allowed) {
  EXPECT_EQ(read_back(std::string(kLargestFileBytes, '#')).size(), kLargestFileBytes);
  EXPECT_EQ(read_back(std::string(kLargestFileBytes + 1, '#')).size(), kLargestFileBytes + 1);
  EXPECT_EQ(read_back(std::string(kLargestFileBytes + 99'999, '#')).size(), kLargestFileBytes + 1);
}

// It is read at each reload, and lives until the configuration is made of it.
TEST(TextFile, a_short_one_holds_little_memory) {
  EXPECT_LE(read_back(std::string(1'000, 'x')).capacity(), 20'000U);
}

}  // namespace
}  // namespace signalbox::config
