// SPDX-License-Identifier: Apache-2.0
//
// A small file that others write and we read again and again: only when it changed, only so large,
// and only if it is a file, since opening a pipe would wait for its writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "adapters/trouble.h"
#include "base/result.h"

namespace signalbox::adapters {

class WatchedFile {
 public:
  WatchedFile(std::string path, std::size_t most_bytes)
      : path_(std::move(path)), most_(most_bytes) {}

  struct Content {
    std::shared_ptr<const std::string> text;  // the same object while the file is the same
    std::int64_t written_unix_nanos = 0;
  };

  Result<Content, Refusal> read();

 private:
  struct Stamp {
    std::int64_t written_unix_nanos = 0, size = -1;
    std::uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };

  const std::string path_;
  const std::size_t most_;
  Stamp stamp_;
  std::shared_ptr<const std::string> text_;
};

}  // namespace signalbox::adapters
