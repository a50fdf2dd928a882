// SPDX-License-Identifier: Apache-2.0
//
// The golden file shows a person the whole page; the line-by-line reader below holds it, and pages
// with awkward names, to the rules of the format.
#include "observe/prometheus.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "observe/golden.h"
#include "observe/sample_fleet.h"

namespace signalbox::observe {
namespace {

std::string sample_page() {
  ModeHistory history;
  history.record(sample_mode_change());
  GatewayStats gateway;
  gateway.client_connections = 12;
  gateway.upstream_connections = 9;
  gateway.buffered_bytes = 65'536;
  gateway.accepted = 345;
  gateway.bytes_in = 67'890;
  gateway.bytes_out = 12'345'678'901;
  gateway.connections_shed = 5;
  gateway.requests_shed = 7;
  gateway.memory_used_ratio = 0.96;
  gateway.claims_refused = 4;
  gateway.data_class_headers_refused = 2;
  gateway.tenant_headers_refused = 6;
  gateway.config_generation = 3;
  gateway.last_reload_ok = false;
  gateway.input_log = {false, 1'048'576, 32'000, 17};
  gateway.decision_journal = {true, 512, 0};
  return render_metrics(sample_view(), sample_digest(), history, gateway);
}

// Fails the test at the first line that breaks a rule of the exposition format.
void expect_valid(const std::string& page) {
  static const std::regex kComment(R"(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))");
  static const std::regex kSample(
      R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*",?)+\})? (\S+))");
  static const std::regex kNumber(R"([+-]?(\d+(\.\d+)?(e[+-]?\d+)?|Inf)|NaN)");
  ASSERT_TRUE(page.ends_with('\n'));
  std::istringstream lines(page);
  std::map<std::string, std::string> types;
  std::set<std::string> helped, closed, series;
  std::string open;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kComment)) {
      const std::string name = match[2];
      if (match[1] == "HELP") {
        ASSERT_TRUE(helped.insert(name).second) << "second HELP: " << line;
        closed.insert(open);
        open = name;
      } else {
        ASSERT_EQ(name, open) << line;
        types[name] = match[3];
        if (match[3] == "counter") {
          ASSERT_TRUE(name.ends_with("_total")) << line;
        }
      }
      continue;
    }
    ASSERT_TRUE(std::regex_match(line, match, kSample)) << line;
    const std::string full = match[1];
    std::string name = full;
    if (types[open] == "histogram") {
      name = std::regex_replace(full, std::regex("_(bucket|sum|count)$"), "");
      ASSERT_NE(name, full) << line;
    }
    ASSERT_EQ(name, open) << "sample outside its family: " << line;
    ASSERT_FALSE(closed.contains(name)) << line;
    ASSERT_TRUE(types.contains(name)) << "no TYPE: " << line;
    ASSERT_TRUE(std::regex_match(match[5].str(), kNumber)) << line;
    ASSERT_TRUE(series.insert(full + match[2].str()).second) << "duplicate: " << line;
  }
}

TEST(Prometheus, golden_page) { expect_golden("metrics.txt", sample_page()); }

TEST(Prometheus, every_line_follows_the_format) { expect_valid(sample_page()); }

TEST(Prometheus, awkward_names_stay_inside_their_label) {
  core::FleetView view = sample_view();
  auto spec = sample_spec();
  spec->services[0].name = "quote\" slash\\ line\nend";
  spec->units[0].name = "推論 \xff\x1b[2J";
  view.spec = spec;
  const std::string page = render_metrics(view, sample_digest(), {}, {});
  expect_valid(page);
  EXPECT_NE(page.find(R"(service="quote\" slash\\ line\nend")"), std::string::npos);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
}

TEST(Prometheus, histogram_buckets_are_cumulative_and_agree_with_their_count) {
  const std::string page = sample_page();
  const std::string series =
      "signalbox_service_unit_latency_seconds_bucket{service=\"genimage\","
      "unit=\"sd21-g5-cuda\",le=\"";
  std::uint64_t last = 0;
  int buckets = 0;
  for (auto at = page.find(series); at != std::string::npos; at = page.find(series, at + 1)) {
    const auto value = std::stoull(page.substr(page.find("} ", at) + 2));
    EXPECT_GE(value, last);
    last = value;
    ++buckets;
  }
  EXPECT_EQ(buckets, 16);
  EXPECT_EQ(last, 10U);
  EXPECT_NE(page.find("signalbox_service_unit_latency_seconds_count{service=\"genimage\","
                      "unit=\"sd21-g5-cuda\"} 10\n"),
            std::string::npos);
}

TEST(Prometheus, a_digest_of_another_configuration_counts_as_nothing) {
  core::RouterReport digest = sample_digest();
  digest.services.clear();
  digest.service_units.push_back({ServiceId(7), UnitId(99), 5, {}});
  digest.units.resize(2);
  const std::string page = render_metrics(sample_view(), digest, {}, {});
  expect_valid(page);
  EXPECT_NE(page.find("signalbox_service_arrivals_total{service=\"genimage\"} 0\n"),
            std::string::npos);
}

TEST(Prometheus, an_empty_fleet_is_still_a_page) {
  core::FleetView view;
  view.spec = std::make_shared<core::FleetSpec>();
  expect_valid(render_metrics(view, {}, {}, {}));
}

TEST(ModeHistory, counts_all_and_keeps_the_latest) {
  ModeHistory history;
  for (std::size_t i = 0; i < ModeHistory::kMaxRecent + 10; ++i) {
    history.record(sample_mode_change());
  }
  EXPECT_EQ(history.total(ServiceId(0), core::Mode::kCapacityOptimized),
            ModeHistory::kMaxRecent + 10);
  EXPECT_EQ(history.total(ServiceId(0), core::Mode::kCostOptimized), 0U);
  EXPECT_EQ(history.total(ServiceId(9), core::Mode::kCostOptimized), 0U);
  EXPECT_EQ(history.recent().size(), ModeHistory::kMaxRecent);
}

}  // namespace
}  // namespace signalbox::observe
