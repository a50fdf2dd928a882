// SPDX-License-Identifier: Apache-2.0
#include "apps/access_log_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "net/test_certificates.h"

namespace signalbox::apps {
namespace {

using ::testing::HasSubstr;

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class AccessLogFileTest : public ::testing::Test {
 protected:
  AccessLogFile opened(const std::string& where) {
    auto log = AccessLogFile::open(where);
    EXPECT_TRUE(log.ok()) << (log.ok() ? "" : log.error().message);
    return std::move(*log);
  }

  net::testing::ScratchFolder folder_;
  const std::string path_ = folder_.path("access.log");
  const std::string rotated_ = folder_.path("access.log.1");
};

TEST_F(AccessLogFileTest, appends_and_every_line_is_there_at_once) {
  folder_.write("access.log", "earlier\n");
  const auto log = opened(path_);
  log.sink()("one\n");
  EXPECT_EQ(content(path_), "earlier\none\n");
}

TEST_F(AccessLogFileTest, goes_on_in_a_renamed_file_until_it_is_told_to_open_it_again) {
  auto log = opened(path_);
  const auto sink = log.sink();
  sink("one\n");
  std::filesystem::rename(path_, rotated_);
  sink("two\n");
  EXPECT_EQ(log.reopen(), "");
  sink("three\n");
  EXPECT_EQ(content(rotated_), "one\ntwo\n");
  EXPECT_EQ(content(path_), "three\n");
}

TEST_F(AccessLogFileTest, that_cannot_be_opened_again_goes_on_where_it_was) {
  std::filesystem::create_directory(folder_.path("logs"));
  auto log = opened(folder_.path("logs/access.log"));
  std::filesystem::rename(folder_.path("logs"), folder_.path("moved"));
  EXPECT_THAT(log.reopen(), HasSubstr("logs/access.log': No such file or directory"));
  log.sink()("one\n");
  EXPECT_EQ(content(folder_.path("moved/access.log")), "one\n");
}

TEST_F(AccessLogFileTest, standard_output_and_nothing_need_no_opening) {
  auto standard_output = opened("-");
  EXPECT_TRUE(standard_output.sink());
  EXPECT_EQ(standard_output.reopen(), "");
  auto off = opened("off");
  EXPECT_FALSE(off.sink());
  EXPECT_EQ(off.reopen(), "");
}

TEST_F(AccessLogFileTest, that_cannot_be_opened_is_told_with_its_path) {
  const auto log = AccessLogFile::open(folder_.path("no/access.log"));
  ASSERT_FALSE(log.ok());
  EXPECT_THAT(log.error().message, HasSubstr("no/access.log': No such file or directory"));
}

}  // namespace
}  // namespace signalbox::apps
