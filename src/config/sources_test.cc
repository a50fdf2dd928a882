// SPDX-License-Identifier: Apache-2.0
//
// Sources and energy, from the file to the values.
#include <gtest/gtest.h>

#include "config/config.h"
#include "config/diagnostics.h"

namespace signalbox::config {
namespace {

constexpr const char* kFleet = R"(
services: {chat: {units: [a, b]}}
units:
  a: {price: 1 USD/hour, plateau: 10/s, endpoints: ["127.0.0.1:1"]}
  b: {price: 1 USD/hour, plateau: 10/s, endpoints: ["127.0.0.1:2"],
      energy: {price: 0.30 USD/kWh, power: 1.5 kW}}
sources:
)";

Config loaded(const std::string& sources) {
  auto config = load(kFleet + sources, "test.yaml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : render(config.error()));
  return config.ok() ? *config : Config{};
}

std::string complaints(const std::string& sources) {
  const auto config = load(kFleet + sources, "test.yaml");
  return config.ok() ? "accepted" : render(config.error());
}

using Kind = SourceSection::Kind;

TEST(Sources, the_common_case_is_one_line) {
  const Config config = loaded("  vllm: {scrape: vllm, units: [a]}\n");
  ASSERT_EQ(config.sources.size(), 1u);
  const SourceSection& source = config.sources[0];
  EXPECT_EQ(source.name, "vllm");
  EXPECT_EQ(source.kind, Kind::kScrape);
  EXPECT_EQ(source.dialect, "vllm");
  EXPECT_EQ(source.units, (std::vector<std::string>{"a"}));
  EXPECT_EQ(source.interval, 5s);
  EXPECT_EQ(source.timeout, 2s);
  ASSERT_EQ(config.fleet.sources.size(), 1u);
  EXPECT_EQ(config.fleet.sources[0].name, "vllm");
  EXPECT_EQ(config.fleet.sources[0].rank, 10);
  EXPECT_EQ(config.fleet.sources[0].ttl, 30s);
}

TEST(Sources, every_kind_is_told_by_its_key) {
  const Config config = loaded(
      "  s: {scrape: neuron, units: [a], path: /m, port: 8000, where: {x: y},\n"
      "      executions_per_request: 50, rank: 3}\n"
      "  p: {prometheus: 'http://127.0.0.1:9090/prom', queries: [{gives: watts, query: up,\n"
      "      unit: b}], credential: {file: /k}}\n"
      "  f: {prices: /prices.json}\n"
      "  w: {aws_spot_prices: 'https://prices.example/spot', ca: /ca.pem, product: Windows}\n"
      "  q: {quotas: 'http://127.0.0.1:1/q', interval: 20s}\n"
      "  n: {spot_notices: endpoints, port: 1338}\n"
      "  m: {spot_notices: notices.json}\n");
  ASSERT_EQ(config.sources.size(), 7u);
  EXPECT_EQ(config.sources[0].where, (std::vector<core::Label>{{"x", "y"}}));
  EXPECT_EQ(config.sources[0].executions_per_request, 50.0);
  EXPECT_EQ(config.sources[0].port, 8000);
  EXPECT_EQ(config.fleet.sources[0].rank, 3);
  EXPECT_EQ(config.sources[1].kind, Kind::kPrometheus);
  EXPECT_EQ(config.sources[1].from.target, "/prom");
  EXPECT_EQ(config.sources[1].credential_header, "authorization");
  EXPECT_EQ(config.sources[1].queries[0], (SourceQuery{SourceQuery::Gives::kWatts, "up", "b"}));
  EXPECT_EQ(config.sources[2].from.file, "/prices.json");
  EXPECT_EQ(config.fleet.sources[2].ttl, 180s) << "three intervals";
  EXPECT_TRUE(config.sources[3].from.tls);
  EXPECT_EQ(config.sources[3].product, "Windows");
  EXPECT_EQ(config.fleet.sources[3].ttl, 1h);
  EXPECT_EQ(config.sources[4].interval, 20s);
  EXPECT_TRUE(config.sources[5].asks_endpoints);
  EXPECT_FALSE(config.sources[6].asks_endpoints);
  EXPECT_EQ(config.sources[6].kind, Kind::kSpotNotices);
}

TEST(Sources, a_short_interval_shortens_the_timeout_that_nobody_stated) {
  const Config config = loaded("  vllm: {scrape: vllm, units: [a], interval: 500ms}\n");
  EXPECT_EQ(config.sources[0].timeout, 500ms);
}

TEST(Sources, a_fleet_without_sources_has_none) {
  EXPECT_TRUE(load("services: {c: {}}\nunits: {a: {price: 1 USD/hour, plateau: 1/s, "
                   "endpoints: ['127.0.0.1:1']}}\n",
                   "x")
                  ->sources.empty());
}

TEST(Sources, energy_is_paid_by_the_kilowatt_hour) {
  const Config config = loaded("  f: {prices: /p}\n");
  EXPECT_EQ(config.fleet.units[0].energy.usd_per_kwh, 0.0);
  EXPECT_DOUBLE_EQ(config.fleet.units[1].energy.usd_per_kwh, 0.3);
  EXPECT_DOUBLE_EQ(config.fleet.units[1].energy.watts, 1500.0);
  EXPECT_DOUBLE_EQ(config.fleet.units[1].energy.usd_per_hour(1500.0), 0.45);
}

TEST(Sources, a_source_that_is_several_things_or_nothing_is_refused) {
  EXPECT_NE(complaints("  x: {prices: /a, quotas: /b}\n")
                .find("a source is one thing, and this is prices and quotas"),
            std::string::npos);
  EXPECT_NE(complaints("  x: {units: [a]}\n").find("nothing says what this source is"),
            std::string::npos);
  EXPECT_NE(complaints("  probe: {prices: /a}\n").find("one of our own reporters"),
            std::string::npos);
}

TEST(Sources, a_metadata_address_is_no_source) {
  EXPECT_NE(complaints("  x: {spot_notices: 'http://169.254.169.254/latest'}\n")
                .find("where clouds keep credentials"),
            std::string::npos);
}

}  // namespace
}  // namespace signalbox::config
