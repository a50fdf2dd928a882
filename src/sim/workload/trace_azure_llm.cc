// SPDX-License-Identifier: Apache-2.0
//
// Rows to arrivals; see trace_azure_llm.h.
#include "sim/workload/trace_azure_llm.h"

#include <algorithm>

#include "sim/workload/csv.h"

namespace signalbox::sim {

namespace {

constexpr int kMostTokens = 10'000'000;

}  // namespace

Result<std::vector<Arrival>> read_azure_llm(const std::string& path) {
  auto table = CsvTable::open(path, {"TIMESTAMP", "ContextTokens", "GeneratedTokens"});
  if (!table) return table.error();
  std::vector<Arrival> arrivals;
  while (true) {
    const auto row = table->next();
    if (!row) return row.error();
    if (!*row) break;
    const auto at = table->utc(0);
    if (!at) return at.error();
    const auto prompt = table->whole(1, 0, kMostTokens);
    if (!prompt) return prompt.error();
    const auto output = table->whole(2, 0, kMostTokens);
    if (!output) return output.error();
    arrivals.push_back({TimePoint{*at}, 1.0, 1.0, *prompt, *output});
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  if (arrivals.empty()) return arrivals;
  const Duration first = arrivals.front().at.time_since_epoch();
  for (auto& arrival : arrivals) arrival.at -= first;
  return arrivals;
}

}  // namespace signalbox::sim
