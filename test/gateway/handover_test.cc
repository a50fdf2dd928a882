// SPDX-License-Identifier: Apache-2.0
//
// One process takes over from another under load, seen from outside: nobody notices. A process that
// cannot take over changes nothing.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <thread>
#include <vector>

#include "test/stage/child.h"
#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

constexpr const char* kService =
    "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n";

// `signalbox serve` whose configuration a test rewrites between processes.
class Lineage {
 public:
  explicit Lineage(const std::string& units, const std::string& gateway = "threads: 2")
      : config_(directory_.write("signalbox.yaml", text(units, gateway))),
        process_({SIGNALBOX_BINARY, "serve", "--config", config_}) {
    gateway_ = address_from(process_.await_after("serving on http://", ","));
    admin_ = address_from(process_.await_after("page on http://", "\r\n"));
  }

  void rewrite(const std::string& units, const std::string& gateway = "threads: 2") {
    directory_.write("signalbox.yaml", text(units, gateway));
  }

  // Hands over from the latest process to a new one; false when it fails.
  bool hand_over() {
    signal(SIGUSR2);
    ++handed_over_;
    const std::string heir =
        process_.await_after_times("handed over to process ", "\r\n", handed_over_);
    if (heir.empty()) return false;
    pid_ = std::stoi(heir);
    return true;
  }

  void signal(int number) {
    if (pid_ == 0) {
      process_.signal(number);
    } else {
      kill(pid_, number);
    }
  }

  // Ends the latest process; all output of all of them.
  const std::string& end() {
    signal(SIGTERM);
    return process_.output();
  }

  ~Lineage() {
    if (pid_ != 0) kill(pid_, SIGKILL);
  }

  Child& process() { return process_; }
  const core::Address& gateway() const { return gateway_; }
  const core::Address& admin() const { return admin_; }

 private:
  static std::string text(const std::string& units, const std::string& gateway) {
    return kService + units +
           "gateway: {listen: 127.0.0.1:0, admin: 127.0.0.1:0, access_log: off, " + gateway +
           "}\ncontrol: {tick: 50ms}\n";
  }

  TemporaryDirectory directory_;
  std::string config_;
  Child process_;
  core::Address gateway_;
  core::Address admin_;
  int handed_over_ = 0;
  pid_t pid_ = 0;  // of the latest heir; 0 = the first process serves
};

TEST(HandOver, under_a_steady_stream_of_requests_loses_none) {
  ScriptedUnit server([](Incoming& request) { request.answer("ok"); });
  Lineage lineage(unit("one", 1.0, server.address()));
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::atomic<int> failed{0};
  const auto count = [&](const Reply& reply) {
    (reply.status == 200 && reply.body == "ok" ? answered : failed).fetch_add(1);
  };
  std::vector<std::thread> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] {  // a connection for each request
      while (!stop) count(call(lineage.gateway(), "POST", "/", "{}"));
    });
    clients.emplace_back([&] {  // as many requests on a connection as it is kept for
      while (!stop) {
        Plug client(lineage.gateway());
        for (bool kept = true; kept && !stop;) {
          client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n{}");
          const Reply reply = client.read_reply();
          count(reply);
          kept = reply.keep_alive;
        }
      }
    });
  }
  const auto more = [&](int wanted) {
    const int from = answered;
    return eventually([&] { return answered >= from + wanted; });
  };
  EXPECT_TRUE(more(50));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(lineage.hand_over()) << i;
    EXPECT_TRUE(more(50)) << i;
  }
  stop = true;
  for (auto& client : clients) client.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(call(lineage.admin(), "GET", "/readyz").status, 200);
  lineage.end();
}

TEST(HandOver, what_runs_is_finished_by_the_process_that_began_it) {
  std::promise<void> arrived, let_go;
  auto released = let_go.get_future().share();
  std::atomic<int> requests{0};
  ScriptedUnit server([&](Incoming& request) {
    if (requests.fetch_add(1) == 0) {
      arrived.set_value();
      released.wait();
    }
    request.answer("complete");
  });
  Lineage lineage(unit("one", 1.0, server.address()));
  Plug client(lineage.gateway());
  client.send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
  arrived.get_future().wait();
  ASSERT_TRUE(lineage.hand_over());
  EXPECT_EQ(call(lineage.gateway(), "GET", "/").body, "complete") << "by the new process";
  let_go.set_value();
  EXPECT_EQ(client.read_reply().body, "complete");
  EXPECT_EQ(client.read_all(), "") << "and the connection is closed";
  lineage.end();
}

TEST(HandOver, the_new_process_reads_the_configuration_anew_even_what_a_reload_cannot_change) {
  ScriptedUnit old_server([](Incoming& request) { request.answer("old"); });
  ScriptedUnit new_server([](Incoming& request) { request.answer("new"); });
  for (const char* threads : {"threads: 1", "threads: 3"}) {
    Lineage lineage(unit("one", 1.0, old_server.address()));
    EXPECT_EQ(call(lineage.gateway(), "GET", "/").body, "old");
    lineage.rewrite(unit("one", 1.0, new_server.address()), threads);
    ASSERT_TRUE(lineage.hand_over()) << threads;
    EXPECT_TRUE(eventually([&] { return call(lineage.gateway(), "GET", "/").body == "new"; }));
    for (int i = 0; i < 20; ++i) {
      const auto body = call(lineage.gateway(), "GET", "/").body;
      EXPECT_TRUE(body == "new" || body == "old") << body;
    }
    lineage.end();
  }
}

TEST(HandOver, to_a_process_that_cannot_serve_changes_nothing) {
  ScriptedUnit server([](Incoming& request) { request.answer("ok"); });
  Lineage lineage(unit("one", 1.0, server.address()));
  lineage.rewrite("  broken: {price: 1}\n");
  lineage.signal(SIGUSR2);
  EXPECT_EQ(lineage.process().await_after("this process serves on: ", "\n"),
            "the new process ended with exit code 2 before it served");
  EXPECT_EQ(call(lineage.gateway(), "GET", "/").body, "ok");
  lineage.rewrite(unit("one", 1.0, server.address()));
  EXPECT_TRUE(lineage.hand_over()) << "once the configuration is mended";
  EXPECT_EQ(call(lineage.gateway(), "GET", "/").body, "ok");
  lineage.end();
}

}  // namespace
}  // namespace signalbox
