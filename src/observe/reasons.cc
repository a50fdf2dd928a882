// SPDX-License-Identifier: Apache-2.0
//
// One small function per clause. The order of clauses is always: what led here, what was done and
// by which rule, what the alternative would have meant.
#include "observe/reasons.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "observe/figures.h"
#include "observe/fleet_index.h"

namespace signalbox::observe {

namespace {

using core::Action;
using core::Candidate;
using core::Decision;
using core::Mode;
using core::Verdict;

std::string usd_per_1000(const Candidate& candidate) {
  return usd_text(1000.0 * candidate.cost_usd);
}

// Could have served the request there and then, in time or not.
bool could_serve(Verdict verdict) {
  return verdict == Verdict::kChosen || verdict == Verdict::kDearer ||
         verdict == Verdict::kSlower || verdict == Verdict::kTooSlow ||
         verdict == Verdict::kNotDrawn || verdict == Verdict::kPassedOver;
}

std::string join(const std::vector<std::string>& sentences) {
  std::string out;
  for (const auto& sentence : sentences) {
    if (sentence.empty()) continue;
    if (!out.empty()) out += ' ';
    out += sentence;
  }
  return out;
}

class Reason {
 public:
  Reason(const RequestStory& story, std::size_t at)
      : story_(story), at_(at), step_(story.steps[at]), d_(step_.decision), chosen_(d_.chosen()) {}

  std::string text() const {
    switch (d_.action) {
      case Action::kForward:
        return join({before(), taken(), runner_up(), cheaper()});
      case Action::kHold:
        return join({before(), held()});
      case Action::kReject:
        return join({rejected()});
    }
    return {};
  }

 private:
  const core::FleetSpec& spec() const { return *step_.view->spec; }
  std::string name(const Candidate& candidate) const { return unit_name(spec(), candidate.unit); }

  // Null when no service matched, or it has left the configuration.
  const core::ServiceSpec* service() const {
    if (d_.reason == core::RejectReason::kNoService) return nullptr;
    return d_.service.index() < spec().services.size() ? &spec().service(d_.service) : nullptr;
  }
  double quantile() const { return service() != nullptr ? service()->objective.quantile : 1.0; }
  Duration target() const { return d_.deadline - d_.arrival; }

  std::string in_time() const {
    return fmt::format("within {} with probability >= {}", setting_text(target()),
                       quantile_text(quantile()));
  }

  template <class Predicate>
  bool any(const Predicate& predicate) const {
    return std::any_of(d_.candidates.begin(), d_.candidates.end(), predicate);
  }
  bool any_verdict(Verdict verdict) const {
    return any([&](const Candidate& c) { return c.verdict == verdict; });
  }
  bool is_soonest(const Candidate& candidate) const {
    return !any([&](const Candidate& c) {
      return could_serve(c.verdict) && c.predicted < candidate.predicted;
    });
  }

  // What led to this step: nothing, a hold, or a failure.
  std::string before() const {
    if (at_ == 0) return {};
    const StoryStep& last = story_.steps[at_ - 1];
    if (last.decision.action == Action::kHold) {
      return fmt::format("Left the hold queue after {}.", duration_text(d_.at - last.decision.at));
    }
    if (last.decision.action == Action::kForward && last.outcome.has_value()) {
      return fmt::format("Decided again, because {}.", failure(last));
    }
    return {};
  }

  static std::string failure(const StoryStep& step) {
    using core::OutcomeKind;
    const auto* endpoint = find_endpoint(*step.view, step.decision.endpoint);
    std::string who = unit_name(*step.view->spec, step.decision.unit);
    if (endpoint != nullptr && !endpoint->address.host.empty()) {
      who += fmt::format(" at {}", address_text(*endpoint));
    }
    switch (step.outcome->kind) {
      case OutcomeKind::kCompleted:
        return fmt::format("{} answered {}", who, step.outcome->status);
      case OutcomeKind::kUnreachable:
        return who + " could not be reached";
      case OutcomeKind::kConnectTimeout:
        return who + " accepted no connection in time";
      case OutcomeKind::kDied:
        return who + " broke the connection before any byte of a response";
      case OutcomeKind::kTimedOut:
        return who + " sent no byte of a response in time";
      case OutcomeKind::kBroken:
        return who + " broke off in the middle of its response";
      case OutcomeKind::kErrorAnswer:
        return fmt::format("{} answered {}, which was not passed on", who, step.outcome->status);
      case OutcomeKind::kInvalid:
        return who + " answered against the rules of HTTP";
    }
    return who;
  }

  std::string taken() const {
    if (chosen_ == nullptr) return fmt::format("Took {}.", unit_name(spec(), d_.unit));
    const std::string unit = name(*chosen_);
    if (core::draws_by_weight(d_.routing)) {
      return fmt::format("Drew {} by weight: {} of the draws go there.", unit,
                         percent_text(chosen_->weight));
    }
    if (core::balances_endpoints(d_.routing)) {
      return fmt::format("Took {}: {}, over the endpoints of all units.", unit, turn());
    }
    if (d_.late) {
      return fmt::format(
          "Took {} although it will probably be late: nothing completes {}, and {} is {} ({}, {} "
          "in "
          "time). The service serves late requests (when_late: serve).",
          unit, in_time(), unit, is_soonest(*chosen_) ? "expected soonest" : "the best on offer",
          duration_text(chosen_->predicted), probability_text(chosen_->probability));
    }
    if (d_.candidates.size() == 1) {
      return fmt::format("Took {}: the service has no other unit.", unit);
    }
    if (d_.mode == Mode::kCapacityOptimized) {
      return fmt::format("Took {}: in capacity_optimized mode price does not count{} {}.", unit,
                         is_soonest(*chosen_) ? ", and it is expected to complete soonest, in"
                                              : " and load is spread by expected delay, there",
                         duration_text(chosen_->predicted));
    }
    if (any_verdict(Verdict::kSlower)) {
      return fmt::format(
          "Took {}: the service is on its way back to cost_optimized mode, and this request still "
          "went by expected delay ({}).",
          unit, duration_text(chosen_->predicted));
    }
    if (any_verdict(Verdict::kDearer)) {
      return fmt::format("Took {}: the cheapest that completes {}.", unit, in_time());
    }
    return fmt::format("Took {}: the only unit that completes {}.", unit, in_time());
  }

  std::string turn() const {
    switch (d_.routing) {
      case core::RoutingPolicy::kRoundRobin:
        return "it was its turn";
      case core::RoutingPolicy::kLeastRequest:
        return "no endpoint had a smaller share of its slots in use";
      default:
        return "the less loaded of two drawn at random";
    }
  }

  // What the next best would have meant.
  std::string runner_up() const {
    const Candidate* other = d_.runner_up();
    if (chosen_ == nullptr || d_.candidates.size() == 1) return {};
    if (other == nullptr) return cheaper().empty() ? "No other unit could take it then." : "";
    const std::string price =
        fmt::format("{} ({} against {} per 1000)", times_text(other->cost_usd, chosen_->cost_usd),
                    usd_per_1000(*other), usd_per_1000(*chosen_));
    switch (other->verdict) {
      case Verdict::kTooSlow:
        return fmt::format("The next, {}, would have completed in time with probability {} only.",
                           name(*other), probability_text(other->probability));
      case Verdict::kSlower: {
        const Duration later = other->predicted - chosen_->predicted;
        return fmt::format("The runner-up {} was expected {} at a cost of {}.", name(*other),
                           later > Duration::zero() ? duration_text(later) + " later" : "as soon",
                           price);
      }
      default:
        return fmt::format("The runner-up {} would have cost {}.", name(*other), price);
    }
  }

  // In cost mode the question is always why something cheaper was passed over.
  std::string cheaper() const {
    const bool by_cost = d_.mode == Mode::kCostOptimized && !d_.late &&
                         d_.routing == core::RoutingPolicy::kSignalbox;
    if (!by_cost || chosen_ == nullptr) return {};
    const Candidate* best = nullptr;
    for (const auto& c : d_.candidates) {
      const bool passed_over = c.verdict != Verdict::kChosen && c.verdict != Verdict::kDearer &&
                               c.cost_usd > 0.0 && c.cost_usd < chosen_->cost_usd;
      if (passed_over && (best == nullptr || c.cost_usd < best->cost_usd)) best = &c;
    }
    if (best == nullptr || best == d_.runner_up()) return {};
    return fmt::format("{} is cheaper ({}), but {}.", name(*best), usd_per_1000(*best),
                       obstacle(*best));
  }

  static std::string obstacle(const Candidate& candidate) {
    switch (candidate.verdict) {
      case Verdict::kBusy:
        return "every slot there was taken";
      case Verdict::kUnavailable:
        return "no endpoint there was ready and trusted";
      case Verdict::kAlreadyTried:
        return "it had just failed this request";
      case Verdict::kForbidden:
        return "data of this class may not go there";
      case Verdict::kTooSmall:
        return "the request is larger than it serves";
      case Verdict::kTooSlow:
        return fmt::format("would have been in time with probability {} only",
                           probability_text(candidate.probability));
      default:
        return "another was expected sooner";
    }
  }

  std::string cannot() const {
    if (d_.action == Action::kHold && any_verdict(Verdict::kDearer)) {
      return "what could take it costs more than a unit that is busy or booting, and it is batch "
             "work with time to wait";
    }
    if (any([](const Candidate& c) { return could_serve(c.verdict); })) {
      return "nothing completes " + in_time();
    }
    const bool busy = any_verdict(Verdict::kBusy);
    const bool down = any_verdict(Verdict::kUnavailable);
    if (busy && !down) return "every slot of every unit is taken";
    if (busy) return "every slot of the units that are up is taken";
    const bool barred = any_verdict(Verdict::kForbidden) || any_verdict(Verdict::kTooSmall);
    if (down && barred)
      return "no unit that may serve it has an endpoint that is ready and trusted";
    if (down) return "no unit has an endpoint that is ready and trusted";
    return "no unit can take it";
  }

  std::string held() const {
    const Duration slack = d_.deadline - d_.at;
    const std::string until =
        slack > Duration::zero() ? fmt::format("{} remain until its deadline", duration_text(slack))
                                 : fmt::format("its deadline passed {} ago", duration_text(-slack));
    const std::string patience =
        service() != nullptr
            ? fmt::format(", or leaves with 503 when the service's patience of {} ends",
                          setting_text(service()->patience))
            : std::string();
    return fmt::format("Held: {} now, and {}. It gets the first slot that frees for it{}.",
                       cannot(), until, patience);
  }

  std::string rejected() const {
    using core::RejectReason;
    const std::string retry =
        d_.retry_after > Duration::zero()
            ? fmt::format(" (Retry-After {} s)", (d_.retry_after + 1s - 1ns) / 1s)
            : std::string();
    const std::string head = fmt::format("Rejected with {}{}: ", d_.status, retry);
    switch (d_.reason) {
      case RejectReason::kNone:
        return head + "no reason was recorded.";
      case RejectReason::kNoService:
        return head + "no service in the configuration answers this path and model.";
      case RejectReason::kQueueFull:
        return head + fmt::format("{}, and the hold queue is full{}.", cannot(),
                                  service() != nullptr
                                      ? fmt::format(" (max_held: {})", service()->max_held)
                                      : std::string());
      case RejectReason::kLate:
        return head + fmt::format("{}, and the service refuses late requests (when_late: refuse).",
                                  cannot());
      case RejectReason::kPatienceEnded:
        return head + fmt::format(
                          "held for {}, as long as the service allows, and no slot freed "
                          "for it.",
                          duration_text(waited()));
      case RejectReason::kAttemptsEnded:
        return head + fmt::format("every attempt failed{}.", last_failure());
      case RejectReason::kNotReplayable:
        return head + fmt::format("it failed where it may not be sent again{}.", last_failure());
      case RejectReason::kServiceRemoved:
        return head + "its service left the configuration while it was held.";
      case RejectReason::kForbidden:
        return head +
               "no unit of the service has the labels that the class of its data demands; a "
               "request of no known class is treated as the strictest.";
      case RejectReason::kTooLarge:
        return head + "it is larger than what any unit that may serve it is made for.";
      case RejectReason::kOverShare:
        return head + "the hold queue is full, and its tenant had more than its share of it.";
      case RejectReason::kOverBudget:
        return head +
               "its tenant has used up what it may: requests per second, at once, or money per "
               "hour.";
      case RejectReason::kDeadline:
        return head + "the time limit that its client stated ended before it could be answered.";
    }
    return {};
  }

  Duration waited() const {
    const bool after_hold = at_ > 0 && story_.steps[at_ - 1].decision.action == Action::kHold;
    return d_.at - (after_hold ? story_.steps[at_ - 1].decision.at : d_.arrival);
  }

  // " (3 in all; the last: ...)", from the forwards of this story.
  std::string last_failure() const {
    std::size_t forwards = 0;
    const StoryStep* last = nullptr;
    for (std::size_t i = 0; i < at_; ++i) {
      if (story_.steps[i].decision.action != Action::kForward) continue;
      ++forwards;
      last = &story_.steps[i];
    }
    if (last == nullptr || !last->outcome.has_value()) return {};
    if (forwards == 1) return fmt::format(": {}", failure(*last));
    return fmt::format(" ({} in all); the last one because {}", forwards, failure(*last));
  }

  const RequestStory& story_;
  std::size_t at_;
  const StoryStep& step_;
  const Decision& d_;
  const Candidate* chosen_;
};

}  // namespace

std::string reason_text(const RequestStory& story, std::size_t at) {
  SIGNALBOX_ASSERT(at < story.steps.size());
  return Reason(story, at).text();
}

std::string ending_text(const RequestStory& story) {
  SIGNALBOX_ASSERT(!story.steps.empty());
  if (!story.finished) return "Not finished yet.";
  const Decision& last = story.steps.back().decision;
  if (story.status == 0) {
    return fmt::format("The client left after {}.", duration_text(story.duration));
  }
  std::string text =
      fmt::format("Answered {} after {}", story.status, duration_text(story.duration));
  if (story.time_to_first_byte > Duration::zero()) {
    text += fmt::format(", first byte after {}", duration_text(story.time_to_first_byte));
  }
  if (last.action == Action::kReject) return text + ".";
  const auto& objective = story.steps.back().view->spec->service(last.service).objective;
  if (objective.in_tokens()) return text + ".";  // its deadline is that of the first token
  const Duration target = last.deadline - last.arrival;
  const Duration over = story.duration - target;
  if (over > Duration::zero()) {
    return text + fmt::format("; the objective of {} was missed by {}.", setting_text(target),
                              duration_text(over));
  }
  return text + fmt::format("; the objective of {} was met.", setting_text(target));
}

const char* verdict_words(Verdict verdict) {
  switch (verdict) {
    case Verdict::kChosen:
      return "taken";
    case Verdict::kDearer:
      return "in time, but dearer";
    case Verdict::kSlower:
      return "expected later";
    case Verdict::kTooSlow:
      return "too slow for the objective";
    case Verdict::kNotDrawn:
      return "not drawn";
    case Verdict::kPassedOver:
      return "passed over";
    case Verdict::kAlreadyTried:
      return "failed this request already";
    case Verdict::kBusy:
      return "every slot taken";
    case Verdict::kUnavailable:
      return "no endpoint ready";
    case Verdict::kForbidden:
      return "not for data of this class";
    case Verdict::kTooSmall:
      return "not made for its size";
  }
  return "?";
}

}  // namespace signalbox::observe
