// SPDX-License-Identifier: Apache-2.0
#include "sim/engine/llm_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace signalbox::sim {
namespace {

constexpr const char* kTable = R"({"gpu": "sim-a", "cost": 0.5, "created": 17,
  "indexes": [[1, 101], [100, 1000]],
  "tputs": [[100.0, 10.0], [0.0, 5.0]]})";

std::string complaint(std::string_view json) {
  const auto read = read_llm_table(json);
  return read ? "" : read.error().message;
}

TEST(LlmTable, reads_lengths_and_rates_and_passes_over_what_it_does_not_need) {
  const auto read = read_llm_table(kTable);
  ASSERT_TRUE(read.ok()) << read.error().message;
  const LlmTable& table = *read;
  EXPECT_EQ(table.name, "sim-a");
  EXPECT_DOUBLE_EQ(table.relative_cost, 0.5);
  EXPECT_EQ(table.output_tokens, (std::vector<int>{1, 101}));
  EXPECT_EQ(table.prompt_tokens, (std::vector<int>{100, 1000}));
  EXPECT_DOUBLE_EQ(table.requests_per_s[0][1], 10.0);
  EXPECT_DOUBLE_EQ(table.requests_per_s[1][0], 0.0);
}

TEST(LlmTable, says_which_key_is_wrong_and_what_it_must_be) {
  struct Case {
    const char* json;
    const char* expected;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"{", "not JSON"},
           {"[]", "must be a JSON object"},
           {"{}", "`gpu` must be"},
           {R"({"gpu": "a", "cost": -1})", "`cost` must be"},
           {R"({"gpu": "a"})", "`indexes` must be two lists"},
           {R"({"gpu": "a", "indexes": [[4, 4], [1]]})", "rising token counts"},
           {R"({"gpu": "a", "indexes": [[0], [1]]})", "rising token counts"},
           {R"({"gpu": "a", "indexes": [[], [1]]})", "rising token counts"},
           {R"({"gpu": "a", "indexes": [[1, 2], [1]], "tputs": [[1]]})", "must be 2 rows"},
           {R"({"gpu": "a", "indexes": [[1], [1]], "tputs": [[1, 2]]})", "row 1 of `tputs`"},
           {R"({"gpu": "a", "indexes": [[1], [1]], "tputs": [["x"]]})", "row 1 of `tputs`"},
           {R"({"gpu": "a", "indexes": [[1], [1]], "tputs": [[-1]]})", "not below 0"}}) {
    EXPECT_NE(complaint(c.json).find(c.expected), std::string::npos)
        << c.json << " said: " << complaint(c.json);
  }
}

// What a replica of this shape would be benchmarked at.
LlmTable benchmark_of(const ServiceShape& shape, int slots) {
  LlmTable table{.name = "known", .output_tokens = {4, 64, 512}, .prompt_tokens = {128, 2048}};
  for (const int output : table.output_tokens) {
    auto& row = table.requests_per_s.emplace_back();
    for (const int prompt : table.prompt_tokens) {
      row.push_back(1.0 / llm_occupancy_s(shape, slots, prompt, output));
    }
  }
  return table;
}

TEST(LlmFit, finds_the_shape_that_a_table_was_made_from) {
  const ServiceShape truth{
      .prefill_tokens_per_s = 8000.0, .decode_base = 12ms, .decode_per_job = 500us};
  const auto fitted =
      fit_llm_shape(benchmark_of(truth, 32), {.slots = 32, .lone_step = truth.decode_step(1)});
  ASSERT_TRUE(fitted.ok()) << fitted.error().message;
  EXPECT_NEAR((*fitted).prefill_tokens_per_s, 8000.0, 1e-3);
  EXPECT_NEAR(to_millis((*fitted).decode_base), 12.0, 1e-3);
  EXPECT_NEAR(to_millis((*fitted).decode_per_job), 0.5, 1e-3);
}

TEST(LlmFit, entries_of_zero_say_nothing) {
  const ServiceShape truth{
      .prefill_tokens_per_s = 8000.0, .decode_base = 12ms, .decode_per_job = 500us};
  LlmTable table = benchmark_of(truth, 32);
  table.requests_per_s[2][1] = 0.0;
  const auto fitted = fit_llm_shape(table, {.slots = 32, .lone_step = truth.decode_step(1)});
  ASSERT_TRUE(fitted.ok()) << fitted.error().message;
  EXPECT_NEAR((*fitted).prefill_tokens_per_s, 8000.0, 1e-3);
}

TEST(LlmFit, refuses_a_batch_that_cannot_be_as_fast_as_the_table) {
  const ServiceShape truth{
      .prefill_tokens_per_s = 8000.0, .decode_base = 12ms, .decode_per_job = 500us};
  const auto fitted = fit_llm_shape(benchmark_of(truth, 32), {.slots = 8, .lone_step = 12500us});
  ASSERT_FALSE(fitted.ok());
  EXPECT_NE(fitted.error().message.find("which 8 slots cannot give"), std::string::npos)
      << fitted.error().message;
  EXPECT_NE(fitted.error().message.find("it takes 15 slots"), std::string::npos)
      << fitted.error().message;
}

TEST(LlmFit, refuses_a_step_shorter_than_a_full_batch_gives_each_request) {
  const ServiceShape truth{
      .prefill_tokens_per_s = 8000.0, .decode_base = 12ms, .decode_per_job = 500us};
  const auto fitted = fit_llm_shape(benchmark_of(truth, 32), {.slots = 32, .lone_step = 500us});
  ASSERT_FALSE(fitted.ok());
  EXPECT_NE(fitted.error().message.find("fewer than"), std::string::npos);
}

TEST(LlmFit, refuses_a_table_that_tells_nothing_of_prompts_or_answers) {
  const LlmTable one_entry{
      .name = "a", .output_tokens = {4}, .prompt_tokens = {8}, .requests_per_s = {{3.0}}};
  EXPECT_FALSE(fit_llm_shape(one_entry, {}).ok());
  const LlmTable none{
      .name = "a", .output_tokens = {4}, .prompt_tokens = {8}, .requests_per_s = {{0.0}}};
  EXPECT_FALSE(fit_llm_shape(none, {}).ok());
  const LlmTable longer_is_faster{.name = "a",
                                  .output_tokens = {4, 8},
                                  .prompt_tokens = {8, 16},
                                  .requests_per_s = {{1.0, 9.0}, {9.0, 80.0}}};
  EXPECT_FALSE(fit_llm_shape(longer_is_faster, {}).ok());
}

TEST(LlmTable, a_replica_comes_out_of_a_table_with_its_profile) {
  const auto replica =
      read_llm_replica(R"({"gpu": "sim-a", "cost": 0.5, "indexes": [[1, 101], [100, 1000]],
                           "tputs": [[100.0, 10.0], [10.0, 5.0]]})",
                       {.slots = 32, .lone_step = 10ms}, {1000, 101});
  ASSERT_TRUE(replica.ok()) << replica.error().message;
  EXPECT_EQ((*replica).name, "sim-a");
  EXPECT_DOUBLE_EQ((*replica).relative_cost, 0.5);
  EXPECT_EQ((*replica).slots, 32);
  EXPECT_NEAR((*replica).profile.plateau_per_s(32), 5.0, 0.5);
}

}  // namespace
}  // namespace signalbox::sim
