// SPDX-License-Identifier: Apache-2.0
#include "sim/report/json.h"

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>

#include "observe/json_text.h"

namespace signalbox::sim {

namespace json = boost::json;

namespace {

json::value known(const std::optional<double>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

// As two keys: KEY_low and KEY_high.
void add_interval(json::object& object, std::string_view key,
                  const std::optional<Interval>& interval) {
  object[std::string(key) + "_low"] = interval ? json::value(interval->low) : json::value(nullptr);
  object[std::string(key) + "_high"] =
      interval ? json::value(interval->high) : json::value(nullptr);
}

std::string line_of(const json::object& object) {
  return observe::json_text(object, observe::Layout::kOneLine) + '\n';
}

}  // namespace

std::string to_json_line(const PolicySummary& s) {
  json::object object;
  object["scenario"] = s.scenario;
  object["policy"] = s.policy;
  object["seeds"] = s.seeds;
  object["cost_usd"] = s.cost_usd;
  object["lower_bound_usd"] = known(s.lower_bound_usd);
  object["gap"] = known(s.gap);
  object["slo_attainment"] = s.slo_attainment;
  object["refused"] = s.refused;
  object["p50_ms"] = s.p50_ms;
  object["p95_ms"] = s.p95_ms;
  object["p99_ms"] = s.p99_ms;
  object["violation_minutes"] = s.violation_minutes;
  object["requests"] = s.requests;
  object["dropped"] = s.dropped;
  object["wall_s"] = s.wall_s;
  object["requests_per_s"] = known(s.requests_per_s);
  object["p999_ms"] = s.p999_ms;
  object["usd_per_1k_within_slo"] = known(s.usd_per_1k_within_slo);
  object["goodput_per_s"] = known(s.goodput_per_s);
  object["mean_in_replica_ms"] = s.mean_in_replica_ms;
  object["mode_switches"] = s.mode_switches;
  add_interval(object, "cost_usd", s.cost_interval);
  add_interval(object, "gap", s.gap_interval);
  add_interval(object, "slo_attainment", s.attainment_interval);
  return line_of(object);
}

std::string to_json_line(const PairedComparison& c) {
  json::object object;
  object["scenario"] = c.scenario;
  object["policy"] = c.policy;
  object["reference"] = c.reference;
  object["pairs"] = c.pairs;
  object["cost_ratio"] = c.cost_ratio;
  add_interval(object, "cost_ratio", c.cost_ratio_interval);
  object["attainment_difference"] = c.attainment_difference;
  add_interval(object, "attainment_difference", c.attainment_difference_interval);
  return line_of(object);
}

}  // namespace signalbox::sim
