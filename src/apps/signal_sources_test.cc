// SPDX-License-Identifier: Apache-2.0
//
// From a configuration to sources that ask: every kind is made, every product of the format has its
// dialect, and a reload leaves alone what stays as it is.
#include "apps/signal_sources.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "adapters/scrape_dialects.h"
#include "config/table_sources.h"
#include "control/fakes.h"
#include "http/server.h"
#include "net/clock.h"

namespace signalbox::apps {
namespace {

config::Config loaded(const std::string& sources) {
  auto config = config::load(
      "services: {chat: {units: [a]}}\n"
      "units: {a: {price: 1 USD/hour, plateau: 10/s, endpoints: ['127.0.0.1:1']}}\n"
      "sources:\n" +
          sources,
      "test.yaml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config::render(config.error()));
  return config.ok() ? *config : config::Config{};
}

std::vector<SourcePlan> plans_of(const std::string& sources) {
  auto plans = source_plans(loaded(sources).sources);
  EXPECT_TRUE(plans.ok()) << (plans.ok() ? "" : plans.error().message);
  return plans.ok() ? *std::move(plans) : std::vector<SourcePlan>{};
}

// A page of prices that counts who asks.
struct SignalSourcesTest : ::testing::Test {
  SignalSourcesTest()
      : server(io, [this](const http::Request&, std::shared_ptr<http::Responder> responder) {
          ++asked;
          responder->send({200, {}, R"({"prices":[{"unit":"a","usd_per_hour":2.5}]})"});
        }) {
    address = *server.listen({"127.0.0.1", 0});
    auto view = std::make_shared<core::FleetView>();
    view->spec = std::make_shared<core::FleetSpec>(loaded("  x: {prices: /p}\n").fleet);
    sources.on_view(view);
  }

  std::string line(const char* name, const char* interval = "100ms") const {
    return fmt::format("  {}: {{prices: 'http://{}/p', interval: {}}}\n", name,
                       core::to_string(address), interval);
  }

  bool says(const std::string& source) const {
    return std::any_of(sink.signals.begin(), sink.signals.end(),
                       [&](const core::Signal& signal) { return signal.source == source; });
  }

  void await_quotes(std::size_t count) {
    await([&] { return sink.all<core::PriceQuote>().size() >= count; });
  }

  void await(const std::function<bool()>& condition) {
    const TimePoint deadline = net::now() + 30s;
    while (!condition()) {
      io.restart();
      io.run_one_for(std::chrono::seconds(10));
      ASSERT_LT(net::now(), deadline);
    }
  }

  asio::io_context io{1};
  int asked = 0;
  http::Server server;
  core::Address address;
  control::FakeSink sink;
  SignalSources sources{io, 1, nullptr};
};

TEST(SourcePlans, every_product_of_the_format_has_its_dialect) {
  const config::Field* scrape = config::kSource.find("scrape");
  ASSERT_NE(scrape, nullptr);
  EXPECT_EQ(scrape->choices.size(), adapters::dialects().size());
  for (const auto name : scrape->choices) EXPECT_NE(adapters::find_dialect(name), nullptr) << name;
}

TEST(SourcePlans, what_is_watched_is_said_in_a_line) {
  const auto config = loaded(
      "  vllm: {scrape: vllm, units: [a]}\n  spot: {spot_notices: endpoints}\n"
      "  prices: {prices: /p.json, units: [a]}\n"
      "  prom: {prometheus: 'http://127.0.0.1:9090', queries: [{gives: price, query: up}]}\n");
  EXPECT_EQ(describe_source(config.sources[0]), "source vllm: pages of vllm at a, every 5s");
  EXPECT_EQ(describe_source(config.sources[1]),
            "source spot: spot notices of each endpoint's host, every 5s");
  EXPECT_EQ(describe_source(config.sources[2]), "source prices: prices in /p.json for a, every 1m");
  EXPECT_EQ(describe_source(config.sources[3]),
            "source prom: 1 question to http://127.0.0.1:9090/, every 15s");
}

TEST(SourcePlans, a_file_that_is_missing_is_an_error_with_its_key) {
  const auto config =
      loaded("  prices: {prices: 'http://127.0.0.1:1/p', credential: {file: /none/such}}\n");
  const auto plans = source_plans(config.sources);
  ASSERT_FALSE(plans.ok());
  EXPECT_TRUE(plans.error().message.starts_with("sources.prices: ")) << plans.error().message;
}

TEST_F(SignalSourcesTest, every_kind_is_made_and_starts_and_stops) {
  sources.adopt(plans_of(
      "  a: {scrape: vllm, units: [a]}\n  b: {spot_notices: endpoints}\n  c: {prices: /p}\n"
      "  d: {prometheus: 'http://127.0.0.1:1', queries: [{gives: ready, query: up, unit: a}]}\n"
      "  e: {aws_spot_prices: /p}\n  f: {quotas: /p}\n  g: {spot_notices: /p}\n"));
  sources.start(sink);
  io.run_for(std::chrono::milliseconds(10));
  sources.stop();
}

TEST_F(SignalSourcesTest, a_source_asks_and_its_signals_carry_its_name) {
  sources.adopt(plans_of(line("market")));
  sources.start(sink);
  await_quotes(2);
  EXPECT_EQ(sink.signals[0].source, "market");
  EXPECT_EQ(sink.all<core::PriceQuote>()[0].usd_per_hour, 2.5);
}

TEST_F(SignalSourcesTest, a_reload_starts_the_new_stops_the_old_and_leaves_the_rest) {
  sources.adopt(plans_of(line("stays", "24h") + line("goes")));
  sources.start(sink);
  await([&] { return says("stays") && says("goes"); });
  sources.adopt(plans_of(line("stays", "24h") + line("comes")));
  const auto before = sink.signals.size();
  await_quotes(before + 3);
  for (std::size_t i = before; i < sink.signals.size(); ++i) {
    EXPECT_EQ(sink.signals[i].source, "comes")
        << "one that had stayed by being made anew would ask at once, and not in a day";
  }
}

}  // namespace
}  // namespace signalbox::apps
