// SPDX-License-Identifier: Apache-2.0
//
// The Router against a model of what a shell and its servers know, under random traffic: requests,
// outcomes of every kind, clients that leave, endpoints that come, change and go, reloads and time.
// Whatever happens: no slot is given twice, nothing is sent where the view or a fresh death forbids
// it, every request is answered exactly once, the counters add up and the timer never spins.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/prng.h"
#include "core/model/testdata/fleets.h"
#include "core/route/router.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::make_service;
using testdata::make_unit;

// Two configurations to reload between: the second has the units in another order, lacks one of
// them, and lacks the second service.
FleetSpec both_services(RoutingPolicy routing) {
  FleetSpec spec;
  spec.units = {make_unit("a", 0.75, 120), make_unit("b", 1.0, 100), make_unit("c", 0.5, 50)};
  spec.units[1].slots = 2;
  spec.services = {make_service("images", {UnitId(0), UnitId(1)}),
                   make_service("batch", {UnitId(1), UnitId(2)})};
  spec.services[0].routing = routing;
  spec.services[0].max_held = 5;
  spec.services[0].patience = 4s;
  spec.services[0].objective.per_work = true;
  spec.services[1].paths = {"/batch"};
  spec.services[1].when_late = WhenLate::kRefuse;
  spec.services[1].retry_safe = false;
  spec.services[1].objective.latency = 5s;
  return spec;
}

FleetSpec images_only(RoutingPolicy routing) {
  FleetSpec spec = both_services(routing);
  std::swap(spec.units[0], spec.units[1]);
  spec.units.pop_back();
  spec.services.pop_back();
  spec.services[0].units = {UnitId(1), UnitId(0)};
  return spec;
}

struct Server {
  std::string unit;
  EndpointState state = EndpointState::kReady;
};

struct Client {
  bool held = false;
  EndpointId server;  // while in flight
  std::string service;
  TimePoint asked{};
};

class World {
 public:
  World(std::uint64_t seed, RoutingPolicy routing) : router_(seed) {
    specs_ = {std::make_shared<const FleetSpec>(both_services(routing)),
              std::make_shared<const FleetSpec>(images_only(routing))};
    for (const char* unit : {"a", "b", "c"}) {
      servers_[EndpointId(++last_server_)] = {unit, EndpointState::kReady};
    }
    publish();
  }

  void step(std::uint32_t code) {
    now_ += std::chrono::milliseconds((code >> 8) % 300);
    const std::uint32_t argument = code >> 16;
    switch (code % 16) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        ask(argument);
        break;
      case 5:
      case 6:
      case 7:
      case 8:
        end(argument, OutcomeKind::kCompleted, 200);
        break;
      case 9:
        end(argument, OutcomeKind::kCompleted, argument % 2 == 0 ? 500 : 404);
        break;
      case 10:
        end(argument, static_cast<OutcomeKind>(argument % 7), 0);
        break;
      case 11:
        leave(argument);
        break;
      case 12:
        change_servers(argument);
        break;
      case 13:
        now_ += std::chrono::milliseconds(argument % 4000);
        break;
      case 14:
        if (argument % 4 == 0) reload();
        break;
      default:
        publish();
    }
    run_timer();
    check();
  }

  // Everybody leaves: nothing may be left behind.
  void finish() {
    while (!clients_.empty()) leave(0);
    check();
    RC_ASSERT(router_.next_deadline() == TimePoint::max());
  }

 private:
  const FleetSpec& spec() const { return *specs_[which_]; }
  int slots_of(const Server& server) const {
    const auto unit = spec().find_unit(server.unit);
    return unit ? spec().unit(*unit).slots : 0;
  }
  int in_flight_at(EndpointId id) const {
    int count = 0;
    for (const auto& [request, client] : clients_) count += !client.held && client.server == id;
    return count;
  }
  template <class Wanted>
  RequestId some(std::uint32_t code, Wanted&& wanted) const {
    std::vector<RequestId> found;
    for (const auto& [request, client] : clients_) {
      if (wanted(client)) found.push_back(request);
    }
    return found.empty() ? RequestId(0) : found[code % found.size()];
  }

  // `awaited` is the request that this call must answer; all others may only be released from hold.
  void take(const Router::Decisions& decisions, RequestId awaited = {}) {
    std::set<EndpointId> shunned;
    for (const auto& endpoint : router_.digest(now_).endpoints) {
      if (endpoint.ejected) shunned.insert(endpoint.endpoint);
    }
    for (const Decision& decision : decisions) {
      const auto client = clients_.find(decision.request);
      RC_ASSERT(client != clients_.end());
      const bool answers = decision.request == awaited;
      RC_ASSERT(answers || client->second.held);
      if (answers) awaited = RequestId{};
      switch (decision.action) {
        case Action::kForward: {
          const auto server = servers_.find(decision.endpoint);
          RC_ASSERT(server != servers_.end());
          RC_ASSERT(server->second.state == EndpointState::kReady);
          RC_ASSERT(!shunned.contains(decision.endpoint));
          RC_ASSERT(spec().unit(decision.unit).name == server->second.unit);
          RC_ASSERT(decision.attempt <= Router::kMaxAttempts);
          client->second.held = false;
          client->second.server = decision.endpoint;
          RC_ASSERT(in_flight_at(decision.endpoint) <= slots_of(server->second));
          break;
        }
        case Action::kHold:
          RC_ASSERT(answers);
          client->second.held = true;
          break;
        case Action::kReject:
          RC_ASSERT(decision.status >= 400);
          RC_ASSERT((decision.status != 429 && decision.status != 503) ||
                    decision.retry_after >= 1s);
          ends_[client->second.service] += 1;
          clients_.erase(client);
      }
    }
    RC_ASSERT(awaited == RequestId{});
  }

  void ask(std::uint32_t argument) {
    const RequestId id(++last_request_);
    const bool batch = argument % 3 == 0;
    if (batch && which_ == 1) return;
    clients_[id].service = batch ? "batch" : "images";
    clients_[id].asked = now_;
    asked_[clients_[id].service] += 1;
    const double work = 0.25 * (1 + argument % 9);
    work_[clients_[id].service] += work;
    Router::Decisions out;
    router_.on_request(id, {batch ? "/batch" : "/genimage", "", argument % 5 != 0, work}, now_,
                       out);
    take(out, id);
  }

  void end(std::uint32_t argument, OutcomeKind kind, int status) {
    const RequestId id = some(argument, [](const Client& client) { return !client.held; });
    if (id == RequestId(0)) return;
    const bool answered = kind == OutcomeKind::kCompleted || kind == OutcomeKind::kBroken;
    Outcome outcome;
    outcome.kind = kind;
    outcome.status = status;
    outcome.replayable = argument % 5 != 0;
    Router::Decisions out;
    if (answered) {
      ends_[clients_[id].service] += 1;
      clients_.erase(id);
    }
    router_.on_outcome(id, outcome, now_, out);
    take(out, answered ? RequestId{} : id);
  }

  void leave(std::uint32_t argument) {
    const RequestId id = some(argument, [](const Client&) { return true; });
    if (id == RequestId(0)) return;
    ends_[clients_[id].service] += 1;
    clients_.erase(id);
    Router::Decisions out;
    router_.on_cancel(id, now_, out);
    take(out);
  }

  void change_servers(std::uint32_t argument) {
    if (argument % 3 == 0 && servers_.size() < 12) {
      const char* units[] = {"a", "b", "c"};
      servers_[EndpointId(++last_server_)] = {units[argument / 3 % 3], EndpointState::kBooting};
    } else if (!servers_.empty()) {
      auto server = servers_.begin();
      std::advance(server, argument % servers_.size());
      if (argument % 7 == 0) {
        servers_.erase(server);
      } else {
        server->second.state = static_cast<EndpointState>(argument / 7 % 4);
      }
    }
    publish();
  }

  void reload() {
    which_ = 1 - which_;
    // A unit that leaves the configuration takes its endpoints along; ids never come back.
    std::erase_if(servers_,
                  [&](const auto& entry) { return !spec().find_unit(entry.second.unit); });
    if (which_ == 1) {
      asked_.erase("batch");
      work_.erase("batch");
      ends_.erase("batch");
      for (auto& [id, client] : clients_) {
        if (client.service == "batch") client.service = "gone";
      }
    }
    publish();
  }

  void publish() {
    auto view =
        testdata::view_of(specs_[which_], std::vector<int>(spec().units.size(), 0), ++version_);
    for (const auto& [id, server] : servers_) {
      const auto unit = spec().find_unit(server.unit);
      if (!unit) continue;
      view->endpoints.push_back({id, *unit, server.state, {}, {}});
      if (server.state == EndpointState::kReady) ++view->units[unit->index()].ready;
    }
    if (version_ % 3 == 0) view->services[0].mode = Mode::kCapacityOptimized;
    if (version_ % 5 == 0) view->services[0].cost_ramp = 0.5;
    Router::Decisions out;
    router_.on_view(view, now_, out);
    take(out);
  }

  void run_timer() {
    if (router_.next_deadline() > now_) return;
    Router::Decisions out;
    router_.on_timer(now_, out);
    take(out);
    RC_ASSERT(router_.next_deadline() > now_);
  }

  void check() {
    const RouterDigest digest = router_.digest(now_);
    for (const auto& endpoint : digest.endpoints) {
      RC_ASSERT(endpoint.in_flight == in_flight_at(endpoint.endpoint));
    }
    std::map<UnitId, int> per_unit;
    for (const auto& endpoint : digest.endpoints) per_unit[endpoint.unit] += endpoint.in_flight;
    for (std::uint32_t u = 0; u < digest.units.size(); ++u) {
      RC_ASSERT(digest.units[u].in_flight == per_unit[UnitId(u)]);
    }
    for (std::size_t i = 0; i < digest.services.size(); ++i) {
      const ServiceDigest& counts = digest.services[i];
      const std::string& name = spec().services[i].name;
      std::uint64_t held = 0;
      std::uint64_t present = 0;
      for (const auto& [id, client] : clients_) {
        if (client.service != name) continue;
        ++present;
        held += client.held ? 1 : 0;
        RC_ASSERT(!client.held || now_ < client.asked + spec().services[i].patience);
      }
      RC_ASSERT(static_cast<std::uint64_t>(counts.held) == held);
      RC_ASSERT(counts.arrivals == asked_[name]);
      RC_ASSERT(counts.work == work_[name]);
      const auto ended = counts.completed + counts.failed + counts.rejected + counts.abandoned;
      RC_ASSERT(ended == ends_[name]);
      RC_ASSERT(counts.arrivals == ended + present);
      RC_ASSERT(counts.missed <= ended);
      RC_ASSERT(counts.held <= spec().services[i].max_held);
    }
  }

  Router router_;
  std::vector<std::shared_ptr<const FleetSpec>> specs_;
  std::size_t which_ = 0;
  TimePoint now_ = at(10s);
  std::uint64_t version_ = 0;
  std::uint64_t last_server_ = 0;
  std::uint64_t last_request_ = 0;
  std::map<EndpointId, Server> servers_;
  std::map<RequestId, Client> clients_;
  std::map<std::string, std::uint64_t> asked_;
  std::map<std::string, double> work_;  // in quarters, so that sums are exact
  std::map<std::string, std::uint64_t> ends_;
};

rc::Gen<std::vector<std::uint32_t>> courses() {
  return rc::gen::scale(4.0, rc::gen::container<std::vector<std::uint32_t>>(
                                 rc::gen::inRange<std::uint32_t>(0, 1U << 30)));
}

RC_GTEST_PROP(RouterProperty, holds_its_promises_under_any_course_of_events, (std::uint64_t seed)) {
  World world(seed, *rc::gen::elementOf(std::vector<RoutingPolicy>(std::begin(kRoutingPolicies),
                                                                   std::end(kRoutingPolicies))));
  for (const std::uint32_t code : *courses()) world.step(code);
  world.finish();
}

std::string written(const Router::Decisions& decisions) {
  std::string text;
  for (const auto& decision : decisions) {
    text += fmt::format("{} {} {} {} {} {};", decision.request.value, to_string(decision.action),
                        decision.unit.value, decision.endpoint.value, decision.status,
                        decision.at.time_since_epoch().count());
    for (const auto& candidate : decision.candidates) {
      text += fmt::format(" {}:{}:{}:{:a}", candidate.unit.value, candidate.endpoint.value,
                          to_string(candidate.verdict), candidate.probability);
    }
    text += '\n';
  }
  return text;
}

// The same inputs to two Routers of the same seed, on a policy that draws at random.
std::string run(std::uint64_t seed, std::uint64_t inputs) {
  auto spec = testdata::paper_fleet();
  spec.services[0].routing = RoutingPolicy::kPaperWeighted;
  Router router(seed);
  Router::Decisions out;
  router.on_view(testdata::view_of(spec, {9, 3, 5, 2, 2}), at(1s), out);
  Prng choice(inputs);
  TimePoint now = at(1s);
  std::uint64_t last = 0;
  for (int i = 0; i < 400; ++i) {
    now += std::chrono::milliseconds(choice.below(40));
    const RequestId earlier(choice.below(last + 1) + 1);
    switch (choice.below(4)) {
      case 0:
      case 1:
        router.on_request(RequestId(++last), {"/genimage", "", true}, now, out);
        break;
      case 2: {
        Outcome outcome;
        outcome.kind = static_cast<OutcomeKind>(choice.below(7));
        outcome.status = 200;
        router.on_outcome(earlier, outcome, now, out);
        break;
      }
      default:
        router.on_timer(now, out);
    }
  }
  return written(out);
}

TEST(RouterProperty, the_same_seed_and_inputs_give_identical_decisions) {
  for (std::uint64_t inputs = 1; inputs <= 5; ++inputs) {
    EXPECT_EQ(run(7, inputs), run(7, inputs));
    EXPECT_NE(run(7, inputs), run(8, inputs)) << "the seed is what draws";
  }
}

}  // namespace
}  // namespace signalbox::core
