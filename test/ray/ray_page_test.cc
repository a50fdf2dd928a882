// SPDX-License-Identifier: Apache-2.0
//
// A page of metrics as Ray Serve 2.54 really wrote it, after five requests of 100 ms to one
// deployment and five of 200 ms to another: `make e2e-ray` keeps such pages. Of its 685 kilobytes
// the series of Ray Serve are left; names, labels and order are Ray's.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "adapters/metrics_page.h"
#include "adapters/scrape_dialects.h"

namespace signalbox::adapters {
namespace {

Result<MetricsPage, Refusal> read(const std::vector<core::Label>& where) {
  std::ifstream file("test/ray/ray_2_54.metrics.txt", std::ios::binary);
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  EXPECT_FALSE(page.empty());
  return read_metrics_page(page, "text/plain; version=0.0.4; charset=utf-8",
                           *find_dialect("ray-serve"), where);
}

TEST(RayPage, says_how_long_each_deployment_took) {
  const auto single = read({{"deployment", "single"}});
  const auto four = read({{"deployment", "four"}});
  ASSERT_TRUE(single.ok()) << single.error().message;
  ASSERT_TRUE(four.ok()) << four.error().message;
  EXPECT_EQ(single->latency_count, 5.0);
  EXPECT_EQ(four->latency_count, 5.0);
  EXPECT_NEAR(*single->latency_sum_s / *single->latency_count, 0.1, 0.06);
  EXPECT_NEAR(*four->latency_sum_s / *four->latency_count, 0.2, 0.06);
}

TEST(RayPage, says_what_is_running_and_waiting) {
  const auto page = read({});
  ASSERT_TRUE(page.ok()) << page.error().message;
  EXPECT_EQ(page->latency_count, 10.0);
  EXPECT_EQ(page->running, 0.0);
  EXPECT_EQ(page->waiting, 0.0);
}

TEST(RayPage, of_a_deployment_that_is_not_there_it_says_nothing) {
  const auto page = read({{"deployment", "none"}});
  ASSERT_TRUE(page.ok()) << page.error().message;
  EXPECT_TRUE(page->says_nothing());
}

}  // namespace
}  // namespace signalbox::adapters
