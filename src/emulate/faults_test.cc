// SPDX-License-Identifier: Apache-2.0
//
// Every fault command, and what clients of the struck unit then meet.
#include "emulate/emulator.h"
#include "emulate/test_loop.h"

namespace signalbox::emulate {
namespace {

constexpr UnitId kFastUnit{0};
constexpr UnitId kForeverUnit{1};
constexpr UnitId kLab{2};

struct FaultsTest : ::testing::Test, TestLoop {
  void SetUp() override {
    const auto bound = emulator.start();
    ASSERT_TRUE(bound.ok()) << bound.error().message;
    control = bound.value();
  }

  void strike(const std::string& unit, std::string body) {
    const auto response = post(control, "/units/" + unit + "/faults", std::move(body));
    EXPECT_EQ(response.status, 200) << response.body;
  }

  // Launches replicas first..first+count-1 of `unit` and waits until they are ready.
  void run_replicas(UnitId unit, std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t id = first; id < first + count; ++id) {
      ASSERT_TRUE(fleet.launch(EndpointId{id}, unit).ok());
    }
    run_until([&] { return fleet.unit_state(unit).pool.booting == 0; });
  }

  core::Address address_of(std::uint64_t id) {
    for (const auto& state : fleet.replicas()) {
      if (state.id == EndpointId{id}) return state.address;
    }
    ADD_FAILURE() << "no replica " << id;
    return {};
  }

  int running(UnitId unit) { return fleet.unit_state(unit).pool.running; }

  int ask(const core::Address& address) {
    return post(address, "/genimage", R"({"prompt":"a"})").status;
  }

  std::vector<LoggedEvent> gone_events() {
    std::vector<LoggedEvent> gone;
    for (auto& event : fleet.events().after(0).events) {
      if (event.kind == LoggedEvent::Kind::kGone) gone.push_back(event);
    }
    return gone;
  }

  Emulator emulator{io, test_fleet(), {}};
  Fleet& fleet = emulator.fleet();
  core::Address control;
};

TEST_F(FaultsTest, refuse_launches_leaves_running_replicas_alone_until_healed) {
  run_replicas(kFastUnit, 1, 2);
  strike("fast", R"({"refuse_launches":true})");
  EXPECT_FALSE(fleet.launch(EndpointId{3}, kFastUnit).ok());
  EXPECT_EQ(ask(address_of(1)), 200);
  strike("fast", R"({"heal":true})");
  EXPECT_TRUE(fleet.launch(EndpointId{3}, kFastUnit).ok());
}

TEST_F(FaultsTest, cap_limits_launches_and_null_lifts_it) {
  strike("fast", R"({"cap":0})");
  EXPECT_FALSE(fleet.launch(EndpointId{1}, kFastUnit).ok());
  strike("fast", R"({"cap":null})");
  EXPECT_TRUE(fleet.launch(EndpointId{1}, kFastUnit).ok());
}

TEST_F(FaultsTest, crash_of_one_kills_all_without_an_event) {
  run_replicas(kFastUnit, 1, 3);
  const auto address = address_of(2);
  const auto before = fleet.events().latest();
  strike("fast", R"({"crash":1.0})");
  EXPECT_EQ(running(kFastUnit), 0);
  EXPECT_EQ(fleet.events().latest(), before);
  EXPECT_EQ(await_failure(send(address, image_request("late"))), http::ClientFailure::kConnect);
}

TEST_F(FaultsTest, crash_takes_the_busy_ones_first_and_resets_their_clients) {
  run_replicas(kForeverUnit, 1, 4);
  const auto first = send(address_of(2), image_request("on 2"));
  const auto second = send(address_of(3), image_request("on 3"));
  run_until([&] {
    return get(address_of(2), "/metrics")
                   .body.find("in_service{unit=\"forever\",replica=\"2\"} 1") !=
               std::string::npos &&
           get(address_of(3), "/metrics")
                   .body.find("in_service{unit=\"forever\",replica=\"3\"} 1") != std::string::npos;
  });
  strike("forever", R"({"crash":0.5})");
  EXPECT_EQ(await_failure(first), http::ClientFailure::kReset);
  EXPECT_EQ(await_failure(second), http::ClientFailure::kReset);
  EXPECT_EQ(running(kForeverUnit), 2);
  EXPECT_EQ(get(address_of(1), "/health").status, 200);
  EXPECT_EQ(get(address_of(4), "/health").status, 200);
}

TEST_F(FaultsTest, crash_spares_what_is_booting_and_other_units) {
  run_replicas(kForeverUnit, 10, 1);
  ASSERT_TRUE(fleet.launch(EndpointId{1}, kFastUnit).ok());
  fleet.apply(kFastUnit, {.crash = 1.0});
  run_until([&] { return running(kFastUnit) == 1; });
  EXPECT_EQ(running(kForeverUnit), 1);
}

TEST_F(FaultsTest, lose_is_a_crash_that_the_provider_announces_as_reclaimed) {
  run_replicas(kFastUnit, 1, 4);
  strike("fast", R"({"lose":0.5})");
  EXPECT_EQ(running(kFastUnit), 2);
  const auto gone = gone_events();
  ASSERT_EQ(gone.size(), 2u);
  for (const auto& event : gone) {
    EXPECT_EQ(event.reason, "reclaimed");
    EXPECT_EQ(event.unit, kFastUnit);
  }
}

TEST_F(FaultsTest, hang_stops_answers_health_included_until_healed) {
  run_replicas(kFastUnit, 1, 2);
  strike("fast", R"({"hang":1.0})");
  const auto image = send(address_of(1), image_request("stuck"));
  const auto health = send(address_of(2), {"GET", "/health", {}, {}});
  for (const auto& state : fleet.replicas()) {
    EXPECT_STREQ(state.state, state.unit == kFastUnit ? "hung" : "ready");
  }
  EXPECT_EQ(ask(address_of(kFirstFixedId)), 200) << "other units go on";
  EXPECT_FALSE(image->has_value() || health->has_value());
  strike("fast", R"({"heal":true})");
  EXPECT_EQ(await(image).status, 200);
  EXPECT_EQ(await(health).status, 200);
}

TEST_F(FaultsTest, a_hung_replica_can_still_be_stopped) {
  run_replicas(kFastUnit, 1, 1);
  strike("fast", R"({"hang":1.0})");
  const auto stuck = send(address_of(1), image_request("stuck"));
  EXPECT_EQ(await(send(control, {"DELETE", "/replicas/1", {}, {}})).status, 204);
  run_until([&] { return running(kFastUnit) == 0; });
  EXPECT_EQ(gone_events().at(0).reason, "stopped");
  EXPECT_TRUE(await_failure(stuck).has_value());
}

TEST_F(FaultsTest, slowdown_reaches_running_replicas_and_later_ones) {
  run_replicas(kForeverUnit, 1, 1);
  const auto running_job = send(address_of(1), image_request("a"));
  get(control, "/health");
  fleet.apply(kForeverUnit, {.slowdown = 1e-9});
  EXPECT_EQ(await(running_job).status, 200);
  run_replicas(kForeverUnit, 2, 1);
  EXPECT_EQ(ask(address_of(2)), 200);
  strike("forever", R"({"heal":true})");
  EXPECT_EQ(fleet.unit_state(kForeverUnit).slowdown, 1.0);
}

TEST_F(FaultsTest, error_rate_reaches_running_replicas_and_later_ones_until_healed) {
  run_replicas(kFastUnit, 1, 1);
  strike("fast", R"({"error_rate":1})");
  EXPECT_EQ(ask(address_of(1)), 500);
  run_replicas(kFastUnit, 2, 1);
  EXPECT_EQ(ask(address_of(2)), 500);
  strike("fast", R"({"heal":true})");
  EXPECT_EQ(ask(address_of(1)), 200);
  EXPECT_EQ(ask(address_of(2)), 200);
}

TEST_F(FaultsTest, a_fixed_server_that_crashed_comes_back_on_its_address_when_healed) {
  const auto address = address_of(kFirstFixedId);
  strike("lab", R"({"crash":1})");
  EXPECT_EQ(await_failure(send(address, image_request("late"))), http::ClientFailure::kConnect);
  EXPECT_EQ(running(kLab), 0);
  strike("lab", R"({"heal":true})");
  EXPECT_EQ(ask(address), 200);
  EXPECT_EQ(running(kLab), 1);
}

TEST_F(FaultsTest, one_command_may_heal_and_strike) {
  strike("fast", R"({"refuse_launches":true,"slowdown":5})");
  strike("fast", R"({"heal":true,"error_rate":0.5})");
  const auto state = fleet.unit_state(kFastUnit);
  EXPECT_FALSE(state.pool.refuse_launches);
  EXPECT_EQ(state.slowdown, 1.0);
  EXPECT_EQ(state.error_rate, 0.5);
}

TEST_F(FaultsTest, a_malformed_command_is_400_names_the_key_and_changes_nothing) {
  run_replicas(kFastUnit, 1, 1);
  const auto response = post(control, "/units/fast/faults", R"({"crash":1.0,"explode":true})");
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(text_of(json_of(response)["error"]).find("unknown key `explode`"), std::string::npos);
  EXPECT_EQ(running(kFastUnit), 1);
}

TEST_F(FaultsTest, an_unknown_unit_is_404_and_names_the_known_ones) {
  const auto response = post(control, "/units/slow/faults", "{}");
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(text_of(json_of(response)["error"]).find("fast, forever, lab"), std::string::npos);
}

TEST_F(FaultsTest, the_answer_is_the_units_new_state) {
  auto body = json_of(post(control, "/units/fast/faults", R"({"cap":3})"));
  EXPECT_EQ(body["unit"], "fast");
  EXPECT_EQ(body["cap"], 3);
}

}  // namespace
}  // namespace signalbox::emulate
