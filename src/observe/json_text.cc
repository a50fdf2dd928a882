// SPDX-License-Identifier: Apache-2.0
//
// One walk over the value; layout is decided where a container opens.
#include "observe/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "observe/unicode.h"

namespace signalbox::observe {

namespace json = boost::json;

namespace {

class Writer {
 public:
  Writer(std::string& out, Layout layout) : out_(out), indented_(layout == Layout::kIndented) {}

  void write(const json::value& value) {
    switch (value.kind()) {
      case json::kind::null:
        out_ += "null";
        return;
      case json::kind::bool_:
        out_ += value.get_bool() ? "true" : "false";
        return;
      case json::kind::int64:
        number(value.get_int64());
        return;
      case json::kind::uint64:
        number(value.get_uint64());
        return;
      case json::kind::double_:
        floating(value.get_double());
        return;
      case json::kind::string:
        append_json_string(out_, value.get_string());
        return;
      case json::kind::array:
        array(value.get_array());
        return;
      case json::kind::object:
        object(value.get_object());
        return;
    }
  }

 private:
  template <class Number>
  void number(Number n) {
    fmt::format_to(std::back_inserter(out_), "{}", n);
  }

  void floating(double x) {
    if (std::isfinite(x)) {
      number(x);
    } else {
      out_ += "null";
    }
  }

  void array(const json::array& items) {
    const bool plain = std::none_of(items.begin(), items.end(), [](const json::value& item) {
      return item.is_array() || item.is_object();
    });
    open('[', items.empty() || plain);
    for (const auto& item : items) {
      separate();
      write(item);
    }
    close(']');
  }

  void object(const json::object& members) {
    open('{', members.empty());
    for (const auto& member : members) {
      separate();
      append_json_string(out_, member.key());
      out_ += indented_ ? ": " : ":";
      write(member.value());
    }
    close('}');
  }

  void open(char bracket, bool on_one_line) {
    out_ += bracket;
    levels_.push_back({on_one_line || !indented_, true});
  }

  void separate() {
    Level& level = levels_.back();
    if (!level.first) out_ += level.on_one_line && indented_ ? ", " : ",";
    level.first = false;
    if (!level.on_one_line) new_line();
  }

  void close(char bracket) {
    const Level level = levels_.back();
    levels_.pop_back();
    if (!level.on_one_line && !level.first) new_line();
    out_ += bracket;
  }

  void new_line() {
    out_ += '\n';
    out_.append(2 * levels_.size(), ' ');
  }

  struct Level {
    bool on_one_line;
    bool first;
  };

  std::string& out_;
  bool indented_;
  std::vector<Level> levels_;
};

// Whether eight bytes stand in a JSON string as they are: printable ASCII, no quote, no backslash.
// By the tests of a word for a byte below, equal or above (H. S. Warren, Hacker's Delight, 6-1).
bool all_plain(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U, kHighs = 0x8080808080808080U;
  const auto has_zero = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  const std::uint64_t below_blank = (bytes - kOnes * ' ') & ~bytes;
  const std::uint64_t above_tilde = bytes | (bytes + kOnes);
  return ((below_blank | above_tilde) & kHighs) == 0 && has_zero(bytes ^ (kOnes * '"')) == 0 &&
         has_zero(bytes ^ (kOnes * '\\')) == 0;
}

// Whether all of them do. The last word overlaps the one before it; a text that fills none is
// filled up.
bool all_plain(std::string_view text) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::uint64_t word = 0;
  if (text.size() < kWord) {
    std::array<char, kWord> filled;
    filled.fill('.');
    text.copy(filled.data(), text.size());
    std::memcpy(&word, filled.data(), kWord);
    return all_plain(word);
  }
  for (std::size_t at = 0; at + kWord < text.size(); at += kWord) {
    std::memcpy(&word, text.data() + at, kWord);
    if (!all_plain(word)) return false;
  }
  std::memcpy(&word, text.data() + text.size() - kWord, kWord);
  return all_plain(word);
}

}  // namespace

bool stands_as_it_is(std::string_view text) { return all_plain(text); }

std::string json_text(const json::value& value, Layout layout) {
  std::string out;
  Writer(out, layout).write(value);
  if (layout == Layout::kIndented) out += '\n';
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  // Almost all of what is written needs no care.
  if (all_plain(text)) {
    out.append(text).append(1, '"');
    return;
  }
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    switch (c) {
      case U'"':
        out += "\\\"";
        break;
      case U'\\':
        out += "\\\\";
        break;
      case U'\n':
        out += "\\n";
        break;
      case U'\r':
        out += "\\r";
        break;
      case U'\t':
        out += "\\t";
        break;
      default:
        // U+2028 and U+2029 end a line for some readers of line-based JSON.
        if (is_control(c) || c == 0x2028 || c == 0x2029) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(c));
        } else {
          append_utf8(out, c);
        }
    }
  }
  out += '"';
}

double rounded(double value, int decimals) {
  const double factor = std::pow(10.0, decimals);
  const double scaled = value * factor;
  // Beyond 2^53 every double is whole already, and scaling would only lose digits.
  return std::abs(scaled) < 9.0e15 ? std::round(scaled) / factor : value;
}

}  // namespace signalbox::observe
