// SPDX-License-Identifier: Apache-2.0
//
// A request costs no allocation once as many have been known, held and decided at a time before:
// neither deciding with the whole explanation nor holding and releasing.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/testdata/fleets.h"
#include "core/route/router.h"
#include "core/route/testdata/allocations.h"

namespace signalbox::core {
namespace {

using testdata::allocations;
using testdata::paper_fleet;
using testdata::view_of;

// A fleet of five units and what a shell would know of it: who is in flight, oldest first.
class Shell {
 public:
  explicit Shell(RoutingPolicy routing) : router_(1) {
    auto spec = paper_fleet();
    spec.services[0].routing = routing;
    spec.services[0].paths = {"/genimage", "/v1/*"};
    spec.tenancy.default_budget = {
        .requests_per_s = 1e5, .max_in_flight = 500, .usd_per_hour = 1000};
    router_.on_view(view_of(spec, {5, 5, 5, 5, 5}), now_, decisions_);
    in_flight_.reserve(1000);
  }

  void ask() {
    now_ += 10ms;
    static constexpr std::string_view kTenants[] = {"", "acme", "a-tenant-of-a-rather-long-name"};
    RequestFacts facts;
    facts.path = "/genimage";
    facts.model = "sd21";
    facts.work = 1.0 + 0.1 * static_cast<double>(++last_ % 3);
    facts.tenant = kTenants[last_ % 7 % 3];
    facts.priority = static_cast<int>(last_ % 5) - 2;
    router_.on_request(RequestId(last_), facts, now_, decisions_);
    take();
  }
  void end_oldest() {
    now_ += 10ms;
    const RequestId oldest = in_flight_.front();
    in_flight_.erase(in_flight_.begin());
    Outcome outcome;
    outcome.status = 200;
    router_.on_outcome(oldest, outcome, now_, decisions_);
    take();
  }
  // The one that was asked last leaves, wherever it is.
  void cancel_last() {
    std::erase(in_flight_, RequestId(last_));
    router_.on_cancel(RequestId(last_), now_, decisions_);
    take();
  }
  void run_timer() {
    if (router_.next_deadline() <= now_) router_.on_timer(now_, decisions_);
    take();
  }

  std::size_t in_flight() const { return in_flight_.size(); }
  std::size_t released() const { return released_; }
  bool last_was_held() const { return last_was_held_; }

 private:
  void take() {
    for (const auto& decision : decisions_) {
      last_was_held_ = decision.action == Action::kHold;
      if (decision.action != Action::kForward) continue;
      in_flight_.push_back(decision.request);
      released_ += decision.at > decision.arrival ? 1U : 0U;
    }
    decisions_.clear();
  }

  Router router_;
  Router::Decisions decisions_;
  std::vector<RequestId> in_flight_;
  TimePoint now_ = testdata::at(1s);
  std::uint64_t last_ = 0;
  std::size_t released_ = 0;
  bool last_was_held_ = false;
};

TEST(RouterAllocation, the_count_counts) {
  const auto before = allocations;
  operator delete(operator new(7));  // called by name, or the compiler may leave both out
  EXPECT_EQ(allocations, before + 1);
}

TEST(RouterAllocation, deciding_and_completing_allocates_nothing) {
  for (const RoutingPolicy routing : kRoutingPolicies) {
    Shell shell(routing);
    const auto cycle = [&] {
      for (int i = 0; i < 20; ++i) shell.ask();
      while (shell.in_flight() > 0) shell.end_oldest();
    };
    cycle();
    const auto before = allocations;
    for (int i = 0; i < 500; ++i) cycle();
    EXPECT_EQ(allocations, before) << to_string(routing);
  }
}

TEST(RouterAllocation, holding_releasing_and_leaving_allocate_nothing) {
  for (const RoutingPolicy routing : kRoutingPolicies) {
    Shell shell(routing);
    // Every slot is taken; the queue grows to 40 and is emptied again, with some who leave.
    const auto cycle = [&] {
      for (int i = 0; i < 65; ++i) shell.ask();
      EXPECT_TRUE(shell.last_was_held());
      for (int i = 0; i < 5; ++i) {
        shell.ask();
        shell.cancel_last();
      }
      shell.run_timer();
      while (shell.in_flight() > 0) shell.end_oldest();
    };
    for (int i = 0; i < 3; ++i) cycle();
    const auto before = allocations;
    for (int i = 0; i < 200; ++i) cycle();
    EXPECT_EQ(allocations, before) << to_string(routing);
    EXPECT_GE(shell.released(), 200U * 40U) << to_string(routing);
  }
}

TEST(RouterAllocation, made_up_tenants_take_the_memory_of_as_many_as_are_told_apart) {
  TenantTable table;
  table.adopt({.named = {}, .default_weight = 1.0, .max_unnamed = 100});
  const auto come_and_go = [&](std::string& name) {
    for (char c = 'a'; c <= 'z'; ++c) {
      for (char d = 'a'; d <= 'z'; ++d) {
        name[0] = c;
        name[1] = d;
        table.leave(table.enter(name, testdata::at(1s)));
      }
    }
  };
  std::string name(40, 'x'), longer(60, 'x');
  come_and_go(name);
  const std::size_t numbers = table.size();
  const auto before = allocations;
  come_and_go(longer);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(table.size(), numbers);
  EXPECT_LE(numbers, 102U);
}

}  // namespace
}  // namespace signalbox::core
