// SPDX-License-Identifier: Apache-2.0
//
// A Router with the little that a shell adds: a clock set by hand, and calls that return what was
// decided. Tests then read as a request's life: ask, end, cancel, wait.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/testdata/fleets.h"
#include "core/route/router.h"

namespace signalbox::core::testdata {

inline Outcome completed(int status = 200) {
  Outcome outcome;
  outcome.status = status;
  outcome.time_to_first_byte = 1ms;
  return outcome;
}

inline Outcome failed(OutcomeKind kind, bool replayable = true) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.replayable = replayable;
  return outcome;
}

class RouterRig {
 public:
  using Decisions = Router::Decisions;

  explicit RouterRig(std::shared_ptr<const FleetView> view, std::uint64_t seed = 1) : router(seed) {
    see(std::move(view));
  }

  Decisions see(std::shared_ptr<const FleetView> view) {
    Decisions out;
    router.on_view(std::move(view), now, out);
    return out;
  }
  Decisions ask_all(std::uint64_t id, std::string_view path = "/genimage",
                    std::string_view model = {}, double work = 1.0) {
    Decisions out;
    router.on_request(RequestId(id), {path, model, true, work}, now, out);
    return out;
  }
  Decision ask(std::uint64_t id, const RequestFacts& facts) {
    Decisions out;
    router.on_request(RequestId(id), facts, now, out);
    return only(out, id);
  }
  Decision ask_as(std::uint64_t id, std::string_view data_class) {
    RequestFacts facts;
    facts.path = "/genimage";
    facts.data_class = data_class;
    return ask(id, facts);
  }
  // Asks, and expects one decision, about this request.
  Decision ask(std::uint64_t id, std::string_view path = "/genimage", std::string_view model = {}) {
    return only(ask_all(id, path, model), id);
  }
  Decision ask_for_work(std::uint64_t id, double work) {
    return only(ask_all(id, "/genimage", {}, work), id);
  }
  Decisions end(std::uint64_t id, const Outcome& outcome = completed()) {
    Decisions out;
    router.on_outcome(RequestId(id), outcome, now, out);
    return out;
  }
  Decision fail(std::uint64_t id, OutcomeKind kind, bool replayable = true) {
    return only(end(id, failed(kind, replayable)), id);
  }
  Decisions cancel(std::uint64_t id) {
    Decisions out;
    router.on_cancel(RequestId(id), now, out);
    return out;
  }
  // Lets time pass, calling on_timer whenever the Router asked for it.
  Decisions wait(Duration duration) {
    const TimePoint until = now + duration;
    Decisions out;
    while (router.next_deadline() <= until) {
      now = std::max(now, router.next_deadline());
      router.on_timer(now, out);
      if (router.next_deadline() <= now) {
        ADD_FAILURE() << "on_timer made no progress: the shell would spin";
        break;
      }
    }
    now = until;
    return out;
  }
  ServiceDigest counts(std::uint32_t service = 0) const {
    return router.digest(now).services.at(service);
  }
  int in_flight(std::uint32_t unit) const { return router.digest(now).units.at(unit).in_flight; }

  static Decision only(const Decisions& decisions, std::uint64_t id) {
    EXPECT_EQ(decisions.size(), 1U);
    if (decisions.empty()) return Decision{};
    EXPECT_EQ(decisions.front().request, RequestId(id));
    return decisions.front();
  }

  Router router;
  TimePoint now = at(100s);
};

}  // namespace signalbox::core::testdata
