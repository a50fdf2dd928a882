// SPDX-License-Identifier: Apache-2.0
//
// The only file that speaks SQLite; see journal_file.h and docs/journal.md.
#include "journal/journal_file.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

namespace signalbox::journal {

namespace {

constexpr int kSchemaVersion = 1;
constexpr int kApplicationId = 0x53426A6C;  // "SBjl": tells our files from other databases
constexpr int kBusyMillis = 500;            // how long a writer waits for a reader's lock

constexpr const char* kSchema = R"sql(
CREATE TABLE entries (
  seq        INTEGER PRIMARY KEY,
  run        INTEGER NOT NULL,
  at_unix_ns INTEGER NOT NULL,
  kind       TEXT    NOT NULL,
  request    TEXT,
  service    TEXT,
  unit       TEXT,
  endpoint   INTEGER,
  attempt    INTEGER,
  status     INTEGER,
  reason     TEXT,
  stands_for INTEGER NOT NULL,
  detail     TEXT
);
CREATE INDEX entries_by_request ON entries (request) WHERE request IS NOT NULL;
CREATE INDEX entries_by_kind ON entries (kind, at_unix_ns);
)sql";

constexpr const char* kInsert =
    "INSERT INTO entries (run, at_unix_ns, kind, request, service, unit, endpoint, attempt, "
    "status, "
    "reason, stands_for, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Statement prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database, sql, -1, &statement, nullptr);
  return Statement(statement);
}

// Texts live until the statement has run.
void bind_text(sqlite3_stmt* statement, int place, const std::string& text) {
  if (text.empty()) {
    sqlite3_bind_null(statement, place);
  } else {
    sqlite3_bind_text64(statement, place, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
}

void bind_number(sqlite3_stmt* statement, int place, std::int64_t value) {
  if (value == 0) {
    sqlite3_bind_null(statement, place);
  } else {
    sqlite3_bind_int64(statement, place, value);
  }
}

std::string text_of(sqlite3_stmt* statement, int column) {
  const auto* text = sqlite3_column_text(statement, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

}  // namespace

void JournalFile::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Error JournalFile::error(const char* doing) const {
  const int code = sqlite3_errcode(database_.get());
  const char* hint = "";
  switch (code) {
    case SQLITE_FULL:
      hint = " (the disk is full: free some, the journal goes on by itself)";
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      hint = " (another process holds it locked)";
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      hint = " (move the file away, a new one is made)";
      break;
    default:
      break;
  }
  return {fmt::format("cannot {} the decision journal {}: {}{}", doing, path_,
                      sqlite3_errmsg(database_.get()), hint)};
}

bool JournalFile::run_sql(const char* sql) const {
  return sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

Result<std::int64_t> JournalFile::number(const char* sql) const {
  const Statement statement = prepare(database_.get(), sql);
  if (statement == nullptr || sqlite3_step(statement.get()) != SQLITE_ROW) return error("read");
  return static_cast<std::int64_t>(sqlite3_column_int64(statement.get(), 0));
}

Result<JournalFile> JournalFile::open(const std::string& path, std::uint64_t max_bytes) {
  JournalFile file(path, max_bytes);
  sqlite3* database = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  file.database_.reset(database);
  if (opened != SQLITE_OK) return file.error("open");
  sqlite3_busy_timeout(database, kBusyMillis);
  const auto application = file.number("PRAGMA application_id");
  if (!application.ok()) return application.error();
  const auto tables = file.number("SELECT count(*) FROM sqlite_master");
  if (!tables.ok()) return tables.error();
  if (*tables > 0 && *application != kApplicationId) {
    return Error{fmt::format(
        "{} is a database, but no decision journal; give the journal a file of its own", path)};
  }
  if (*tables == 0) {
    const std::string make = fmt::format(
        "BEGIN IMMEDIATE; PRAGMA application_id = {}; PRAGMA user_version = {}; {} "
        "COMMIT;",
        kApplicationId, kSchemaVersion, kSchema);
    // Readers and the writer do not wait for each other in WAL mode; the mode is kept in the file.
    if (!file.run_sql("PRAGMA journal_mode = WAL") || !file.run_sql(make.c_str())) {
      return file.error("make");
    }
  }
  const auto version = file.number("PRAGMA user_version");
  if (!version.ok()) return version.error();
  if (*version != kSchemaVersion) {
    return Error{fmt::format(
        "{} is a decision journal of schema {}, and this binary writes schema {}; give it another "
        "file",
        path, *version, kSchemaVersion)};
  }
  // A crash of the machine may cost the last batches, never the file.
  if (!file.run_sql("PRAGMA synchronous = NORMAL")) return file.error("open");
  return file;
}

Result<JournalFile> JournalFile::open_to_read(const std::string& path) {
  JournalFile file(path, 0);
  sqlite3* database = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
  file.database_.reset(database);
  if (opened != SQLITE_OK) return file.error("open");
  sqlite3_busy_timeout(database, kBusyMillis);
  const auto application = file.number("PRAGMA application_id");
  if (!application.ok()) return application.error();
  if (*application != kApplicationId) return Error{path + " is no decision journal"};
  return file;
}

Result<std::uint64_t> JournalFile::append(std::span<const JournalEntry> entries, std::int64_t run) {
  if (!run_sql("BEGIN IMMEDIATE")) return error("write to");
  const auto give_up = [&](const char* doing) {
    const Error why = error(doing);
    run_sql("ROLLBACK");
    return why;
  };
  {
    const Statement insert = prepare(database_.get(), kInsert);
    if (insert == nullptr) return give_up("write to");
    for (const JournalEntry& entry : entries) {
      sqlite3_stmt* to = insert.get();
      sqlite3_bind_int64(to, 1, run);
      sqlite3_bind_int64(to, 2, entry.at_unix_nanos);
      bind_text(to, 3, entry.kind);
      bind_text(to, 4, entry.request);
      bind_text(to, 5, entry.service);
      bind_text(to, 6, entry.unit);
      bind_number(to, 7, static_cast<std::int64_t>(entry.endpoint));
      bind_number(to, 8, entry.attempt);
      bind_number(to, 9, entry.status);
      bind_text(to, 10, entry.reason);
      sqlite3_bind_int64(to, 11, static_cast<std::int64_t>(entry.stands_for));
      bind_text(to, 12, entry.detail);
      if (sqlite3_step(to) != SQLITE_DONE) return give_up("write to");
      sqlite3_reset(to);
    }
  }
  if (!prune()) return give_up("prune");
  if (!run_sql("COMMIT")) return give_up("write to");
  return std::uint64_t{entries.size()};
}

// A tenth at a time, so that it is rarely done. The pages freed are used again by what comes next.
bool JournalFile::prune() {
  for (;;) {
    const auto used = used_bytes();
    if (!used.ok()) return false;
    if (*used <= max_bytes_) return true;
    const auto entries = number("SELECT count(*) FROM entries");
    if (!entries.ok()) return false;
    if (*entries <= 1) return true;
    if (!run_sql("DELETE FROM entries WHERE seq <= (SELECT min(seq) + (max(seq) - min(seq)) / 10 "
                 "FROM entries)")) {
      return false;
    }
  }
}

Result<std::uint64_t> JournalFile::used_bytes() const {
  std::int64_t pages[3] = {};
  const char* questions[3] = {"PRAGMA page_count", "PRAGMA freelist_count", "PRAGMA page_size"};
  for (int i = 0; i < 3; ++i) {
    const auto answer = number(questions[i]);
    if (!answer.ok()) return answer.error();
    pages[i] = *answer;
  }
  return static_cast<std::uint64_t>((pages[0] - pages[1]) * pages[2]);
}

Result<std::vector<JournalEntry>> JournalFile::query(const char* sql, const std::string& text,
                                                     std::int64_t limit) const {
  const Statement statement = prepare(database_.get(), sql);
  if (statement == nullptr) return error("read");
  sqlite3_bind_text64(statement.get(), 1, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  sqlite3_bind_int64(statement.get(), 2, limit);
  std::vector<JournalEntry> entries;
  for (;;) {
    const int step = sqlite3_step(statement.get());
    if (step == SQLITE_DONE) return entries;
    if (step != SQLITE_ROW) return error("read");
    sqlite3_stmt* row = statement.get();
    JournalEntry& entry = entries.emplace_back();
    entry.at_unix_nanos = sqlite3_column_int64(row, 0);
    entry.kind = text_of(row, 1);
    entry.request = text_of(row, 2);
    entry.service = text_of(row, 3);
    entry.unit = text_of(row, 4);
    entry.endpoint = static_cast<std::uint64_t>(sqlite3_column_int64(row, 5));
    entry.attempt = sqlite3_column_int(row, 6);
    entry.status = sqlite3_column_int(row, 7);
    entry.reason = text_of(row, 8);
    entry.stands_for = static_cast<std::uint64_t>(sqlite3_column_int64(row, 9));
    entry.detail = text_of(row, 10);
  }
}

Result<std::vector<JournalEntry>> JournalFile::of_request(const std::string& request) const {
  return query(
      "SELECT at_unix_ns, kind, request, service, unit, endpoint, attempt, status, reason, "
      "stands_for, detail FROM entries WHERE request = ?1 AND run = (SELECT max(run) FROM entries "
      "WHERE request = ?1) ORDER BY seq LIMIT ?2",
      request, 1000);
}

Result<std::vector<JournalEntry>> JournalFile::latest(const std::string& kind,
                                                      std::size_t count) const {
  return query(
      "SELECT at_unix_ns, kind, request, service, unit, endpoint, attempt, status, reason, "
      "stands_for, detail FROM entries WHERE ?1 = '' OR kind = ?1 ORDER BY seq DESC LIMIT ?2",
      kind, static_cast<std::int64_t>(count));
}

}  // namespace signalbox::journal
