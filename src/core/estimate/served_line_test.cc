// SPDX-License-Identifier: Apache-2.0
#include "core/estimate/served_line.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/estimate/single_server_queue.h"

namespace signalbox::core {
namespace {

double mean_done(const ServerModel& server, double rate, const std::vector<double>& sizes = {}) {
  const auto arrivals = poisson_arrivals(rate, 200000, {}, sizes, 1);
  double sum = 0.0;
  for (const auto& served : serve(server, arrivals)) sum += served.done_s;
  return sum / static_cast<double>(arrivals.size());
}

TEST(ServedLine, one_slot_is_the_single_server_queue) {
  const ServerModel server{.time_s = {0.5}};
  EXPECT_NEAR(mean_done(server, 1.2), SingleServerQueue({0.5}).mean_s(1.2), 0.01);
}

TEST(ServedLine, exponential_sizes_on_two_slots_wait_as_erlang_says) {
  std::vector<double> sizes;
  for (int i = 0; i < 1000; ++i) sizes.push_back(-std::log(1.0 - (i + 0.5) / 1000.0));
  const ServerModel server{.time_s = {1.0, 1.0}};
  // M/M/2 at load 0.7: mean 1 / (1 - 0.49).
  EXPECT_NEAR(mean_done(server, 1.4, sizes), 1.0 / (1.0 - 0.49), 0.06);
}

TEST(ServedLine, whoever_shares_is_slowed_down_while_it_shares) {
  const ServerModel server{.time_s = {1.0, 2.0}};
  const std::vector<Arrival> arrivals = {{.at_s = 0.0}, {.at_s = 0.5}};
  const auto served = serve(server, arrivals);
  EXPECT_NEAR(served[0].done_s, 1.5, 1e-9);  // half alone, half at half the pace
  EXPECT_NEAR(served[1].done_s, 1.5, 1e-9);  // half of it shared, half alone
}

TEST(ServedLine, a_batch_takes_what_waits_when_the_last_one_ends) {
  const ServerModel server{.grouping = Grouping::kBatches, .time_s = {1.0, 1.2, 1.5}};
  const std::vector<Arrival> arrivals = {
      {.at_s = 0.0}, {.at_s = 0.1}, {.at_s = 0.2}, {.at_s = 0.3}, {.at_s = 0.4}};
  const auto served = serve(server, arrivals);
  EXPECT_NEAR(served[0].done_s, 1.0, 1e-9);
  EXPECT_NEAR(served[1].done_s, 2.4, 1e-9);
  EXPECT_NEAR(served[3].done_s, 2.2, 1e-9);
  EXPECT_NEAR(served[4].done_s, 2.5 + 1.0 - 0.4, 1e-9);
}

TEST(ServedLine, prompts_are_read_first_and_stop_the_writing) {
  const ServerModel server{.grouping = Grouping::kPromptsFirst,
                           .time_s = {0.1, 0.1},
                           .in_tokens = true,
                           .first_token_s = 0.2,
                           .per_prompt_s = 0.001};
  const std::vector<Arrival> arrivals = {{.at_s = 0.0, .prompt_tokens = 100, .output_tokens = 11},
                                         {.at_s = 0.8, .prompt_tokens = 100, .output_tokens = 6}};
  const auto served = serve(server, arrivals);
  EXPECT_NEAR(served[0].first_token_s, 0.3, 1e-9);
  EXPECT_NEAR(served[0].done_s, 0.3 + 1.0 + 0.3, 1e-9);  // the other's prompt in between
  EXPECT_NEAR(served[1].first_token_s, 0.3, 1e-9);
  EXPECT_NEAR(served[1].done_s, 0.8, 1e-9);
}

TEST(ServedLine, tokens_side_by_side_are_slowed_down_together_prompts_included) {
  const ServerModel server{.time_s = {0.1, 0.2}, .in_tokens = true, .first_token_s = 0.5};
  const std::vector<Arrival> arrivals = {{.output_tokens = 6}, {.output_tokens = 6}};
  const auto served = serve(server, arrivals);
  EXPECT_NEAR(served[0].first_token_s, 1.0, 1e-6);
  EXPECT_NEAR(served[1].done_s, 2.0, 1e-6);
}

TEST(ServedLine, overhead_is_added_and_keeps_nobody_busy) {
  const ServerModel server{.time_s = {1.0}, .overhead_s = 0.25};
  const std::vector<Arrival> arrivals = {{.at_s = 0.0}, {.at_s = 0.0}};
  const auto served = serve(server, arrivals);
  EXPECT_NEAR(served[0].done_s, 1.25, 1e-9);
  EXPECT_NEAR(served[1].done_s, 2.25, 1e-9);
}

RC_GTEST_PROP(ServedLine, nobody_is_served_faster_than_alone_and_everybody_is_served, ()) {
  const int slots = *rc::gen::inRange(1, 6);
  ServerModel server;
  server.grouping = *rc::gen::element(Grouping::kSideBySide, Grouping::kBatches);
  for (int n = 0; n < slots; ++n) server.time_s.push_back(1.0 + 0.3 * n);
  const auto gaps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 2000));
  std::vector<Arrival> arrivals;
  double at = 0.0;
  for (const int gap : gaps) arrivals.push_back({.at_s = at += gap / 1000.0});
  const auto served = serve(server, arrivals);
  RC_ASSERT(served.size() == arrivals.size());
  double total = 0.0, last = 0.0;
  for (std::size_t i = 0; i < served.size(); ++i) {
    RC_ASSERT(served[i].done_s >= 1.0 - 1e-9);
    total += server.time_s.back();
    last = std::max(last, arrivals[i].at_s + served[i].done_s);
  }
  RC_ASSERT(last <= at + total + 1e-6);  // it never idles while somebody waits
}

}  // namespace
}  // namespace signalbox::core
