// SPDX-License-Identifier: Apache-2.0
//
// What a configuration can ask for beyond plain forwarding, seen by a client: retries of errors, a
// second copy of what takes too long, pauses that a unit asks for, limits that a client states.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

std::string service(std::string_view more = "") {
  return fmt::format("services:\n  work: {{objective: {{latency: 2s, quantile: 99%}}{}}}\nunits:\n",
                     more);
}

TEST(Resilience, an_error_is_tried_again_at_another_unit_where_the_service_asks_for_it) {
  ScriptedUnit broken([](Incoming& request) { request.answer("no", 500); });
  ScriptedUnit well([](Incoming& request) { request.answer("yes"); });
  LiveNode node(service(", retry: {attempts: 1}") + unit("broken", 1.0, broken.address()) +
                unit("well", 2.0, well.address()));
  const Reply reply = node.post("/genimage", "{}");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "yes");
  EXPECT_EQ(broken.requests(), 1);
  EXPECT_EQ(node.metric(R"(signalbox_service_retried_total{service="work"})"), 1.0);
}

TEST(Resilience, the_last_error_is_passed_on_in_the_units_own_words) {
  ScriptedUnit broken([](Incoming& request) { request.answer("still no", 503); });
  LiveNode node(service(", retry: {attempts: 2}") + unit("only", 1.0, broken.address()));
  const Reply reply = node.post("/genimage", "{}");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "still no");
  EXPECT_EQ(broken.requests(), 3);
}

TEST(Resilience, without_such_a_rule_an_error_is_passed_on_at_once) {
  ScriptedUnit broken([](Incoming& request) { request.answer("no", 500); });
  ScriptedUnit well([](Incoming& request) { request.answer("yes"); });
  LiveNode node(service() + unit("broken", 1.0, broken.address()) +
                unit("well", 2.0, well.address()));
  EXPECT_EQ(node.post("/genimage", "{}").status, 500);
  EXPECT_EQ(well.requests(), 0);
}

TEST(Resilience, B90_a_request_that_takes_too_long_gets_a_second_copy_and_the_loser_is_cancelled) {
  std::promise<void> cancelled;
  ScriptedUnit slow([&](Incoming& request) {
    request.read_body();
    request.gateway.await_end();
    cancelled.set_value();
  });
  ScriptedUnit quick([](Incoming& request) { request.answer("quick"); });
  LiveNode node(service(", hedge: {after: 95%, budget: 5%}") + unit("slow", 1.0, slow.address()) +
                unit("quick", 2.0, quick.address()));
  const Reply reply = node.post("/genimage", R"({"prompt":"x"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "quick");
  EXPECT_EQ(cancelled.get_future().wait_for(std::chrono::seconds(kGuardSeconds)),
            std::future_status::ready);
  EXPECT_EQ(node.metric(R"(signalbox_service_hedged_total{service="work"})"), 1.0);
  EXPECT_TRUE(eventually([&] {
    return node.metric(R"(signalbox_unit_in_flight_requests{unit="slow"})") == 0.0 &&
           node.metric(R"(signalbox_unit_in_flight_requests{unit="quick"})") == 0.0;
  }));
}

TEST(Resilience, of_two_copies_an_error_does_not_win_while_the_other_may_do_better) {
  std::promise<void> failed;
  std::shared_future<void> has_failed = failed.get_future();
  ScriptedUnit slow([&](Incoming& request) {
    request.read_body();
    has_failed.wait();
    request.answer("late but right");
  });
  ScriptedUnit broken([&](Incoming& request) {
    request.answer("no", 500);
    failed.set_value();
  });
  LiveNode node(service(", hedge: {after: 95%, budget: 5%}") + unit("slow", 1.0, slow.address()) +
                unit("broken", 2.0, broken.address()));
  const Reply reply = node.post("/genimage", "{}");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "late but right");
}

TEST(Resilience, B54_a_unit_that_asks_for_a_pause_is_left_alone_for_so_long) {
  std::atomic<bool> full{true};
  ScriptedUnit busy([&](Incoming& request) {
    if (!full) return request.answer("cheap");
    request.read_body();
    request.gateway.send(
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n");
  });
  ScriptedUnit dear([](Incoming& request) { request.answer("dear"); });
  LiveNode node(service() + unit("busy", 1.0, busy.address()) + unit("dear", 2.0, dear.address()));
  EXPECT_EQ(node.get("/").status, 429);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(node.get("/").body, "dear");
  EXPECT_EQ(busy.requests(), 1);
}

TEST(Resilience, a_client_that_states_its_limit_is_told_504_when_it_ends) {
  ScriptedUnit silent([](Incoming& request) { request.gateway.await_end(); });
  LiveNode node(service() + unit("only", 1.0, silent.address()));
  EXPECT_EQ(node.get("/", {{"x-signalbox-timeout-ms", "150"}}).status, 504);
  EXPECT_TRUE(eventually(
      [&] { return node.metric(R"(signalbox_unit_in_flight_requests{unit="only"})") == 0.0; }));
}

TEST(Resilience, the_unit_is_told_how_long_the_client_will_wait) {
  std::promise<std::string> told;
  ScriptedUnit curious([&](Incoming& request) {
    told.set_value(request.header("x-signalbox-timeout-ms"));
    request.answer("ok");
  });
  LiveNode node(service() + unit("only", 1.0, curious.address()));
  EXPECT_EQ(node.get("/", {{"x-signalbox-timeout-ms", "60000"}}).status, 200);
  const std::string left = told.get_future().get();
  ASSERT_FALSE(left.empty());
  EXPECT_LE(std::stoi(left), 60000);
  EXPECT_GT(std::stoi(left), 40000);
}

TEST(Resilience, a_limit_that_is_no_number_is_refused_in_words) {
  ScriptedUnit well([](Incoming& request) { request.answer("ok"); });
  LiveNode node(service() + unit("only", 1.0, well.address()));
  const Reply reply = node.get("/", {{"x-signalbox-timeout-ms", "soon"}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("x-signalbox-timeout-ms"), std::string::npos);
}

}  // namespace
}  // namespace signalbox
