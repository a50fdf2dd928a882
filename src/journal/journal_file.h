// SPDX-License-Identifier: Apache-2.0
//
// The decision journal as an SQLite file: appended to in batches, bounded by dropping its oldest
// entries, readable by anything that speaks SQLite while it is being written. Every failure comes
// back as a sentence; nothing of a batch is in the file unless all of it is.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/journal_entry.h"

struct sqlite3;

namespace signalbox::journal {

class JournalFile {
 public:
  // Opens or makes the file at `path`. Refuses files that are no database, are another's, or were
  // written by a newer version.
  static Result<JournalFile> open(const std::string& path, std::uint64_t max_bytes);
  static Result<JournalFile> open_to_read(const std::string& path);

  // Appends all or none. `run` is the moment this process started, so that request ids, which begin
  // anew with each, can be told apart. Then drops the oldest entries while the file is too large.
  Result<std::uint64_t> append(std::span<const JournalEntry> entries, std::int64_t run);

  // What the journal holds of one request, in order; of the latest run that has any.
  Result<std::vector<JournalEntry>> of_request(const std::string& request) const;
  // The newest entries of a kind, or of every kind when it is empty; newest first.
  Result<std::vector<JournalEntry>> latest(const std::string& kind, std::size_t count) const;

  // Bytes in use, without what is free inside the file.
  Result<std::uint64_t> used_bytes() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  JournalFile(std::string path, std::uint64_t max_bytes)
      : path_(std::move(path)), max_bytes_(max_bytes) {}

  Error error(const char* doing) const;
  bool run_sql(const char* sql) const;
  Result<std::int64_t> number(const char* sql) const;
  Result<std::vector<JournalEntry>> query(const char* sql, const std::string& text,
                                          std::int64_t number) const;
  bool prune();

  std::string path_;
  std::uint64_t max_bytes_ = 0;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace signalbox::journal
