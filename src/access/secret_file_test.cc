// SPDX-License-Identifier: Apache-2.0
//
// Files as they are found on machines: with modes, line ends and surprises.
#include "access/secret_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace signalbox::access {
namespace {

class SecretFile : public testing::Test {
 protected:
  SecretFile() {
    std::string name = testing::TempDir() + "signalbox-secret-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~SecretFile() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& text, mode_t mode = 0600) {
    const std::string path = folder_ + "/secret";
    std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  static std::string read(const std::string& path, Content content = Content::kSecret) {
    const auto text = read_secret_file(path, content);
    return text.ok() ? text.value() : "error: " + text.error().message;
  }

  std::string folder_;
};

TEST_F(SecretFile, line_ends_behind_a_secret_are_not_of_it) {
  EXPECT_EQ(read(file("s3cret\n")), "s3cret");
  EXPECT_EQ(read(file("s3cret\r\n\n")), "s3cret");
  EXPECT_EQ(read(file("s3 cret ")), "s3 cret ") << "blanks may be";
  EXPECT_EQ(read(file("")), "");
}

TEST_F(SecretFile, its_group_may_read_a_secret_and_everybody_may_not) {
  EXPECT_EQ(read(file("s3cret", 0440)), "s3cret");
  const std::string open = read(file("s3cret", 0644));
  EXPECT_NE(open.find("everybody on this machine can read it"), std::string::npos) << open;
  EXPECT_NE(open.find("chmod o-rwx"), std::string::npos) << "and how to mend it";
  EXPECT_EQ(open.find("s3cret"), std::string::npos);
  EXPECT_EQ(read(file("hash", 0644), Content::kHashes), "hash");
}

TEST_F(SecretFile, who_can_write_it_can_let_himself_in) {
  for (const mode_t mode : {0620U, 0602U, 0666U}) {
    for (const auto content : {Content::kSecret, Content::kHashes}) {
      EXPECT_NE(read(file("x", mode), content).find("others than its owner can write it"),
                std::string::npos)
          << mode;
    }
  }
}

TEST_F(SecretFile, what_is_no_file_is_told_and_not_waited_for) {
  EXPECT_NE(read(folder_ + "/missing").find("cannot be read: No such file"), std::string::npos);
  EXPECT_NE(read(folder_).find("it is not a file"), std::string::npos);
  const std::string pipe = folder_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_NE(read(pipe).find("it is not a file"), std::string::npos);
}

TEST_F(SecretFile, a_link_to_a_secret_is_followed_as_orchestrators_make_them) {
  const std::string path = file("s3cret");
  std::filesystem::create_symlink(path, folder_ + "/link");
  EXPECT_EQ(read(folder_ + "/link"), "s3cret");
}

TEST_F(SecretFile, a_file_without_end_is_not_read) {
  EXPECT_NE(read(file(std::string(16 * 1024 * 1024 + 1, 'x'))).find("larger than 16 MiB"),
            std::string::npos);
  EXPECT_NE(read("/dev/zero").find("it is not a file"), std::string::npos);
}

}  // namespace
}  // namespace signalbox::access
