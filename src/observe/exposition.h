// SPDX-License-Identifier: Apache-2.0
//
// The grammar of the Prometheus text format (version 0.0.4), so that metrics code says only names
// and values. A family is opened once, its HELP and TYPE are written then, and all its samples
// follow before the next one opens: the order scrapers insist on cannot be got wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/latency_histogram.h"

namespace signalbox::observe {

// What to send as Content-Type with render_metrics().
inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

struct Label {
  std::string_view name;   // [a-zA-Z_][a-zA-Z0-9_]*
  std::string_view value;  // anything; escaped here
};
using Labels = std::initializer_list<Label>;

class Exposition {
 public:
  void gauge(std::string_view name, std::string_view help) { family(name, help, "gauge"); }
  // REQUIRES: `name` ends in "_total".
  void counter(std::string_view name, std::string_view help);
  void histogram(std::string_view name, std::string_view help) { family(name, help, "histogram"); }

  // A sample of the open gauge or counter.
  void sample(Labels labels, double value);
  void sample(Labels labels, std::uint64_t value);
  void sample(Labels labels, int value);
  void sample(Labels labels, bool value) { sample(labels, value ? 1 : 0); }

  // A sample of the open histogram: cumulative buckets up to +Inf, sum and count.
  void sample(Labels labels, const LatencyHistogram& histogram);

  std::string take() { return std::move(out_); }

 private:
  void family(std::string_view name, std::string_view help, std::string_view type);
  void begin(std::string_view suffix, Labels labels, std::string_view le);
  template <class Number>
  void end(Number value);

  std::string out_;
  std::string name_;
};

}  // namespace signalbox::observe
