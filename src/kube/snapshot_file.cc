// SPDX-License-Identifier: Apache-2.0
//
// See snapshot_file.h.
#include "kube/snapshot_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <utility>

#include "base/assert.h"
#include "kube/small_file.h"

namespace signalbox::kube {

namespace {

constexpr Duration kEvery = 30s;

Result<bool> write_whole(const std::string& path, const std::string& text) {
  const auto failed = [&](const char* what) {
    return Error{fmt::format("{} cannot be {}: {}", path, what, std::strerror(errno))};
  };
  const std::string beside = path + ".new";
  const ::mode_t before = ::umask(077);
  std::FILE* file = std::fopen(beside.c_str(), "wbe");
  ::umask(before);
  if (file == nullptr) return failed("written");
  const bool whole = std::fwrite(text.data(), 1, text.size(), file) == text.size() &&
                     std::fflush(file) == 0 && ::fsync(::fileno(file)) == 0;
  const int why = errno;
  std::fclose(file);
  errno = why;
  if (!whole) return failed("written");
  if (std::rename(beside.c_str(), path.c_str()) != 0) return failed("replaced");
  return true;
}

}  // namespace

SnapshotFile::SnapshotFile(Schedule& schedule, std::string path,
                           std::function<void(const std::string&)> tell)
    : schedule_(schedule), path_(std::move(path)), tell_(std::move(tell)) {}

const Snapshot& SnapshotFile::earlier() {
  if (earlier_) return *earlier_;
  earlier_ = std::make_unique<Snapshot>();
  const auto text = read_small_file(path_, 1024L * 1024 * 1024);
  if (!text.ok()) {
    tell_("there is no snapshot to go by: " + text.error().message);
    return *earlier_;
  }
  auto read = read_snapshot(*text);
  if (!read.ok()) {
    tell_(fmt::format("the snapshot {} {}: it is not gone by", path_, read.error().message));
    return *earlier_;
  }
  *earlier_ = std::move(*read);
  return *earlier_;
}

void SnapshotFile::start(Take take) {
  SIGNALBOX_ASSERT(!take_);
  take_ = std::move(take);
  write_later();
}

void SnapshotFile::write_later() {
  alarm_ = schedule_.after(kEvery, [this] {
    write();
    write_later();
  });
}

void SnapshotFile::write() {
  const auto objects = take_();
  if (objects.empty()) return;
  const std::size_t sum = std::hash<std::string>{}(to_text({0, objects}));
  if (sum == written_) return;
  const auto wrote = write_whole(path_, to_text({schedule_.unix_nanos(), objects}));
  if (wrote.ok()) {
    written_ = sum;
    failing_ = false;
  } else if (!std::exchange(failing_, true)) {
    tell_("the snapshot of the cluster " + wrote.error().message);
  }
}

}  // namespace signalbox::kube
