// SPDX-License-Identifier: Apache-2.0
//
// The scraper against servers that are well, silent, endless, wrong or gone.
#include "adapters/metrics_scraper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>

#include "adapters/source_bench.h"
#include "adapters/spot_notices.h"

namespace signalbox::adapters {
namespace {

using testing::ScriptedServer;

std::string vllm_page(int running, int waiting, double sum, int count) {
  return fmt::format(
      "vllm:num_requests_running{{model_name=\"m\"}} {}\nvllm:num_requests_waiting {}\n"
      "vllm:e2e_request_latency_seconds_sum {}\nvllm:e2e_request_latency_seconds_count {}\n",
      running, waiting, sum, count);
}

struct MetricsScraperTest : testing::SourceBench {
  MetricsScraperTest() { options.units = {"llama"}; }

  MetricsScraper& scrape(const char* dialect = "vllm", ScrapeOptions more = {}) {
    more.dialect = find_dialect(dialect);
    scraper = std::make_unique<MetricsScraper>(io, options, more);
    return *scraper;
  }

  void watch(const core::Address& address, const char* dialect = "vllm") {
    const ScrapeOptions own_port{.port = address.port};
    scrape(dialect, own_port).on_view(view({endpoint(1, address)}));
    scraper->start(sink);
  }

  void await_told(std::size_t lines) {
    run_until([&] { return told.size() >= lines; });
  }

  std::unique_ptr<MetricsScraper> scraper;
};

TEST_F(MetricsScraperTest, a_page_becomes_load_and_latency_of_the_endpoint) {
  ScriptedServer server(io);
  int finished = 100;
  server.answer = [&](const http::Request&, std::shared_ptr<http::Responder> responder) {
    finished += 10;
    responder->send({200, {}, vllm_page(12, 3, finished * 2.5, finished)});
  };
  watch(server.address);
  await<core::LatencyReport>(2);
  EXPECT_EQ(server.last.target, "/metrics");
  EXPECT_NE(http::find_header(server.last.headers, "accept").find("version=0.0.4"),
            std::string_view::npos);
  const auto load = sink.all<core::LoadReport>().at(0);
  EXPECT_EQ(load.endpoint, EndpointId{1});
  EXPECT_EQ(load.running, 12.0);
  EXPECT_EQ(load.waiting, 3.0);
  const auto latency = sink.all<core::LatencyReport>().at(0);
  EXPECT_EQ(latency.unit, UnitId{0});
  EXPECT_EQ(latency.mean, 2500ms);
  EXPECT_EQ(latency.requests, 10.0);
  EXPECT_EQ(sink.signals.at(0).source, "test");
  EXPECT_LE(sink.signals.at(0).at, net::now());
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(server.open_connections(), 1u) << "the connection is kept";
}

TEST_F(MetricsScraperTest, only_endpoints_of_the_named_units_are_read) {
  ScriptedServer server(io), other(io);
  server.say(vllm_page(1, 0, 0, 0));
  other.say(vllm_page(1, 0, 0, 0));
  scrape().on_view(view({endpoint(1, server.address),
                         endpoint(2, other.address, 1),
                         {EndpointId{3}, UnitId{0}, core::EndpointState::kBooting, {}}}));
  scraper->start(sink);
  await<core::LoadReport>(3);
  EXPECT_EQ(other.asked, 0);
}

TEST_F(MetricsScraperTest, an_endpoint_that_leaves_the_view_is_asked_no_more) {
  ScriptedServer server(io), stays(io);
  server.say(vllm_page(1, 0, 0, 0));
  stays.say(vllm_page(2, 0, 0, 0));
  scrape().on_view(view({endpoint(1, server.address), endpoint(2, stays.address)}));
  scraper->start(sink);
  await<core::LoadReport>(4);
  scraper->on_view(view({endpoint(2, stays.address)}));
  const int asked = server.asked;
  const int seen = stays.asked;
  run_until([&] { return stays.asked >= seen + 5; });
  EXPECT_LE(server.asked, asked + 1) << "one may have been under way";
}

TEST_F(MetricsScraperTest, a_credential_is_shown_to_the_endpoint_and_to_nobody_else_on_its_host) {
  ScriptedServer server(io), exporter(io);
  server.say(vllm_page(1, 0, 0, 0));
  exporter.say(vllm_page(1, 0, 0, 0));
  const std::map<std::string, ProbeLink> links{
      {"llama", {nullptr, "", {{"authorization", "Bearer abc"}}}}};
  scrape().on_links(links);
  scraper->on_view(view({endpoint(1, server.address)}));
  scraper->start(sink);
  await<core::LoadReport>(1);
  EXPECT_EQ(http::find_header(server.last.headers, "authorization"), "Bearer abc");
  scrape("vllm", {.port = exporter.address.port}).on_links(links);
  scraper->on_view(view({endpoint(1, server.address)}));
  scraper->start(sink);
  await<core::LoadReport>(2);
  EXPECT_EQ(http::find_header(exporter.last.headers, "authorization"), "");
}

TEST_F(MetricsScraperTest, power_is_the_mean_over_the_units_endpoints) {
  ScriptedServer server(io);
  int asked = 0;
  server.answer = [&](const http::Request&, std::shared_ptr<http::Responder> responder) {
    responder->send(
        {200,
         {},
         fmt::format("DCGM_FI_DEV_POWER_USAGE{{gpu=\"0\"}} {}\n", ++asked % 2 ? 100 : 300)});
  };
  scrape("dcgm", {.port = server.address.port})
      .on_view(view({endpoint(1, {"127.0.0.1", 1}), endpoint(2, {"127.0.0.1", 2})}));
  scraper->start(sink);
  run_until([&] {
    const auto reports = sink.all<core::PowerReport>();
    return std::any_of(reports.begin(), reports.end(),
                       [](const auto& report) { return report.watts == 200.0; });
  });
  EXPECT_TRUE(sink.all<core::LoadReport>().empty());
}

TEST_F(MetricsScraperTest, executions_become_requests_where_one_takes_many) {
  ScriptedServer server(io);
  int done = 0;
  server.answer = [&](const http::Request&, std::shared_ptr<http::Responder> responder) {
    done += 100;
    responder->send({200,
                     {},
                     fmt::format("execution_latency_seconds{{percentile=\"p50\"}} 0.02\n"
                                 "execution_status_total{{status_type=\"completed\"}} {}\n",
                                 done)});
  };
  scrape("neuron", {.port = server.address.port, .executions_per_request = 50.0})
      .on_view(view({endpoint(1, server.address)}));
  scraper->start(sink);
  await<core::LatencyReport>(1);
  EXPECT_EQ(sink.all<core::LatencyReport>()[0].mean, 1s);
  EXPECT_EQ(sink.all<core::LatencyReport>()[0].requests, 2.0);
}

TEST_F(MetricsScraperTest, B59_a_server_that_is_gone_says_nothing_more_and_is_told_of_once) {
  options.interval = 2ms;
  ScriptedServer server(io);
  server.say(vllm_page(1, 0, 0, 0));
  watch(server.address);
  await<core::LoadReport>(1);
  server.say("", "", 503);
  await_told(1);
  const auto reports = sink.signals.size();
  const int asked = server.asked;
  run_until([&] { return server.asked >= asked + 3; });
  EXPECT_EQ(sink.signals.size(), reports) << "what it said last ages where it is kept";
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0],
            fmt::format("source test: llama at {}: answered 503", core::to_string(server.address)));
  server.say(vllm_page(1, 0, 0, 0));
  await_told(2);
  EXPECT_NE(told[1].find("is well again, after "), std::string::npos) << told[1];
}

TEST_F(MetricsScraperTest, B65_a_page_too_large_is_refused_and_none_of_it_believed) {
  ScriptedServer server(io);
  std::string large = vllm_page(7, 0, 0, 0);
  while (large.size() <= kMaxPageBytes) large += "# padding padding padding padding padding\n";
  server.say(large);
  watch(server.address);
  await_told(1);
  EXPECT_NE(told[0].find("sent more than the largest answer allowed"), std::string::npos)
      << told[0];
  EXPECT_TRUE(sink.signals.empty());
}

TEST_F(MetricsScraperTest, B65_a_page_without_end_or_pace_is_left_after_its_time) {
  options.timeout = 50ms;
  ScriptedServer server(io);
  std::vector<std::shared_ptr<http::Responder>> endless;
  server.answer = [&](const http::Request&, std::shared_ptr<http::Responder> responder) {
    responder->start(200, {});
    responder->write("# and so on\n");
    endless.push_back(std::move(responder));
  };
  watch(server.address);
  await_told(1);
  EXPECT_NE(told[0].find("did not answer in time"), std::string::npos) << told[0];
  const std::size_t asked = endless.size();
  run_until([&] { return endless.size() > asked; });
  run_until([&] { return server.open_connections() <= 1; });
  EXPECT_EQ(told.size(), 1u) << "the same trouble is told once";
}

TEST_F(MetricsScraperTest, whatever_is_no_page_of_metrics_is_refused_in_words) {
  ScriptedServer server(io);
  watch(server.address);
  server.say("<html>", "text/html");
  await_told(1);
  EXPECT_NE(told[0].find("sent no page of metrics, but text/html"), std::string::npos) << told[0];
  server.say("", "text/plain", 302);
  await_told(2);
  EXPECT_NE(told[1].find("answered 302, a redirection, which is not followed"), std::string::npos);
  server.answer = [](const http::Request&, std::shared_ptr<http::Responder> responder) {
    responder->send({200, {{"content-encoding", "gzip"}}, "x"});
  };
  await_told(3);
  EXPECT_NE(told[2].find("compressed"), std::string::npos);
  server.crash();
  await_told(4);
  EXPECT_TRUE(sink.signals.empty());
}

TEST_F(MetricsScraperTest, a_server_of_another_product_is_found_out_and_asked_on) {
  ScriptedServer server(io);
  server.say("sglang:num_running_reqs 3\n");
  watch(server.address);
  await_told(1);
  EXPECT_NE(told[0].find("shows nothing that vLLM shows"), std::string::npos) << told[0];
  const int asked = server.asked;
  run_until([&] { return server.asked >= asked + 3; });
}

TEST_F(MetricsScraperTest, B60_a_wall_clock_that_jumps_makes_nothing_newer_than_now) {
  ScriptedServer server(io);
  const std::string dated = "vllm:num_requests_running 1 1742982067000\n";  // ten seconds ago
  std::int64_t wall = 1742982077'000'000'000;
  options.clock.unix_nanos = [&] { return wall; };
  server.say(dated);
  watch(server.address);
  await<core::LoadReport>(1);
  const auto age = [&] { return net::now() - sink.signals.back().at; };
  EXPECT_GE(age(), 10s);
  EXPECT_LT(age(), 20s);
  for (const std::int64_t jump : {std::int64_t{0}, std::numeric_limits<std::int64_t>::max(),
                                  std::numeric_limits<std::int64_t>::min()}) {
    wall = jump;
    const auto seen = sink.signals.size();
    run_until([&] { return sink.signals.size() > seen + 1; });
    EXPECT_GE(age(), Duration::zero()) << "at " << jump;
    EXPECT_LE(age(), kMostDistance + 1min) << "at " << jump;
  }
}

TEST_F(MetricsScraperTest, B60_the_servers_own_clock_dates_its_samples_where_it_says_it) {
  ScriptedServer server(io);
  server.answer = [](const http::Request&, std::shared_ptr<http::Responder> responder) {
    responder->send({200,
                     {{"date", "Wed, 26 Mar 2025 09:41:37 GMT"}},
                     "vllm:num_requests_running 1 1742982067000\n"});
  };
  options.clock.unix_nanos = [] { return std::int64_t{0}; };
  watch(server.address);
  await<core::LoadReport>(1);
  const Duration age = net::now() - sink.signals.back().at;
  EXPECT_GE(age, 30s);
  EXPECT_LT(age, 40s);
}

TEST_F(MetricsScraperTest, stopped_it_asks_and_says_nothing_more) {
  ScriptedServer server(io);
  server.say(vllm_page(1, 0, 0, 0));
  watch(server.address);
  await<core::LoadReport>(1);
  scraper->stop();
  const auto said = sink.signals.size();
  io.restart();
  io.run_for(std::chrono::milliseconds(30));
  EXPECT_EQ(sink.signals.size(), said);
}

TEST_F(MetricsScraperTest, a_host_that_announces_its_end_is_heard_and_may_take_it_back) {
  ScriptedServer host(io);
  host.say("", "", 404);
  options.units.clear();
  options.clock.unix_nanos = [] { return std::int64_t{0}; };
  SpotNotices notices(io, options, "", 0);
  notices.on_view(view({endpoint(1, host.address)}));
  notices.start(sink);
  run_until([&] { return host.asked >= 3; });
  EXPECT_EQ(host.last.target, "/latest/meta-data/spot/instance-action");
  EXPECT_TRUE(sink.signals.empty()) << "nothing is announced";
  EXPECT_TRUE(told.empty()) << "and that is no trouble";
  host.say(R"({"action":"terminate","time":"1970-01-01T00:02:00Z"})", "application/json");
  await<core::EndpointLeaving>(1);
  const auto leaving = sink.all<core::EndpointLeaving>().at(0);
  EXPECT_EQ(leaving.endpoint, EndpointId{1});
  EXPECT_EQ(leaving.by - sink.signals.at(0).at, 2min);
  host.say("not json", "text/plain");
  await_told(1);
  host.say("", "", 404);
  run_until([&] { return sink.all<core::EndpointLeaving>().back().by == TimePoint::max(); });
}

}  // namespace
}  // namespace signalbox::adapters
