// SPDX-License-Identifier: Apache-2.0
//
// A snapshot is read back as it was written, or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "kube/scripted_api.h"
#include "kube/small_file.h"
#include "kube/snapshot_file.h"
#include "net/test_certificates.h"

namespace signalbox::kube {
namespace {

using ::testing::HasSubstr;

KubeObject object(const std::string& name) {
  return slimmed({{"metadata", {{"name", name}, {"namespace", "prod"}}}});
}

struct SnapshotTest : ::testing::Test {
  SnapshotFile file() {
    return SnapshotFile(time, folder.path("snapshot"),
                        [this](const std::string& line) { told.push_back(line); });
  }
  std::string text() { return to_text({7, {{"v1/pods", {object("a"), object("b")}}}}); }

  net::testing::ScratchFolder folder;
  testing::VirtualSchedule time;
  std::vector<std::string> told;
};

TEST_F(SnapshotTest, what_is_written_is_read) {
  const auto read = read_snapshot(text());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->written_unix_nanos, 7);
  ASSERT_EQ(read->objects.at("v1/pods").size(), 2u);
  EXPECT_EQ(wire::key_of(*read->objects.at("v1/pods")[1]), "prod/b");
}

TEST_F(SnapshotTest, one_that_is_cut_off_or_changed_anywhere_is_not_gone_by) {
  const std::string whole = text();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_snapshot(whole.substr(0, size)).ok()) << size;
  }
  for (std::size_t at = whole.find('\n') + 1; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(read_snapshot(changed).ok()) << at;
  }
  EXPECT_THAT(read_snapshot("{}\n{}").error().message, HasSubstr("is no snapshot"));
}

TEST_F(SnapshotTest, B68_the_next_process_finds_what_the_last_one_knew) {
  std::map<std::string, std::vector<KubeObject>> known;
  auto before = file();
  before.start([&] { return known; });
  time.advance(30s);
  EXPECT_FALSE(std::filesystem::exists(folder.path("snapshot"))) << "nothing is known yet";
  known["v1/pods"] = {object("a")};
  time.advance(30s);
  auto after = file();
  EXPECT_EQ(after.earlier().objects.at("v1/pods").size(), 1u);
  EXPECT_TRUE(told.empty());
  struct stat about{};
  ASSERT_EQ(::stat(folder.path("snapshot").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
}

TEST_F(SnapshotTest, it_is_written_only_when_it_is_another) {
  auto writer = file();
  writer.start(
      [&] { return std::map<std::string, std::vector<KubeObject>>{{"v1/pods", {object("a")}}}; });
  time.advance(30s);
  const auto stamp = stamp_of(folder.path("snapshot"));
  time.advance(5min);
  EXPECT_EQ(stamp_of(folder.path("snapshot")), stamp);
}

TEST_F(SnapshotTest, none_a_spoilt_one_and_one_that_cannot_be_written_are_told_once) {
  EXPECT_TRUE(file().earlier().objects.empty());
  EXPECT_THAT(told.back(), HasSubstr("there is no snapshot to go by"));
  folder.write("snapshot", "spoilt");
  EXPECT_TRUE(file().earlier().objects.empty());
  EXPECT_THAT(told.back(), HasSubstr("it is not gone by"));
  told.clear();
  SnapshotFile nowhere(time, folder.path("no/folder"),
                       [this](const std::string& line) { told.push_back(line); });
  nowhere.start(
      [&] { return std::map<std::string, std::vector<KubeObject>>{{"v1/pods", {object("a")}}}; });
  time.advance(5min);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told.back(), HasSubstr("cannot be written: No such file or directory"));
}

}  // namespace
}  // namespace signalbox::kube
