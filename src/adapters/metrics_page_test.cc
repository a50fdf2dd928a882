// SPDX-License-Identifier: Apache-2.0
//
// A page of each product, as it writes them (testdata/pages), and what is read from it.
#include "adapters/metrics_page.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

namespace signalbox::adapters {
namespace {

std::string page_of(const std::string& name) {
  std::ifstream file("src/adapters/testdata/pages/" + name + ".txt");
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

MetricsPage read(const std::string& dialect, const std::string& text,
                 const std::vector<core::Label>& where = {}) {
  const auto page =
      read_metrics_page(text, "text/plain; version=0.0.4", *find_dialect(dialect), where);
  EXPECT_TRUE(page.ok()) << (page.ok() ? "" : page.error().message);
  return page.ok() ? *page : MetricsPage{};
}

TEST(ScrapeDialects, every_product_has_a_page_that_is_understood) {
  for (const Dialect& dialect : dialects()) {
    EXPECT_FALSE(read(std::string(dialect.name), page_of(std::string(dialect.name))).says_nothing())
        << dialect.name;
    EXPECT_TRUE(dialect.path.starts_with('/')) << dialect.name;
  }
  EXPECT_EQ(find_dialect("onnx"), nullptr);
}

TEST(ScrapeDialects, vllm_adds_up_its_engines) {
  const auto page = read("vllm", page_of("vllm"));
  EXPECT_EQ(page.running, 16.0);
  EXPECT_EQ(page.waiting, 3.0);
  EXPECT_EQ(page.latency_sum_s, 1800.0);
  EXPECT_EQ(page.latency_count, 200.0);
  EXPECT_EQ(page.watts, std::nullopt);
}

TEST(ScrapeDialects, sglang_says_its_queue) {
  const auto page = read("sglang", page_of("sglang"));
  EXPECT_EQ(page.running, 162.0);
  EXPECT_EQ(page.waiting, 2826.0);
  EXPECT_EQ(page.latency_count, 11228.0);
}

TEST(ScrapeDialects, triton_counts_in_microseconds_and_one_model_can_be_chosen) {
  const auto all = read("triton", page_of("triton"));
  EXPECT_EQ(all.running, std::nullopt);
  EXPECT_EQ(all.waiting, 8.0);
  EXPECT_EQ(all.watts, 71.25);
  const auto one = read("triton", page_of("triton"), {{"model", "sd21"}});
  EXPECT_EQ(one.waiting, 7.0);
  EXPECT_DOUBLE_EQ(*one.latency_sum_s, 300.0);
  EXPECT_EQ(one.latency_count, 500.0);
}

TEST(ScrapeDialects, tensorrt_llm_is_read_by_itself_and_inside_triton) {
  const auto alone = read("tensorrt-llm", page_of("tensorrt-llm"));
  EXPECT_EQ(alone.running, 5.0);
  EXPECT_EQ(alone.waiting, 3.0);
  EXPECT_DOUBLE_EQ(*alone.latency_sum_s, 9.6);
  const auto inside = read("tensorrt-llm", page_of("tensorrt-llm-in-triton"));
  EXPECT_EQ(inside.running, 6.0);
  EXPECT_EQ(inside.waiting, 2.0);
}

TEST(ScrapeDialects, tgi_has_no_labels) {
  const auto page = read("tgi", page_of("tgi"));
  EXPECT_EQ(page.running, 2.0);
  EXPECT_EQ(page.waiting, 6.0);
  EXPECT_EQ(page.latency_sum_s, 40.0);
}

TEST(ScrapeDialects, ray_serve_counts_in_milliseconds_and_has_many_deployments) {
  const auto page = read("ray-serve", page_of("ray-serve"), {{"deployment", "Diffusion"}});
  EXPECT_EQ(page.running, 7.0);
  EXPECT_EQ(page.waiting, 2.0);
  EXPECT_NEAR(*page.latency_sum_s, 99.279, 0.001);
}

TEST(ScrapeDialects, dcgm_says_what_a_node_draws_and_neuron_how_long_an_execution_takes) {
  EXPECT_DOUBLE_EQ(*read("dcgm", page_of("dcgm")).watts, 240.0);
  EXPECT_DOUBLE_EQ(*read("dcgm", page_of("dcgm"), {{"gpu", "0"}}).watts, 89.78);
  const auto page = read("neuron", page_of("neuron"));
  EXPECT_DOUBLE_EQ(*page.execution_latency_s, 0.010);
  EXPECT_EQ(page.latency_count, 2977.0);
  EXPECT_EQ(page.latency_sum_s, std::nullopt);
}

TEST(MetricsPage, a_page_that_is_none_is_refused) {
  const auto refusal = [](std::string_view body, std::string_view type) {
    const auto page = read_metrics_page(body, type, *find_dialect("vllm"), {});
    return page.ok() ? "read" : page.error().message;
  };
  EXPECT_EQ(refusal("{}", "application/json"), "sent no page of metrics, but application/json");
  EXPECT_EQ(refusal("<html>\n", ""), "sent no page of metrics: line 1 is no sample: '<html>'");
  EXPECT_EQ(refusal("vllm:num_requests_running 1\n", "application/openmetrics-text"),
            "sent no page of metrics: the page was cut: its end is not marked by '# EOF'");
  EXPECT_EQ(refusal("", "text/plain"), "read");
}

TEST(MetricsPage, of_samples_with_dates_the_oldest_that_was_used_counts) {
  const auto page = read("vllm",
                         "vllm:num_requests_running 1 2000\nvllm:num_requests_waiting 1 1000\n"
                         "up 1 1\n");
  EXPECT_EQ(page.unix_nanos, 1'000'000'000);
}

TEST(MetricsPage, B67_thousands_of_series_become_one_number) {
  std::string text;
  for (int i = 0; i < 15'000; ++i) {
    text += fmt::format("vllm:num_requests_running{{user=\"{}\"}} 1\n", i);
  }
  EXPECT_EQ(read("vllm", text).running, 15'000.0);
}

}  // namespace
}  // namespace signalbox::adapters
