// SPDX-License-Identifier: Apache-2.0
//
// The readers of public traces on small samples made up for them, whole and broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "sim/workload/test_files.h"
#include "sim/workload/test_streams.h"
#include "sim/workload/trace_azure_llm.h"
#include "sim/workload/trace_burstgpt.h"
#include "sim/workload/trace_gentd26.h"
#include "sim/workload/trace_mooncake.h"
#include "sim/workload/trace_price_snapshot.h"
#include "sim/workload/trace_servegen.h"
#include "sim/workload/trace_spot_availability.h"
#include "sim/workload/trace_spot_prices.h"

namespace signalbox::sim {
namespace {

using testing::HasSubstr;

TimePoint at(Duration t) { return TimePoint{t}; }

template <class T>
T read(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(result).value();
}

TEST(Gentd26, rows_come_by_time_since_midnight_of_the_first_day) {
  const auto requests = read(read_gentd26(sample("gentd26.csv")));
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(requests[0].at, at(22h + 10min + 5s));
  EXPECT_EQ(requests[1].at, at(23h + 59min + 59s));
  EXPECT_EQ(requests[2].at, at(24h + 1s));
  EXPECT_EQ(requests[3].at, at(60h));
  EXPECT_EQ(requests[1].images, 4);
  EXPECT_EQ(requests[1].steps, 50);
  EXPECT_EQ(requests[1].image_steps(), 200.0);
}

TEST(Gentd26, keeps_rows_that_failed_there_and_marks_them) {
  const auto requests = read(read_gentd26(sample("gentd26.csv")));
  EXPECT_TRUE(requests[0].succeeded);
  EXPECT_FALSE(requests[2].succeeded);
  EXPECT_FALSE(requests[3].succeeded);  // PROCESSING
}

TEST(Gentd26, becomes_arrivals_whose_size_is_known_beforehand) {
  const auto arrivals = image_arrivals(read(read_gentd26(sample("gentd26.csv"))), 10.0);
  EXPECT_EQ(arrivals[0].factor, 3.0);
  EXPECT_EQ(arrivals[1].factor, 20.0);
  EXPECT_EQ(arrivals[1].declared, 20.0);
}

TEST(Gentd26, reads_gzip_alike) {
  const TestFile packed("gentd26.csv.gz", gzipped(content_of(sample("gentd26.csv"))));
  EXPECT_EQ(read(read_gentd26(packed.path())).size(), 4u);
}

TEST(Servegen, windows_become_a_series_per_category) {
  const auto categories = read(read_servegen(sample("servegen.csv")));
  ASSERT_EQ(categories.size(), 2u);
  const auto& tiny = categories.at("language/tiny");
  EXPECT_EQ(tiny.window, 600s);
  EXPECT_EQ(tiny.per_s, (std::vector<double>{10.0, 30.5, 20.0}));
  EXPECT_EQ(tiny.clients, (std::vector<int>{3, 4, 2}));
  EXPECT_EQ(tiny.series(RateSeries::Between::kSteps).rate_per_s(700s), 30.5);
  EXPECT_EQ(tiny.series(RateSeries::Between::kLines).rate_per_s(900s), 30.5);
}

TEST(AzureLlm, rows_become_arrivals_with_tokens_since_the_first) {
  const auto arrivals = read(read_azure_llm(sample("azure_llm.csv")));
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_EQ(arrivals[0].at, at(0s));
  EXPECT_EQ(arrivals[1].at, at(3500ms));
  EXPECT_EQ(arrivals[2].at, at(60s));
  EXPECT_EQ(arrivals[2].prompt_tokens, 900);
  EXPECT_EQ(arrivals[2].output_tokens, 250);
}

TEST(BurstGpt, rows_become_arrivals_without_those_that_failed) {
  const auto arrivals = read(read_burstgpt(sample("burstgpt.csv"), {}));
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_EQ(arrivals[0].at, at(5s));
  EXPECT_EQ(arrivals[1].prompt_tokens, 210);
  EXPECT_EQ(arrivals[2].output_tokens, 600);
  EXPECT_EQ(read(read_burstgpt(sample("burstgpt.csv"), {.failures = true})).size(), 4u);
}

TEST(BurstGpt, rows_may_be_chosen_by_window_model_and_log) {
  const auto window = read(read_burstgpt(sample("burstgpt.csv"), {.from = 40s, .to = 118s}));
  ASSERT_EQ(window.size(), 1u);
  EXPECT_EQ(window[0].at, at(20s));
  EXPECT_EQ(read(read_burstgpt(sample("burstgpt.csv"), {.model = "ChatGPT"})).size(), 2u);
  EXPECT_EQ(read(read_burstgpt(sample("burstgpt.csv"), {.log_type = "API log"})).size(), 1u);
}

TEST(Mooncake, lines_become_arrivals_with_tokens) {
  const auto arrivals = read(read_mooncake(sample("mooncake.jsonl")));
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_EQ(arrivals[0].prompt_tokens, 6000);
  EXPECT_EQ(arrivals[2].at, at(3s));
  EXPECT_EQ(arrivals[2].output_tokens, 41);
}

TEST(SpotAvailability, ticks_become_steps) {
  const auto trace = read(read_spot_availability(sample("spot_availability.json")));
  EXPECT_EQ(trace.length, 7 * 300s);
  EXPECT_EQ(trace.most, 16);
  EXPECT_EQ(trace.available.steps().size(), 4u);
  EXPECT_EQ(trace.available.at(at(599s), -1), 0);
  EXPECT_EQ(trace.available.at(at(600s), -1), 3);
  EXPECT_EQ(trace.available.at(at(1200s), -1), 16);
  EXPECT_EQ(trace.available.at(at(9000s), -1), 2);
}

TEST(SpotAvailability, may_be_multiplied) {
  const auto trace = times(read(read_spot_availability(sample("spot_availability.json"))), 4);
  EXPECT_EQ(trace.most, 64);
  EXPECT_EQ(trace.available.at(at(600s), -1), 12);
}

TEST(SpotPrices, entries_become_a_series_per_pool_since_the_earliest) {
  const auto history = read(read_spot_prices(sample("spot_prices.json")));
  ASSERT_EQ(history.usd_per_hour.size(), 2u);
  const auto& a = history.usd_per_hour.at({"q2.large", "xx-east-1a"});
  EXPECT_EQ(a.steps().size(), 2u);  // the price stood between 00:00 and 12:00
  EXPECT_EQ(a.at(at(0s), -1.0), 0.25);
  EXPECT_EQ(a.at(at(12h - 1s), -1.0), 0.25);
  EXPECT_EQ(a.at(at(12h), -1.0), 0.4);
  const auto& b = history.usd_per_hour.at({"q2.large", "xx-east-1b"});
  EXPECT_EQ(b.at(at(6h), -1.0), -1.0);
  EXPECT_EQ(b.at(at(6h + 30min), -1.0), 0.31);
}

TEST(SpotPrices, of_another_product_are_read_when_asked_for) {
  const auto history = read(read_spot_prices(sample("spot_prices.json"), "Windows"));
  EXPECT_EQ(history.usd_per_hour.at({"q2.large", "xx-east-1a"}).at(at(0s), -1.0), 0.9);
  EXPECT_THAT(read_spot_prices(sample("spot_prices.json"), "Plan 9").error().message,
              HasSubstr("no entry of the product \"Plan 9\" among 5"));
}

TEST(PriceSnapshot, reads_a_cut_table_and_the_catalogue_it_was_cut_from) {
  const auto prices = read(read_price_snapshot(sample("price_snapshot.csv")));
  ASSERT_EQ(prices.size(), 3u);
  const auto* second = find_price(prices, "q2.large", "xe1-az2");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->on_demand_usd_per_hour, 0.75);
  EXPECT_FALSE(second->spot_usd_per_hour);
  EXPECT_EQ(find_price(prices, "q9.huge")->spot_usd_per_hour, 1.5);
  EXPECT_EQ(find_price(prices, "q9.huge", "xe1-az2"), nullptr);

  const auto catalogue = read(read_price_snapshot(sample("price_catalogue.csv")));
  ASSERT_EQ(catalogue.size(), 2u);
  EXPECT_EQ(catalogue[0].zone, "xe1-az1");
  EXPECT_EQ(catalogue[0].spot_usd_per_hour, 0.25);
  EXPECT_FALSE(catalogue[1].on_demand_usd_per_hour);
}

// One broken file per row: what is replaced in a good one by what, and what the error must say.
struct Broken {
  std::string sample, find, put, says;
};

class BrokenTrace : public testing::TestWithParam<Broken> {};

std::string error_of(const std::string& sample_name, const std::string& path) {
  const auto message = [](const auto& result) {
    return result.ok() ? std::string("(was read)") : result.error().message;
  };
  if (sample_name == "gentd26.csv") return message(read_gentd26(path));
  if (sample_name == "servegen.csv") return message(read_servegen(path));
  if (sample_name == "azure_llm.csv") return message(read_azure_llm(path));
  if (sample_name == "burstgpt.csv") return message(read_burstgpt(path, {}));
  if (sample_name == "mooncake.jsonl") return message(read_mooncake(path));
  if (sample_name == "spot_availability.json") return message(read_spot_availability(path));
  if (sample_name == "spot_prices.json") return message(read_spot_prices(path));
  return message(read_price_snapshot(path));
}

TEST_P(BrokenTrace, is_an_error_that_names_the_place_and_what_is_expected) {
  const auto& broken = GetParam();
  std::string content = content_of(sample(broken.sample));
  const auto place = content.find(broken.find);
  ASSERT_NE(place, std::string::npos);
  content.replace(place, broken.find.size(), broken.put);
  const TestFile file("broken_" + broken.sample, content);
  const auto message = error_of(broken.sample, file.path());
  EXPECT_THAT(message, HasSubstr(file.path() + ":"));
  EXPECT_THAT(message, HasSubstr(broken.says));
}

INSTANTIATE_TEST_SUITE_P(
    Samples, BrokenTrace,
    testing::Values(
        Broken{"gentd26.csv", "num_inference_steps", "steps", ":1: no column num_inference_steps"},
        Broken{"gentd26.csv", "2031-05-02 00:00:01", "yesterday",
               ":3: gmt_create is \"yesterday\"; expected a time"},
        Broken{"gentd26.csv", "FAILED", "", ":3: predict_status is \"\""},
        Broken{"gentd26.csv", "8.0,25.0", "0.0,25.0", ":3: num_images_per_prompt is \"0.0\""},
        Broken{"gentd26.csv", "8.0,25.0", "8.0,-25", ":3: num_inference_steps is \"-25\""},
        Broken{"gentd26.csv", ",MB,1", "", ":3: 9 fields; expected 11"},
        Broken{"servegen.csv", "600,4", "900,4", ":4: window_start_s is \"1200\"; expected 1800"},
        Broken{"servegen.csv", "600,4", "0,4", ":3: window_start_s is \"0\"; expected the begin"},
        Broken{"servegen.csv", "tiny,0", "tiny,60", ":2: window_start_s is \"60\"; expected 0"},
        Broken{"servegen.csv", "30.5", "-1", ":3: rate_rps is \"-1\""},
        Broken{"servegen.csv", "reason/other,600,0,0.25\n", "", "reason/other has one window only"},
        Broken{"azure_llm.csv", "ContextTokens", "Context", ":1: no column ContextTokens"},
        Broken{"azure_llm.csv", "12,7", "12.5,7", ":3: ContextTokens is \"12.5\""},
        Broken{"azure_llm.csv", "900,250", "900", ":4: 2 fields; expected 3"},
        Broken{"burstgpt.csv", "Request tokens", "Input", ":1: no column Request tokens"},
        Broken{"burstgpt.csv", "45.5", "-3", ":3: Timestamp is \"-3\""},
        Broken{"burstgpt.csv", "15,600", "15,1e99", ":5: Response tokens is \"1e99\""},
        Broken{"mooncake.jsonl", "\"input_length\": 700", "\"input\": 700",
               ":2: the document has no member \"input_length\""},
        Broken{"mooncake.jsonl", "\"timestamp\": 3000", "\"timestamp\": \"3 s\"",
               ":2: timestamp is \"3 s\"; expected a number"},
        Broken{"mooncake.jsonl", "[4]}", "[4]", ":4: no JSON"},
        Broken{"spot_availability.json", "metadata", "meta", "has no member \"metadata\""},
        Broken{"spot_availability.json", "300", "0", "gap_seconds is 0; expected a number from 1"},
        Broken{"spot_availability.json", "16", "-16", "data[4] is -16; expected a number from 0"},
        Broken{"spot_availability.json", "16", "null", "data[4] is null"},
        Broken{"spot_availability.json", "[0, 0, 3, 3, 16, 2, 2]", "[]", "data is empty"},
        Broken{"spot_availability.json", "2]}", "2", "no JSON"},
        Broken{"spot_prices.json", "SpotPriceHistory", "History", "no member \"SpotPriceHistory\""},
        Broken{"spot_prices.json", "\"0.310000\"", "\"free\"",
               "SpotPriceHistory[1]: SpotPrice is \"free\""},
        Broken{"spot_prices.json", "2031-01-02T06:30:00.000Z", "noon",
               "SpotPriceHistory[1]: Timestamp is \"noon\""},
        Broken{"spot_prices.json", "\"InstanceType\": \"q2.large\", ", "",
               "SpotPriceHistory[0]: SpotPriceHistory[0] has no member \"InstanceType\""},
        Broken{"price_snapshot.csv", "spot_usd_h", "spot", ":1: no column spot_usd_h|SpotPrice"},
        Broken{"price_snapshot.csv", "6.0", "dear", ":4: on_demand_usd_h|Price is \"dear\""}));

TEST(EveryReader, names_a_file_that_is_not_there) {
  for (const auto* name :
       {"gentd26.csv", "servegen.csv", "azure_llm.csv", "burstgpt.csv", "mooncake.jsonl",
        "spot_availability.json", "spot_prices.json", "price_snapshot.csv"}) {
    EXPECT_THAT(error_of(name, "not/there"), HasSubstr("not/there: cannot be opened")) << name;
  }
}

TEST(EveryReader, refuses_an_empty_file) {
  const TestFile empty("empty", "");
  for (const auto* name :
       {"gentd26.csv", "servegen.csv", "azure_llm.csv", "burstgpt.csv", "mooncake.jsonl",
        "spot_availability.json", "spot_prices.json", "price_snapshot.csv"}) {
    EXPECT_THAT(error_of(name, empty.path()), HasSubstr("expected")) << name;
  }
}

// Whatever is cut off a sample, plain or gzip, a reader gives a value or an error and lives.
TEST(EveryReader, survives_a_file_cut_at_any_place) {
  for (const auto* name :
       {"gentd26.csv", "servegen.csv", "azure_llm.csv", "burstgpt.csv", "mooncake.jsonl",
        "spot_availability.json", "spot_prices.json", "price_snapshot.csv"}) {
    const std::string plain = content_of(sample(name));
    const std::string packed = gzipped(plain);
    for (std::size_t kept = 0; kept < plain.size(); kept += 13) {
      const TestFile file("cut_" + std::string(name), plain.substr(0, kept));
      EXPECT_NE(error_of(name, file.path()), "");
    }
    for (std::size_t kept = 10; kept < packed.size(); kept += 13) {
      const TestFile file("cut_" + std::string(name) + ".gz", packed.substr(0, kept));
      EXPECT_NE(error_of(name, file.path()), "(was read)") << name << " " << kept;
    }
  }
}

}  // namespace
}  // namespace signalbox::sim
