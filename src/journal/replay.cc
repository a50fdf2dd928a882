// SPDX-License-Identifier: Apache-2.0
//
// One handler per kind of record; see replay.h.
#include "journal/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "core/route/router.h"
#include "core/scale/controller.h"
#include "journal/core_codec.h"
#include "journal/input_sink.h"
#include "journal/running_hash.h"

namespace signalbox::journal {

namespace {

class Replay {
 public:
  Replay(InputLogReader& log, ReplayObserver* observer) : log_(log), observer_(observer) {}

  Result<ReplayReport> run() {
    if (!log_.from_start()) {
      return Error{fmt::format(
          "{} begins with segment {}: its beginning was dropped when it reached its bound, so it "
          "cannot be replayed. Logs with `when_full: stop` keep it.",
          log_.files().name, log_.files().segments.front().number)};
    }
    InputRecord record;
    while (report_.difference.empty() && impossible_.empty() && log_.next(record)) {
      if (observer_ != nullptr) observer_->read(record);
      ++report_.records;
      note_time(record.at);
      std::visit([&](const auto& body) { take(body, record); }, record.body);
    }
    if (!impossible_.empty()) {
      return Error{fmt::format("record {} of {} cannot be: {}", report_.records, log_.files().name,
                               impossible_)};
    }
    report_.note = log_.note();
    report_.damage = log_.damage();
    report_.end = log_.end();
    return report_;
  }

 private:
  void note_time(TimePoint at) {
    if (!began_) began_ = at;
    report_.span = std::max(report_.span, at - *began_);
  }

  bool router_runs() {
    if (router_ && view_in_force_) return true;
    impossible_ = "the Router was asked before it had a view";
    return false;
  }
  bool controller_runs() {
    if (controller_) return true;
    impossible_ = "the Controller was asked before it was started";
    return false;
  }

  // ---- the Router ----

  void take(const RouterStarted& started, const InputRecord& /*record*/) {
    router_.emplace(started.seed);
    began_.reset();  // written before any time is known
  }
  void take(const ViewTaken& taken, const InputRecord& record) {
    const auto view = std::find_if(views_.begin(), views_.end(), [&](const auto& kept) {
      return kept->version == taken.version;
    });
    if (!router_ || view == views_.end()) {
      impossible_ = fmt::format("no view {} was published shortly before", taken.version);
      return;
    }
    view_in_force_ = *view;
    router_->on_view(*view, record.at, decisions_);
    compare(record);
  }
  void take(const RequestMade& request, const InputRecord& record) {
    if (!router_runs()) return;
    ++report_.requests;
    router_->on_request(request.id, request.facts(), record.at, decisions_);
    compare(record);
  }
  void take(const OutcomeSeen& seen, const InputRecord& record) {
    if (!router_runs()) return;
    ++report_.outcomes;
    router_->on_outcome(seen.id, seen.outcome, record.at, decisions_);
    compare(record);
  }
  void take(const AnswerBegun& begun, const InputRecord& record) {
    if (!router_runs()) return;
    router_->on_answer_begun(begun.id, begun.endpoint, record.at, decisions_);
    compare(record);
  }
  void take(const RequestCancelled& cancelled, const InputRecord& record) {
    if (!router_runs()) return;
    router_->on_cancel(cancelled.id, record.at, decisions_);
    compare(record);
  }
  void take(const TimerFired& /*fired*/, const InputRecord& record) {
    if (!router_runs()) return;
    router_->on_timer(record.at, decisions_);
    compare(record);
  }
  void take(const DigestTaken& /*taken*/, const InputRecord& record) {
    if (!router_) return void(impossible_ = "a digest was taken before the Router was started");
    digests_.push_back(router_->digest(record.at));
    if (digests_.size() > kDigestsKept) digests_.pop_front();
  }

  // ---- the Controller ----

  void take(const ControllerStarted& started, const InputRecord& record) {
    controller_.emplace(std::make_shared<const core::FleetSpec>(started.spec), record.at);
  }
  void take(const SignalGiven& given, const InputRecord& record) {
    if (!controller_runs()) return;
    ++report_.signals;
    controller_->on_signal(given.signal, record.at);
  }
  void take(const DigestGiven& given, const InputRecord& record) {
    if (!controller_runs()) return;
    if (given.newer >= digests_.size()) {
      impossible_ = "the Controller was given a digest that was not taken";
      return;
    }
    controller_->on_digest(digests_[digests_.size() - 1 - static_cast<std::size_t>(given.newer)],
                           record.at);
  }
  void take(const SpecGiven& given, const InputRecord& record) {
    if (!controller_runs()) return;
    controller_->on_spec(std::make_shared<const core::FleetSpec>(given.spec), record.at);
  }
  void take(const Ticked& /*ticked*/, const InputRecord& record) {
    if (!controller_runs()) return;
    ++report_.ticks;
    const core::Plan& plan = controller_->tick(record.at);
    views_.push_back(controller_->view());
    if (views_.size() > kViewsKept) views_.pop_front();
    bytes_.clear();
    encode(plan, bytes_);
    plans_hash_.add(bytes_);
    ++report_.plans;
    if (observer_ != nullptr) observer_->planned(plan, controller_->spec());
    if (static_cast<std::uint8_t>(plans_hash_.value()) == record.fingerprint) return;
    report_.difference = fmt::format("plan {}, at {}: this binary makes another one: {}",
                                     plan.version, when(record.at), describe(plan));
  }

  // ---- the log itself ----

  void take(const SpecRestated& /*restated*/, const InputRecord& /*record*/) {}
  void take(const LogEnded& /*ended*/, const InputRecord& /*record*/) {}
  void take(const CheckMade& check, const InputRecord& record) {
    const CheckMade ours{report_.decisions, decisions_hash_.value(), report_.plans,
                         plans_hash_.value()};
    if (check == ours) {
      ++report_.checks;
      return;
    }
    report_.difference = fmt::format(
        "check record at {}: the log counts {} decisions with hash {:016x} and {} plans with hash "
        "{:016x}; this binary made {} with {:016x} and {} with {:016x}",
        when(record.at), check.decisions, check.decisions_hash, check.plans, check.plans_hash,
        ours.decisions, ours.decisions_hash, ours.plans, ours.plans_hash);
  }

  // What the call just made decided, against what the record says of it.
  void compare(const InputRecord& record) {
    for (std::size_t i = 0; i < decisions_.size(); ++i) {
      const core::Decision& decision = decisions_[i];
      bytes_.clear();
      encode(decision, bytes_);
      decisions_hash_.add(bytes_);
      ++report_.decisions;
      if (observer_ != nullptr) observer_->decided(decision, *view_in_force_);
      if (!report_.difference.empty()) continue;
      const DecisionBrief ours = brief_of(decision);
      if (i < record.decided.size() && record.decided[i] == ours) continue;
      report_.difference = fmt::format(
          "decision {}, at {}: the log says {}; this binary says {}", report_.decisions,
          when(record.at), i < record.decided.size() ? words(record.decided[i]) : "nothing more",
          words(ours));
    }
    if (report_.difference.empty() && decisions_.size() < record.decided.size()) {
      report_.difference = fmt::format(
          "decision {}, at {}: the log says {}; this binary decides nothing there",
          report_.decisions + 1, when(record.at), words(record.decided[decisions_.size()]));
    }
    if (report_.difference.empty() && !decisions_.empty() &&
        static_cast<std::uint8_t>(decisions_hash_.value()) != record.fingerprint) {
      report_.difference = fmt::format(
          "decision {}, at {}: both say {}, but what it rests on (candidates, predictions, prices) "
          "is not the same",
          report_.decisions, when(record.at), words(brief_of(decisions_.back())));
    }
    decisions_.clear();
  }

  std::string when(TimePoint at) const {
    return fmt::format("{:+.6f} s", to_seconds(at - began_.value_or(at)));
  }
  std::string words(const DecisionBrief& brief) const {
    return fmt::format("{} for request {:016x}", describe_brief(brief, *view_in_force_->spec),
                       brief.request.value);
  }
  static std::string describe(const core::Plan& plan) {
    std::string text;
    for (const auto& service : plan.services) {
      text += (text.empty() ? "" : "; ") + service.reason;
    }
    return fmt::format("{} ({} commands)", text, plan.commands.size());
  }

  InputLogReader& log_;
  ReplayObserver* observer_;
  std::optional<core::Router> router_;
  std::optional<core::Controller> controller_;
  std::deque<std::shared_ptr<const core::FleetView>> views_;  // the latest published
  std::deque<core::RouterDigest> digests_;                    // the latest taken
  std::shared_ptr<const core::FleetView> view_in_force_;
  core::Router::Decisions decisions_;
  RunningHash decisions_hash_;
  RunningHash plans_hash_;
  std::string bytes_;
  std::optional<TimePoint> began_;
  std::string impossible_;
  ReplayReport report_;
};

}  // namespace

Result<ReplayReport> replay(InputLogReader& log, ReplayObserver* observer) {
  return Replay(log, observer).run();
}

}  // namespace signalbox::journal
