// SPDX-License-Identifier: Apache-2.0
//
// A file for readers that want a path, without a disk.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "fuzz/target.h"

namespace signalbox::fuzz {

class FileInMemory {
 public:
  explicit FileInMemory(std::string_view bytes) : fd_(memfd_create("fuzz", MFD_CLOEXEC)) {
    require(fd_ >= 0, "no file in memory can be had");
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      require(written > 0, "a file in memory cannot be written");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ~FileInMemory() { close(fd_); }
  FileInMemory(const FileInMemory&) = delete;
  FileInMemory& operator=(const FileInMemory&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace signalbox::fuzz
