// SPDX-License-Identifier: Apache-2.0
//
// Line by line; see prometheus_text.h. A line feed stands in no label value unescaped, so pages can
// be cut into lines before they are understood.
#include "wire/prometheus_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace signalbox::wire {

namespace {

constexpr std::int64_t kNanosPerMilli = 1'000'000;
constexpr double kMostUnixSeconds = 9e9;  // nanoseconds of them fit 64 bits: the year 2255

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

void skip_blanks(std::string_view& text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

// Takes a name off the front: of a metric, in which colons may stand, or of a label.
std::string_view take_name(std::string_view& text, bool colons) {
  std::size_t size = 0;
  while (size < text.size() && (is_letter(text[size]) || (colons && text[size] == ':') ||
                                (size > 0 && is_digit(text[size])))) {
    ++size;
  }
  const auto name = text.substr(0, size);
  text.remove_prefix(size);
  return name;
}

std::string_view take_word(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && !is_blank(text[size])) ++size;
  const auto word = text.substr(0, size);
  text.remove_prefix(size);
  return word;
}

bool equal_caseless(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

// As Go's ParseFloat reads it, but for hexadecimal numbers and digits in groups, which nobody
// sends.
std::optional<double> to_double(std::string_view word) {
  const bool negative = word.starts_with('-');
  if (negative || word.starts_with('+')) word.remove_prefix(1);
  if (word.empty()) return {};
  double value = 0.0;
  if (equal_caseless(word, "nan")) {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (equal_caseless(word, "inf") || equal_caseless(word, "infinity")) {
    value = std::numeric_limits<double>::infinity();
  } else if (is_digit(word.front()) || word.front() == '.') {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size()) return {};
  } else {
    return {};
  }
  return negative ? -value : value;
}

// What is shown of a line that is none: short, and without what could drive a terminal.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string out;
  for (const char c : text.substr(0, kMost)) out += c >= ' ' && c <= '~' ? c : '?';
  return text.size() > kMost ? out + "..." : out;
}

}  // namespace

std::string_view MetricSample::label(std::string_view label_name) const {
  const auto found = std::find_if(labels.begin(), labels.end(),
                                  [&](const MetricLabel& l) { return l.name == label_name; });
  return found == labels.end() ? std::string_view() : found->value;
}

PrometheusText::PrometheusText(Format format, Visit visit, const Limits& limits)
    : format_(format), visit_(std::move(visit)), limits_(limits) {
  unescaped_.reserve(limits_.line);
}

void PrometheusText::feed(std::string_view bytes) {
  while (!bytes.empty() && problem_.empty()) {
    if (bytes_ >= limits_.page) {
      problem_ = fmt::format("the page is larger than {} bytes", limits_.page);
      return;
    }
    // No further than the bound, so that a page is refused at the same byte however it is cut.
    const std::size_t end = bytes.find('\n');
    const bool whole = end != std::string_view::npos && end < limits_.page - bytes_;
    const std::size_t size = whole ? end + 1 : std::min(bytes.size(), limits_.page - bytes_);
    const std::string_view piece = bytes.substr(0, whole ? end : size);
    bytes.remove_prefix(size);
    bytes_ += size;
    if (line_.size() + piece.size() > limits_.line) {
      ++line_number_;
      refuse(fmt::format("has a line of more than {} bytes", limits_.line));
    } else if (!whole) {
      line_ += piece;
    } else if (line_.empty()) {
      end_line(piece);
    } else {
      line_ += piece;
      end_line(line_);
      line_.clear();
    }
  }
}

void PrometheusText::finish() {
  if (!problem_.empty()) return;
  if (!line_.empty()) end_line(std::exchange(line_, {}));
  if (problem_.empty() && format_ == Format::kOpenMetrics && !ended_) {
    problem_ = "the page was cut: its end is not marked by '# EOF'";
  }
}

void PrometheusText::end_line(std::string_view line) {
  ++line_number_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  skip_blanks(line);
  if (ended_ && !line.empty()) {
    refuse("goes on after '# EOF'");
  } else if (line == "# EOF") {
    ended_ = true;
  } else if (!line.empty() && line.front() != '#' && !read_sample(line)) {
    refuse(fmt::format("is no sample: '{}'", shown(line)));
  }
}

bool PrometheusText::read_sample(std::string_view line) {
  labels_.clear();
  unescaped_.clear();
  const std::string_view name = take_name(line, true);
  if (name.empty()) return false;
  skip_blanks(line);
  if (line.starts_with('{') && !read_labels(line)) return false;
  double value = 0.0;
  if (!read_value(line, value)) return false;
  std::optional<std::int64_t> unix_nanos;
  if (!line.empty() && line.front() != '#') {
    if (!read_timestamp(take_word(line), unix_nanos)) return false;
    skip_blanks(line);
  }
  if (!line.empty()) {
    // An exemplar uses the places of the labels, so it is looked at last and for its shape only.
    const auto kept = labels_;
    const bool sound = format_ == Format::kOpenMetrics && read_exemplar(line);
    labels_ = kept;
    if (!sound) return false;
  }
  visit_({name, labels_, value, unix_nanos});
  return true;
}

// From '{' up to behind '}' and the blanks after it.
bool PrometheusText::read_labels(std::string_view& rest) {
  rest.remove_prefix(1);
  skip_blanks(rest);
  while (!rest.empty() && rest.front() != '}') {
    const std::string_view name = take_name(rest, false);
    skip_blanks(rest);
    if (name.empty() || !rest.starts_with('=')) return false;
    rest.remove_prefix(1);
    skip_blanks(rest);
    if (!rest.starts_with('"')) return false;
    rest.remove_prefix(1);
    std::size_t size = 0;
    bool escaped = false;
    while (size < rest.size() && rest[size] != '"') {
      escaped |= rest[size] == '\\';
      size += rest[size] == '\\' ? 2U : 1U;
    }
    if (size >= rest.size()) return false;
    std::string_view value = rest.substr(0, size);
    rest.remove_prefix(size + 1);
    if (escaped) {
      const std::size_t begin = unescaped_.size();
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '\\') {
          unescaped_ += value[i];
          continue;
        }
        const char c = value[++i];
        // Another letter stays with its backslash, as Prometheus leaves it.
        if (c != 'n' && c != '"' && c != '\\') unescaped_ += '\\';
        unescaped_ += c == 'n' ? '\n' : c;
      }
      value = std::string_view(unescaped_).substr(begin);
    }
    if (labels_.size() == limits_.labels) return false;
    const bool known = std::any_of(labels_.begin(), labels_.end(),
                                   [&](const MetricLabel& l) { return l.name == name; });
    if (known) return false;
    labels_.push_back({name, value});
    skip_blanks(rest);
    if (rest.starts_with(',')) {
      rest.remove_prefix(1);
      skip_blanks(rest);
    } else if (!rest.starts_with('}')) {
      return false;
    }
  }
  if (rest.empty()) return false;
  rest.remove_prefix(1);
  skip_blanks(rest);
  return true;
}

bool PrometheusText::read_value(std::string_view& rest, double& value) {
  const auto read = to_double(take_word(rest));
  skip_blanks(rest);
  value = read.value_or(0.0);
  return read.has_value();
}

// Milliseconds without a fraction in the older format, seconds with one in OpenMetrics.
bool PrometheusText::read_timestamp(std::string_view text,
                                    std::optional<std::int64_t>& unix_nanos) {
  if (format_ == Format::kOpenMetrics) {
    const auto seconds = to_double(text);
    if (!seconds || !(std::abs(*seconds) < kMostUnixSeconds)) return false;
    // To the millisecond: finer, a double does not hold the seconds of today exactly.
    unix_nanos = std::llround(*seconds * 1e3) * kNanosPerMilli;
    return true;
  }
  std::int64_t millis = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), millis);
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / kNanosPerMilli;
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  if (millis > kMost || millis < -kMost) return false;
  unix_nanos = millis * kNanosPerMilli;
  return true;
}

// "# {trace_id="..."} 0.67 1520879607.789", of which nothing is used.
bool PrometheusText::read_exemplar(std::string_view text) {
  text.remove_prefix(1);
  skip_blanks(text);
  labels_.clear();
  double value = 0.0;
  if (!text.starts_with('{') || !read_labels(text) || !read_value(text, value)) return false;
  std::optional<std::int64_t> unix_nanos;
  if (text.empty()) return true;
  const bool sound = read_timestamp(take_word(text), unix_nanos);
  skip_blanks(text);
  return sound && text.empty();
}

bool PrometheusText::refuse(const std::string& what) {
  problem_ = fmt::format("line {} {}", line_number_, what);
  return false;
}

std::optional<PrometheusText::Format> metrics_format(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  if (equal_caseless(type, "application/openmetrics-text")) {
    return PrometheusText::Format::kOpenMetrics;
  }
  if (type.empty() || equal_caseless(type, "text/plain")) return PrometheusText::Format::kText;
  return {};
}

}  // namespace signalbox::wire
