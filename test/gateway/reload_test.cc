// SPDX-License-Identifier: Apache-2.0
//
// Reloading: all of a new configuration or nothing of it.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

constexpr const char* kService =
    "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n";

TEST(Reload, B72_an_invalid_configuration_changes_nothing_and_says_why) {
  ScriptedUnit server([](Incoming& request) { request.answer("old"); });
  const std::string good = kService + unit("one", 1.0, server.address());
  LiveNode node(good);
  EXPECT_EQ(node.metric("signalbox_config_last_reload_successful"), 1.0);

  node.rewrite(kService + std::string("  one: {price: 1 EUR/hour, plateu: 600/min}\n"));
  const Reply refused = node.ask_admin("POST", "/reload");
  EXPECT_EQ(refused.status, 422);
  EXPECT_NE(refused.body.find("test.yaml:4:"), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find("plateau"), std::string::npos) << refused.body;
  EXPECT_EQ(node.metric("signalbox_config_last_reload_successful"), 0.0);
  EXPECT_EQ(node.metric("signalbox_config_generation"), 1.0);
  EXPECT_EQ(node.get("/").body, "old") << "the old configuration serves on";

  node.rewrite(good);
  EXPECT_EQ(node.ask_admin("POST", "/reload").status, 200);
  EXPECT_EQ(node.metric("signalbox_config_last_reload_successful"), 1.0);
  EXPECT_EQ(node.metric("signalbox_config_generation"), 2.0);
}

TEST(Reload, a_valid_configuration_takes_effect) {
  ScriptedUnit old_server([](Incoming& request) { request.answer("old"); });
  ScriptedUnit new_server([](Incoming& request) { request.answer("new"); });
  LiveNode node(kService + unit("one", 1.0, old_server.address()));
  EXPECT_EQ(node.get("/").body, "old");

  node.rewrite(kService + unit("one", 2.0, new_server.address()));
  EXPECT_EQ(node.ask_admin("POST", "/reload").status, 200);
  EXPECT_EQ(node.get("/").body, "new");
  EXPECT_EQ(node.metric(R"(signalbox_unit_price_usd_per_hour{unit="one"})"), 2.0);
}

TEST(Reload, a_request_in_progress_is_answered_by_the_unit_that_left) {
  std::promise<void> arrived, let_go;
  auto released = let_go.get_future().share();
  ScriptedUnit leaving([&](Incoming& request) {
    arrived.set_value();
    released.wait();
    request.answer("from the unit that left");
  });
  ScriptedUnit staying([](Incoming& request) { request.answer("new"); });
  LiveNode node(kService + unit("leaving", 1.0, leaving.address()));
  Plug client = node.connect();
  client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  arrived.get_future().wait();

  node.rewrite(kService + unit("staying", 1.0, staying.address()));
  EXPECT_EQ(node.ask_admin("POST", "/reload").status, 200);
  EXPECT_EQ(node.get("/").body, "new");
  let_go.set_value();
  EXPECT_EQ(client.read_reply().body, "from the unit that left");
}

TEST(Reload, B73_reloads_under_load_fail_no_request) {
  ScriptedUnit server([](Incoming& request) { request.answer("ok"); });
  LiveNode node(kService + unit("one", 1.0, server.address()));
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::atomic<int> failed{0};
  std::thread load([&] {
    Plug client = node.connect();
    while (!stop) {
      client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
      client.read_reply().status == 200 ? ++answered : ++failed;
    }
  });
  for (int i = 0; i < 50; ++i) {
    node.rewrite(kService + unit("one", 1.0 + i, server.address()));
    EXPECT_EQ(node.ask_admin("POST", "/reload").status, 200);
  }
  EXPECT_TRUE(eventually([&] { return answered > 50; }));
  stop = true;
  load.join();
  EXPECT_EQ(failed.load(), 0);
}

}  // namespace
}  // namespace signalbox
