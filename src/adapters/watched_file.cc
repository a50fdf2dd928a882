// SPDX-License-Identifier: Apache-2.0
//
// See watched_file.h.
#include "adapters/watched_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace signalbox::adapters {

namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

Refusal failed(const char* what, int error) {
  return {fmt::format("{} {}", what, error), fmt::format("{}: {}", what, std::strerror(error))};
}

}  // namespace

Result<WatchedFile::Content, Refusal> WatchedFile::read() {
  const Descriptor file{open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) return failed("cannot be opened", errno);
  struct stat about{};
  if (fstat(file.fd, &about) != 0) return failed("cannot be looked at", errno);
  if (!S_ISREG(about.st_mode)) return Refusal{"no file", "is no file"};
  if (about.st_size > static_cast<std::int64_t>(most_)) {
    return Refusal{"too large", fmt::format("is larger than {} bytes", most_)};
  }
  const Stamp stamp{about.st_mtim.tv_sec * 1'000'000'000L + about.st_mtim.tv_nsec, about.st_size,
                    about.st_ino};
  if (!text_ || stamp != stamp_) {
    std::string text(most_ + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
      const ssize_t got = ::read(file.fd, text.data() + size, text.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("cannot be read", errno);
      if (got == 0) break;
      size += static_cast<std::size_t>(got);
    }
    // It may have grown since it was looked at.
    if (size > most_) return Refusal{"too large", fmt::format("is larger than {} bytes", most_)};
    text.resize(size);
    text.shrink_to_fit();
    text_ = std::make_shared<const std::string>(std::move(text));
    stamp_ = stamp;
  }
  return Content{text_, stamp.written_unix_nanos};
}

}  // namespace signalbox::adapters
