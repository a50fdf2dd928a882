// SPDX-License-Identifier: Apache-2.0
//
// Files for tests of readers: written into gtest's temporary directory, plain or gzip, and broken
// on purpose.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

namespace signalbox::sim {

// A file that lasts as long as this value. Its name holds the process, since tests run beside each
// other.
class TestFile {
 public:
  TestFile(const std::string& name, std::string_view content)
      : path_(testing::TempDir() + std::to_string(getpid()) + "_" + name) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TestFile() { std::remove(path_.c_str()); }
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string gzipped(std::string_view content) {
  const TestFile place("gzipped.gz", "");
  gzFile file = gzopen(place.path().c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  std::ifstream in(place.path(), std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

inline std::string sample(const std::string& name) { return "src/sim/workload/testdata/" + name; }

inline std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace signalbox::sim
