// SPDX-License-Identifier: Apache-2.0
//
// ServeGen (Xiang et al., NSDI 2026): request rates of production language models at Alibaba, the
// sum over all clients of a model in successive windows. tools/traces/servegen_rates.py makes the
// table from the published files; docs/traces.md says how to get them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sim/workload/rate_series.h"

namespace signalbox::sim {

struct ServegenRates {
  Duration window{};          // 10 minutes in the published data
  std::vector<double> per_s;  // mean of each window, from time zero on
  std::vector<int> clients;   // that sent anything in it

  RateSeries series(RateSeries::Between between) const {
    return RateSeries::of_windows(per_s, window, between);
  }
};

// By category ("language/m-large"). The columns category, window_start_s, n_active_clients and
// rate_rps are read; a category's windows begin at zero and follow each other without a gap.
Result<std::map<std::string, ServegenRates>> read_servegen(const std::string& path);

}  // namespace signalbox::sim
