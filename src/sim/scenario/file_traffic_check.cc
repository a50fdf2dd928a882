// SPDX-License-Identifier: Apache-2.0
//
// Does each kind of traffic have what it needs, and nothing that it does not read? A key that says
// nothing is an error, since whoever wrote it believes that it does. See file_parts.h.
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "config/nearest.h"
#include "config/units_of_measure.h"
#include "sim/scenario/asked.h"
#include "sim/scenario/file_parts.h"
#include "sim/scenario/scenario_table.h"
#include "sim/workload/image_production.h"

namespace signalbox::sim {

namespace {

using config::Fields;
using Words = std::vector<std::string_view>;

constexpr Duration kWeek = 7 * Duration{24h};

// The keys of a kind besides path, model and kind itself.
struct KeysOfKind {
  std::string_view kind;
  Words needed, others;
};

const std::vector<KeysOfKind>& keys_of_kinds() {
  static const std::vector<KeysOfKind> all = {
      {"constant", {"rate"}, {"spread"}},
      {"cosine", {"rate"}, {"period", "spread"}},
      {"diurnal", {"rate"}, {"peak_hour", "trough", "sharpness", "weekend", "spread"}},
      {"flash-crowd", {"rate", "crowds"}, {"period", "spread"}},
      {"mmpp", {"states"}, {"spread"}},
      {"clients", {"rate"}, {"curve", "clients", "skew", "gaps", "burstiness", "spread"}},
      {"images", {}, {"copies", "jitter", "from"}},
      {"servegen", {"rate"}, {"category", "from", "spread"}},
      {"llm",
       {"rate"},
       {"curve", "clients", "skew", "gaps", "burstiness", "prompt_cost", "output_cost"}},
  };
  return all;
}

void append(Words& words, std::initializer_list<std::string_view> more) {
  words.insert(words.end(), more);
}

class TrafficCheck {
 public:
  TrafficCheck(const config::Item<Fields>& traffic, const FileContext& context)
      : place_(traffic.place), fields_(traffic.value), context_(context) {}

  void check() {
    if (context_.fleet != nullptr) check_asked(fields_, *context_.fleet, context_.report);
    const auto kind = fields_.get<std::string>("kind");
    if (!kind) return;
    check_keys(*kind);
    check_crowds();
    check_states();
    check_length(*kind);
  }

 private:
  void check_keys(std::string_view kind) {
    const auto known = std::find_if(keys_of_kinds().begin(), keys_of_kinds().end(),
                                    [&](const auto& keys) { return keys.kind == kind; });
    SIGNALBOX_ASSERT(known != keys_of_kinds().end());
    const config::Section& section = *kScenarioFile.find("traffic")->section;
    for (const auto key : known->needed) {
      if (fields_.has(key)) continue;
      const bool is_list = section.find(key)->shape == config::Shape::kList;
      context_.report.add(place_, fmt::format("kind {} needs '{}'", kind, key),
                          {.hint = fmt::format("add '{}:' with {}", key,
                                               is_list ? "a list" : config::kRates.example)});
    }
    if (!fields_.is_sound("curve")) return;
    Words read = known->needed;
    read.insert(read.end(), known->others.begin(), known->others.end());
    std::string what = fmt::format("kind {}", kind);
    if (std::find(read.begin(), read.end(), "curve") != read.end()) {
      const auto curve = *fields_.get<std::string>("curve");
      what += fmt::format(" with curve {}", curve);
      if (curve == "diurnal") append(read, {"peak_hour", "trough", "sharpness", "weekend"});
      if (curve == "servegen") append(read, {"category", "from"});
    }
    for (const auto& field : section.fields) {
      const bool everywhere = field.key == "path" || field.key == "model" || field.key == "kind";
      const bool is_read = std::find(read.begin(), read.end(), field.key) != read.end();
      if (everywhere || is_read || !fields_.has(field.key)) continue;
      context_.report.add(fields_.place(field.key),
                          fmt::format("'{}' says nothing about {}", field.key, what),
                          {.hint = "remove it", .allowed = config::listed(read)});
    }
  }

  void check_crowds() {
    for (const auto& crowd : fields_.sections("crowds")) {
      if (crowd.value.is_readable()) context_.check_time(crowd.value, "at");
    }
  }

  void check_states() {
    if (!fields_.has("states") || fields_.sections("states").size() != 1) return;
    context_.report.add(fields_.place("states"), "a single state is never left",
                        {.hint = "add another one, or write 'kind: constant'"});
  }

  // Curves and traces that end.
  void check_length(std::string_view kind) {
    if (!context_.length) return;
    if (kind == "images") {
      const auto from = fields_.get<Duration>("from");
      const Duration days = ImageProductionOptions{}.to;
      if (!from || *from + *context_.length <= days) return;
      report_end(days - *from, "kind");
    } else if (kind == "clients" || kind == "llm") {
      if (fields_.get<std::string>("curve") == "diurnal" && *context_.length > kWeek) {
        report_end(kWeek, "curve");
      }
    }
  }

  void report_end(Duration end, std::string_view key) {
    context_.report.add(fields_.place(key),
                        fmt::format("there are requests for {} only",
                                    config::format_duration(std::max(end, Duration::zero()))),
                        {.hint = fmt::format("the scenario runs for {}; make it shorter",
                                             config::format_duration(*context_.length))});
  }

  const config::Place& place_;
  const Fields& fields_;
  const FileContext& context_;
};

}  // namespace

void check_traffic(const Fields& root, const FileContext& context) {
  for (const auto& traffic : root.sections("traffic")) {
    if (traffic.value.is_readable()) TrafficCheck(traffic, context).check();
  }
}

}  // namespace signalbox::sim
