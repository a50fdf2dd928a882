// SPDX-License-Identifier: Apache-2.0
//
// See access_log_file.h.
#include "apps/access_log_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <mutex>

namespace signalbox::apps {

namespace {

struct Sink {
  std::FILE* file;
  bool owned;
  std::mutex mutex = {};

  Sink(std::FILE* f, bool o) : file(f), owned(o) {}
  ~Sink() {
    if (owned) std::fclose(file);
  }
};

}  // namespace

Result<gateway::AccessLog> open_access_log(const std::string& where) {
  if (where == "off") return gateway::AccessLog{};
  std::FILE* file = where == "-" ? stdout : std::fopen(where.c_str(), "a");
  if (file == nullptr) {
    return Error{
        fmt::format("cannot append to the access log '{}': {}", where, std::strerror(errno))};
  }
  auto sink = std::make_shared<Sink>(file, where != "-");
  return gateway::AccessLog([sink](std::string_view line) {
    const std::lock_guard lock(sink->mutex);
    std::fwrite(line.data(), 1, line.size(), sink->file);
    std::fflush(sink->file);
  });
}

}  // namespace signalbox::apps
