// SPDX-License-Identifier: Apache-2.0
//
// The end of a serving process, seen from outside: what runs is finished, nothing new is taken, and
// the wait is bounded.
#include <gtest/gtest.h>

#include <future>

#include "test/stage/child.h"
#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

constexpr const char* kService =
    "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n";

TEST(Shutdown, B78_sigterm_finishes_what_runs_takes_nothing_new_and_exits_with_0) {
  std::promise<void> arrived, let_go;
  auto released = let_go.get_future().share();
  ScriptedUnit slow([&](Incoming& request) {
    arrived.set_value();
    released.wait();
    request.answer("complete");
  });
  Served served(kService + unit("slow", 1.0, slow.address()));
  Plug idle(served.gateway());
  Plug client(served.gateway());
  client.send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
  arrived.get_future().wait();

  served.process().signal(SIGTERM);
  EXPECT_TRUE(eventually([&] { return !Plug(served.gateway()).connected(); }));
  EXPECT_EQ(idle.read_all(), "") << "an idle connection is closed";
  EXPECT_EQ(call(served.admin(), "GET", "/readyz").status, 503);

  let_go.set_value();
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "complete");
  EXPECT_FALSE(reply.keep_alive) << "the client is told to go elsewhere with its next request";
  EXPECT_EQ(served.process().exit_code(), 0);
}

TEST(Shutdown, B78_the_wait_for_what_runs_is_bounded) {
  std::promise<void> arrived;
  ScriptedUnit silent([&](Incoming& request) {
    arrived.set_value();
    request.gateway.await_end();
  });
  TemporaryDirectory directory;
  const auto config = directory.write(
      "signalbox.yaml", kService + unit("silent", 1.0, silent.address()) +
                            "gateway: {listen: 127.0.0.1:0, admin: 127.0.0.1:0, drain: 200ms}\n");
  Child process({SIGNALBOX_BINARY, "serve", "--config", config});
  Plug client(address_from(process.await_after("serving on http://", ",")));
  client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  arrived.get_future().wait();
  process.signal(SIGTERM);
  EXPECT_FALSE(client.read_reply().complete);
  EXPECT_EQ(process.exit_code(), 0);
}

}  // namespace
}  // namespace signalbox
