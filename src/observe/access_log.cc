// SPDX-License-Identifier: Apache-2.0
//
// Written straight into the log's buffer, field by field: this runs once per request on the event
// loop, so no tree of values is built only to be torn down.
#include "observe/access_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "observe/json_text.h"

namespace signalbox::observe {

namespace {

std::string_view without_query(std::string_view path) {
  return path.substr(0, std::min({path.find('?'), path.find('#'), kMaxLoggedPathBytes}));
}

// The line under way, gathered beside the log's buffer: most of its pieces are a few bytes, and
// copying those is cheaper than asking a string for room each time.
class Line {
 public:
  explicit Line(std::string& out) : out_(out) {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() { flush(); }

  void add(std::string_view piece) {
    if (piece.size() > gathered_.size() - size_) flush();
    if (piece.size() > gathered_.size()) {
      out_ += piece;
      return;
    }
    std::memcpy(gathered_.data() + size_, piece.data(), piece.size());
    size_ += piece.size();
  }

  // `key` is a member's name as it stands in the line, with the comma before it.
  void text(std::string_view key, std::string_view value) {
    add(key);
    if (value.empty()) {
      add("null");
    } else if (stands_as_it_is(value)) {
      add("\"");
      add(value);
      add("\"");
    } else {
      flush();
      append_json_string(out_, value);
    }
  }

  template <class Number>
  void number(std::string_view key, Number value) {
    add(key);
    const fmt::format_int digits(value);
    add({digits.data(), digits.size()});
  }

  // Milliseconds with three decimals.
  void millis(std::string_view key, Duration duration) {
    const auto micros = static_cast<std::uint64_t>((duration.count() + 500) / 1000);
    number(key, micros / 1000);
    const std::uint64_t rest = micros % 1000;
    const std::array decimals{'.', static_cast<char>('0' + rest / 100),
                              static_cast<char>('0' + rest / 10 % 10),
                              static_cast<char>('0' + rest % 10)};
    add({decimals.data(), decimals.size()});
  }

  void time(std::string_view key, UnixNanos at) {
    add(key);
    flush();
    append_timestamp(out_, at);
  }

 private:
  void flush() {
    out_.append(gathered_.data(), size_);
    size_ = 0;
  }

  std::string& out_;
  std::array<char, 1024> gathered_;
  std::size_t size_ = 0;
};

}  // namespace

void append_access_line(std::string& out, const AccessRecord& record) {
  Line line(out);
  line.time(R"({"time":")", record.at);
  line.text(R"(","request_id":)", record.request_id);
  line.text(R"(,"client":)", record.client_address);
  line.text(R"(,"method":)", record.method);
  line.text(R"(,"path":)", without_query(record.path));
  line.text(R"(,"service":)", record.service);
  line.text(R"(,"unit":)", record.unit);
  line.text(R"(,"endpoint":)", record.endpoint);
  line.text(R"(,"mode":)", core::to_string(record.mode));
  line.text(R"(,"outcome":)", record.outcome);
  line.number(R"(,"status":)", record.status);
  line.number(R"(,"attempts":)", record.attempts);
  line.number(R"(,"bytes_in":)", record.bytes_in);
  line.number(R"(,"bytes_out":)", record.bytes_out);
  line.millis(R"(,"held_ms":)", record.held);
  line.millis(R"(,"ttfb_ms":)", record.time_to_first_byte);
  line.millis(R"(,"duration_ms":)", record.duration);
  line.add("}\n");
}

}  // namespace signalbox::observe
