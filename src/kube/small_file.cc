// SPDX-License-Identifier: Apache-2.0
//
// See small_file.h. Only regular files: opening a pipe would wait for its writer.
#include "kube/small_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace signalbox::kube {

Result<std::string> read_small_file(const std::string& path, std::int64_t most_bytes) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) {
    return Error{fmt::format("{} cannot be read: {}", path, std::strerror(errno))};
  }
  if (!S_ISREG(about.st_mode)) return Error{path + " is no file"};
  if (about.st_size > most_bytes) {
    return Error{fmt::format("{} is larger than {} bytes", path, most_bytes)};
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file.is_open() || file.bad()) {
    return Error{fmt::format("{} cannot be read: {}", path, std::strerror(errno))};
  }
  return std::move(text).str();
}

std::uint64_t stamp_of(const std::string& path) {
  struct stat about{};
  if (path.empty() || ::stat(path.c_str(), &about) != 0) return 0;
  std::uint64_t stamp = 1469598103934665603ULL;  // FNV-1a, over what changes with the file
  for (const auto part :
       {static_cast<std::uint64_t>(about.st_ino), static_cast<std::uint64_t>(about.st_size),
        static_cast<std::uint64_t>(about.st_mtim.tv_sec),
        static_cast<std::uint64_t>(about.st_mtim.tv_nsec)}) {
    stamp = (stamp ^ part) * 1099511628211ULL;
  }
  return stamp | 1U;
}

}  // namespace signalbox::kube
