// SPDX-License-Identifier: Apache-2.0
//
// The prober against real servers that are well, ill, silent or absent, and with a real control
// loop that draws the conclusions.
#include "adapters/http_prober.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "control/control_loop.h"
#include "control/fakes.h"
#include "http/server.h"
#include "net/clock.h"

namespace signalbox::adapters {
namespace {

using core::EndpointState;

// A server that answers health checks with `status`, or with nothing while there is none.
class Patient {
 public:
  explicit Patient(asio::io_context& io)
      : server_(io, [this](http::Request request, std::shared_ptr<http::Responder> responder) {
          requests.push_back(std::move(request));
          if (status) return responder->send({*status, {}, {}});
          unanswered.push_back(std::move(responder));
        }) {
    const auto bound = server_.listen({"127.0.0.1", 0});
    if (bound) address = bound.value();
  }

  void crash() { server_.reset(); }

  core::Address address;
  std::optional<int> status = 200;
  std::vector<http::Request> requests;
  std::vector<std::shared_ptr<http::Responder>> unanswered;

 private:
  http::Server server_;
};

struct HttpProberTest : ::testing::Test {
  HttpProberTest() {
    core::UnitSpec unit;
    unit.name = "lab";
    unit.price_usd_per_hour = 1.0;
    unit.health = {.path = "/health?deep=1", .interval = 4ms, .timeout = 5s, .rise = 2, .fall = 3};
    spec.units = {unit};
    core::ServiceSpec service;
    service.name = "images";
    service.paths = {"/genimage"};
    service.units = {UnitId{0}};
    spec.services = {service};
    spec.control.tick = 1h;
  }

  ~HttpProberTest() override { prober.stop(); }

  void show(std::vector<core::EndpointView> endpoints) {
    auto view = std::make_shared<core::FleetView>();
    view->spec = std::make_shared<core::FleetSpec>(spec);
    view->endpoints = std::move(endpoints);
    prober.on_view(std::move(view));
  }

  static core::EndpointView endpoint(std::uint64_t id, const core::Address& address,
                                     EndpointState state = EndpointState::kReady) {
    return {EndpointId{id}, UnitId{0}, state, address};
  }

  // Runs the loop until `condition` holds; fails the test when it has not come in half a minute.
  void run_until(const std::function<bool()>& condition) {
    const TimePoint deadline = net::now() + 30s;
    while (!condition()) {
      io.restart();
      io.run_one_for(10s);
      ASSERT_LT(net::now(), deadline) << "waits for what does not come";
    }
  }

  std::vector<bool> verdicts(std::uint64_t id) const {
    std::vector<bool> healthy;
    for (const auto& probe : sink.all<core::ProbeResult>()) {
      if (probe.endpoint == EndpointId{id}) healthy.push_back(probe.healthy);
    }
    return healthy;
  }

  void await_verdicts(std::uint64_t id, std::size_t count) {
    run_until([&] { return verdicts(id).size() >= count; });
  }

  asio::io_context io{1};
  core::FleetSpec spec;
  control::FakeSink sink;
  HttpProber prober{io};
};

TEST_F(HttpProberTest, a_healthy_endpoint_is_asked_again_and_again) {
  Patient patient(io);
  show({endpoint(1, patient.address)});
  prober.start(sink);
  await_verdicts(1, 3);
  EXPECT_EQ(verdicts(1), (std::vector{true, true, true}));
  EXPECT_EQ(sink.signals.at(0).source, "probe");
  EXPECT_LE(sink.signals.at(0).at, sink.signals.at(2).at);
  EXPECT_EQ(patient.requests.at(0).method, "GET");
  EXPECT_EQ(patient.requests.at(0).target, "/health?deep=1");
  EXPECT_EQ(http::find_header(patient.requests.at(0).headers, "connection"), "close");
}

TEST_F(HttpProberTest, only_2xx_is_healthy) {
  Patient patient(io);
  prober.start(sink);
  show({endpoint(1, patient.address)});
  std::size_t seen = 0;
  for (const auto& [status, healthy] :
       {std::pair{204, true}, {302, false}, {404, false}, {500, false}, {503, false}}) {
    patient.status = status;
    await_verdicts(1, ++seen);
    EXPECT_EQ(verdicts(1).back(), healthy) << status;
  }
}

TEST_F(HttpProberTest, an_endpoint_whose_port_is_closed_is_unhealthy) {
  Patient patient(io);
  patient.crash();
  show({endpoint(1, patient.address)});
  prober.start(sink);
  await_verdicts(1, 1);
  EXPECT_FALSE(verdicts(1).at(0));
}

TEST_F(HttpProberTest, a_silent_endpoint_is_unhealthy_after_the_timeout_and_asked_once_meanwhile) {
  spec.units[0].health.timeout = 40ms;
  Patient silent(io);
  silent.status.reset();
  show({endpoint(1, silent.address)});
  prober.start(sink);
  await_verdicts(1, 1);
  EXPECT_FALSE(verdicts(1).at(0));
  EXPECT_LE(silent.requests.size(), 1u) << "ten intervals passed, with one probe under way";
}

TEST_F(HttpProberTest, booting_and_draining_endpoints_are_left_alone) {
  Patient patient(io);
  show({endpoint(1, {}, EndpointState::kBooting),
        endpoint(2, patient.address, EndpointState::kDraining),
        endpoint(3, patient.address, EndpointState::kUnhealthy), endpoint(4, patient.address)});
  EXPECT_EQ(prober.watched(), 2u);
  prober.start(sink);
  await_verdicts(3, 2);
  await_verdicts(4, 2);
  EXPECT_TRUE(verdicts(1).empty());
  EXPECT_TRUE(verdicts(2).empty());
}

TEST_F(HttpProberTest, an_endpoint_that_left_the_view_is_forgotten_with_its_probe_under_way) {
  Patient stays(io), leaves(io);
  leaves.status.reset();
  show({endpoint(1, stays.address), endpoint(2, leaves.address)});
  prober.start(sink);
  run_until([&] { return !leaves.unanswered.empty(); });
  show({endpoint(1, stays.address)});
  EXPECT_EQ(prober.watched(), 1u);
  leaves.unanswered.at(0)->send({200, {}, {}});
  await_verdicts(1, verdicts(1).size() + 5);
  EXPECT_TRUE(verdicts(2).empty());
  EXPECT_EQ(leaves.requests.size(), 1u);
}

TEST_F(HttpProberTest, one_that_comes_back_while_it_is_asked_keeps_a_single_turn) {
  Patient patient(io);
  patient.status.reset();
  show({endpoint(1, patient.address)});
  prober.start(sink);
  run_until([&] { return !patient.unanswered.empty(); });
  show({});
  show({endpoint(1, patient.address)});
  patient.status = 200;
  patient.unanswered.at(0)->send({200, {}, {}});
  await_verdicts(1, 3);
  show({});
  EXPECT_EQ(prober.watched(), 0u);
  const std::size_t told = sink.signals.size();
  show({endpoint(2, patient.address)});
  await_verdicts(2, 3);
  EXPECT_EQ(verdicts(1).size(), told);
}

TEST_F(HttpProberTest, a_reload_changes_what_is_asked) {
  Patient patient(io);
  show({endpoint(1, patient.address)});
  prober.start(sink);
  await_verdicts(1, 1);
  spec.units[0].health.path = "/ready";
  show({endpoint(1, patient.address)});
  const std::size_t before = patient.requests.size();
  run_until([&] { return patient.requests.size() > before; });
  EXPECT_EQ(patient.requests.back().target, "/ready");
}

TEST_F(HttpProberTest, nothing_is_said_after_stop) {
  Patient patient(io);
  patient.status.reset();
  show({endpoint(1, patient.address)});
  prober.start(sink);
  run_until([&] { return !patient.unanswered.empty(); });
  prober.stop();
  patient.unanswered.at(0)->send({200, {}, {}});
  patient.crash();
  while (io.run_one_for(10s) > 0) {
  }
  EXPECT_TRUE(io.stopped()) << "something still waits";
  EXPECT_TRUE(sink.signals.empty());
}

TEST_F(HttpProberTest, probes_are_spread_over_the_interval) {
  for (const std::uint64_t count : {2u, 10u, 100u, 1024u}) {
    std::vector<Duration> phases;
    for (std::uint64_t id = 1; id <= count; ++id) {
      phases.push_back(probe_phase(EndpointId{id}, 1s));
      ASSERT_GE(phases.back(), 0s);
      ASSERT_LT(phases.back(), 1s);
    }
    std::sort(phases.begin(), phases.end());
    phases.push_back(phases.front() + 1s);
    for (std::size_t i = 1; i < phases.size(); ++i) {
      const double even_share = 1.0 / static_cast<double>(count);
      EXPECT_LT(to_seconds(phases[i] - phases[i - 1]), 2.0 * even_share) << count;
      EXPECT_GT(to_seconds(phases[i] - phases[i - 1]), 0.3 * even_share) << count;
    }
  }
}

TEST_F(HttpProberTest, an_endpoint_falls_after_three_failures_and_rises_after_two_passes) {
  Patient patient(io);
  spec.units[0].endpoints = {patient.address};
  std::vector<EndpointState> states;
  control::ControlLoop loop(io, std::make_shared<core::FleetSpec>(spec),
                            {.publish =
                                 [&](std::shared_ptr<const core::FleetView> view) {
                                   states.push_back(view->endpoints.at(0).state);
                                   prober.on_view(std::move(view));
                                 },
                             .digest = [] { return core::RouterDigest{}; }});
  loop.start();
  prober.start(loop);

  patient.status = 500;
  run_until([&] { return states.size() == 2; });
  EXPECT_EQ(states.back(), EndpointState::kUnhealthy);
  EXPECT_EQ(patient.requests.size(), 3u);

  patient.status = 200;
  run_until([&] { return states.size() == 3; });
  EXPECT_EQ(states.back(), EndpointState::kReady);
  EXPECT_EQ(patient.requests.size(), 5u);
  prober.stop();
}

}  // namespace
}  // namespace signalbox::adapters
