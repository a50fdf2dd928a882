// SPDX-License-Identifier: Apache-2.0
//
// Tenants, from the client's socket to the order in which a busy unit is given their requests.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;

// One unit that serves one request at a time. `trusted` is whose headers are believed.
std::string fleet(const core::Address& unit, const std::string& trusted) {
  return fmt::format(
      "services:\n  work: {{objective: {{latency: 10m, quantile: 99%}}, patience: 10m, "
      "timeout: 10m}}\n"
      "units:\n  only: {{price: 1 USD/hour, plateau: 600/min, slots: 1, endpoints: [\"{}\"]}}\n"
      "tenants:\n  header: x-tenant\n  priority_header: x-priority\n  trusted: [{}]\n"
      "  weights: {{large: 3, small: 1}}\n",
      core::to_string(unit), trusted);
}

// A unit that notes the paths of requests in the order in which it is given them, and keeps the
// first until everybody else is in line.
class Noting {
 public:
  const core::Address& address() const { return unit_.address(); }
  bool is_busy() const { return unit_.requests() == 1; }
  void go_on() {
    const std::lock_guard lock(mutex_);
    may_go_on_ = true;
    changed_.notify_all();
  }
  // What came after the first.
  std::string order() {
    const std::lock_guard lock(mutex_);
    return order_;
  }

 private:
  void serve(Incoming& request) {
    {
      std::unique_lock lock(mutex_);
      if (request.target() == "/first") {
        changed_.wait(lock, [this] { return may_go_on_; });
      } else {
        order_ += request.target().back();
      }
    }
    request.answer("done");
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool may_go_on_ = false;
  std::string order_;
  ScriptedUnit unit_{[this](Incoming& request) { serve(request); }};
};

struct Wanted {
  std::string path;
  std::vector<http::Header> headers;
};

// The order in which requests are served that all waited, having come in the order given.
std::string order_of(LiveNode& node, Noting& unit, const std::vector<Wanted>& wanted) {
  std::vector<std::thread> clients;
  clients.emplace_back([&] { EXPECT_EQ(node.get("/first").status, 200); });
  EXPECT_TRUE(eventually([&] { return unit.is_busy(); }));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    clients.emplace_back(
        [&node, want = wanted[i]] { EXPECT_EQ(node.get(want.path, want.headers).status, 200); });
    EXPECT_TRUE(eventually([&] {
      return node.metric("signalbox_service_held_requests{service=\"work\"}") ==
             static_cast<double>(i + 1);
    }));
  }
  unit.go_on();
  for (auto& client : clients) client.join();
  return unit.order();
}

std::vector<Wanted> crowd(const char* path, const char* tenant, std::size_t count) {
  return std::vector<Wanted>(count, {path, {{"x-tenant", tenant}}});
}

TEST(TenantsLive, two_tenants_that_wait_are_served_in_proportion_to_their_weights) {
  Noting unit;
  LiveNode node(fleet(unit.address(), "127.0.0.0/8"));
  auto wanted = crowd("/s", "small", 9);  // first in line, and no less in number
  const auto large = crowd("/L", "large", 9);
  wanted.insert(wanted.end(), large.begin(), large.end());
  const std::string order = order_of(node, unit, wanted);
  ASSERT_EQ(order.size(), 18U);
  for (std::size_t served : {4U, 8U, 12U}) {
    const auto of_large = std::count(order.begin(), order.begin() + static_cast<long>(served), 'L');
    EXPECT_NEAR(static_cast<double>(of_large), 0.75 * static_cast<double>(served), 1.0) << order;
  }
}

TEST(TenantsLive, a_higher_priority_goes_first_and_one_that_is_no_number_is_0) {
  Noting unit;
  LiveNode node(fleet(unit.address(), "127.0.0.0/8"));
  const std::string order = order_of(node, unit,
                                     {{"/d", {{"x-priority", "-1"}}},
                                      {"/b", {}},
                                      {"/c", {{"x-priority", "urgent"}}},
                                      {"/a", {{"x-priority", "2"}}}});
  EXPECT_EQ(order, "abcd");
  EXPECT_EQ(node.metric("signalbox_gateway_tenant_headers_refused_total"), 1.0);
}

TEST(TenantsLive, who_is_not_believed_waits_like_everybody_else) {
  Noting unit;
  LiveNode node(fleet(unit.address(), "10.0.0.0/8"));
  const std::string order =
      order_of(node, unit, {{"/a", {}}, {"/b", {{"x-tenant", "large"}, {"x-priority", "3"}}}});
  EXPECT_EQ(order, "ab");
  EXPECT_EQ(node.metric("signalbox_gateway_tenant_headers_refused_total"), 1.0);
}

TEST(TenantsLive, the_headers_stay_with_us_whoever_sends_them) {
  for (const char* trusted : {"127.0.0.0/8", "10.0.0.0/8"}) {
    std::mutex mutex;
    std::string seen;
    ScriptedUnit unit([&](Incoming& request) {
      {
        const std::lock_guard lock(mutex);
        seen = request.header("x-tenant") + request.header("x-priority") + request.header("x-else");
      }
      request.answer("done");
    });
    LiveNode node(fleet(unit.address(), trusted));
    node.get("/", {{"x-tenant", "large"}, {"X-Priority", "1"}, {"x-else", "passes"}});
    const std::lock_guard lock(mutex);
    EXPECT_EQ(seen, "passes");
  }
}

}  // namespace
}  // namespace signalbox
