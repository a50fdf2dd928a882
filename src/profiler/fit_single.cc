// SPDX-License-Identifier: Apache-2.0
//
// Every answer of a first-come-first-served server tells a time in service exactly, queue or not:
// it ended with the answer and began with the last one, or with its own arrival if that came later.
// So no second of a measurement is lost, whatever load it was made at.
#include <cmath>

#include "profiler/fit_parts.h"
#include "profiler/intervals.h"

namespace signalbox::profiler {

namespace {

struct Services {
  std::vector<double> gaps;    // of answers that followed another at once
  std::vector<double> alones;  // of requests that met nobody
};

void add_services(const StageResult& stage, std::size_t skip, Services& services) {
  const Record* last = nullptr;
  for (std::size_t i = 0; i < stage.records.size(); ++i) {
    const Record& record = stage.records[i];
    if (i >= skip && record.ok && (last == nullptr || last->ok)) {
      const bool waited = last != nullptr && record.due_s < last->done_s;
      const double time = waited ? record.done_s - last->done_s : record.latency_s();
      if (time > 0.0) (waited ? services.gaps : services.alones).push_back(time);
    }
    last = &record;
  }
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

SingleFit fit_single(const Seen& seen, std::size_t warm_up) {
  Services services;
  for (std::size_t i = 0; i < seen.stages.size(); ++i) {
    add_services(seen.stages[i], i == 0 ? warm_up : 0, services);
  }
  SingleFit fit;
  fit.service_s = services.gaps;
  if (services.alones.empty() || services.gaps.empty()) {
    fit.service_s.insert(fit.service_s.end(), services.alones.begin(), services.alones.end());
    return fit;
  }
  // What requests alone take longer is spent outside of the server: on the way.
  const double longer = mean(services.alones) - mean(services.gaps);
  const double error =
      std::hypot(std_error_of_mean(services.alones), std_error_of_mean(services.gaps));
  fit.overhead_s = longer > 3.0 * error ? longer : 0.0;
  for (const double alone : services.alones) {
    if (alone > fit.overhead_s) fit.service_s.push_back(alone - fit.overhead_s);
  }
  return fit;
}

}  // namespace signalbox::profiler
