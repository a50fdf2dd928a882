// SPDX-License-Identifier: Apache-2.0
//
// A disk that is full, for tests: no file of this process may grow past so many bytes. Writes fail
// as on a real full disk, only with another errno.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace signalbox::journal::testing {

class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    clear();
    std::signal(SIGXFSZ, SIG_DFL);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

  // There is room again.
  void clear() const { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace signalbox::journal::testing
