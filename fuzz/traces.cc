// SPDX-License-Identifier: Apache-2.0
//
// Traces that others published, and whatever a download left of them. The first byte says which
// reader is meant.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/cuts.h"
#include "fuzz/file_in_memory.h"
#include "fuzz/target.h"
#include "sim/workload/trace_azure_llm.h"
#include "sim/workload/trace_burstgpt.h"
#include "sim/workload/trace_gentd26.h"
#include "sim/workload/trace_mooncake.h"
#include "sim/workload/trace_price_snapshot.h"
#include "sim/workload/trace_servegen.h"
#include "sim/workload/trace_spot_availability.h"
#include "sim/workload/trace_spot_prices.h"
#include "sim/workload/utc_time.h"

namespace signalbox::fuzz {

namespace {

template <class Read>
void require_an_answer(const std::string& path, const Result<Read>& read) {
  if (read.ok()) return;
  require(read.error().message.starts_with(path), "an error without a place");
  require(read.error().message.size() > path.size() + 2, "no reason given");
}

void require_in_order(const Result<std::vector<sim::Arrival>>& read) {
  if (!read.ok()) return;
  require(std::ranges::is_sorted(*read, {}, &sim::Arrival::at), "arrivals out of order");
}

}  // namespace

void traces(std::string_view bytes) {
  const unsigned choice = take_choice(bytes);
  if (choice % 9 == 8) {
    const auto at = sim::parse_utc(bytes);
    if (at) require(*at >= Duration{} && sim::midnight_before(*at) <= *at, "a time before 1970");
    return;
  }
  const FileInMemory file(bytes);
  const std::string path = file.path();
  switch (choice % 9) {
    case 0: {
      const auto read = sim::read_azure_llm(path);
      require_an_answer(path, read);
      require_in_order(read);
      break;
    }
    case 1: {
      const auto read = sim::read_burstgpt(path, {});
      require_an_answer(path, read);
      require_in_order(read);
      break;
    }
    case 2: {
      const auto read = sim::read_gentd26(path);
      require_an_answer(path, read);
      if (read.ok()) sim::image_arrivals(*read, 40.0);
      break;
    }
    case 3: {
      const auto read = sim::read_mooncake(path);
      require_an_answer(path, read);
      require_in_order(read);
      break;
    }
    case 4:
      require_an_answer(path, sim::read_price_snapshot(path));
      break;
    case 5:
      require_an_answer(path, sim::read_servegen(path));
      break;
    case 6: {
      const auto read = sim::read_spot_availability(path);
      require_an_answer(path, read);
      if (read.ok()) sim::times(*read, 4);
      break;
    }
    default:
      require_an_answer(path, sim::read_spot_prices(path));
      break;
  }
}

}  // namespace signalbox::fuzz
