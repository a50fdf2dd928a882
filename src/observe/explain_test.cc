// SPDX-License-Identifier: Apache-2.0
//
// One golden page per kind of decision; the sentences are the product here, so they are read whole.
#include "observe/explain.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "observe/golden.h"
#include "observe/json_text.h"
#include "observe/reasons.h"
#include "observe/sample_fleet.h"

namespace signalbox::observe {
namespace {

using core::Action;
using core::Candidate;
using core::Decision;
using core::Mode;
using core::OutcomeKind;
using core::RejectReason;
using core::Verdict;

constexpr TimePoint kArrival{100s};

Candidate candidate(std::uint32_t unit, Duration predicted, double probability, Verdict verdict) {
  static const auto spec = sample_spec();
  Candidate c;
  c.unit = UnitId(unit);
  c.verdict = verdict;
  c.cost_usd = spec->units[unit].price_usd_per_hour / (3600.0 * spec->units[unit].plateau_per_s());
  if (verdict == Verdict::kUnavailable || verdict == Verdict::kBusy) return c;
  c.endpoint = EndpointId(2 * unit + 1);
  c.predicted = predicted;
  c.probability = probability;
  return c;
}

Decision decided(Action action, std::initializer_list<Candidate> candidates, Duration after = 0ms) {
  Decision d;
  d.action = action;
  d.at = kArrival + after;
  d.arrival = kArrival;
  d.deadline = kArrival + 2s;
  d.view_version = 42;
  for (const auto& c : candidates) {
    d.candidates.push_back(c);
    if (c.verdict == Verdict::kChosen) {
      d.unit = c.unit;
      d.endpoint = c.endpoint;
    }
  }
  return d;
}

StoryStep step(Decision decision, std::optional<core::Outcome> outcome = std::nullopt) {
  static const auto view = std::make_shared<const core::FleetView>(sample_view());
  return {decision, view, outcome};
}

core::Outcome outcome(OutcomeKind kind, int status = 0) { return {kind, status, 600ms, true}; }

RequestStory story(std::vector<StoryStep> steps, int status = 200, Duration duration = 712ms) {
  RequestStory s;
  s.request_id = "5eed00000000002a";
  s.method = "POST";
  s.path = "/genimage";
  s.started_at = 1'742'982'067'250'000'000;
  s.steps = std::move(steps);
  s.status = status;
  s.finished = true;
  s.time_to_first_byte = status == 200 ? duration - 12ms : 0ms;
  s.duration = duration;
  return s;
}

std::initializer_list<Candidate> everyone_qualifies() {
  static const std::initializer_list<Candidate> list = {
      candidate(0, 612ms, 0.9991, Verdict::kChosen), candidate(1, 480ms, 0.9999, Verdict::kDearer),
      candidate(2, 655ms, 0.9987, Verdict::kDearer), candidate(3, 1890ms, 0.61, Verdict::kTooSlow),
      candidate(4, 0ms, 0, Verdict::kUnavailable)};
  return list;
}

TEST(Explain, cheapest_that_qualifies) {
  Decision d = decided(Action::kForward, everyone_qualifies());
  d.fallbacks.push_back(EndpointId(3));
  d.fallbacks.push_back(EndpointId(5));
  const auto s = story({step(d, outcome(OutcomeKind::kCompleted, 200))});
  expect_golden("explain_cheapest.txt", explain_text(s));
  expect_golden("explain_cheapest.json", json_text(explain_json(s), Layout::kIndented));
}

TEST(Explain, something_cheaper_was_passed_over) {
  expect_golden("explain_cheaper_busy.txt",
                explain_text(story({step(
                    decided(Action::kForward, {candidate(0, 0ms, 0, Verdict::kBusy),
                                               candidate(1, 480ms, 0.9999, Verdict::kChosen),
                                               candidate(2, 655ms, 0.9987, Verdict::kDearer)}),
                    outcome(OutcomeKind::kCompleted, 200))})));
}

TEST(Explain, held_then_released) {
  const auto held = decided(Action::kHold, {candidate(0, 0ms, 0, Verdict::kBusy),
                                            candidate(1, 2400ms, 0.12, Verdict::kTooSlow),
                                            candidate(2, 0ms, 0, Verdict::kUnavailable)});
  const auto released =
      decided(Action::kForward,
              {candidate(0, 612ms, 0.995, Verdict::kChosen), candidate(1, 0ms, 0, Verdict::kBusy),
               candidate(2, 0ms, 0, Verdict::kUnavailable)},
              312ms);
  expect_golden(
      "explain_held.txt",
      explain_text(
          story({step(held), step(released, outcome(OutcomeKind::kCompleted, 200))}, 200, 930ms)));
}

TEST(Explain, late_but_served) {
  Decision d = decided(
      Action::kForward,
      {candidate(0, 3200ms, 0.02, Verdict::kSlower), candidate(1, 2310ms, 0.12, Verdict::kChosen)},
      300ms);
  d.late = true;
  expect_golden("explain_late.txt",
                explain_text(story({step(d, outcome(OutcomeKind::kCompleted, 200))}, 200, 2610ms)));
}

TEST(Explain, decided_again_after_a_failure) {
  const auto first = decided(Action::kForward, everyone_qualifies());
  Decision second = decided(Action::kForward,
                            {candidate(0, 612ms, 0.999, Verdict::kAlreadyTried),
                             candidate(1, 480ms, 0.9999, Verdict::kChosen),
                             candidate(2, 655ms, 0.9987, Verdict::kDearer)},
                            4ms);
  second.attempt = 2;
  expect_golden("explain_redecided.txt",
                explain_text(story({step(first, outcome(OutcomeKind::kUnreachable)),
                                    step(second, outcome(OutcomeKind::kCompleted, 200))})));
}

TEST(Explain, capacity_mode) {
  Decision d = decided(Action::kForward, {candidate(0, 700ms, 0.99, Verdict::kSlower),
                                          candidate(1, 480ms, 0.9999, Verdict::kChosen),
                                          candidate(2, 655ms, 0.9987, Verdict::kSlower)});
  d.mode = Mode::kCapacityOptimized;
  expect_golden("explain_capacity.txt",
                explain_text(story({step(d, outcome(OutcomeKind::kCompleted, 200))})));
}

TEST(Explain, weighted_draw) {
  Decision d = decided(Action::kForward, {candidate(0, 612ms, 0.9991, Verdict::kNotDrawn),
                                          candidate(1, 480ms, 0.9999, Verdict::kChosen),
                                          candidate(2, 655ms, 0.9987, Verdict::kNotDrawn)});
  d.routing = core::RoutingPolicy::kPaperWeighted;
  d.candidates[0].weight = 0.53;
  d.candidates[1].weight = 0.27;
  d.candidates[2].weight = 0.20;
  expect_golden("explain_weighted.txt",
                explain_text(story({step(d, outcome(OutcomeKind::kCompleted, 200))})));
}

TEST(Explain, a_plain_balancer_says_by_which_rule_it_took_the_endpoint) {
  Decision d = decided(Action::kForward, {candidate(0, 612ms, 0.9991, Verdict::kPassedOver),
                                          candidate(1, 480ms, 0.9999, Verdict::kChosen)});
  // Its first sentence, after "Took UNIT: ".
  const auto rule = [&](core::RoutingPolicy routing) {
    d.routing = routing;
    const std::string text = reason_text(story({step(d)}), 0);
    const auto begin = text.find(": ") + 2;
    return text.substr(begin, text.find('.', begin) - begin);
  };
  EXPECT_EQ(rule(core::RoutingPolicy::kRoundRobin),
            "it was its turn, over the endpoints of all units");
  EXPECT_EQ(rule(core::RoutingPolicy::kLeastRequest),
            "no endpoint had a smaller share of its slots in use, over the endpoints of all units");
  EXPECT_EQ(rule(core::RoutingPolicy::kPowerOfTwo),
            "the less loaded of two drawn at random, over the endpoints of all units");
}

TEST(Explain, every_attempt_failed) {
  Decision second = decided(Action::kForward,
                            {candidate(0, 612ms, 0.999, Verdict::kAlreadyTried),
                             candidate(1, 480ms, 0.9999, Verdict::kChosen)},
                            4ms);
  second.attempt = 2;
  Decision reject = decided(Action::kReject, {}, 9ms);
  reject.reason = RejectReason::kAttemptsEnded;
  reject.status = 502;
  expect_golden(
      "explain_attempts_ended.txt",
      explain_text(
          story({step(decided(Action::kForward, everyone_qualifies()), outcome(OutcomeKind::kDied)),
                 step(second, outcome(OutcomeKind::kConnectTimeout)), step(reject)},
                502, 9ms)));
}

std::string rejected(RejectReason reason, int status, Duration retry_after = 0s) {
  Decision d = decided(Action::kReject, {candidate(0, 0ms, 0, Verdict::kBusy),
                                         candidate(1, 0ms, 0, Verdict::kBusy)});
  d.reason = reason;
  d.status = status;
  d.retry_after = retry_after;
  return reason_text(story({step(d)}, status, 1ms), 0);
}

TEST(Explain, each_reject_says_its_own_reason) {
  EXPECT_EQ(rejected(RejectReason::kNoService, 404),
            "Rejected with 404: no service in the configuration answers this path and model.");
  EXPECT_EQ(rejected(RejectReason::kQueueFull, 429, 1500ms),
            "Rejected with 429 (Retry-After 2 s): every slot of every unit is taken, and the hold "
            "queue is full (max_held: 1024).");
  EXPECT_EQ(rejected(RejectReason::kLate, 503),
            "Rejected with 503: every slot of every unit is taken, and the service refuses late "
            "requests (when_late: refuse).");
  EXPECT_EQ(rejected(RejectReason::kServiceRemoved, 503),
            "Rejected with 503: its service left the configuration while it was held.");
}

TEST(Explain, patience_ends_after_the_time_really_held) {
  Decision reject = decided(Action::kReject, {}, 30001ms);
  reject.reason = RejectReason::kPatienceEnded;
  reject.status = 503;
  const auto s =
      story({step(decided(Action::kHold, {candidate(0, 0ms, 0, Verdict::kUnavailable)}, 1ms)),
             step(reject)},
            503, 30001ms);
  EXPECT_EQ(
      reason_text(s, 0),
      "Held: no unit has an endpoint that is ready and trusted now, and 2.00 s remain until its "
      "deadline. It gets the first slot that frees for it, or leaves with 503 when the "
      "service's patience of 30 s ends.");
  EXPECT_EQ(
      reason_text(s, 1),
      "Rejected with 503: held for 30.0 s, as long as the service allows, and no slot freed for "
      "it.");
}

TEST(Explain, cheapest_is_claimed_only_where_it_was) {
  const auto only = decided(Action::kForward, {candidate(0, 0ms, 0, Verdict::kUnavailable),
                                               candidate(1, 480ms, 0.9999, Verdict::kChosen)});
  EXPECT_EQ(
      reason_text(story({step(only)}), 0),
      "Took sd21-trn1-neuron: the only unit that completes within 2 s with probability >= 99 %. "
      "sd21-inf2-neuron is cheaper ($0.103), but no endpoint "
      "there was ready and trusted.");
  const auto ramp = decided(Action::kForward, {candidate(0, 612ms, 0.9991, Verdict::kSlower),
                                               candidate(1, 480ms, 0.9999, Verdict::kChosen)});
  EXPECT_EQ(
      reason_text(story({step(ramp)}), 0),
      "Took sd21-trn1-neuron: the service is on its way back to cost_optimized mode, and this "
      "request still went by expected delay (480 ms). The runner-up sd21-inf2-neuron was "
      "expected 132 ms later at a cost of 0.63x ($0.103 against $0.162 per 1000).");
}

TEST(Explain, a_request_that_matched_no_service_has_no_service_line) {
  Decision d = decided(Action::kReject, {});
  d.reason = RejectReason::kNoService;
  d.status = 404;
  d.deadline = d.arrival;
  const auto s = story({step(d)}, 404, 0ms);
  const std::string text = explain_text(s);
  EXPECT_EQ(text.find("Service"), std::string::npos) << text;
  EXPECT_TRUE(explain_json(s).at("service").is_null());
}

TEST(Explain, endings) {
  auto s = story({step(decided(Action::kForward, everyone_qualifies()))});
  s.finished = false;
  EXPECT_EQ(ending_text(s), "Not finished yet.");
  s.finished = true;
  s.status = 0;
  EXPECT_EQ(ending_text(s), "The client left after 712 ms.");
  s.status = 200;
  s.duration = 2500ms;
  EXPECT_EQ(
      ending_text(s),
      "Answered 200 after 2.50 s, first byte after 700 ms; the objective of 2 s was missed by "
      "500 ms.");
}

TEST(Explain, where_tokens_are_owed_the_deadline_of_the_first_is_not_held_against_the_last) {
  auto view = std::make_shared<core::FleetView>(sample_view());
  auto spec = std::make_shared<core::FleetSpec>(*view->spec);
  spec->services[0].objective.first_token = 2s;
  view->spec = spec;
  auto s = story({{decided(Action::kForward, everyone_qualifies()), view, std::nullopt}});
  s.duration = 9s;
  EXPECT_EQ(ending_text(s), "Answered 200 after 9.00 s, first byte after 700 ms.");
}

TEST(Explain, units_that_may_not_or_cannot_serve_it_are_said_to_be_such) {
  EXPECT_STREQ(verdict_words(Verdict::kForbidden), "not for data of this class");
  EXPECT_STREQ(verdict_words(Verdict::kTooSmall), "not made for its size");
  EXPECT_EQ(rejected(RejectReason::kForbidden, 403),
            "Rejected with 403: no unit of the service has the labels that the class of its data "
            "demands; a request of no known class is treated as the strictest.");
  EXPECT_EQ(rejected(RejectReason::kTooLarge, 413),
            "Rejected with 413: it is larger than what any unit that may serve it is made for.");
}

TEST(Explain, a_hostile_path_cannot_drive_the_terminal) {
  auto s = story({step(decided(Action::kForward, everyone_qualifies()))});
  s.path = "/\x1b]0;owned\x07";
  EXPECT_EQ(explain_text(s).find('\x1b'), std::string::npos);
}

TEST(Explain, an_endpoint_gone_from_the_view_is_named_by_number) {
  Decision d = decided(Action::kForward, everyone_qualifies());
  d.candidates[0].endpoint = EndpointId(999);
  d.endpoint = EndpointId(999);
  EXPECT_NE(explain_text(story({step(d)})).find("endpoint 999"), std::string::npos);
}

}  // namespace
}  // namespace signalbox::observe
