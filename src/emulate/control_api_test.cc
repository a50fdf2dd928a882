// SPDX-License-Identifier: Apache-2.0
//
// The control API as its clients see it: over HTTP, from launch to the last event.
#include "emulate/control_api.h"

#include "emulate/emulator.h"
#include "emulate/test_loop.h"

namespace signalbox::emulate {
namespace {

struct ControlApiTest : ::testing::Test, TestLoop {
  void SetUp() override {
    const auto bound = emulator.start();
    ASSERT_TRUE(bound.ok()) << bound.error().message;
    control = bound.value();
  }

  http::Response launch(int id, const std::string& unit) {
    return post(control, "/replicas",
                R"({"id":)" + std::to_string(id) + R"(,"unit":")" + unit + R"("})");
  }

  http::Response strike(const std::string& unit, std::string body) {
    return post(control, "/units/" + unit + "/faults", std::move(body));
  }

  // Waits for the next event and returns it.
  boost::json::object next_event() {
    auto body = json_of(get(control, "/events?wait_ms=10000&after=" + std::to_string(last_event)));
    if (!body.contains("events") || body["events"].as_array().empty()) {
      ADD_FAILURE() << "no event: " << boost::json::serialize(body);
      return {};
    }
    auto event = body["events"].as_array()[0].as_object();
    last_event = event["seq"].to_number<std::uint64_t>();
    return event;
  }

  // A replica that is ready, by its address.
  core::Address ready(int id, const std::string& unit) {
    EXPECT_EQ(launch(id, unit).status, 202);
    auto event = next_event();
    EXPECT_EQ(event["event"], "ready");
    return address_in(event);
  }

  static core::Address address_in(boost::json::object& item) {
    const std::string text = text_of(item["address"]);
    const auto colon = text.rfind(':');
    return {text.substr(0, colon), static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)))};
  }

  boost::json::object replica(std::uint64_t id) {
    auto body = json_of(get(control, "/replicas"));
    for (auto& item : body["replicas"].as_array()) {
      if (item.at("id") == id) return item.as_object();
    }
    return {};
  }

  boost::json::object unit(const std::string& name) {
    auto body = json_of(get(control, "/units"));
    for (auto& item : body["units"].as_array()) {
      if (item.at("unit") == boost::json::string_view(name)) return item.as_object();
    }
    ADD_FAILURE() << "no unit " << name;
    return {};
  }

  Emulator emulator{io, test_fleet(), {}};
  core::Address control;
  std::uint64_t last_event = 0;
};

TEST_F(ControlApiTest, a_launch_is_accepted_boots_gets_ready_and_serves) {
  auto accepted = launch(7, "fast");
  ASSERT_EQ(accepted.status, 202) << accepted.body;
  auto body = json_of(accepted);
  EXPECT_EQ(body["id"], 7);
  EXPECT_GE(body["boot_s"].to_number<double>(), 0.001);
  EXPECT_LE(body["boot_s"].to_number<double>(), 0.003);

  auto event = next_event();
  EXPECT_EQ(event["seq"], 1);
  EXPECT_EQ(event["event"], "ready");
  EXPECT_EQ(event["id"], 7);
  EXPECT_EQ(event["unit"], "fast");
  EXPECT_GT(event["at_s"].to_number<double>(), 0.0);
  ASSERT_EQ(post(address_in(event), "/genimage", R"({"prompt":"a fox"})").status, 200);

  auto listed = replica(7);
  EXPECT_EQ(listed["state"], "ready");
  EXPECT_EQ(listed["address"], event["address"]);
  EXPECT_EQ(listed["served"], 1);
  EXPECT_EQ(listed["queued"], 0);
}

TEST_F(ControlApiTest, a_booting_replica_is_listed_without_an_address) {
  emulator.fleet().launch(EndpointId{7}, UnitId{0});
  const auto states = emulator.fleet().replicas();
  ASSERT_EQ(states.size(), 2u);  // and the lab's
  EXPECT_STREQ(states[0].state, "booting");
  EXPECT_EQ(states[0].address.port, 0);
}

TEST_F(ControlApiTest, an_unknown_unit_is_404_and_names_the_known_ones) {
  const auto response = launch(7, "fats");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(json_of(response)["error"], "no unit is named fats; there are: fast, forever, lab");
}

TEST_F(ControlApiTest, an_id_in_use_is_409) {
  ASSERT_EQ(launch(7, "fast").status, 202);
  EXPECT_EQ(launch(7, "forever").status, 409);
}

TEST_F(ControlApiTest, a_launch_in_a_pool_without_room_is_503_insufficient_capacity) {
  strike("fast", R"({"cap":1})");
  ASSERT_EQ(launch(7, "fast").status, 202);
  const auto full = launch(8, "fast");
  EXPECT_EQ(full.status, 503);
  EXPECT_TRUE(text_of(json_of(full)["error"]).starts_with("insufficient capacity: "));
  strike("forever", R"({"refuse_launches":true})");
  const auto refused = launch(8, "forever");
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(text_of(json_of(refused)["error"]).starts_with("insufficient capacity: "));
  EXPECT_EQ(unit("forever")["refused"], 1);
}

TEST_F(ControlApiTest, a_unit_of_fixed_servers_launches_no_others) {
  EXPECT_EQ(launch(7, "lab").status, 503);
}

TEST_F(ControlApiTest, fixed_servers_are_ready_from_the_start) {
  auto listed = replica(kFirstFixedId);
  EXPECT_EQ(listed["unit"], "lab");
  EXPECT_EQ(listed["state"], "ready");
  EXPECT_EQ(post(address_in(listed), "/genimage", R"({"prompt":"a"})").status, 200);
}

struct BadLaunch {
  const char* body;
  const char* says;
};

TEST_F(ControlApiTest, a_malformed_launch_is_400_and_says_what_is_expected) {
  for (const BadLaunch& bad :
       {BadLaunch{"", "not JSON"}, BadLaunch{"{\"id\":7", "not JSON"}, BadLaunch{"[]", "no object"},
        BadLaunch{"{}", "both needed"}, BadLaunch{R"({"id":7})", "both needed"},
        BadLaunch{R"({"unit":"fast"})", "both needed"},
        BadLaunch{R"({"id":"7","unit":"fast"})", "`id` must be a whole number"},
        BadLaunch{R"({"id":0,"unit":"fast"})", "`id` must be a whole number"},
        BadLaunch{R"({"id":-7,"unit":"fast"})", "`id` must be a whole number"},
        BadLaunch{R"({"id":1000000000000,"unit":"fast"})", "`id` must be a whole number"},
        BadLaunch{R"({"id":7,"unit":5})", "`unit` must be the name"},
        BadLaunch{R"({"id":7,"unit":"fast","zone":"a"})", "unknown key `zone`"}}) {
    const auto response = post(control, "/replicas", bad.body);
    EXPECT_EQ(response.status, 400) << bad.body;
    EXPECT_NE(text_of(json_of(response)["error"]).find(bad.says), std::string::npos)
        << response.body;
  }
  EXPECT_EQ(unit("fast")["launches"], 0);
}

TEST_F(ControlApiTest, deleting_a_replica_is_204_and_its_gone_event_says_stopped) {
  const auto address = ready(7, "fast");
  const auto response = await(send(control, {"DELETE", "/replicas/7", {}, {}}));
  EXPECT_EQ(response.status, 204);
  EXPECT_TRUE(response.body.empty());
  auto event = next_event();
  EXPECT_EQ(event["event"], "gone");
  EXPECT_EQ(event["id"], 7);
  EXPECT_EQ(event["reason"], "stopped");
  EXPECT_EQ(await_failure(send(address, image_request("late"))), http::ClientFailure::kConnect);
  EXPECT_TRUE(replica(7).empty());
  EXPECT_EQ(launch(7, "fast").status, 202) << "the id is free again";
}

TEST_F(ControlApiTest, deleting_lets_what_is_served_finish_and_may_be_said_twice) {
  const auto address = ready(7, "forever");
  const auto job = send(address, image_request("last"));
  run_until([&] {
    return get(address, "/metrics").body.find("in_service{unit=\"forever\",replica=\"7\"} 1") !=
           std::string::npos;
  });
  ASSERT_EQ(await(send(control, {"DELETE", "/replicas/7", {}, {}})).status, 204);
  EXPECT_EQ(replica(7)["state"], "stopping");
  EXPECT_EQ(await(send(control, {"DELETE", "/replicas/7", {}, {}})).status, 204);
  EXPECT_FALSE(job->has_value());
  emulator.fleet().apply(UnitId{1}, {.slowdown = 1e-9});
  EXPECT_EQ(await(job).status, 200);
  EXPECT_EQ(next_event()["reason"], "stopped");
}

TEST_F(ControlApiTest, deleting_a_booting_replica_ends_it_before_it_is_ready) {
  ASSERT_TRUE(emulator.fleet().launch(EndpointId{7}, UnitId{0}).ok());
  ASSERT_TRUE(emulator.fleet().stop(EndpointId{7}));
  EXPECT_EQ(next_event()["event"], "gone");
  EXPECT_EQ(unit("fast")["booting"], 0);
}

TEST_F(ControlApiTest, deleting_what_is_not_there_is_404) {
  for (const char* id : {"99", "x", "", "-1", "7/8"}) {
    const auto response = await(send(control, {"DELETE", std::string("/replicas/") + id, {}, {}}));
    EXPECT_EQ(response.status, 404) << id;
  }
}

TEST_F(ControlApiTest, events_answer_at_once_without_a_wait) {
  auto body = json_of(get(control, "/events"));
  EXPECT_EQ(body["next"], 0);
  EXPECT_TRUE(body["events"].as_array().empty());
  EXPECT_FALSE(body.contains("missed"));
}

TEST_F(ControlApiTest, a_long_poll_is_answered_by_the_next_event) {
  const auto poll = send(control, {"GET", "/events?after=0&wait_ms=60000", {}, {}});
  get(control, "/health");
  EXPECT_FALSE(poll->has_value());
  ASSERT_EQ(launch(7, "fast").status, 202);
  auto body = json_of(await(poll));
  EXPECT_EQ(body["next"], 1);
  EXPECT_EQ(body["events"].at(0).at("event"), "ready");
}

TEST_F(ControlApiTest, a_long_poll_without_events_ends_after_its_wait) {
  auto body = json_of(get(control, "/events?after=0&wait_ms=5"));
  EXPECT_TRUE(body["events"].as_array().empty());
}

TEST_F(ControlApiTest, events_of_one_stroke_reach_a_long_poll_together) {
  for (int id = 1; id <= 4; ++id) ready(id, "fast");
  const auto poll =
      send(control, {"GET", "/events?wait_ms=60000&after=" + std::to_string(last_event), {}, {}});
  get(control, "/health");
  strike("fast", R"({"lose":1.0})");
  auto body = json_of(await(poll));
  EXPECT_EQ(body["events"].as_array().size(), 4u);
  EXPECT_EQ(body["next"], last_event + 4);
}

TEST_F(ControlApiTest, a_reader_from_before_the_ring_or_a_restart_is_told_it_missed_something) {
  ready(7, "fast");
  auto body = json_of(get(control, "/events?after=500&wait_ms=60000"));
  EXPECT_EQ(body["missed"], true);
  EXPECT_EQ(body["next"], 1);
}

TEST_F(ControlApiTest, a_long_poller_that_leaves_is_forgotten) {
  http::Client leaver(io);
  send(leaver, control, {"GET", "/events?wait_ms=60000", {}, {}});
  const auto stays = send(control, {"GET", "/events?wait_ms=60000", {}, {}});
  get(control, "/health");
  leaver.close();
  ASSERT_EQ(launch(7, "fast").status, 202);
  EXPECT_EQ(json_of(await(stays))["next"], 1);
}

TEST_F(ControlApiTest, malformed_polls_are_400) {
  for (const char* query : {"after=x", "after=-1", "wait_ms=1e3", "wait_ms=60001", "after=1.5"}) {
    EXPECT_EQ(get(control, std::string("/events?") + query).status, 400) << query;
  }
}

TEST_F(ControlApiTest, units_tell_what_runs_and_what_was_refused) {
  ready(7, "fast");
  strike("fast", R"({"cap":1,"slowdown":2.0,"error_rate":0.25})");
  launch(8, "fast");
  auto fast = unit("fast");
  EXPECT_EQ(fast["running"], 1);
  EXPECT_EQ(fast["booting"], 0);
  EXPECT_EQ(fast["cap"], 1);
  EXPECT_EQ(fast["refuse_launches"], false);
  EXPECT_EQ(fast["slowdown"], 2.0);
  EXPECT_EQ(fast["error_rate"], 0.25);
  EXPECT_EQ(fast["launches"], 1);
  EXPECT_EQ(fast["refused"], 1);
  EXPECT_TRUE(unit("forever")["cap"].is_null());
}

TEST_F(ControlApiTest, busy_seconds_outlive_the_replica) {
  const auto address = ready(7, "fast");
  ASSERT_EQ(post(address, "/genimage", R"({"prompt":"a"})").status, 200);
  const double busy = unit("fast")["busy_seconds"].to_number<double>();
  EXPECT_GT(busy, 0.001);
  strike("fast", R"({"lose":1})");
  EXPECT_EQ(unit("fast")["busy_seconds"].to_number<double>(), busy);
  EXPECT_EQ(unit("fast")["served"], 1);
}

TEST_F(ControlApiTest, metrics_and_probes_answer) {
  ready(7, "fast");
  const auto response = get(control, "/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("signalbox_emulator_replicas{unit=\"fast\",state=\"running\"} 1\n"),
            std::string::npos)
      << response.body;
  EXPECT_NE(response.body.find("signalbox_emulator_launches_total{unit=\"fast\"} 1\n"),
            std::string::npos);
  EXPECT_EQ(get(control, "/health").status, 200);
  EXPECT_EQ(get(control, "/readiness").status, 200);
}

TEST_F(ControlApiTest, unknown_paths_and_methods_say_what_there_is) {
  const auto unknown = get(control, "/replica");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_NE(text_of(json_of(unknown)["error"]).find("POST /units/UNIT/faults"), std::string::npos);
  EXPECT_EQ(get(control, "/units//faults").status, 404);
  for (const auto& [method, target] :
       {std::pair{"PUT", "/replicas"}, std::pair{"GET", "/replicas/7"}, std::pair{"POST", "/units"},
        std::pair{"GET", "/units/fast/faults"}, std::pair{"POST", "/events"}}) {
    const auto response = await(send(control, {method, target, {}, {}}));
    EXPECT_EQ(response.status, 405) << method << " " << target;
    EXPECT_FALSE(http::find_header(response.headers, "allow").empty());
  }
}

TEST(EmulatorStart, an_address_that_is_taken_is_named) {
  TestLoop loop;
  Emulator first(loop.io, test_fleet(), {});
  const auto control = first.start();
  ASSERT_TRUE(control.ok());
  Emulator second(loop.io, test_fleet(), {.control = control.value()});
  const auto taken = second.start();
  ASSERT_FALSE(taken.ok());
  EXPECT_NE(taken.error().message.find(core::to_string(control.value())), std::string::npos)
      << taken.error().message;

  auto spec = test_fleet();
  spec.units[2].endpoints = {control.value()};
  Emulator third(loop.io, spec, {});
  const auto fixed = third.start();
  ASSERT_FALSE(fixed.ok());
  EXPECT_NE(fixed.error().message.find("unit lab"), std::string::npos) << fixed.error().message;
}

}  // namespace
}  // namespace signalbox::emulate
