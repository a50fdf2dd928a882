// SPDX-License-Identifier: Apache-2.0
#include "sim/run/gateways_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "base/prng.h"
#include "core/route/router.h"
#include "core/scale/leased_view.h"
#include "core/scale/slot_leases.h"
#include "sim/engine/event_queue.h"

namespace signalbox::sim {

namespace {

constexpr Duration kReport = 1s;
constexpr Duration kReportPause = 20ms;
constexpr Duration kSample = 50ms;
constexpr Duration kLongestReconnect = 2s;

using core::LeaseBook;
using core::RouterId;

core::FleetSpec fleet_of(const GatewaysScenario& scenario) {
  core::FleetSpec spec;
  core::ServiceSpec service;
  service.name = "work";
  service.paths = {"/"};
  for (int i = 0; i < scenario.units; ++i) {
    core::UnitSpec unit;
    unit.name = "unit-" + std::to_string(i);
    unit.slots = scenario.slots;
    const double latency_s = 0.5 * std::pow(1.2, i);
    unit.price_usd_per_hour = std::pow(0.75, i);
    // A full replica takes half as long again as one with a single request.
    std::vector<core::Profile::Point> points{{1, from_seconds(latency_s)}};
    if (scenario.slots > 1) points.push_back({scenario.slots, from_seconds(1.5 * latency_s)});
    unit.profile = core::Profile::measured(std::move(points), 0.1);
    spec.units.push_back(std::move(unit));
    service.units.emplace_back(static_cast<std::uint32_t>(i));
  }
  const core::UnitSpec& slowest = spec.units.back();
  service.objective.latency =
      scale(slowest.profile.latency(scenario.slots), scenario.latency_factor);
  service.objective.quantile = 0.99;
  service.max_held = 1'000'000;
  spec.services.push_back(std::move(service));
  return spec;
}

std::shared_ptr<core::FleetView> view_of(const GatewaysScenario& scenario,
                                         std::shared_ptr<const core::FleetSpec> spec) {
  auto view = std::make_shared<core::FleetView>();
  view->version = view->endpoints_version = 1;
  view->services.resize(1);
  std::vector<core::EndpointView> endpoints;
  for (const core::UnitSpec& unit : spec->units) {
    core::UnitView seen;
    seen.price_usd_per_hour = unit.price_usd_per_hour;
    seen.cost_usd_per_request = unit.price_usd_per_hour / 3600.0 / unit.plateau_per_s();
    view->units.push_back(seen);
  }
  for (int i = 0; i < scenario.endpoints; ++i) {
    const UnitId unit(static_cast<std::uint32_t>(i % scenario.units));
    endpoints.push_back({EndpointId(static_cast<std::uint64_t>(i) + 1),
                         unit,
                         core::EndpointState::kReady,
                         {"10.0.0.1", 80},
                         TimePoint{}});
    ++view->units[unit.index()].ready;
  }
  view->endpoints = std::move(endpoints);
  view->spec = std::move(spec);
  return view;
}

class GatewaysRun {
 public:
  GatewaysRun(const GatewaysScenario& scenario, std::uint64_t seed)
      : scenario_(scenario),
        arrivals_(Prng(seed).fork(1)),
        sizes_(Prng(seed).fork(2)),
        shares_draws_(Prng(seed).fork(3)),
        link_(Prng(seed).fork(4)),
        view_(view_of(scenario, std::make_shared<const core::FleetSpec>(fleet_of(scenario)))),
        at_once_(static_cast<std::size_t>(scenario.endpoints) + 1) {
    double busy_s = 0.0;
    for (const core::UnitSpec& unit : view_->spec->units) {
      busy_s += to_seconds(unit.profile.latency(scenario.slots));
    }
    busy_s /= scenario.units;
    rate_per_s_ = scenario.load * scenario.endpoints * scenario.slots / busy_s;
    for (int i = 0; i < scenario.gateways; ++i) {
      gateways_.push_back(std::make_unique<Gateway>(RouterId(static_cast<std::uint64_t>(i) + 1),
                                                    seed + static_cast<std::uint64_t>(i)));
      shares_.push_back(draw_share());
    }
  }

  GatewaysResult run() {
    if (alone()) {
      see(*gateways_[0], view_);
    } else {
      // The fleet came while this controller watched: nothing has to settle.
      book_.emplace(now_);
      auto booting = std::make_shared<core::FleetView>(*view_);
      for (auto& endpoint : booting->endpoints) endpoint.state = core::EndpointState::kBooting;
      book_->on_view(*booting, now_);
      book_->on_view(*view_, now_);
      for (std::size_t i = 0; i < gateways_.size(); ++i) connect(i);
      divide();
      for (std::size_t i = 0; i < gateways_.size(); ++i) {
        push(now_ + scale(kReport, link_.uniform()), Event::kReport, i);
        push(now_ + scale(scenario_.load_moves, shares_draws_.uniform()), Event::kShare, i);
      }
      push(now_ + 1s, Event::kDivide, 0);
    }
    const auto at = [this](const std::optional<Duration>& when, int kind) {
      if (when) push(TimePoint{} + *when, kind, 0);
    };
    if (!alone()) {
      at(scenario_.crash_at, Event::kCrash);
      at(scenario_.controller_dies_at, Event::kControllerDies);
      at(scenario_.new_leader_at, Event::kNewLeader);
    }
    // Everybody has leases before the first client comes.
    start_ = now_ + 500ms;
    end_ = start_ + scenario_.length;
    push(start_, Event::kArrival, 0);
    push(start_, Event::kSample, 0);
    while (!events_.empty()) {
      const auto event = events_.pop();
      now_ = event.order.at;
      handle(event.payload);
    }
    result_.in_time_share = static_cast<double>(result_.in_time) /
                            static_cast<double>(std::max<std::uint64_t>(1, result_.requests));
    const double samples = static_cast<double>(std::max<std::uint64_t>(1, samples_));
    result_.held_share = static_cast<double>(held_samples_) / samples;
    result_.idle_while_held =
        idle_while_held_ / samples / (scenario_.endpoints * static_cast<double>(scenario_.slots));
    return result_;
  }

 private:
  struct Gateway {
    Gateway(RouterId its_id, std::uint64_t seed)
        : id(its_id), router(seed), leased([this] { return router.digest(at); }) {}
    RouterId id;
    core::Router router;
    core::LeasedView leased;
    TimePoint at{};
    core::LeaseTable table;
    bool alive = true;
    bool connected = false;
    std::uint64_t session = 0;  // messages of an earlier one are lost
    TimePoint reported = TimePoint::min();
    TimePoint timer = TimePoint::max();
    bool report_due = false;
  };
  struct Event {
    enum Kind {
      kArrival,
      kEnd,
      kReport,
      kReportSoon,
      kShare,
      kTable,
      kHeard,
      kDivide,
      kTimer,
      kSample,
      kCrash,
      kControllerDies,
      kNewLeader,
      kConnect,
    };
    int kind;
    std::uint64_t subject;
  };
  struct Message {
    std::size_t gateway;
    std::uint64_t session;
    std::uint64_t leader;
    core::LeaseTable table;
    core::RouterDigest digest;
  };
  struct Request {
    std::size_t gateway;
    TimePoint deadline;
    double factor;
    EndpointId endpoint{};
    TimePoint forwarded{};
  };

  bool alone() const { return gateways_.size() == 1; }
  void push(TimePoint at, int kind, std::uint64_t subject) { events_.push(at, {kind, subject}); }
  double draw_share() {
    // A lognormal variable, by Box and Muller.
    const double u = 1.0 - shares_draws_.uniform(), v = shares_draws_.uniform();
    return std::exp(scenario_.spread * std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * M_PI * v));
  }

  void handle(const Event& event) {
    switch (event.kind) {
      case Event::kArrival:
        return arrive();
      case Event::kEnd:
        return end_request(event.subject);
      case Event::kReport:
        report(event.subject);
        if (now_ < end_) push(now_ + kReport, Event::kReport, event.subject);
        return;
      case Event::kReportSoon:
        gateways_[event.subject]->report_due = false;
        return report(event.subject);
      case Event::kShare:
        shares_[event.subject] = draw_share();
        if (now_ < end_) push(now_ + scenario_.load_moves, Event::kShare, event.subject);
        return;
      case Event::kTable:
        return hear_table(event.subject);
      case Event::kHeard:
        return hear_report(event.subject);
      case Event::kDivide:
        if (event.subject != planned_) return;
        return divide();
      case Event::kTimer:
        return wake(event.subject);
      case Event::kSample:
        return sample();
      case Event::kCrash:
        return crash(0);
      case Event::kControllerDies:
        book_.reset();
        for (auto& gateway : gateways_) gateway->connected = false;
        return push(now_ + scenario_.controller_is_away, Event::kNewLeader, 0);
      case Event::kNewLeader:
        return begin_to_lead();
      case Event::kConnect:
        return connect(event.subject);
      default:
        return;
    }
  }

  // ---- clients ----

  void arrive() {
    const double gap = -std::log(1.0 - arrivals_.uniform()) / rate_per_s_;
    if (now_ + from_seconds(gap) < end_) push(now_ + from_seconds(gap), Event::kArrival, 0);
    const double factor = 0.8 + 0.4 * sizes_.uniform();
    const double where = arrivals_.uniform();
    double total = 0.0;
    for (std::size_t i = 0; i < gateways_.size(); ++i)
      total += gateways_[i]->alive ? shares_[i] : 0;
    std::size_t chosen = 0;
    double passed = 0.0;
    for (std::size_t i = 0; i < gateways_.size(); ++i) {
      if (!gateways_[i]->alive) continue;
      chosen = i;
      passed += shares_[i];
      if (where * total < passed) break;
    }
    const RequestId id(++result_.requests);
    requests_[id.value] = {chosen, now_ + view_->spec->services[0].objective.latency, factor};
    gateways_[chosen]->router.on_request(id, {"/", {}, true, 1.0}, now_, decisions_);
    follow(chosen);
  }

  // Carries out what the Router of this gateway decided.
  void follow(std::size_t index) {
    bool holds = false;
    for (std::size_t i = 0; i < decisions_.size(); ++i) {
      const core::Decision& decision = decisions_[i];
      if (decision.action == core::Action::kHold) {
        holds = true;
        continue;
      }
      const auto found = requests_.find(decision.request.value);
      if (found == requests_.end()) continue;
      if (decision.action == core::Action::kReject) {
        ++result_.rejected;
        requests_.erase(found);
        continue;
      }
      Request& request = found->second;
      request.endpoint = decision.endpoint;
      request.forwarded = now_;
      int& at_once = at_once_[decision.endpoint.index()];
      ++at_once;
      ++busy_;
      if (at_once > scenario_.slots) ++result_.overruns;
      const Duration mean = view_->spec->unit(decision.unit).profile.latency(at_once);
      push(now_ + scale(mean, request.factor), Event::kEnd, decision.request.value);
    }
    decisions_.clear();
    if (holds) report_soon(index);
    arm(index);
  }

  void end_request(std::uint64_t id) {
    const auto found = requests_.find(id);
    if (found == requests_.end()) return;
    const Request request = found->second;
    requests_.erase(found);
    --at_once_[request.endpoint.index()];
    --busy_;
    if (!gateways_[request.gateway]->alive) return;  // nobody waits for it any more
    if (now_ <= request.deadline) ++result_.in_time;
    core::Outcome outcome;
    outcome.status = 200;
    outcome.time_to_first_byte = now_ - request.forwarded;
    gateways_[request.gateway]->router.on_outcome(RequestId(id), outcome, now_, decisions_);
    follow(request.gateway);
  }

  void arm(std::size_t index) {
    Gateway& gateway = *gateways_[index];
    const TimePoint next = gateway.router.next_deadline();
    if (next == TimePoint::max() || next >= gateway.timer) return;
    gateway.timer = std::max(next, now_);
    push(gateway.timer, Event::kTimer, index);
  }

  void wake(std::size_t index) {
    Gateway& gateway = *gateways_[index];
    if (gateway.timer > now_ || !gateway.alive) return;
    gateway.timer = TimePoint::max();
    gateway.router.on_timer(now_, decisions_);
    follow(index);
  }

  void see(Gateway& gateway, std::shared_ptr<const core::FleetView> view) {
    gateway.at = now_;
    gateway.router.on_view(std::move(view), now_, decisions_);
  }

  // ---- the link ----

  void post(int kind, Message message) {
    if (link_.uniform() < scenario_.lost) return;
    Duration takes = scenario_.delay - scale(scenario_.delay, std::log(1.0 - link_.uniform()));
    if (link_.uniform() < scenario_.late) takes += scale(1s, link_.uniform());
    std::size_t place = messages_.size();
    if (!free_.empty()) {
      place = free_.back();
      free_.pop_back();
      messages_[place] = std::move(message);
    } else {
      messages_.push_back(std::move(message));
    }
    push(now_ + takes, kind, place);
  }
  Message receive(std::size_t place) {
    free_.push_back(place);
    return std::move(messages_[place]);
  }

  void connect(std::size_t index) {
    Gateway& gateway = *gateways_[index];
    if (!gateway.alive || !book_ || gateway.connected) return;
    gateway.connected = true;
    ++gateway.session;
    const bool is_first = gateway.table.version == 0;
    if (is_first) see(gateway, gateway.leased.combine(*view_, gateway.table));
    book_->join(gateway.id, gateway.table, gateway.router.digest(now_), now_);
    follow(index);
    plan();
  }

  void report(std::size_t index) {
    Gateway& gateway = *gateways_[index];
    if (!gateway.alive || !gateway.connected || !book_) return;
    gateway.reported = now_;
    post(Event::kHeard, {index, gateway.session, leader_, {}, gateway.router.digest(now_)});
  }
  void report_soon(std::size_t index) {
    Gateway& gateway = *gateways_[index];
    if (alone() || std::exchange(gateway.report_due, true)) return;
    const TimePoint earliest =
        gateway.reported == TimePoint::min() ? now_ : gateway.reported + kReportPause;
    push(std::max(now_, earliest), Event::kReportSoon, index);
  }
  void hear_report(std::size_t place) {
    const Message message = receive(place);
    Gateway& gateway = *gateways_[message.gateway];
    if (!book_ || message.leader != leader_ || message.session != gateway.session) return;
    book_->on_report(gateway.id, message.digest, now_);
    plan();
  }
  void hear_table(std::size_t place) {
    Message message = receive(place);
    Gateway& gateway = *gateways_[message.gateway];
    if (!gateway.alive || !gateway.connected || message.session != gateway.session) return;
    if (message.table.version <= gateway.table.version) return;
    gateway.table = std::move(message.table);
    see(gateway, gateway.leased.combine(*view_, gateway.table));
    follow(message.gateway);
    report(message.gateway);
  }

  // ---- the controller ----

  void divide() {
    if (!book_) return;
    if (book_->next_division() <= now_) {
      ++result_.divisions;
      for (const RouterId id : book_->divide(now_)) {
        ++result_.tables;
        const std::size_t index = id.index() - 1;
        post(Event::kTable, {index, gateways_[index]->session, leader_, book_->leases(id), {}});
      }
    }
    plan();
  }
  void plan() {
    if (now_ >= end_ + 5s) return;
    const TimePoint next = book_->next_division();
    if (next == TimePoint::max()) return;
    push(std::max(now_, next), Event::kDivide, ++planned_);
  }
  void begin_to_lead() {
    ++leader_;
    book_.emplace(now_);
    book_->on_view(*view_, now_);
    for (std::size_t i = 0; i < gateways_.size(); ++i) {
      gateways_[i]->connected = false;
      push(now_ + scale(kLongestReconnect, link_.uniform()), Event::kConnect, i);
    }
  }
  void crash(std::size_t index) {
    Gateway& gateway = *gateways_[index];
    gateway.alive = gateway.connected = false;
    if (book_) book_->lose(gateway.id, now_);
    // What it held is lost with it; what it had sent is served to nobody.
    std::erase_if(requests_, [index](const auto& each) {
      return each.second.gateway == index && each.second.endpoint == EndpointId{};
    });
  }

  void sample() {
    if (now_ < end_) push(now_ + kSample, Event::kSample, 0);
    int held = 0;
    for (const auto& gateway : gateways_) {
      if (gateway->alive) held += gateway->router.digest(now_).services[0].held;
    }
    ++samples_;
    if (held == 0) return;
    ++held_samples_;
    const int idle = scenario_.endpoints * scenario_.slots - busy_;
    idle_while_held_ += std::min(held, idle);
  }

  const GatewaysScenario scenario_;
  Prng arrivals_, sizes_, shares_draws_, link_;
  std::shared_ptr<const core::FleetView> view_;
  std::vector<int> at_once_;  // by endpoint id
  int busy_ = 0;              // the sum of them
  double rate_per_s_ = 0.0;
  TimePoint now_{}, start_{}, end_{};
  EventQueue<Event> events_;
  std::vector<std::unique_ptr<Gateway>> gateways_;
  std::vector<double> shares_;  // of the load, by gateway
  std::unordered_map<std::uint64_t, Request> requests_;
  core::Router::Decisions decisions_;
  std::vector<Message> messages_;
  std::vector<std::size_t> free_;
  std::optional<LeaseBook> book_;  // none = no controller leads
  std::uint64_t leader_ = 1;
  std::uint64_t planned_ = 0;
  std::uint64_t samples_ = 0, held_samples_ = 0;
  double idle_while_held_ = 0.0;
  GatewaysResult result_;
};

}  // namespace

std::string GatewaysResult::digest() const {
  return fmt::format("{} requests, {} in time, {} rejected, {} overruns, {} divisions, {} tables",
                     requests, in_time, rejected, overruns, divisions, tables);
}

GatewaysResult run_gateways(const GatewaysScenario& scenario, std::uint64_t seed) {
  return GatewaysRun(scenario, seed).run();
}

}  // namespace signalbox::sim
