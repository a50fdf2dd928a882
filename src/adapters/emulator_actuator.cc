// SPDX-License-Identifier: Apache-2.0
//
// Two conversations with one emulator: commands, each a call of its own, and a single chain of
// polls and surveys, of which exactly one is under way at any time; see emulator_actuator.h.
#include "adapters/emulator_actuator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "net/clock.h"

namespace signalbox::adapters {

namespace {

constexpr const char* kSource = "emulator";
constexpr const char* kStopped = "stopped";
constexpr const char* kLost = "lost without an event";

// How long to wait for leftovers to end before looking again, should their events be missed.
constexpr Duration kClearingLook = 250ms;

// The emulator lets a poll wait for a minute; half of that is sure to be allowed.
constexpr Duration kLongestPoll = 30s;

bool is_success(const http::Response& answer) {
  return answer.status >= 200 && answer.status < 300;
}

}  // namespace

EmulatorActuator::EmulatorActuator(asio::io_context& io, core::Address emulator, Options options)
    : io_(io),
      emulator_(std::move(emulator)),
      options_(std::move(options)),
      client_(io),
      pause_timer_(io),
      pause_(options_.least_pause),
      self_(std::make_shared<EmulatorActuator*>(this)) {}

EmulatorActuator::~EmulatorActuator() { stop(); }

void EmulatorActuator::start(control::SignalSink& sink) {
  SIGNALBOX_ASSERT(sink_ == nullptr);
  sink_ = &sink;
  poll();
}

void EmulatorActuator::stop() {
  sink_ = nullptr;
  client_.close();
  pause_timer_.cancel();
}

// --- commands

void EmulatorActuator::launch(EndpointId id, UnitId unit, const core::UnitSpec& spec) {
  SIGNALBOX_ASSERT(id <= kLastLaunchId);
  const bool fresh = replicas_.emplace(id, Replica{unit, spec.name}).second;
  SIGNALBOX_ASSERT(fresh);
  if (phase_ == Phase::kDirecting) return send_launch(id);
  if (in_doubt_) {
    refuse(id, doubt_);
    flush_soon();
  }
}

void EmulatorActuator::stop(EndpointId id) {
  const auto found = replicas_.find(id);
  if (found == replicas_.end() || found->second.stage == Stage::kWaiting) {
    report_gone(id, kStopped);
    flush_soon();
    return;
  }
  found->second.stopping = true;
  // A stop that overtakes its launch would find nothing; it follows the answer.
  if (found->second.stage != Stage::kLaunching) send_stop(id);
}

void EmulatorActuator::send_launch(EndpointId id) {
  Replica& replica = replicas_.at(id);
  replica.stage = Stage::kLaunching;
  call(
      launch_request(id, replica.unit_name), options_.call_timeout,
      [this, id](const http::Response& answer) { on_launch_answer(id, answer); },
      [this, id](const http::ClientError& failure) {
        if (!is_unlaunched(id)) return;
        refuse(id, "no answer to the launch: " + failure.message);
        flush();
      });
}

void EmulatorActuator::on_launch_answer(EndpointId id, const http::Response& answer) {
  if (!is_success(answer)) {
    if (!is_unlaunched(id)) return;
    refuse(id, read_refusal(answer));
    return flush();
  }
  // Its first events may have come before this answer.
  const auto found = replicas_.find(id);
  if (found == replicas_.end()) return;
  if (found->second.stage == Stage::kLaunching) found->second.stage = Stage::kBooting;
  if (found->second.stopping) send_stop(id);
}

// By all that is known: events are believed before answers.
bool EmulatorActuator::is_unlaunched(EndpointId id) const {
  const auto found = replicas_.find(id);
  return found != replicas_.end() && found->second.stage == Stage::kLaunching;
}

// Only "there is none" is an end; all else is heard as an event, or repeated by the next survey.
void EmulatorActuator::send_stop(EndpointId id) {
  if (!stops_under_way_.insert(id).second) return;
  call(
      stop_request(id), options_.call_timeout,
      [this, id](const http::Response& answer) {
        stops_under_way_.erase(id);
        const auto found = replicas_.find(id);
        // A leftover of the same id may have been meant.
        const bool meant = found != replicas_.end() && found->second.stopping;
        if (answer.status != 404 || !meant) return;
        report_gone(id, kStopped);
        flush();
      },
      [this, id](const http::ClientError&) { stops_under_way_.erase(id); });
}

// --- news: poll, and survey where polls are not enough

void EmulatorActuator::poll() {
  const TimePoint now = net::now();
  const bool at_once = in_doubt_ || phase_ == Phase::kCatchingUp || next_survey_ <= now;
  const Duration wait = at_once ? Duration::zero() : std::min(next_survey_ - now, kLongestPoll);
  call(
      events_request(heard_, wait), wait + options_.call_timeout,
      [this](const http::Response& answer) {
        if (!is_success(answer)) return doubt(read_refusal(answer));
        const auto page = read_events(answer.body);
        if (!page) return doubt(page.error().message);
        on_events(*page);
      },
      [this](const http::ClientError& failure) { doubt(failure.message); });
}

void EmulatorActuator::on_events(const EmulatorEvents& page) {
  heard_ = page.next;
  for (const EmulatorEvent& event : page.events) {
    const auto found = replicas_.find(event.id);
    // Ids are used again by later runs: what is told of one before its launch is old news.
    if (found == replicas_.end() || found->second.stage == Stage::kWaiting) continue;
    if (event.kind == EmulatorEvent::Kind::kReady) {
      report_ready(found->second, event.id, event.address);
    } else {
      report_gone(event.id, event.reason);
    }
  }
  flush();
  if (phase_ == Phase::kCatchingUp) begin_directing();
  const bool leftover_ended = phase_ == Phase::kClearing && !page.events.empty();
  if (page.missed || leftover_ended || net::now() >= next_survey_) return survey();
  recovered();
  poll();
}

// All that was ever said of leftovers has been read; from now on every id means one of ours.
void EmulatorActuator::begin_directing() {
  phase_ = Phase::kDirecting;
  for (const EndpointId id : all_in(Stage::kWaiting)) send_launch(id);
}

void EmulatorActuator::survey() {
  // Only these must be in the list: a launch still under way may be on either side of it.
  std::vector<EndpointId> expected = all_in(Stage::kBooting);
  for (const EndpointId id : all_in(Stage::kReady)) expected.push_back(id);
  call(
      replicas_request(), options_.call_timeout,
      [this, expected = std::move(expected)](const http::Response& answer) {
        if (!is_success(answer)) return doubt(read_refusal(answer));
        const auto listed = read_replicas(answer.body);
        if (!listed) return doubt(listed.error().message);
        on_survey(expected, *listed);
      },
      [this](const http::ClientError& failure) { doubt(failure.message); });
}

void EmulatorActuator::on_survey(const std::vector<EndpointId>& expected,
                                 const std::vector<EmulatorReplica>& listed) {
  std::set<EndpointId> present;
  bool strays = false;
  for (const EmulatorReplica& replica : listed) {
    if (replica.id > kLastLaunchId) continue;
    present.insert(replica.id);
    const auto found = replicas_.find(replica.id);
    const bool ours = found != replicas_.end() && found->second.stage != Stage::kWaiting;
    strays |= !ours;
    if (ours && (replica.state == "ready" || replica.state == "hung")) {
      report_ready(found->second, replica.id, replica.address);
    }
    const bool unwanted =
        !ours || (found->second.stopping && found->second.stage != Stage::kLaunching);
    if (unwanted && replica.state != "stopping") send_stop(replica.id);
  }
  for (const EndpointId id : expected) {
    const auto found = replicas_.find(id);
    if (found == replicas_.end() || present.count(id) != 0) continue;
    report_gone(id, found->second.stopping ? kStopped : kLost);
  }
  flush();
  // A stop that is still under way could strike a launch of the same id.
  const bool clear = !strays && stops_under_way_.empty();
  if (phase_ == Phase::kClearing && clear) phase_ = Phase::kCatchingUp;
  next_survey_ =
      net::now() + (phase_ == Phase::kClearing ? kClearingLook : options_.survey_interval);
  recovered();
  poll();
}

// Nothing is known of what happens over there until it answers again and was surveyed; what ran is
// believed to run on.
void EmulatorActuator::doubt(const std::string& why) {
  next_survey_ = TimePoint::min();
  doubt_ = fmt::format("the emulator at {} is not to be had: {}", core::to_string(emulator_), why);
  if (!std::exchange(in_doubt_, true) && options_.tell) options_.tell(doubt_);
  for (const EndpointId id : all_in(Stage::kWaiting)) refuse(id, doubt_);
  flush();
  pause_timer_.expires_after(pause_);
  pause_ = std::min(2 * pause_, options_.longest_pause);
  pause_timer_.async_wait([weak = std::weak_ptr(self_)](const error_code& cancelled) {
    const auto self = weak.lock();
    if (!cancelled && self && (*self)->sink_ != nullptr) (*self)->poll();
  });
}

void EmulatorActuator::recovered() {
  pause_ = options_.least_pause;
  if (std::exchange(in_doubt_, false) && options_.tell) {
    options_.tell(fmt::format("the emulator at {} answers again", core::to_string(emulator_)));
  }
}

void EmulatorActuator::call(http::Request request, Duration timeout, OnAnswer answered,
                            OnFailure failed) {
  client_.call(emulator_, std::move(request), {.timeout = timeout},
               [answered = std::move(answered), failed = std::move(failed)](auto result) {
                 if (result) {
                   answered(result.value());
                 } else {
                   failed(result.error());
                 }
               });
}

std::vector<EndpointId> EmulatorActuator::all_in(Stage stage) const {
  std::vector<EndpointId> ids;
  for (const auto& [id, replica] : replicas_) {
    if (replica.stage == stage) ids.push_back(id);
  }
  return ids;
}

// --- signals

// A launch without an answer may have been made all the same: nobody here knows it any more, so the
// next survey ends it.
void EmulatorActuator::refuse(EndpointId id, std::string reason) {
  report(core::LaunchRefused{id, replicas_.at(id).unit, std::move(reason)});
  replicas_.erase(id);
}

void EmulatorActuator::report_ready(Replica& replica, EndpointId id, const core::Address& address) {
  if (std::exchange(replica.stage, Stage::kReady) == Stage::kReady || replica.stopping) return;
  report(core::EndpointReady{id, address});
}

void EmulatorActuator::report_gone(EndpointId id, std::string reason) {
  replicas_.erase(id);
  report(core::EndpointGone{id, std::move(reason)});
}

void EmulatorActuator::report(decltype(core::Signal::body) body) {
  batch_.push_back({net::now(), kSource, std::move(body)});
}

void EmulatorActuator::flush() {
  const auto batch = std::exchange(batch_, {});
  if (!batch.empty() && sink_ != nullptr) sink_->take(batch);
}

// For news found while a command is given: whoever gives it is not to be interrupted by it.
void EmulatorActuator::flush_soon() {
  asio::post(io_, [weak = std::weak_ptr(self_)] {
    if (const auto self = weak.lock()) (*self)->flush();
  });
}

}  // namespace signalbox::adapters
