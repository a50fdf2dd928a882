// SPDX-License-Identifier: Apache-2.0
//
// A fleet on a small virtual clock for this room's tests: a Router and a Controller under traffic
// with everything that can happen to them - endpoints that die, clients that leave, requests held
// and refused, prices that move, a reload - each call told to a sink as a shell would.
#pragma once

#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"
#include "core/model/testdata/fleets.h"
#include "core/route/router.h"
#include "core/scale/controller.h"
#include "journal/input_sink.h"

namespace signalbox::journal::testing {

inline core::FleetSpec drive_fleet() {
  using core::testdata::make_service;
  using core::testdata::make_unit;
  core::FleetSpec spec;
  spec.units = {make_unit("inf2", 0.7582, 1200, 12), make_unit("g5", 1.006, 1000, 8),
                make_unit("own", 0.0, 600)};
  spec.units[1].slots = 4;
  spec.units[1].min_replicas = 2;
  spec.units[1].profile = core::Profile::measured({{1, 60ms}, {4, 150ms}}, 0.05);
  spec.units[2].slots = 4;
  spec.units[2].profile = core::Profile::measured({{1, 80ms}, {4, 120ms}}, 0.1);
  spec.units[2].endpoints = {{"10.0.0.1", 8000}, {"10.0.0.2", 8000}};
  spec.services = {make_service("images", {UnitId(0), UnitId(1), UnitId(2)}),
                   make_service("chat", {UnitId(1), UnitId(2)})};
  spec.services[0].paths = {"/v1/images/*"};
  spec.services[1].paths = {"/v1/chat"};
  spec.services[1].models = {"llama", "mistral"};
  spec.services[1].objective.per_work = true;
  spec.services[1].weights = {2, 1};
  spec.services[1].routing = core::RoutingPolicy::kPaperWeighted;  // draws for every request
  for (auto& service : spec.services) {
    service.objective.latency = 500ms;
    service.patience = 3s;
    service.max_held = 64;
  }
  spec.control.dwell = 5s;
  spec.control.ramp = 2s;
  return spec;
}

class Drive {
 public:
  Drive(std::uint64_t seed, InputSink& sink)
      : sink_(sink),
        draws_(seed + 1),
        spec_(std::make_shared<core::FleetSpec>(drive_fleet())),
        router_(seed),
        controller_(spec_, now_) {
    sink_.router_started(seed);
    sink_.controller_started(*spec_, now_);
    tick();
    at(now_ + 1s, [this] { beat(); });
  }

  // Until so many requests have been made, and then what is left of them.
  void run(std::uint64_t requests) {
    wanted_ = made_ + requests;
    at(now_, [this] { arrive(); });
    while (!events_.empty() && (made_ < wanted_ || !open_.empty())) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      event.act();
    }
  }

  std::uint64_t decisions() const { return decisions_; }

 private:
  struct Event {
    TimePoint at;
    std::uint64_t order;
    std::function<void()> act;
    bool operator<(const Event& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };

  void at(TimePoint when, std::function<void()> act) {
    events_.push({when, ++order_, std::move(act)});
  }

  template <class Call>
  void call(Call&& make) {
    core::Router::Decisions decided;
    make(decided);
    decisions_ += decided.size();
    for (const auto& decision : decided) obey(decision);
    const TimePoint next = router_.next_deadline();
    if (next < timer_at_) {
      timer_at_ = next;
      at(std::max(next, now_), [this] { fire(); });
    }
  }

  void fire() {
    timer_at_ = TimePoint::max();
    call([&](auto& out) {
      router_.on_timer(now_, out);
      sink_.router_timer(now_, out);
    });
  }

  void arrive() {
    if (made_ == wanted_) return;
    static constexpr const char* kPaths[] = {"/v1/images/a", "/v1/images/b", "/v1/chat", "/none"};
    // A loop's number in the upper bits, as the gateway makes ids.
    const RequestId id((made_ % 3) << 48U | (made_ / 3));
    ++made_;
    open_.insert(id);
    core::RequestFacts facts;
    const std::string odd = "/v1/images/" + std::to_string(made_);
    const bool is_odd = draws_.below(50) == 0;
    facts.path = kPaths[is_odd || draws_.below(100) != 0 ? draws_.below(3) : 3];
    if (is_odd) facts.path = odd;
    facts.model = draws_.below(2) == 0 ? "llama" : "mistral";
    facts.replayable = draws_.below(10) != 0;
    if (draws_.below(4) == 0) facts.work = 0.5 + draws_.uniform();
    if (draws_.below(3) == 0) facts.data_class = "open";
    if (draws_.below(5) == 0) facts.prompt_tokens = 1 + static_cast<int>(draws_.below(5000));
    if (draws_.below(5) == 0) facts.output_tokens = 1 + static_cast<int>(draws_.below(500));
    const std::string tenant = "tenant-" + std::to_string(draws_.below(5));
    if (draws_.below(2) == 0) facts.tenant = tenant;
    if (draws_.below(4) == 0) facts.priority = static_cast<int>(draws_.below(5)) - 2;
    call([&](auto& out) {
      router_.on_request(id, facts, now_, out);
      sink_.router_request(id, facts, now_, out);
    });
    if (draws_.below(200) == 0) {
      at(now_ + 30ms, [this, id] { cancel(id); });
    }
    at(now_ + from_seconds(draw_exponential(draws_, 1.0 / 100)), [this] { arrive(); });
  }

  void obey(const core::Decision& decision) {
    if (decision.action == core::Action::kHold) return;
    if (decision.action == core::Action::kReject) return void(open_.erase(decision.request));
    const std::uint64_t luck = draws_.below(1000);
    core::Outcome outcome;
    outcome.replayable = draws_.below(8) != 0;
    const Duration service = scale(60ms, 0.5 + 1.5 * draws_.uniform());
    outcome.time_to_first_byte = service / 2;
    outcome.status = luck < 20 ? 503 : luck < 30 ? 404 : 200;
    if (luck >= 960) {
      outcome.status = 0;
      outcome.time_to_first_byte = {};
      outcome.kind = luck < 980   ? core::OutcomeKind::kDied
                     : luck < 990 ? core::OutcomeKind::kUnreachable
                     : luck < 995 ? core::OutcomeKind::kBroken
                                  : core::OutcomeKind::kTimedOut;
    }
    at(now_ + service, [this, id = decision.request, endpoint = decision.endpoint, outcome] {
      if (draws_.below(16) == 0) {
        call([&](auto& out) {
          router_.on_answer_begun(id, endpoint, now_, out);
          sink_.router_answer_begun(id, endpoint, now_, out);
        });
      }
      call([&](auto& out) {
        router_.on_outcome(id, outcome, now_, out);
        sink_.router_outcome(id, outcome, now_, out);
      });
      if (outcome.kind == core::OutcomeKind::kCompleted ||
          outcome.kind == core::OutcomeKind::kBroken) {
        open_.erase(id);
      }
    });
  }

  void cancel(RequestId id) {
    open_.erase(id);
    call([&](auto& out) {
      router_.on_cancel(id, now_, out);
      sink_.router_cancel(id, now_, out);
    });
  }

  void signal(core::Signal signal) {
    controller_.on_signal(signal, now_);
    sink_.controller_signal(signal, now_);
  }

  void beat() {
    ++beats_;
    if (beats_ % 7 == 0) {
      signal({now_, "market", core::PriceQuote{UnitId(0), 0.5 + draws_.uniform()}});
    }
    if (beats_ % 11 == 0) {
      signal({now_, "pool", core::CapacityLimit{UnitId(0), static_cast<int>(draws_.below(8))}});
    }
    if (beats_ % 13 == 0 && !running_.empty()) {
      signal({now_, "provider", core::EndpointGone{running_.back(), "spot \"notice\""}});
      running_.pop_back();
    }
    if (beats_ % 40 == 20) {
      auto next = *spec_;
      next.services[0].objective.latency += 10ms;
      spec_ = std::make_shared<core::FleetSpec>(next);
      controller_.on_spec(spec_, now_);
      sink_.controller_spec(*spec_, now_);
    }
    tick();
    at(now_ + 1s, [this] { beat(); });
  }

  void tick() {
    if (beats_ > 0) {
      const core::RouterDigest digest = router_.digest(now_);
      sink_.router_digest(now_);
      controller_.on_digest(digest, now_);
      sink_.controller_digest(now_, 0);
    }
    const core::Plan plan = controller_.tick(now_);
    sink_.controller_tick(now_, plan);
    call([&](auto& out) {
      router_.on_view(controller_.view(), now_, out);
      sink_.router_view(controller_.view()->version, now_, out);
    });
    for (const auto& command : plan.commands) {
      if (const auto* launch = std::get_if<core::LaunchEndpoint>(&command)) {
        boot(*launch);
      } else {
        std::erase(running_, std::get<core::StopEndpoint>(command).endpoint);
        signal({now_, "provider",
                core::EndpointGone{std::get<core::StopEndpoint>(command).endpoint, "stopped"}});
      }
    }
  }

  void boot(const core::LaunchEndpoint& launch) {
    if (draws_.below(10) == 0) {
      return signal({now_, "provider", core::LaunchRefused{launch.endpoint, launch.unit, "none"}});
    }
    at(now_ + 4s, [this, launch] {
      running_.push_back(launch.endpoint);
      signal({now_, "provider", core::EndpointReady{launch.endpoint, {"10.1.1.1", 80}}});
    });
  }

  InputSink& sink_;
  Prng draws_;
  TimePoint now_{100s};  // the epoch is whatever the shell chose
  std::shared_ptr<const core::FleetSpec> spec_;
  core::Router router_;
  core::Controller controller_;
  std::priority_queue<Event> events_;
  std::uint64_t order_ = 0;
  TimePoint timer_at_ = TimePoint::max();
  std::vector<EndpointId> running_;
  std::uint64_t made_ = 0, wanted_ = 0, decisions_ = 0;
  std::unordered_set<RequestId> open_;
  int beats_ = 0;
};

}  // namespace signalbox::journal::testing
