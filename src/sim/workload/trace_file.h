// SPDX-License-Identifier: Apache-2.0
//
// A trace on disk, plain or gzip, line by line: only the line at hand lies in memory. Every error
// names file and line, so that a broken download is told from a wrong file at first sight.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct gzFile_s;  // zlib's

namespace signalbox::sim {

class TraceFile {
 public:
  static Result<TraceFile> open(const std::string& path);

  // The next line without its end ("\n" or "\r\n"), valid until the next call; nullopt at the end.
  // A gzip stream that breaks off or is corrupt, and a line above 1 MiB, are errors.
  Result<std::optional<std::string_view>> next_line();

  const std::string& path() const { return path_; }
  int line_number() const { return line_number_; }  // of the last line given, from 1

  // "PATH:LINE: WHAT", about the last line given.
  Error error(std::string_view what) const;

  // All of a small file, unpacked. More than `most_bytes` is an error.
  static Result<std::string> read_all(const std::string& path, std::size_t most_bytes);

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };

  TraceFile(std::string path, gzFile_s* file) : path_(std::move(path)), file_(file) {}
  Result<bool> fill();  // more bytes into the buffer; false at the end

  std::string path_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what was not given yet
  bool at_end_ = false;
  int line_number_ = 0;
};

}  // namespace signalbox::sim
