// SPDX-License-Identifier: Apache-2.0
//
// Lines of JSON to arrivals; see trace_mooncake.h.
#include "sim/workload/trace_mooncake.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/workload/json_document.h"
#include "sim/workload/trace_file.h"

namespace signalbox::sim {

namespace {

constexpr double kMostTokens = 1e7;
constexpr double kYear_ms = 366.0 * 86400e3;

}  // namespace

Result<std::vector<Arrival>> read_mooncake(const std::string& path) {
  auto file = TraceFile::open(path);
  if (!file) return file.error();
  std::vector<Arrival> arrivals;
  while (true) {
    const auto line = file->next_line();
    if (!line) return line.error();
    if (!*line) break;
    if ((*line)->empty()) continue;
    const auto document = JsonDocument::parse(**line);
    if (!document) return file->error(document.error().message);
    const auto at_ms = document->root().number("timestamp", 0.0, kYear_ms);
    if (!at_ms) return file->error(at_ms.error().message);
    const auto prompt = document->root().number("input_length", 0.0, kMostTokens);
    if (!prompt) return file->error(prompt.error().message);
    const auto output = document->root().number("output_length", 0.0, kMostTokens);
    if (!output) return file->error(output.error().message);
    arrivals.push_back({TimePoint{from_seconds(*at_ms / 1e3)}, 1.0, 1.0, static_cast<int>(*prompt),
                        static_cast<int>(*output)});
  }
  if (file->line_number() == 0) {
    return Error{fmt::format(
        "{}: empty; expected one object a line with timestamp, input_length, output_length", path)};
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  return arrivals;
}

}  // namespace signalbox::sim
