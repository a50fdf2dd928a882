// SPDX-License-Identifier: Apache-2.0
//
// The actuator and the real emulator, over real sockets: what happens to replicas over there is
// what control hears here, also when events are missed, answers fail to come, or the emulator is
// restarted underneath.
#include "adapters/emulator_actuator.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/control_loop.h"
#include "control/fakes.h"
#include "emulate/emulator.h"
#include "http/server.h"
#include "net/clock.h"

namespace signalbox::adapters {
namespace {

using core::EndpointGone;
using core::EndpointReady;
using core::LaunchRefused;

constexpr UnitId kQuick{0};
constexpr UnitId kSlow{1};
constexpr UnitId kLab{2};

core::UnitSpec unit_named(std::string name, Duration boot) {
  core::UnitSpec unit;
  unit.name = std::move(name);
  unit.price_usd_per_hour = 1.0;
  unit.profile = core::Profile::measured({{1, 1ms}}, 0.03);
  unit.managed = true;
  unit.max_replicas = 10;
  unit.boot_time_min = unit.boot_time_max = boot;
  return unit;
}

// "quick" boots at once, "slow" is still booting whenever a test looks, "lab" is one fixed server.
core::FleetSpec cloud() {
  core::FleetSpec spec;
  spec.units = {unit_named("quick", 1ms), unit_named("slow", 1000h), unit_named("lab", 1ms)};
  spec.units[kLab.index()].managed = false;
  spec.units[kLab.index()].endpoints = {{"127.0.0.1", 0}};
  core::ServiceSpec service;
  service.name = "images";
  service.paths = {"/genimage"};
  service.units = {kQuick};
  spec.services = {service};
  spec.control.tick = 1h;
  return spec;
}

struct EmulatorActuatorTest : ::testing::Test {
  void TearDown() override {
    actuator.reset();
    emulator.reset();
    while (io.run_one_for(10s) > 0) {
    }
    EXPECT_TRUE(io.stopped()) << "something still waits";
  }

  // On the same port after the first time, as after a restart.
  void start_emulator() {
    emulator.emplace(io, spec, emulate::EmulatorOptions{.control = address});
    const auto bound = emulator->start();
    ASSERT_TRUE(bound.ok()) << bound.error().message;
    address = bound.value();
  }

  void start_actuator(Duration survey_interval = 1h) {
    actuator.emplace(
        io, address,
        EmulatorActuatorOptions{.call_timeout = 10s,
                                .survey_interval = survey_interval,
                                .least_pause = 1ms,
                                .longest_pause = 8ms,
                                .tell = [this](const std::string& what) { told.push_back(what); }});
    actuator->start(sink);
  }

  void start_both(Duration survey_interval = 1h) {
    start_emulator();
    start_actuator(survey_interval);
  }

  void launch(std::uint64_t id, UnitId unit = kQuick) {
    actuator->launch(EndpointId{id}, unit, spec.unit(unit));
  }

  void stop(std::uint64_t id) { actuator->stop(EndpointId{id}); }

  // Runs the loop until `condition` holds; fails the test when it has not come in half a minute.
  void run_until(const std::function<bool()>& condition) {
    const TimePoint deadline = net::now() + 30s;
    while (!condition()) {
      io.restart();
      io.run_one_for(10s);
      ASSERT_LT(net::now(), deadline) << "waits for what does not come";
    }
  }

  template <class Body>
  void await(std::size_t count) {
    run_until([&] { return sink.all<Body>().size() >= count; });
  }

  void launch_ready(std::uint64_t first, std::uint64_t last) {
    const std::size_t before = sink.all<EndpointReady>().size();
    for (std::uint64_t id = first; id <= last; ++id) launch(id);
    await<EndpointReady>(before + (last - first + 1));
  }

  emulate::Fleet& fleet() { return emulator->fleet(); }

  // Logs far more events than are kept before any of them can be read.
  void drown_events() {
    for (std::uint64_t id = 1'000; id < 7'000; ++id) {
      ASSERT_TRUE(fleet().launch(EndpointId{id}, kSlow).ok());
      ASSERT_TRUE(fleet().stop(EndpointId{id}));
    }
  }

  std::optional<emulate::ReplicaState> replica(std::uint64_t id) {
    for (const auto& state : fleet().replicas()) {
      if (state.id == EndpointId{id}) return state;
    }
    return std::nullopt;
  }

  asio::io_context io{1};
  core::FleetSpec spec = cloud();
  core::Address address{"127.0.0.1", 0};
  std::optional<emulate::Emulator> emulator;
  control::FakeSink sink;
  std::vector<std::string> told;
  std::optional<EmulatorActuator> actuator;
};

TEST_F(EmulatorActuatorTest, a_launched_replica_is_ready_at_an_address_that_serves) {
  start_both();
  launch_ready(1, 1);
  const auto ready = sink.all<EndpointReady>();
  EXPECT_EQ(ready.at(0).endpoint, EndpointId{1});
  EXPECT_EQ(ready.at(0).address, replica(1)->address);
  EXPECT_EQ(sink.signals.at(0).source, "emulator");

  http::Client client(io);
  std::optional<int> status;
  client.call(ready.at(0).address, {"GET", "/health", {}, {}}, {},
              [&](auto answer) { status = answer ? answer.value().status : 0; });
  run_until([&] { return status.has_value(); });
  EXPECT_EQ(status, 200);
  EXPECT_TRUE(told.empty());
}

TEST_F(EmulatorActuatorTest, many_launches_at_once_each_become_ready_once) {
  start_both();
  launch_ready(1, 40);
  EXPECT_EQ(actuator->replicas(), 40u);
  EXPECT_EQ(sink.signals.size(), 40u);
}

TEST_F(EmulatorActuatorTest, a_refused_launch_is_told_in_the_providers_words) {
  start_both();
  fleet().apply(kQuick, {.refuse_launches = true});
  launch(1);
  await<LaunchRefused>(1);
  const auto refused = sink.all<LaunchRefused>().at(0);
  EXPECT_EQ(refused.endpoint, EndpointId{1});
  EXPECT_EQ(refused.unit, kQuick);
  EXPECT_EQ(refused.reason.rfind("insufficient capacity", 0), 0u) << refused.reason;
  EXPECT_EQ(actuator->replicas(), 0u);
}

TEST_F(EmulatorActuatorTest, a_unit_the_emulator_does_not_know_is_refused_by_name) {
  start_both();
  actuator->launch(EndpointId{1}, kQuick, unit_named("elsewhere", 1ms));
  await<LaunchRefused>(1);
  const std::string reason = sink.all<LaunchRefused>().at(0).reason;
  EXPECT_NE(reason.find("elsewhere"), std::string::npos) << reason;
  EXPECT_NE(reason.find("404"), std::string::npos) << reason;
}

TEST_F(EmulatorActuatorTest, an_id_in_use_is_refused) {
  start_both();
  launch_ready(1, 1);  // the emulator is ours by now
  ASSERT_TRUE(fleet().launch(EndpointId{2}, kSlow).ok());
  launch(2);
  await<LaunchRefused>(1);
  const std::string reason = sink.all<LaunchRefused>().at(0).reason;
  EXPECT_NE(reason.find("409"), std::string::npos) << reason;
}

TEST_F(EmulatorActuatorTest, a_stopped_replica_is_gone_as_stopped) {
  start_both();
  launch_ready(1, 2);
  stop(1);
  await<EndpointGone>(1);
  EXPECT_EQ(sink.all<EndpointGone>().at(0).endpoint, EndpointId{1});
  EXPECT_EQ(sink.all<EndpointGone>().at(0).reason, "stopped");
  EXPECT_FALSE(replica(1));
  EXPECT_TRUE(replica(2));
}

TEST_F(EmulatorActuatorTest, a_replica_can_be_stopped_while_it_boots) {
  start_both();
  launch(1, kSlow);
  run_until([&] { return replica(1).has_value(); });
  stop(1);
  await<EndpointGone>(1);
  EXPECT_FALSE(replica(1));
  EXPECT_TRUE(sink.all<EndpointReady>().empty());
}

TEST_F(EmulatorActuatorTest, a_stop_right_after_the_launch_does_not_overtake_it) {
  start_both();
  launch_ready(1, 1);
  launch(2, kSlow);
  stop(2);
  await<EndpointGone>(1);
  EXPECT_EQ(sink.all<EndpointGone>().at(0).endpoint, EndpointId{2});
  EXPECT_FALSE(replica(2));
  EXPECT_EQ(fleet().unit_state(kSlow).pool.launches, 1u);
}

TEST_F(EmulatorActuatorTest, stopping_what_is_not_there_is_news_of_its_end) {
  start_both();
  stop(77);
  EXPECT_TRUE(sink.signals.empty()) << "the answer comes later, never from inside the call";
  await<EndpointGone>(1);
  EXPECT_EQ(sink.all<EndpointGone>().at(0).reason, "stopped");
}

TEST_F(EmulatorActuatorTest, stopping_a_replica_that_crashed_is_news_of_its_end) {
  start_both();
  launch_ready(1, 1);
  fleet().apply(kQuick, {.crash = 1.0});
  stop(1);
  await<EndpointGone>(1);
  EXPECT_EQ(sink.all<EndpointGone>().at(0).reason, "stopped");
}

TEST_F(EmulatorActuatorTest, replicas_lost_at_one_stroke_are_one_piece_of_news) {
  start_both();
  launch_ready(1, 4);
  const std::size_t batches = sink.batch_sizes.size();
  fleet().apply(kQuick, {.lose = 1.0});
  await<EndpointGone>(4);
  EXPECT_EQ(sink.batch_sizes.size(), batches + 1);
  EXPECT_EQ(sink.batch_sizes.back(), 4u);
  EXPECT_NE(sink.all<EndpointGone>().at(0).reason, "stopped");
}

TEST_F(EmulatorActuatorTest, a_replica_that_dies_without_a_word_is_missed_at_the_next_survey) {
  start_both(10ms);
  launch_ready(1, 2);
  fleet().apply(kQuick, {.crash = 0.5});
  await<EndpointGone>(1);
  EXPECT_EQ(sink.all<EndpointGone>().at(0).reason, "lost without an event");
  EXPECT_EQ(actuator->replicas(), 1u);
}

TEST_F(EmulatorActuatorTest, a_loss_that_was_missed_is_found_in_the_list_of_replicas) {
  start_both();
  launch_ready(1, 2);
  fleet().apply(kQuick, {.lose = 0.5});
  const bool first_left = replica(1).has_value();
  drown_events();
  await<EndpointGone>(1);
  EXPECT_EQ(sink.all<EndpointGone>().size(), 1u);
  EXPECT_EQ(sink.all<EndpointGone>().at(0).endpoint, EndpointId{first_left ? 2u : 1u});
  EXPECT_EQ(sink.all<EndpointGone>().at(0).reason, "lost without an event");
}

TEST_F(EmulatorActuatorTest, a_boot_that_was_missed_is_found_in_the_list_of_replicas) {
  start_both();
  launch_ready(1, 1);
  launch(2);
  run_until([&] { return replica(2) && std::string_view(replica(2)->state) == "ready"; });
  drown_events();
  await<EndpointReady>(2);
  EXPECT_EQ(sink.all<EndpointReady>().at(1).endpoint, EndpointId{2});
  EXPECT_EQ(sink.all<EndpointReady>().at(1).address, replica(2)->address);
}

TEST_F(EmulatorActuatorTest, replicas_outlive_doubt_until_a_restarted_emulator_lacks_them) {
  start_both();
  launch_ready(1, 3);

  emulator.reset();
  run_until([&] { return told.size() == 1; });
  EXPECT_NE(told[0].find(core::to_string(address)), std::string::npos) << told[0];
  launch(4);
  await<LaunchRefused>(1);
  EXPECT_NE(sink.all<LaunchRefused>().at(0).reason.find("connect"), std::string::npos);
  EXPECT_TRUE(sink.all<EndpointGone>().empty());

  start_emulator();
  await<EndpointGone>(3);
  EXPECT_EQ(sink.batch_sizes.back(), 3u);
  EXPECT_EQ(actuator->replicas(), 0u);
  run_until([&] { return told.size() == 2; });
  EXPECT_NE(told[1].find("answers again"), std::string::npos) << told[1];
  launch_ready(5, 5);
}

TEST_F(EmulatorActuatorTest, leftovers_are_stopped_first_so_that_their_ids_are_free) {
  start_emulator();
  for (std::uint64_t id = 1; id <= 3; ++id) {
    ASSERT_TRUE(fleet().launch(EndpointId{id}, id == 3 ? kSlow : kQuick).ok());
  }
  run_until([&] { return fleet().unit_state(kQuick).pool.running == 2; });
  const std::size_t fixed_servers = 1;

  start_actuator();
  launch(1);
  launch(2, kSlow);
  await<EndpointReady>(1);
  run_until([&] { return fleet().replicas().size() == 2 + fixed_servers; });
  EXPECT_EQ(replica(1)->address, sink.all<EndpointReady>().at(0).address);
  EXPECT_EQ(replica(2)->unit, kSlow);
  EXPECT_FALSE(replica(3));
  EXPECT_TRUE(sink.all<EndpointGone>().empty()) << "old news of the same ids";
  EXPECT_TRUE(sink.all<LaunchRefused>().empty());
  EXPECT_EQ(fleet().unit_state(kLab).pool.running, 1) << "fixed servers are nobody's leftovers";
}

TEST_F(EmulatorActuatorTest, a_launch_that_waits_for_leftovers_can_be_stopped) {
  start_emulator();
  ASSERT_TRUE(fleet().launch(EndpointId{1}, kSlow).ok());
  start_actuator();
  launch(1);
  stop(1);
  await<EndpointGone>(1);
  run_until([&] { return !replica(1); });
  launch_ready(2, 2);
  EXPECT_EQ(fleet().unit_state(kQuick).pool.launches, 1u);
}

TEST_F(EmulatorActuatorTest, launches_are_refused_while_the_emulator_cannot_be_reached) {
  start_emulator();
  emulator.reset();
  start_actuator();
  launch(1);
  await<LaunchRefused>(1);
  launch(2);
  EXPECT_EQ(sink.all<LaunchRefused>().size(), 1u) << "never from inside the call";
  await<LaunchRefused>(2);
  for (const auto& refused : sink.all<LaunchRefused>()) {
    EXPECT_NE(refused.reason.find(core::to_string(address)), std::string::npos) << refused.reason;
  }
  EXPECT_EQ(told.size(), 1u) << "said once, not at every attempt";
  start_emulator();
  run_until([&] { return told.size() == 2; });
  launch_ready(3, 3);
}

TEST_F(EmulatorActuatorTest, nothing_is_said_after_stop_and_the_replicas_run_on) {
  start_both();
  launch_ready(1, 1);
  const std::size_t said = sink.signals.size();
  actuator->stop();
  fleet().apply(kQuick, {.slowdown = 2.0});
  launch(2);
  stop(1);
  io.restart();
  io.poll();
  EXPECT_EQ(sink.signals.size(), said);
  EXPECT_TRUE(replica(1));
  EXPECT_FALSE(replica(2));
}

TEST_F(EmulatorActuatorTest, a_control_loop_keeps_its_fleet_alive_through_a_loss) {
  spec.units[kQuick.index()].min_replicas = 3;
  start_emulator();
  std::shared_ptr<const core::FleetView> view;
  actuator.emplace(io, address);
  {
    control::ControlLoop loop(
        io, std::make_shared<core::FleetSpec>(spec),
        {.publish = [&](std::shared_ptr<const core::FleetView> fresh) { view = std::move(fresh); },
         .digest = [] { return core::RouterDigest{}; },
         .actuator = &*actuator});
    actuator->start(loop);
    loop.start();
    run_until([&] { return view->units[kQuick.index()].ready == 3; });
    fleet().apply(kQuick, {.lose = 1.0});
    run_until([&] { return view->units[kQuick.index()].ready == 0; });
    run_until([&] { return view->units[kQuick.index()].ready == 3; });
    EXPECT_EQ(fleet().unit_state(kQuick).pool.running, 3);
    actuator->stop();
  }
}

// A stand-in for an emulator in trouble, which the real one cannot be told to be.
struct TroubledEmulatorTest : EmulatorActuatorTest {
  void start_server(http::Handler handler) {
    server.emplace(io, std::move(handler));
    const auto bound = server->listen(address);
    ASSERT_TRUE(bound.ok()) << bound.error().message;
    address = bound.value();
  }

  void TearDown() override {
    actuator.reset();
    server.reset();
    EmulatorActuatorTest::TearDown();
  }

  std::optional<http::Server> server;
};

TEST_F(TroubledEmulatorTest, an_answer_that_does_not_read_is_told_and_refuses_launches) {
  start_server([](http::Request, std::shared_ptr<http::Responder> responder) {
    responder->send({200, {}, "<html>a proxy's welcome page</html>"});
  });
  start_actuator();
  launch(1);
  await<LaunchRefused>(1);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_NE(told[0].find("not JSON"), std::string::npos) << told[0];
}

TEST_F(TroubledEmulatorTest,
       a_leftover_that_is_gone_when_it_is_stopped_says_nothing_of_its_successor) {
  bool stopped = false;
  bool launched = false;
  start_server([&](http::Request request, std::shared_ptr<http::Responder> responder) {
    if (request.method == "DELETE") {
      stopped = true;
      responder->send({404, {}, {}});
    } else if (request.method == "POST") {
      EXPECT_TRUE(stopped);
      launched = true;
      responder->send({202, {}, {}});
    } else if (request.path() == "/replicas") {
      const std::string leftover =
          R"({"id":1,"unit":"quick","state":"ready","address":"127.0.0.1:9"})";
      responder->send({200, {}, R"({"replicas":[)" + (stopped ? "" : leftover) + "]}"});
    } else {
      const std::string ready = R"({"event":"ready","id":1,"address":"127.0.0.1:10"})";
      responder->send({200, {}, R"({"next":1,"events":[)" + (launched ? ready : "") + "]}"});
    }
  });
  start_actuator();
  launch(1);
  await<EndpointReady>(1);
  EXPECT_EQ(sink.all<EndpointReady>().at(0).address.port, 10);
  EXPECT_TRUE(sink.all<EndpointGone>().empty());
}

TEST_F(TroubledEmulatorTest, what_is_still_told_of_a_leftover_is_not_taken_for_its_successor) {
  int polls = 0;
  bool launched = false;
  start_server([&](http::Request request, std::shared_ptr<http::Responder> responder) {
    const auto tell_events = [&](int next, const std::string& event) {
      responder->send(
          {200, {}, R"({"next":)" + std::to_string(next) + R"(,"events":[)" + event + "]}"});
    };
    if (request.method == "POST") {
      launched = true;
      responder->send({202, {}, {}});
    } else if (request.path() == "/replicas") {
      responder->send({200, {}, R"({"replicas":[]})"});
    } else if (++polls == 2) {
      tell_events(1, R"({"event":"gone","id":1,"reason":"stopped"})");
    } else if (launched) {
      tell_events(2, R"({"event":"ready","id":1,"address":"127.0.0.1:10"})");
    } else {
      tell_events(polls == 1 ? 0 : 1, "");
    }
  });
  start_actuator();
  launch(1);
  await<EndpointReady>(1);
  EXPECT_TRUE(sink.all<EndpointGone>().empty());
}

TEST_F(TroubledEmulatorTest, a_launch_that_got_no_answer_is_refused_and_what_it_left_is_stopped) {
  bool launched = false;
  bool stopped = false;
  start_server([&](http::Request request, std::shared_ptr<http::Responder> responder) {
    if (request.method == "POST") {
      launched = true;
      responder->reset();
    } else if (request.method == "DELETE") {
      stopped = request.path() == "/replicas/1";
      responder->send({204, {}, {}});
    } else if (request.path() == "/replicas") {
      const std::string list =
          R"({"id":1,"unit":"quick","state":"booting","address":"127.0.0.1:0"})";
      const bool there = launched && !stopped;
      responder->send({200, {}, R"({"replicas":[)" + (there ? list : "") + "]}"});
    } else {
      responder->send({200, {}, R"({"next":0,"events":[]})"});
    }
  });
  actuator.emplace(io, address,
                   EmulatorActuatorOptions{.call_timeout = 10s, .survey_interval = 20ms});
  actuator->start(sink);
  launch(1);
  await<LaunchRefused>(1);
  EXPECT_NE(sink.all<LaunchRefused>().at(0).reason.find("no answer"), std::string::npos);
  run_until([&] { return stopped; });
  EXPECT_TRUE(sink.all<EndpointGone>().empty());
}

}  // namespace
}  // namespace signalbox::adapters
