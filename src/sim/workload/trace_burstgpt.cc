// SPDX-License-Identifier: Apache-2.0
//
// Rows of a window to arrivals; see trace_burstgpt.h.
#include "sim/workload/trace_burstgpt.h"

#include <algorithm>

#include "sim/workload/csv.h"

namespace signalbox::sim {

namespace {

constexpr int kMostTokens = 10'000'000;
constexpr double kDecade_s = 3653.0 * 86400.0;

}  // namespace

Result<std::vector<Arrival>> read_burstgpt(const std::string& path,
                                           const BurstGptOptions& options) {
  auto table =
      CsvTable::open(path, {"Timestamp", "Model", "Request tokens", "Response tokens", "Log Type"});
  if (!table) return table.error();
  std::vector<Arrival> arrivals;
  while (true) {
    const auto row = table->next();
    if (!row) return row.error();
    if (!*row) break;
    const auto at_s = table->number(0, 0.0, kDecade_s);
    if (!at_s) return at_s.error();
    const auto prompt = table->whole(2, 0, kMostTokens);
    if (!prompt) return prompt.error();
    const auto output = table->whole(3, 0, kMostTokens);
    if (!output) return output.error();
    const Duration at = from_seconds(*at_s);
    if (at < options.from || at >= options.to) continue;
    if (!options.model.empty() && table->text(1) != options.model) continue;
    if (!options.log_type.empty() && table->text(4) != options.log_type) continue;
    if (*output == 0 && !options.failures) continue;
    arrivals.push_back({TimePoint{at - options.from}, 1.0, 1.0, *prompt, *output});
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  return arrivals;
}

}  // namespace signalbox::sim
