// SPDX-License-Identifier: Apache-2.0
//
// The loop and its handlers; replicas are in fleet_replicas.cc, faults in fleet_faults.cc. Arrivals
// and answers are most of the events, so the next arrival of each client waits beside the heap, and
// nothing on their way allocates once the run is warm.
#include "sim/run/fleet_run.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

// One multiplication per word: enough to tell any two runs apart, cheap enough for every decision.
void mix(std::uint64_t& hash, std::uint64_t word) {
  hash = std::rotl(hash ^ word, 29) * 0x9E3779B97F4A7C15ULL;
}

Duration longest_tail(const core::FleetSpec& fleet) {
  Duration tail{};
  for (const auto& service : fleet.services) {
    tail = std::max(tail, core::Router::kMaxAttempts * (service.patience + service.timeout));
  }
  return tail;
}

std::uint64_t router_seed(std::uint64_t run_seed) { return Prng(run_seed).fork(2).next(); }

std::vector<PoolSpec> pools_of(const Scenario& scenario) {
  return scenario.pools.empty() ? std::vector<PoolSpec>(scenario.fleet.units.size())
                                : scenario.pools;
}

// Cumulative counts never jump: what came in since the last report is what is falsified.
void falsify(core::ServiceDigest& counts, FleetRun::ReportedLoad& load, double factor) {
  load.reported_arrivals += factor * static_cast<double>(counts.arrivals - load.arrivals);
  load.reported_work += factor * (counts.work - load.work);
  load.reported_work_squared += factor * (counts.work_squared - load.work_squared);
  load.arrivals = counts.arrivals;
  load.work = counts.work;
  load.work_squared = counts.work_squared;
  counts.arrivals = static_cast<std::uint64_t>(std::llround(load.reported_arrivals));
  counts.work = load.reported_work;
  counts.work_squared = load.reported_work_squared;
}

Recorder::Options recorder_options(const Scenario& scenario, const RunOptions& options) {
  return {.report_from = TimePoint{} + scenario.report_from,
          .end = TimePoint{} + scenario.length,
          .units = scenario.fleet.units.size(),
          .quantile = scenario.fleet.services.at(0).objective.quantile,
          .history = options.history};
}

}  // namespace

std::uint64_t traffic_seed(std::uint64_t run_seed, std::size_t traffic) {
  return Prng(run_seed).fork(16 + traffic).next();
}

FleetRun::FleetRun(const Scenario& scenario, std::unique_ptr<Control> control, RunOptions options)
    : scenario_(scenario),
      options_(std::move(options)),
      end_(TimePoint{} + scenario.length),
      tail_(longest_tail(scenario.fleet)),
      provider_(scenario.fleet.units, pools_of(scenario), scenario.fleet.control.billing_minimum,
                Prng(options_.seed).fork(1).next()),
      control_(std::move(control)),
      router_(router_seed(options_.seed)),
      pools_(pools_of(scenario)),
      slowdown_(scenario.fleet.units.size(), 1.0),
      error_rate_(scenario.fleet.units.size(), 0.0),
      flaps_(scenario.fleet.units.size()),
      draws_(Prng(options_.seed).fork(3)),
      recorder_(recorder_options(scenario, options_)) {
  for (std::size_t u = 0; u < scenario.fleet.units.size(); ++u) {
    models_.push_back(ServiceModel::of(
        scenario.fleet.units[u], scenario.shapes.empty() ? ServiceShape{} : scenario.shapes[u]));
    result_.units.push_back(scenario.fleet.units[u].name);
  }
  result_.scenario = scenario.name;
  result_.seed = options_.seed;
  result_.forwarded.resize(models_.size());
  timeouts_.resize(scenario.fleet.services.size());
  result_.fingerprint = 0xCBF29CE484222325ULL;

  // Before the first tick: what it launches is billed within the window.
  events_.push(TimePoint{} + scenario.report_from, {Event::Kind::kReportFrom});
  events_.push(TimePoint{}, {Event::Kind::kTick});
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    events_.push(TimePoint{} + scenario.faults[i].at, {Event::Kind::kFault, i});
  }
  for (const ScheduledSignalFault& fault : scenario.signal_faults) {
    events_.push(TimePoint{} + fault.at, {Event::Kind::kSignalFault});
    events_.push(TimePoint{} + fault.until, {Event::Kind::kSignalFault});
  }
  served_.resize(models_.size());
  for (std::size_t i = 0; i < scenario.sources.size(); ++i) {
    voices_.emplace_back().latency.resize(models_.size());
    events_.push(TimePoint{} + scenario.sources[i].interval, {Event::Kind::kPoll, i});
  }
  events_.push(end_, {Event::Kind::kEnd});
  if (options_.history) events_.push(TimePoint{} + result_.slot, {Event::Kind::kSlot});
  if (options_.progress) events_.push(TimePoint{} + 1h, {Event::Kind::kHour});
  for (std::size_t i = 0; i < scenario.traffic.size(); ++i) {
    Client client;
    client.traffic = &scenario.traffic[i];
    client.stream = client.traffic->arrivals(traffic_seed(options_.seed, i));
    clients_.push_back(std::move(client));
    draw(clients_.back());
  }
  schedule_provider();
}

RunResult FleetRun::run() {
  // The fleet runs until its clients are through and everything open has ended.
  while (true) {
    Client* client = next_client();
    const TimePoint next = client != nullptr ? client->order.at : events_.top().order.at;
    if (next > end_ && (open_requests_ == 0 || next > end_ + tail_)) break;
    now_ = next;
    if (client != nullptr) {
      arrive(*client);
    } else {
      handle(events_.pop().payload);
    }
    if (std::exchange(tick_due_, false)) tick();
    if (!decisions_.empty()) take_decisions();
    wake_router();
  }
  for (const Request& request : requests_) {
    if (request.open) recorder_.on_never_answered(request.arrival, request.factor);
  }
  const RunResult counted = recorder_.result();
  RunTotals totals = counted.totals;
  totals.cost_usd = result_.totals.cost_usd;
  totals.mode_switches = result_.mode_changes.size();
  totals.launches = result_.totals.launches;
  totals.refused_launches = result_.totals.refused_launches;
  totals.lost_replicas = result_.totals.lost_replicas;
  for (const auto& service : router_.digest(now_).services) {
    totals.longest_hold = std::max(totals.longest_hold, service.longest_hold);
  }
  result_.totals = totals;
  result_.history = counted.history;
  result_.slot = counted.slot;
  return std::move(result_);
}

// The client whose arrival comes before every event, if there is one.
FleetRun::Client* FleetRun::next_client() {
  Client* first = nullptr;
  for (Client& client : clients_) {
    if (client.next && (first == nullptr || happens_before(client.order, first->order))) {
      first = &client;
    }
  }
  return first != nullptr && happens_before(first->order, events_.top().order) ? first : nullptr;
}

void FleetRun::draw(Client& client) {
  client.next = client.stream->next();
  if (client.next && client.next->at >= end_) client.next.reset();
  if (client.next) client.order = {client.next->at, events_.take_sequence()};
}

void FleetRun::handle(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kTick:
      tick();
      events_.push(now_ + scenario_.fleet.control.tick, {Event::Kind::kTick});
      break;
    case Event::Kind::kProbe:
      probe();
      break;
    case Event::Kind::kProvider:
      if (provider_at_ == now_) provider_at_ = TimePoint::max();
      provider_events_.clear();
      provider_.advance(now_, provider_events_);
      take_provider_events(provider_events_);
      schedule_provider();
      break;
    case Event::Kind::kReplica: {
      const EndpointId id(event.subject);
      Replica* replica = find_replica(id);
      if (replica == nullptr) break;
      if (replica->wake_at == now_) replica->wake_at = TimePoint::max();
      job_events_.clear();
      replica->engine.advance(now_, job_events_);
      take_job_events(id, *replica);
      break;
    }
    case Event::Kind::kTimer:
      if (timer_at_ > now_) break;  // set again meanwhile
      timer_at_ = TimePoint::max();
      tell_timer();
      break;
    case Event::Kind::kFault:
      strike(scenario_.faults[event.subject]);
      break;
    case Event::Kind::kWarm: {
      const EndpointId id(event.subject);
      Replica* replica = find_replica(id);
      if (replica == nullptr) break;
      replica->warm_up = 1.0;
      set_pace(id, *replica);
      break;
    }
    case Event::Kind::kFlap:
      flap(UnitId(static_cast<std::uint32_t>(event.subject)));
      break;
    case Event::Kind::kSignalFault:
      signal_fault_ = in_force(scenario_.signal_faults, now_ - TimePoint{});
      break;
    case Event::Kind::kDigest: {
      const DelayedDigest& delayed = delayed_digests_[event.subject];
      deliver_digest(delayed.digest, delayed.number);
      break;
    }
    case Event::Kind::kPoll:
      poll(event.subject);
      break;
    case Event::Kind::kSlot:
      recorder_.close_slot(*control_->view(), control_->view()->cost_usd_per_hour, now_);
      if (now_ < end_) events_.push(now_ + result_.slot, {Event::Kind::kSlot});
      break;
    case Event::Kind::kReportFrom:
      cost_before_ = provider_.cost_usd(now_);
      break;
    case Event::Kind::kEnd:
      result_.billed_usd = provider_.cost_usd(now_);
      result_.totals.cost_usd = result_.billed_usd - cost_before_;
      result_.ledger_usd = control_->view()->spent_usd;
      break;
    case Event::Kind::kHour:
      options_.progress(to_seconds(now_ - TimePoint{}) / to_seconds(scenario_.length));
      events_.push(now_ + 1h, {Event::Kind::kHour});
      break;
  }
}

void FleetRun::arrive(Client& client) {
  std::uint32_t place = 0;
  if (free_places_.empty()) {
    place = static_cast<std::uint32_t>(requests_.size());
    SIGNALBOX_ASSERT(place < (1U << kPlaceBits));
    requests_.emplace_back();
  } else {
    place = free_places_.back();
    free_places_.pop_back();
  }
  const Arrival& arrival = *client.next;
  Request& request = requests_[place];
  request = {.id = RequestId((++next_serial_ << kPlaceBits) | place),
             .arrival = now_,
             .deadline = now_,
             .factor = arrival.factor,
             .declared = arrival.declared,
             .prompt_tokens = arrival.prompt_tokens,
             .output_tokens = arrival.output_tokens,
             .open = true};
  ++open_requests_;
  recorder_.on_arrival(now_, arrival.factor);
  if (options_.witness != nullptr) {
    options_.witness->on_arrival(request.id, static_cast<std::size_t>(&client - clients_.data()),
                                 now_);
  }
  tell_request(request, *client.traffic);
  draw(client);
}

void FleetRun::tick() {
  end_overdue();
  // What was decided under the old view happens before the new one is in force.
  take_decisions();
  if (view_version_ > 0) report_load();
  const core::Plan& plan = tell_tick();
  for (const auto& change : plan.mode_changes) {
    result_.mode_changes.push_back(change);
    result_.reactions.emplace_back();
    reactions_open_ = true;
  }
  const auto view = control_->view();
  view_version_ = view->version;
  tell_view(view);
  adopt_fixed_servers(*view);
  if (options_.witness != nullptr) options_.witness->on_tick(plan, view, now_);
  execute(plan);
}

// Refusals come back as signals at once, so a tick may make another one due.
void FleetRun::execute(const core::Plan& plan) {
  if (plan.commands.empty()) return;
  const auto commands = plan.commands;
  std::vector<ProviderEvent> ended;
  for (const auto& command : commands) {
    if (const auto* launch = std::get_if<core::LaunchEndpoint>(&command)) {
      const auto boot = provider_.launch(launch->endpoint, launch->unit, now_);
      ++(boot.ok() ? result_.totals.launches : result_.totals.refused_launches);
      if (options_.witness != nullptr) {
        options_.witness->on_launch(launch->endpoint, launch->unit, boot.ok(), now_);
      }
      if (!boot.ok()) {
        signal({now_, "provider",
                core::LaunchRefused{launch->endpoint, launch->unit, boot.error().message}});
      }
    } else {
      const auto& stop = std::get<core::StopEndpoint>(command);
      provider_.end(stop.endpoint, EndReason::kStopped, now_, ended);
    }
  }
  take_provider_events(ended);
  schedule_provider();
}

void FleetRun::take_decisions() {
  while (!decisions_.empty()) {
    batch_.swap(decisions_);
    for (const core::Decision& decision : batch_) take(decision);
    batch_.clear();
  }
}

void FleetRun::take(const core::Decision& decision) {
  ++result_.decisions;
  mix(result_.fingerprint, decision.request.value);
  mix(result_.fingerprint, static_cast<std::uint64_t>(decision.action) |
                               (static_cast<std::uint64_t>(decision.endpoint.value) << 2));
  mix(result_.fingerprint, static_cast<std::uint64_t>(now_.time_since_epoch().count()));
  if (reactions_open_) note_reaction(decision);
  if (options_.witness != nullptr) options_.witness->on_decision(decision, now_);
  const std::uint32_t place = place_of(decision.request);
  Request& request = requests_[place];
  SIGNALBOX_ASSERT(request.open && request.id == decision.request);
  request.deadline = decision.deadline;
  request.service = decision.service;
  switch (decision.action) {
    case core::Action::kForward:
      forward(decision);
      break;
    case core::Action::kReject:
      end_request(place, decision.status, true, UnitId{});
      break;
    case core::Action::kHold:
      break;
  }
}

void FleetRun::note_reaction(const core::Decision& decision) {
  reactions_open_ = false;
  for (std::size_t i = 0; i < result_.reactions.size(); ++i) {
    const core::ModeChange& change = result_.mode_changes[i];
    if (result_.reactions[i] != Duration{}) continue;
    if (decision.service != change.service || decision.mode != change.to) {
      reactions_open_ = true;
      continue;
    }
    // A decision in the very same virtual instant still has a reaction: one nanosecond.
    result_.reactions[i] = std::max<Duration>(1ns, now_ - change.evidence_at);
  }
}

void FleetRun::end_request(std::uint32_t place, int status, bool refused, UnitId unit) {
  Request& request = requests_[place];
  if (options_.witness != nullptr) options_.witness->on_answer(request.id, status, now_);
  const core::Objective& owed = scenario_.fleet.service(request.service).objective;
  std::optional<bool> kept_tokens;
  if (owed.in_tokens()) {
    kept_tokens = core::keeps_token_promises(owed, request.first_token_at - request.arrival,
                                             now_ - request.first_token_at, request.output_tokens);
  }
  recorder_.on_end({.arrival = request.arrival,
                    .deadline = request.deadline,
                    .work = request.factor,
                    .status = status,
                    .refused = refused && (status == 429 || status == 503),
                    .in_replica = now_ - request.forwarded_at,
                    .unit = unit,
                    .kept_tokens = kept_tokens},
                   now_);
  request.open = false;
  --open_requests_;
  free_places_.push_back(place);
}

void FleetRun::wake_router() {
  const TimePoint next = router_.next_deadline();
  if (next >= timer_at_) return;
  timer_at_ = std::max(next, now_);
  events_.push(timer_at_, {Event::Kind::kTimer});
}

// The calls of the two machines, each told to the journal right after it returned.

void FleetRun::tell_request(const Request& request, const Traffic& traffic) {
  const std::size_t before = decisions_.size();
  core::RequestFacts facts;
  facts.path = traffic.path;
  facts.model = traffic.model;
  facts.work = request.declared;
  facts.prompt_tokens = request.prompt_tokens;
  router_.on_request(request.id, facts, now_, decisions_);
  if (options_.sink != nullptr) {
    options_.sink->router_request(request.id, facts, now_, decided_since(before));
  }
}

void FleetRun::tell_outcome(RequestId id, const core::Outcome& outcome) {
  const std::size_t before = decisions_.size();
  router_.on_outcome(id, outcome, now_, decisions_);
  if (options_.sink != nullptr) {
    options_.sink->router_outcome(id, outcome, now_, decided_since(before));
  }
}

void FleetRun::tell_timer() {
  const std::size_t before = decisions_.size();
  router_.on_timer(now_, decisions_);
  if (options_.sink != nullptr) options_.sink->router_timer(now_, decided_since(before));
}

void FleetRun::tell_view(const std::shared_ptr<const core::FleetView>& view) {
  const std::size_t before = decisions_.size();
  router_.on_view(view, now_, decisions_);
  if (options_.sink != nullptr) {
    options_.sink->router_view(view->version, now_, decided_since(before));
  }
}

// The Router's digest on its way to control: as it is, or withheld, falsified or late.
void FleetRun::report_load() {
  if (signal_fault_.blackout) return;
  router_.digest(now_, digest_);
  if (options_.sink != nullptr) options_.sink->router_digest(now_);
  loads_.resize(digest_.services.size());
  for (std::size_t i = 0; i < digest_.services.size(); ++i) {
    falsify(digest_.services[i], loads_[i], signal_fault_.load_factor);
  }
  const std::uint64_t number = digests_taken_++;
  if (signal_fault_.delay == Duration{}) {
    deliver_digest(digest_, number);
    return;
  }
  delayed_digests_.push_back({digest_, number});
  events_.push(now_ + signal_fault_.delay, {Event::Kind::kDigest, delayed_digests_.size() - 1});
}

void FleetRun::deliver_digest(const core::RouterDigest& digest, std::uint64_t number) {
  control_->on_digest(digest, now_);
  if (options_.sink != nullptr) {
    options_.sink->controller_digest(now_, digests_taken_ - 1 - number);
  }
}

const core::Plan& FleetRun::tell_tick() {
  const core::Plan& plan = control_->tick(now_);
  if (options_.sink == nullptr) return plan;
  if (view_version_ == 0) {
    // The first call of all. What control was told may differ from the truth, and its first view
    // says what it was.
    options_.sink->router_started(router_seed(options_.seed));
    options_.sink->controller_started(*control_->view()->spec, TimePoint{});
  }
  options_.sink->controller_tick(now_, plan);
  return plan;
}

void FleetRun::signal(core::Signal signal) {
  if (auto* quote = std::get_if<core::PriceQuote>(&signal.body)) {
    if (signal_fault_.blackout) return;
    quote->usd_per_hour *= signal_fault_.price_factor;
  }
  if (control_->on_signal(signal, now_)) tick_due_ = true;
  if (options_.sink != nullptr) options_.sink->controller_signal(signal, now_);
}

}  // namespace signalbox::sim
