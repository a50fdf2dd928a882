// SPDX-License-Identifier: Apache-2.0
//
// What is checked is the file that was opened, not the name; see secret_file.h.
#include "access/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace signalbox::access {

namespace {

constexpr off_t kLargest = 16 * 1024 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Error wrong(const std::string& path, std::string_view what) {
  return Error{path + ": " + std::string(what)};
}

}  // namespace

Result<std::string> read_secret_file(const std::string& path, Content content) {
  // Without blocking: a pipe of that name would make us wait for whoever writes it.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    return wrong(path, std::string("it cannot be read: ") + std::strerror(errno));
  }
  struct stat about{};
  if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return wrong(path, "it is not a file");
  }
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return wrong(path, "others than its owner can write it; mend it with chmod go-w");
  }
  if (content == Content::kSecret && (about.st_mode & S_IROTH) != 0) {
    return wrong(path,
                 "everybody on this machine can read it; mend it with chmod o-rwx (a Kubernetes "
                 "secret: defaultMode: 0440)");
  }
  if (about.st_size > kLargest) return wrong(path, "it is larger than 16 MiB");
  std::string text;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return wrong(path, std::string("it cannot be read: ") + std::strerror(errno));
    if (count == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() > static_cast<std::size_t>(kLargest)) {
      return wrong(path, "it is larger than 16 MiB");
    }
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace signalbox::access
