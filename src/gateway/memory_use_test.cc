// SPDX-License-Identifier: Apache-2.0
//
// The kernel's files as they are found on machines and in containers.
#include "gateway/memory_use.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace signalbox::gateway {
namespace {

class MemoryUseTest : public ::testing::Test {
 protected:
  MemoryUseTest() {
    std::string pattern = ::testing::TempDir() + "signalbox-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  ~MemoryUseTest() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = root_ + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  // A group of version 2.
  void group(const std::string& path, const std::string& max, const std::string& current,
             const std::string& stat = "anon 1\n") const {
    const std::string folder = "/sys/fs/cgroup" + path + "/";
    write(folder + "memory.max", max + "\n");
    write(folder + "memory.current", current + "\n");
    write(folder + "memory.stat", stat);
  }
  std::string read() const {
    const auto use = read_memory_use(root_);
    return use ? std::to_string(use->used) + " of " + std::to_string(use->limit) : "unbounded";
  }

  std::string root_;
};

TEST_F(MemoryUseTest, of_version_2_is_that_of_the_group_without_what_files_keep) {
  write("/proc/self/cgroup", "0::/system.slice/signalbox.service\n");
  group("/system.slice/signalbox.service", "1000", "900",
        "anon 500\nfile 300\ninactive_file 200\nactive_file 100\nslab 5\n");
  EXPECT_EQ(read(), "600 of 1000");
}

TEST_F(MemoryUseTest, is_that_of_the_group_around_it_where_that_one_is_nearer_to_its_limit) {
  write("/proc/self/cgroup", "0::/outer/middle/inner\n");
  group("/outer", "2000", "1900");
  group("/outer/middle", "max", "1900");
  group("/outer/middle/inner", "1000", "800");
  EXPECT_EQ(read(), "1900 of 2000");
  group("/outer/middle/inner", "1000", "960");
  EXPECT_EQ(read(), "960 of 1000");
}

TEST_F(MemoryUseTest, of_a_container_that_does_not_see_its_own_path_is_what_it_sees_at_the_top) {
  write("/proc/self/cgroup", "0::/kubepods/pod1/container1\n");
  group("", "1000", "500");
  EXPECT_EQ(read(), "500 of 1000");
  write("/proc/self/cgroup", "0::/\n");
  EXPECT_EQ(read(), "500 of 1000");
  write("/proc/self/cgroup", "0::/../../other\n");
  EXPECT_EQ(read(), "500 of 1000");
}

TEST_F(MemoryUseTest, of_version_1_is_read_too) {
  write("/proc/self/cgroup", "9:name=systemd:/a\n4:memory:/a\n3:cpu,cpuacct:/a\n0::/\n");
  const std::string folder = "/sys/fs/cgroup/memory/a/";
  write(folder + "memory.limit_in_bytes", "1000\n");
  write(folder + "memory.usage_in_bytes", "700\n");
  write(folder + "memory.stat", "active_file 1\ntotal_active_file 50\ntotal_inactive_file 50\n");
  EXPECT_EQ(read(), "600 of 1000");
  write(folder + "memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(read(), "unbounded");
}

TEST_F(MemoryUseTest, without_a_limit_or_without_files_is_not_known) {
  EXPECT_EQ(read(), "unbounded");
  write("/proc/self/cgroup", "0::/a\nnonsense\n");
  EXPECT_EQ(read(), "unbounded");
  group("/a", "max", "1000");
  EXPECT_EQ(read(), "unbounded");
  group("/a", "", "");
  EXPECT_EQ(read(), "unbounded");
}

TEST_F(MemoryUseTest, of_files_that_keep_more_than_is_used_is_nothing) {
  write("/proc/self/cgroup", "0::/a\n");
  group("/a", "1000", "100", "inactive_file 200\nactive_file 100\n");
  EXPECT_EQ(read(), "0 of 1000");
}

}  // namespace
}  // namespace signalbox::gateway
