// SPDX-License-Identifier: Apache-2.0
//
// Rows to requests; see trace_gentd26.h.
#include "sim/workload/trace_gentd26.h"

#include <algorithm>

#include "sim/workload/csv.h"
#include "sim/workload/utc_time.h"

namespace signalbox::sim {

Result<std::vector<Gentd26Request>> read_gentd26(const std::string& path) {
  auto table = CsvTable::open(
      path, {"gmt_create", "predict_status", "num_images_per_prompt", "num_inference_steps"});
  if (!table) return table.error();
  std::vector<Gentd26Request> requests;
  while (true) {
    const auto row = table->next();
    if (!row) return row.error();
    if (!*row) break;
    const auto at = table->utc(0);
    if (!at) return at.error();
    if (table->text(1).empty()) return table->bad(1, "a status such as SUCCEED");
    const auto images = table->whole(2, 1, 10'000);
    if (!images) return images.error();
    const auto steps = table->whole(3, 1, 10'000);
    if (!steps) return steps.error();
    requests.push_back({TimePoint{*at}, *images, *steps, table->text(1) == "SUCCEED"});
  }
  std::stable_sort(requests.begin(), requests.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  if (requests.empty()) return requests;
  const Duration midnight = midnight_before(requests.front().at.time_since_epoch());
  for (auto& request : requests) request.at -= midnight;
  return requests;
}

std::vector<Arrival> image_arrivals(const std::vector<Gentd26Request>& requests,
                                    double reference_image_steps) {
  SIGNALBOX_ASSERT(reference_image_steps > 0.0);
  std::vector<Arrival> arrivals;
  arrivals.reserve(requests.size());
  for (const auto& request : requests) {
    const double factor = request.image_steps() / reference_image_steps;
    arrivals.push_back({request.at, factor, factor});
  }
  return arrivals;
}

}  // namespace signalbox::sim
