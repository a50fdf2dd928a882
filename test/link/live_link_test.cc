// SPDX-License-Identifier: Apache-2.0
//
// One `signalbox control`, three `signalbox gateway`s, two servers of three slots each, and more
// clients than slots: what no gateway can see by itself holds for all of them together. Then the
// controller is killed, and comes back.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "test/stage/child.h"
#include "test/stage/live_node.h"
#include "test/stage/plug.h"
#include "test/stage/scripted_unit.h"

namespace signalbox {
namespace {

using namespace stage;
using namespace std::chrono_literals;

constexpr int kSlots = 3;

// Serves each request for a while, and remembers how many it had at once.
class CountingServer {
 public:
  CountingServer()
      : unit_([this](Incoming& request) {
          const int now = ++at_once_;
          for (int seen = peak_; seen < now && !peak_.compare_exchange_weak(seen, now);) {
          }
          std::this_thread::sleep_for(15ms);
          --at_once_;
          request.answer("ok");
        }) {}
  std::string address() const { return '"' + core::to_string(unit_.address()) + '"'; }
  int peak() const { return peak_; }
  int requests() const { return unit_.requests(); }

 private:
  std::atomic<int> at_once_{0};
  std::atomic<int> peak_{0};
  ScriptedUnit unit_;
};

// A port that was free a moment ago: the controller comes back to where it was.
std::uint16_t free_port() {
  ScriptedUnit nobody([](Incoming&) {});
  return nobody.address().port;
}

std::string metric(const core::Address& page, const std::string& name) {
  const std::string text = call(page, "GET", "/metrics").body;
  const auto at = text.find("\n" + name + " ");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 2;
  return text.substr(from, text.find('\n', from) - from);
}

bool within(std::chrono::seconds limit, const std::function<bool()>& so) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    if (so()) return true;
    std::this_thread::sleep_for(20ms);
  }
  return so();
}

class Fleet {
 public:
  Fleet(const CountingServer& one, const CountingServer& two) : port_(free_port()) {
    control_file_ = directory_.write(
        "control.yaml",
        fmt::format("services:\n  work: {{objective: {{latency: 5s, quantile: 99%}}}}\n"
                    "units:\n  pool: {{price: 1.00 USD/hour, plateau: 60/s, slots: {}, "
                    "endpoints: [{}, {}]}}\n"
                    "gateway: {{admin: 127.0.0.1:0, access_log: off}}\ncontrol: {{tick: 100ms}}\n"
                    "link: {{listen: 127.0.0.1:{}}}\n",
                    kSlots, one.address(), two.address(), port_));
    start_control();
    for (int i = 0; i < 3; ++i) {
      const std::string file = directory_.write(
          fmt::format("gateway-{}.yaml", i),
          fmt::format("gateway: {{listen: 127.0.0.1:0, admin: 127.0.0.1:0, access_log: off, "
                      "threads: 2}}\nlink: {{control: 127.0.0.1:{}, name: gateway-{}}}\n",
                      port_, i));
      gateways_.push_back(std::make_unique<Child>(
          std::vector<std::string>{SIGNALBOX_BINARY, "gateway", "--config", file}));
      addresses_.push_back(address_from(gateways_.back()->await_after("gateway on http://", ",")));
      pages_.push_back(address_from(gateways_.back()->await_after("page on http://", ",")));
    }
  }
  void start_control() {
    control_ = std::make_unique<Child>(
        std::vector<std::string>{SIGNALBOX_BINARY, "control", "--config", control_file_});
    control_page_ = address_from(control_->await_after("page on http://", "\r\n"));
  }
  void kill_control() { control_.reset(); }
  bool all_connected() const {
    for (const auto& page : pages_) {
      if (metric(page, "signalbox_link_connected") != "1") return false;
    }
    return true;
  }
  bool nobody_connected() const {
    for (const auto& page : pages_) {
      if (metric(page, "signalbox_link_connected") != "0") return false;
    }
    return true;
  }

  Child& gateway(std::size_t i) { return *gateways_[i]; }
  const core::Address& address(std::size_t i) const { return addresses_[i]; }
  const core::Address& control_page() const { return control_page_; }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::string control_file_;
  std::unique_ptr<Child> control_;
  core::Address control_page_;
  std::vector<std::unique_ptr<Child>> gateways_;
  std::vector<core::Address> addresses_;
  std::vector<core::Address> pages_;
};

TEST(LiveLink, three_gateways_overrun_nobody_and_outlive_their_controller) {
  CountingServer one, two;
  Fleet fleet(one, two);
  // A controller that knows nothing waits until every gateway has had time to say what it holds.
  ASSERT_TRUE(within(30s, [&] {
    return fleet.all_connected() &&
           metric(fleet.control_page(), "signalbox_leases_unlent_slots") == "0";
  }));

  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < 12; ++i) {
    clients.emplace_back([&, i] {
      // The first gateway has most of the load, then the last.
      const std::size_t before = i < 8 ? 0 : i - 8 == 3 ? 2 : i - 8;
      while (!stop) {
        const std::size_t gateway = answered < 600 ? before : 2 - before;
        const Reply reply = call(fleet.address(gateway), "POST", "/", "{}");
        (reply.status == 200 && reply.body == "ok" ? answered : failed).fetch_add(1);
      }
    });
  }
  const auto more = [&](int count) {
    const int from = answered;
    return within(30s, [&] { return answered >= from + count; });
  };
  EXPECT_TRUE(more(1200)) << "the load has moved meanwhile";
  EXPECT_EQ(metric(fleet.control_page(), "signalbox_link_gateways"), "3");

  fleet.kill_control();
  EXPECT_TRUE(within(10s, [&] { return fleet.nobody_connected(); }));
  EXPECT_TRUE(more(300)) << "requests go on by the last view";

  fleet.start_control();
  EXPECT_TRUE(within(10s, [&] { return fleet.all_connected(); }));
  EXPECT_TRUE(more(300)) << "and by what is held, while a new controller learns of it";

  stop = true;
  for (auto& client : clients) client.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(one.peak(), kSlots) << "all of them are used, and no more";
  EXPECT_EQ(two.peak(), kSlots);
  EXPECT_GT(std::min(one.requests(), two.requests()), 300);

  fleet.gateway(0).signal(SIGTERM);
  EXPECT_EQ(fleet.gateway(0).exit_code(), 0);
  EXPECT_TRUE(within(10s, [&] {
    return metric(fleet.control_page(), "signalbox_link_gateways") == "2";
  })) << "one that leaves in order says so";
}

TEST(LiveLink, what_is_missing_or_cannot_be_is_said) {
  TemporaryDirectory directory;
  const auto refusal = [&](const std::string& command, const std::string& text) {
    Child process({SIGNALBOX_BINARY, command, "--config", directory.write("c.yaml", text)});
    EXPECT_NE(process.exit_code(), 0);
    return process.output();
  };
  const std::string fleet =
      "services: {work: {objective: {latency: 5s, quantile: 99%}}}\n"
      "units: {u: {price: 1 USD/hour, plateau: 60/s, endpoints: [\"127.0.0.1:9\"]}}\n";
  EXPECT_NE(refusal("gateway", fleet).find("link: {control:"), std::string::npos);
  EXPECT_NE(refusal("control", fleet).find("link: {listen:"), std::string::npos);
  EXPECT_NE(refusal("gateway", "link: {control: 127.0.0.1:9903}\njournal: {input_log: /tmp/x}\n")
                .find("journal.input_log: a gateway keeps none"),
            std::string::npos);
}

}  // namespace
}  // namespace signalbox
