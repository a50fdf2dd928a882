// SPDX-License-Identifier: Apache-2.0
//
// The readers on the real public traces, read where a simulation would find them. They are not part
// of the project and may not be copied into it (docs/traces.md), so a trace that is not there is
// skipped; the readers' own tests run everywhere on small files of ours.
#include <gtest/gtest.h>

#include "sim/workload/demand_series.h"
#include "sim/workload/image_production.h"
#include "sim/workload/llm_mix.h"
#include "sim/workload/servegen_shape.h"
#include "sim/workload/test_streams.h"
#include "sim/workload/trace_azure_llm.h"
#include "sim/workload/trace_gentd26.h"
#include "sim/workload/trace_price_snapshot.h"
#include "sim/workload/trace_servegen.h"
#include "sim/workload/trace_spot_availability.h"

namespace signalbox::sim {
namespace {

class PublicTraces : public testing::Test {
 protected:
  void SetUp() override {
    auto found = TraceDirectory::find();
    ASSERT_TRUE(found) << found.error().message;
    if (!found->exists()) {
      GTEST_SKIP() << "no public traces here; docs/traces.md says how to get them";
    }
    directory_.emplace(std::move(*found));
  }

  // The file; empty, and the test skipped, when it is not there.
  std::string file(const TraceName& name) {
    const auto located = directory_->locate(name);
    if (located) return *located;
    skipped_ = located.error().message;
    return {};
  }

  std::optional<TraceDirectory> directory_;
  std::string skipped_;
};

#define SIGNALBOX_SKIP_UNLESS(path) \
  if ((path).empty()) GTEST_SKIP() << skipped_

TEST_F(PublicTraces, gentd26_has_days_of_requests_with_the_sizes_published) {
  const auto path = file(traces::gentd26());
  SIGNALBOX_SKIP_UNLESS(path);
  const auto requests = read_gentd26(path);
  ASSERT_TRUE(requests) << requests.error().message;
  ASSERT_GE(requests->size(), 8000u);
  double work = 0.0, failed = 0.0;
  for (const auto& request : *requests) {
    work += request.image_steps();
    failed += request.succeeded ? 0.0 : 1.0;
  }
  const double n = static_cast<double>(requests->size());
  EXPECT_NEAR(work / n, 82.0, 4.0);
  EXPECT_LT(failed / n, 0.05);
  EXPECT_LT(requests->front().at, TimePoint{24h});
  EXPECT_GE(requests->back().at, TimePoint{10 * 24h});
}

TEST_F(PublicTraces, gentd26_multiplied_keeps_its_work) {
  const auto path = file(traces::gentd26());
  SIGNALBOX_SKIP_UNLESS(path);
  const auto requests = load_image_production(*directory_);
  ASSERT_TRUE(requests);
  const Duration from = 6 * Duration{24h}, to = 8 * Duration{24h};
  double asked = 0.0;
  for (const auto& a : **requests) {
    if (a.at >= TimePoint{from} && a.at < TimePoint{to}) asked += a.factor;
  }
  const auto stream = image_production(*requests, {.from = from, .to = to});
  const auto demand = gather(*stream, 60s, to - from);
  EXPECT_NEAR(demand.total_work() / (100.0 * asked), 1.0, 0.02);  // some moved over the edges
  EXPECT_EQ(demand.work.size(), 2u * 1440u);
}

TEST_F(PublicTraces, servegen_has_a_whole_week_of_m_large) {
  const auto path = file(traces::servegen());
  SIGNALBOX_SKIP_UNLESS(path);
  const auto categories = read_servegen(path);
  ASSERT_TRUE(categories) << categories.error().message;
  const auto& large = categories->at("language/m-large");
  EXPECT_EQ(large.window, 600s);
  EXPECT_EQ(large.per_s.size(), 7u * 144u);
  const auto curve = load_servegen_curve(*directory_, 60.0);
  ASSERT_TRUE(curve);
  EXPECT_NEAR(curve.value().peak_per_s(), 60.0, 1e-9);
  EXPECT_NEAR(curve.value().mean_per_s(), 21.6, 0.5);
  EXPECT_FALSE(load_servegen_curve(*directory_, 60.0, "language/none"));
}

TEST_F(PublicTraces, azure_has_an_hour_of_conversations) {
  const auto path = file(traces::azure_conversations());
  SIGNALBOX_SKIP_UNLESS(path);
  const auto arrivals = read_azure_llm(path);
  ASSERT_TRUE(arrivals) << arrivals.error().message;
  EXPECT_EQ(arrivals->size(), 19'366u);
  EXPECT_TRUE(in_order(*arrivals));
  EXPECT_LT(arrivals->back().at, TimePoint{1h});
  const auto marks = load_llm_marks(*directory_, {});
  ASSERT_TRUE(marks);
  EXPECT_NEAR((*marks)->mean_prompt(), 1154.7, 0.1);
  EXPECT_NEAR((*marks)->mean_output(), 211.1, 0.1);
}

TEST_F(PublicTraces, spot_availability_never_exceeds_its_nodes) {
  const std::pair<int, const char*> pools[] = {
      {16, "us-east-2b"}, {16, "us-west-2a"}, {4, "us-east-1f"}, {4, "us-east-2a"}};
  for (const auto& [nodes, zone] : pools) {
    const auto path = file(traces::spot_availability(nodes, zone));
    SIGNALBOX_SKIP_UNLESS(path);
    const auto trace = read_spot_availability(path);
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ(trace.value().most, nodes) << zone;
    EXPECT_GT(trace.value().length, 10 * Duration{24h}) << zone;
  }
}

TEST_F(PublicTraces, prices_hold_the_papers_instances) {
  const auto path = file(traces::price_snapshot());
  SIGNALBOX_SKIP_UNLESS(path);
  const auto prices = read_price_snapshot(path);
  ASSERT_TRUE(prices) << prices.error().message;
  for (const auto* instance : {"inf2.xlarge", "trn1.2xlarge", "g5.xlarge", "g6.xlarge"}) {
    const auto* price = find_price(*prices, instance);
    ASSERT_NE(price, nullptr) << instance;
    ASSERT_TRUE(price->on_demand_usd_per_hour && price->spot_usd_per_hour) << instance;
    EXPECT_LT(*price->spot_usd_per_hour, *price->on_demand_usd_per_hour) << instance;
  }
}

}  // namespace
}  // namespace signalbox::sim
