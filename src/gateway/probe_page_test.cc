// SPDX-License-Identifier: Apache-2.0
//
// Three pages and nothing else, over a real socket.
#include "gateway/probe_page.h"

#include <gtest/gtest.h>

#include "http/client.h"
#include "net/loop_thread.h"

namespace signalbox::gateway {
namespace {

class Probes : public ::testing::Test {
 protected:
  Probes() {
    auto listener = net::Listener::bind({"127.0.0.1", 0}, false);
    EXPECT_TRUE(listener.ok());
    address_ = page_.listen(std::move(*listener));
    thread_.start();
  }
  ~Probes() override { thread_.stop(); }

  http::Response ask(std::string method, std::string path) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(path);
    auto answer = http::call_blocking(address_, request);
    EXPECT_TRUE(answer.ok());
    return answer.ok() ? *answer : http::Response{};
  }

  std::string unready_;
  net::LoopThread thread_{"probes"};
  ProbePage page_{thread_.io(),
                  {.unready = [this] { return unready_; }, .metrics = [] { return "a 1\n"; }}};
  core::Address address_;
};

TEST_F(Probes, tell_that_the_process_lives_and_is_ready) {
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
  EXPECT_EQ(ask("GET", "/readyz?verbose").status, 200);
}

class UnreadyProbes : public Probes {
 protected:
  UnreadyProbes() { unready_ = "draining"; }
};

TEST_F(UnreadyProbes, say_why) {
  const auto answer = ask("GET", "/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "not ready: draining\n");
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
}

TEST_F(Probes, give_metrics_to_anybody) {
  const auto answer = ask("GET", "/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "a 1\n");
}

TEST_F(Probes, have_nothing_of_the_operator_s_page) {
  for (const char* path : {"/", "/fleet", "/explain/1", "/capacity", "/price", "/reload"}) {
    EXPECT_EQ(ask("GET", path).status, 404) << path;
    EXPECT_EQ(ask("POST", path).status, 405) << path;
  }
}

}  // namespace
}  // namespace signalbox::gateway
