// SPDX-License-Identifier: Apache-2.0
//
// The pages on which servers put their metrics: Prometheus' text format 0.0.4 and OpenMetrics 1.0,
// read as they stream. Whoever serves such a page is not trusted: it may be endless, have a million
// label values, or be no such page at all. So nothing is kept but the line being read; each sample
// is handed to a visitor, who keeps what it looks for, and the first doubt ends the reading.
//
// Ours, because Debian has no library that parses it: its C++ client only writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signalbox::wire {

struct MetricLabel {
  std::string_view name, value;
};

// Valid during the visit only.
struct MetricSample {
  std::string_view name;
  const std::vector<MetricLabel>& labels;
  double value;                            // may be NaN or infinite
  std::optional<std::int64_t> unix_nanos;  // when it was so, where the page says it

  // Empty where there is no such label, which Prometheus takes to be the same.
  std::string_view label(std::string_view label_name) const;
};

class PrometheusText {
 public:
  enum class Format { kText, kOpenMetrics };

  struct Limits {
    std::size_t page = 1024UL * 1024;  // bytes in all
    std::size_t line = 16UL * 1024;
    std::size_t labels = 64;  // of one sample
  };

  using Visit = std::function<void(const MetricSample&)>;

  PrometheusText(Format format, Visit visit) : PrometheusText(format, std::move(visit), Limits()) {}
  PrometheusText(Format format, Visit visit, const Limits& limits);

  // The next bytes of the page, cut anywhere; ignored once there is a problem.
  void feed(std::string_view bytes);
  // The page ends here. A page of OpenMetrics that does not say so itself was cut.
  void finish();

  // Why the page is none, in words that name the line; empty = sound so far. Samples visited before
  // are then of no worth.
  const std::string& problem() const { return problem_; }

 private:
  void end_line(std::string_view line);
  bool read_sample(std::string_view line);
  bool read_labels(std::string_view& rest);
  bool read_value(std::string_view& rest, double& value);
  bool read_timestamp(std::string_view text, std::optional<std::int64_t>& unix_nanos);
  bool read_exemplar(std::string_view text);
  bool refuse(const std::string& what);

  const Format format_;
  const Visit visit_;
  const Limits limits_;
  std::string line_;  // what of the present line came in earlier pieces
  std::size_t bytes_ = 0;
  std::size_t line_number_ = 0;
  bool ended_ = false;  // by "# EOF"
  std::string problem_;

  // Of the sample being read. A value with escapes is written anew into `unescaped_`, which has
  // room for a line, so that views into it stay.
  std::vector<MetricLabel> labels_;
  std::string unescaped_;
};

// The format that a Content-Type names; nullopt for what is no page of metrics ("text/html"). None
// at all is taken for the older format, as Prometheus does.
std::optional<PrometheusText::Format> metrics_format(std::string_view content_type);

}  // namespace signalbox::wire
