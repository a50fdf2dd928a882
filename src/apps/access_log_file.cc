// SPDX-License-Identifier: Apache-2.0
//
// One write per call under a mutex, so lines of several loops never mix; see access_log_file.h.
#include "apps/access_log_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <utility>

namespace signalbox::apps {

namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

Result<File> append_to(const std::string& path) {
  File file(std::fopen(path.c_str(), "ae"));
  if (file) return file;
  return Error{fmt::format("cannot append to the access log '{}': {}", path, std::strerror(errno))};
}

}  // namespace

struct AccessLogFile::Sink {
  std::string path;  // empty = standard output
  std::mutex mutex = {};
  File file = {};  // under mutex; null = standard output

  void write(std::string_view lines) {
    const std::lock_guard lock(mutex);
    std::FILE* const to = file ? file.get() : stdout;
    std::fwrite(lines.data(), 1, lines.size(), to);
    std::fflush(to);
  }
};

Result<AccessLogFile> AccessLogFile::open(const std::string& where) {
  if (where == "off") return AccessLogFile(nullptr);
  auto sink = std::make_shared<Sink>();
  if (where != "-") {
    auto file = append_to(where);
    if (!file.ok()) return file.error();
    sink->path = where;
    sink->file = std::move(*file);
  }
  return AccessLogFile(std::move(sink));
}

gateway::AccessLog AccessLogFile::sink() const {
  if (!sink_) return {};
  return [sink = sink_](std::string_view lines) { sink->write(lines); };
}

std::string AccessLogFile::reopen() {
  if (!sink_ || sink_->path.empty()) return {};
  auto file = append_to(sink_->path);
  if (!file.ok()) return file.error().message;
  const std::lock_guard lock(sink_->mutex);
  sink_->file = std::move(*file);
  return {};
}

}  // namespace signalbox::apps
