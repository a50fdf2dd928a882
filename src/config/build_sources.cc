// SPDX-License-Identifier: Apache-2.0
//
// See build_sources.h. Times have defaults by kind, because a replica's load changes in seconds and
// a price list once an hour.
#include "config/build_sources.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"
#include "config/table_sources.h"

namespace signalbox::config {

namespace {

SourceSection::Kind kind_of(const Fields& source) {
  for (std::size_t i = 0; i < std::size(kSourceKinds); ++i) {
    if (source.has(kSourceKinds[i])) return static_cast<SourceSection::Kind>(i);
  }
  SIGNALBOX_ASSERT(!"a source of no kind was found sound");
  return {};
}

SourceQuery::Gives to_quantity(const std::string& word) {
  if (word == "price") return SourceQuery::Gives::kPrice;
  if (word == "max_replicas") return SourceQuery::Gives::kMaxReplicas;
  if (word == "latency") return SourceQuery::Gives::kLatency;
  if (word == "ready") return SourceQuery::Gives::kReady;
  return word == "pending" ? SourceQuery::Gives::kPending : SourceQuery::Gives::kWatts;
}

SourceSection build_source(const std::string& name, const Fields& fields) {
  using Kind = SourceSection::Kind;
  SourceSection source;
  source.name = name;
  source.kind = kind_of(fields);
  const auto text = [](const Fields& from, std::string_view key) {
    return from.get<std::string>(key).value_or("");
  };
  const std::string from = text(fields, kSourceKinds[static_cast<std::size_t>(source.kind)]);
  if (source.kind == Kind::kScrape) {
    source.dialect = from;
  } else if (source.kind == Kind::kSpotNotices && from == kAskEndpoints) {
    source.asks_endpoints = true;
  } else {
    source.from = *parse_location(from);
  }
  for (const auto& unit : fields.items<std::string>("units")) source.units.push_back(unit.value);
  source.path = text(fields, "path");
  source.port = static_cast<std::uint16_t>(fields.get<std::int64_t>("port").value_or(0));
  for (const auto& label : fields.items<std::string>("where")) {
    source.where.push_back({label.name, label.value});
  }
  source.executions_per_request = fields.get<double>("executions_per_request").value_or(1.0);
  for (const auto& query : fields.sections("queries")) {
    source.queries.push_back({to_quantity(text(query.value, "gives")), text(query.value, "query"),
                              text(query.value, "unit")});
  }
  source.product = fields.get<std::string>("product").value_or("Linux/UNIX");
  source.interval = interval_of(fields);
  source.timeout = timeout_of(fields);
  source.ca_file = text(fields, "ca");
  if (fields.has("credential")) {
    source.credential_header = text(fields.section("credential"), "header");
    source.credential_file = text(fields.section("credential"), "file");
  }
  return source;
}

}  // namespace

Duration interval_of(const Fields& source) {
  if (const auto stated = source.get<Duration>("interval")) return *stated;
  if (source.has("prometheus")) return 15s;
  if (source.has("prices") || source.has("quotas")) return 60s;
  return source.has("aws_spot_prices") ? Duration(300s) : Duration(5s);
}

Duration timeout_of(const Fields& source) {
  if (const auto stated = source.get<Duration>("timeout")) return *stated;
  const bool is_small = source.has("scrape") || source.has("spot_notices");
  return std::min(interval_of(source), is_small ? Duration(2s) : Duration(5s));
}

Duration ttl_of(const Fields& source) {
  if (const auto stated = source.get<Duration>("ttl")) return *stated;
  const Duration least = source.has("aws_spot_prices") ? Duration(3600s) : Duration(30s);
  return std::max(least, 3 * interval_of(source));
}

std::vector<SourceSection> build_sources(const Fields& root) {
  std::vector<SourceSection> sources;
  for (const auto& source : root.sections("sources")) {
    sources.push_back(build_source(source.name, source.value));
  }
  return sources;
}

std::vector<core::SourceSpec> build_source_specs(const Fields& root) {
  std::vector<core::SourceSpec> specs;
  for (const auto& source : root.sections("sources")) {
    specs.push_back({.name = source.name,
                     .rank = static_cast<int>(*source.value.get<std::int64_t>("rank")),
                     .ttl = ttl_of(source.value)});
  }
  return specs;
}

core::EnergySpec build_energy(const Fields& unit) {
  if (!unit.has("energy")) return {};
  const Fields energy = unit.section("energy");
  return {.usd_per_kwh = *energy.get<double>("price"), .watts = *energy.get<double>("power")};
}

}  // namespace signalbox::config
