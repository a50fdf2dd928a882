// SPDX-License-Identifier: Apache-2.0
//
// The source against a scripted server that speaks Prometheus' query API. The real one is asked in
// test/sources.
#include "adapters/prometheus_source.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "adapters/source_bench.h"

namespace signalbox::adapters {
namespace {

using testing::ScriptedServer;

std::string vector_of(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + series + "]}}";
}

std::string series(const std::string& labels, const std::string& value) {
  return R"({"metric":{)" + labels + R"(},"value":[1742982067.25,")" + value + R"("]})";
}

struct PrometheusSourceTest : testing::SourceBench {
  PrometheusSourceTest() {
    server.answer = [this](const http::Request& request,
                           std::shared_ptr<http::Responder> responder) {
      const auto query = request.query_param("query").value_or("");
      const auto found = answers.find(query);
      if (found == answers.end()) return responder->send({404, {}, "no such"});
      responder->send({200, {{"content-type", "application/json"}}, found->second});
    };
  }

  void ask(std::vector<PrometheusQuestion> questions, const std::string& prefix = "/") {
    source = std::make_unique<PrometheusSource>(
        io, options, Page{.address = server.address, .target = prefix}, std::move(questions));
    source->on_view(view());
    source->start(sink);
  }

  void await_told(const std::string& what) {
    run_until([&] { return !told.empty(); });
    EXPECT_NE(told.at(0).find(what), std::string::npos) << told[0];
  }

  ScriptedServer server{io};
  std::map<std::string, std::string> answers;
  std::unique_ptr<PrometheusSource> source;
};

TEST_F(PrometheusSourceTest, one_expression_may_price_many_units) {
  answers["price"] =
      vector_of(series(R"("unit":"llama")", "0.8") + "," + series(R"("unit":"sd21")", "1.006") +
                "," + series(R"("unit":"of-others")", "9"));
  ask({{Quantity::kPrice, "price", ""}}, "/prom/");
  await<core::PriceQuote>(2);
  EXPECT_TRUE(server.last.target.starts_with("/prom/api/v1/query?query=price&timeout=5.000"));
  const auto quotes = sink.all<core::PriceQuote>();
  EXPECT_EQ(quotes.at(0).unit, UnitId{0});
  EXPECT_EQ(quotes.at(0).usd_per_hour, 0.8);
  EXPECT_EQ(quotes.at(1).unit, UnitId{1});
  EXPECT_EQ(sink.signals.at(0).source, "test");
  EXPECT_TRUE(told.empty());
}

TEST_F(PrometheusSourceTest, every_quantity_becomes_its_signal) {
  answers["p"] = vector_of(series("", "1.5"));
  answers["m"] = vector_of(series("", "7.9"));
  answers["l"] = R"({"status":"success","data":{"resultType":"scalar","result":[1,"0.25"]}})";
  answers["w"] = vector_of(series("", "350"));
  ask({{Quantity::kPrice, "p", "llama"},
       {Quantity::kMaxReplicas, "m", "llama"},
       {Quantity::kLatency, "l", "sd21"},
       {Quantity::kWatts, "w", "sd21"}});
  await<core::PriceQuote>(1);
  await<core::CapacityLimit>(1);
  await<core::LatencyReport>(1);
  await<core::PowerReport>(1);
  EXPECT_EQ(sink.all<core::CapacityLimit>()[0].max_replicas, 7);
  EXPECT_EQ(sink.all<core::LatencyReport>()[0].mean, 250ms);
  EXPECT_EQ(sink.all<core::LatencyReport>()[0].unit, UnitId{1});
  EXPECT_EQ(sink.all<core::PowerReport>()[0].watts, 350.0);
}

TEST_F(PrometheusSourceTest, ready_and_pending_make_one_report_once_both_are_known) {
  answers["r"] = vector_of(series("", "3"));
  ask({{Quantity::kReady, "r", "llama"}, {Quantity::kPending, "p", "llama"}});
  run_until([&] { return server.asked >= 4; });
  EXPECT_TRUE(sink.signals.empty()) << "half of what was asked for is no report";
  answers["p"] = vector_of(series("", "2"));
  await<core::ReplicaReport>(1);
  EXPECT_EQ(sink.all<core::ReplicaReport>()[0].ready, 3);
  EXPECT_EQ(sink.all<core::ReplicaReport>()[0].pending, 2);
}

TEST_F(PrometheusSourceTest, a_price_that_cannot_be_is_left_to_those_who_judge) {
  answers["p"] = vector_of(series("", "NaN"));
  ask({{Quantity::kPrice, "p", "llama"}});
  await<core::PriceQuote>(1);
  EXPECT_TRUE(std::isnan(sink.all<core::PriceQuote>()[0].usd_per_hour));
}

TEST_F(PrometheusSourceTest, a_count_that_is_none_is_refused) {
  for (const auto* value : {"NaN", "-1", "+Inf", "1e300"}) {
    told.clear();
    answers["r"] = vector_of(series("", value));
    ask({{Quantity::kReady, "r", "llama"}});
    await_told("no number of replicas for llama");
    source->stop();
  }
  told.clear();
  answers["l"] = vector_of(series("", "-0.5"));
  ask({{Quantity::kLatency, "l", "llama"}});
  await_told("-0.5 is no latency in seconds for llama");
  EXPECT_TRUE(sink.signals.empty());
}

TEST_F(PrometheusSourceTest, what_is_wrong_with_an_expression_is_said_once_with_its_name) {
  answers["sum("] = R"({"status":"error","errorType":"bad_data","error":"1:5: parse error"})";
  ask({{Quantity::kWatts, "sum(", "llama"}});
  await_told("bad_data: 1:5: parse error");
  EXPECT_EQ(told[0].substr(0, 34), "source test: watts of llama at 127");
  const int asked = server.asked;
  run_until([&] { return server.asked >= asked + 2; });
  EXPECT_EQ(told.size(), 1u);
  source->stop();

  told.clear();
  answers["many"] = vector_of(series(R"("a":"1")", "1") + "," + series(R"("a":"2")", "1"));
  ask({{Quantity::kPrice, "many", "llama"}});
  await_told("gives 2 values for one unit; aggregate them");
  source->stop();

  told.clear();
  ask({{Quantity::kPrice, "many", ""}});
  await_told("has no label 'unit'");
  source->stop();

  told.clear();
  answers["none"] = vector_of("");
  ask({{Quantity::kPrice, "none", "llama"}});
  await_told("the expression gives nothing");
  EXPECT_TRUE(sink.signals.empty());
}

TEST_F(PrometheusSourceTest, a_bad_expression_does_not_delay_the_others) {
  answers["p"] = vector_of(series("", "1.5"));
  ask({{Quantity::kWatts, "unknown", "llama"}, {Quantity::kPrice, "p", "llama"}});
  await<core::PriceQuote>(3);
  EXPECT_TRUE(sink.all<core::PowerReport>().empty());
}

TEST_F(PrometheusSourceTest, B59_a_server_that_is_gone_is_asked_until_it_is_back) {
  options.interval = 2ms;
  answers["p"] = vector_of(series("", "1.5"));
  ask({{Quantity::kPrice, "p", "llama"}});
  await<core::PriceQuote>(1);
  const std::string good = answers["p"];
  answers.clear();
  run_until([&] { return told.size() == 1; });
  const auto said = sink.signals.size();
  answers["p"] = good;
  run_until([&] { return told.size() == 2; });
  EXPECT_NE(told[1].find("is well again"), std::string::npos);
  run_until([&] { return sink.signals.size() > said; });
}

TEST_F(PrometheusSourceTest, units_that_it_was_not_asked_of_are_passed_over) {
  options.units = {"sd21"};
  answers["price"] =
      vector_of(series(R"("unit":"llama")", "0.8") + "," + series(R"("unit":"sd21")", "1.006"));
  ask({{Quantity::kPrice, "price", ""}});
  await<core::PriceQuote>(2);
  for (const auto& quote : sink.all<core::PriceQuote>()) EXPECT_EQ(quote.unit, UnitId{1});
}

}  // namespace
}  // namespace signalbox::adapters
