// SPDX-License-Identifier: Apache-2.0
//
// Escaping and layout of the text format; see exposition.h.
#include "observe/exposition.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "base/assert.h"
#include "observe/json_text.h"
#include "observe/unicode.h"

namespace signalbox::observe {

namespace {

// Label values take any UTF-8 but a raw quote, backslash or line feed.
void append_label_value(std::string& out, std::string_view value) {
  for (std::size_t at = 0; at < value.size();) {
    const char32_t c = next_code_point(value, at);
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
      default:
        append_utf8(out, is_control(c) ? kReplacement : c);
    }
  }
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

void append_number(std::string& out, std::uint64_t value) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

void append_number(std::string& out, int value) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

}  // namespace

void Exposition::counter(std::string_view name, std::string_view help) {
  SIGNALBOX_ASSERT(name.ends_with("_total"));
  family(name, help, "counter");
}

void Exposition::sample(Labels labels, double value) {
  begin("", labels, "");
  end(value);
}

void Exposition::sample(Labels labels, std::uint64_t value) {
  begin("", labels, "");
  end(value);
}

void Exposition::sample(Labels labels, int value) {
  begin("", labels, "");
  end(value);
}

void Exposition::sample(Labels labels, const LatencyHistogram& histogram) {
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < LatencyHistogram::kBoundsSeconds.size(); ++i) {
    so_far += histogram.counts[i];
    begin("_bucket", labels, fmt::format("{}", LatencyHistogram::kBoundsSeconds[i]));
    end(so_far);
  }
  begin("_bucket", labels, "+Inf");
  end(histogram.total());
  begin("_sum", labels, "");
  end(rounded(histogram.sum_seconds, 9));  // whole nanoseconds went in; the rest is noise
  begin("_count", labels, "");
  end(histogram.total());
}

void Exposition::family(std::string_view name, std::string_view help, std::string_view type) {
  name_ = name;
  fmt::format_to(std::back_inserter(out_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void Exposition::begin(std::string_view suffix, Labels labels, std::string_view le) {
  SIGNALBOX_ASSERT(!name_.empty());
  out_ += name_;
  out_ += suffix;
  char separator = '{';
  const auto label = [&](std::string_view name, std::string_view value) {
    out_ += separator;
    out_ += name;
    out_ += "=\"";
    append_label_value(out_, value);
    out_ += '"';
    separator = ',';
  };
  for (const auto& [name, value] : labels) label(name, value);
  if (!le.empty()) label("le", le);
  if (separator == ',') out_ += '}';
  out_ += ' ';
}

template <class Number>
void Exposition::end(Number value) {
  append_number(out_, value);
  out_ += '\n';
}

}  // namespace signalbox::observe
