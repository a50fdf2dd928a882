// SPDX-License-Identifier: Apache-2.0
//
// Open-loop clients against emulated replicas, real ones and those that fail.
#include "emulate/clients.h"

#include <algorithm>
#include <set>
#include <vector>

#include "emulate/replica_server.h"
#include "emulate/test_loop.h"
#include "net/clock.h"
#include "sim/workload/poisson.h"

namespace signalbox::emulate {
namespace {

struct ClientsTest : ::testing::Test, TestLoop {
  void serve(Duration latency, int slots = 1) {
    model = sim::ServiceModel(core::Profile::measured({{1, latency}, {slots + 1, latency}}, 0.0),
                              slots);
    replica =
        std::make_shared<ReplicaServer>(io, Origin{EndpointId{1}, "u"}, model, 0.0, pictures, 1);
    const auto bound = replica->listen({"127.0.0.1", 0});
    ASSERT_TRUE(bound.ok());
    gateway = bound.value();
  }

  // Arrivals `gap` apart, starting now.
  Clients::Workload every(Duration gap, int count) {
    return [at = net::now(), gap, left = count]() mutable -> std::optional<sim::Arrival> {
      if (left-- <= 0) return std::nullopt;
      return sim::Arrival{std::exchange(at, at + gap), 1.0};
    };
  }

  std::unique_ptr<Clients> clients_of(Clients::Workload workload, Duration timeout = 60s) {
    ClientOptions options;
    options.gateway = gateway;
    options.call.timeout = timeout;
    return std::make_unique<Clients>(io, options, std::move(workload),
                                     [this](const Completion& c) { completions.push_back(c); });
  }

  bool run_to_end(Clients& clients) {
    bool drained = false;
    clients.start();
    clients.drain([&] { drained = true; });
    return run_until([&] { return drained; });
  }

  PictureBook pictures;
  sim::ServiceModel model{core::Profile::measured({{1, kFast}}, 0.0), 1};
  std::shared_ptr<ReplicaServer> replica;
  core::Address gateway;
  std::vector<Completion> completions;
};

TEST_F(ClientsTest, send_every_arrival_once_and_report_each) {
  serve(kFast, 4);
  auto clients = clients_of(every(1ms, 50));
  ASSERT_TRUE(run_to_end(*clients));
  std::set<std::uint64_t> indices;
  for (const auto& c : completions) {
    indices.insert(c.index);
    EXPECT_EQ(c.status, 200);
    EXPECT_FALSE(c.failure.has_value());
    EXPECT_GE(c.latency, kFast);
  }
  EXPECT_EQ(indices.size(), 50u);
  EXPECT_EQ(completions.size(), 50u);
  EXPECT_EQ(clients->sent(), 50u);
  EXPECT_EQ(clients->in_flight(), 0u);
  EXPECT_EQ(replica->served(), 50u);
}

TEST_F(ClientsTest, do_not_wait_for_answers_before_sending_more) {
  serve(kForever);
  auto clients = clients_of(every(1ms, 20));
  clients->start();
  EXPECT_TRUE(run_until([&] { return replica->queued() == 19; }));
  EXPECT_EQ(clients->in_flight(), 20u);
}

TEST_F(ClientsTest, count_latency_from_the_scheduled_time_even_when_sent_late) {
  serve(kFast);
  // An arrival that was due a minute ago, as after a stall of this process.
  auto clients = clients_of([left = 1]() mutable -> std::optional<sim::Arrival> {
    if (left-- <= 0) return std::nullopt;
    return sim::Arrival{net::now() - 60s, 1.0};
  });
  ASSERT_TRUE(run_to_end(*clients));
  ASSERT_EQ(completions.size(), 1u);
  EXPECT_GE(completions[0].latency, 60s);
}

TEST_F(ClientsTest, a_requests_size_reaches_the_replica) {
  serve(10ms);
  auto clients = clients_of([left = 1]() mutable -> std::optional<sim::Arrival> {
    if (left-- <= 0) return std::nullopt;
    return sim::Arrival{net::now(), 0.5};
  });
  ASSERT_TRUE(run_to_end(*clients));
  EXPECT_EQ(replica->busy_time(), 5ms);
}

TEST_F(ClientsTest, follow_a_simulated_workload) {
  serve(kFast, 8);
  sim::ConstantWorkload workload({.peak_per_s = 1000.0},
                                 {.start = net::now(), .length = 100ms, .seed = 3});
  sim::ConstantWorkload same = workload;
  std::size_t expected = 0;
  while (same.next()) ++expected;
  auto clients = clients_of([workload]() mutable { return workload.next(); });
  ASSERT_TRUE(run_to_end(*clients));
  EXPECT_EQ(completions.size(), expected);
}

TEST_F(ClientsTest, report_a_status_that_is_no_success) {
  serve(kFast);
  replica->set_error_rate(1.0);
  auto clients = clients_of(every(1ms, 3));
  ASSERT_TRUE(run_to_end(*clients));
  ASSERT_EQ(completions.size(), 3u);
  for (const auto& c : completions) EXPECT_EQ(c.status, 500);
}

TEST_F(ClientsTest, report_a_timeout_as_one) {
  serve(kForever);
  auto clients = clients_of(every(0ms, 2), 30ms);
  ASSERT_TRUE(run_to_end(*clients));
  ASSERT_EQ(completions.size(), 2u);
  for (const auto& c : completions) EXPECT_EQ(c.failure, http::ClientFailure::kTimeout);
  EXPECT_TRUE(run_until([&] { return replica->in_service() == 0 && replica->queued() == 0; }))
      << "whoever timed out is gone";
}

TEST_F(ClientsTest, report_a_reset_as_one) {
  serve(kForever);
  auto clients = clients_of(every(0ms, 2));
  bool drained = false;
  clients->start();
  clients->drain([&] { drained = true; });
  run_until([&] { return replica->queued() == 1; });
  replica->crash();
  ASSERT_TRUE(run_until([&] { return drained; }));
  ASSERT_EQ(completions.size(), 2u);
  for (const auto& c : completions) EXPECT_EQ(c.failure, http::ClientFailure::kReset);
}

TEST_F(ClientsTest, report_a_refused_connection_as_one) {
  serve(kFast);
  replica->crash();
  auto clients = clients_of(every(0ms, 2));
  ASSERT_TRUE(run_to_end(*clients));
  ASSERT_EQ(completions.size(), 2u);
  for (const auto& c : completions) {
    EXPECT_EQ(c.failure, http::ClientFailure::kConnect);
    EXPECT_EQ(c.status, 0);
  }
}

TEST_F(ClientsTest, stop_sending_lets_what_is_in_flight_complete) {
  serve(kFast);
  auto clients = clients_of(every(1ms, 1'000'000));
  clients->start();
  run_until([&] { return completions.size() >= 5; });
  bool drained = false;
  clients->stop_sending();
  clients->drain([&] { drained = true; });
  ASSERT_TRUE(run_until([&] { return drained; }));
  EXPECT_EQ(completions.size(), clients->sent());
  EXPECT_LT(clients->sent(), 1'000'000u);
}

TEST_F(ClientsTest, draining_what_was_never_busy_is_done_at_once_but_not_from_inside_the_call) {
  serve(kFast);
  auto clients = clients_of(every(1ms, 0));
  bool drained = false;
  clients->start();
  clients->drain([&] { drained = true; });
  EXPECT_FALSE(drained);
  EXPECT_TRUE(run_until([&] { return drained; }));
}

TEST_F(ClientsTest, nothing_is_called_back_once_they_are_gone) {
  serve(kForever);
  auto clients = clients_of(every(1ms, 100));
  clients->start();
  run_until([&] { return clients->sent() >= 3; });
  clients.reset();
  get(gateway, "/health");
  EXPECT_TRUE(completions.empty());
}

}  // namespace
}  // namespace signalbox::emulate
