// SPDX-License-Identifier: Apache-2.0
//
// Requests that wait for a slot instead of for a server: late binding. A held request is bound to
// an endpoint only when one frees, so no request waits behind a slow one it was assigned to. Two
// lines: those that can still meet their objective go first, those that cannot take what is left.
// Under overload this serves in time the largest number that can be. Within a line tenants share
// (fair_line.h), and so they do the room when it is full (room_shares.h); among one tenant's
// requests of one priority the earliest deadline is ahead.
//
// Sizes differ, and so do objectives across a reload, so three orders are kept that need not agree:
// by turn (who is served next), by the end of slack (who becomes late next) and by arrival (whose
// patience ends next). Nothing is allocated once a queue has been as long before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/route/fair_line.h"
#include "core/route/place_heap.h"
#include "core/route/room_shares.h"

namespace signalbox::core {

struct HeldRequest {
  RequestId request;
  TimePoint arrival{};
  TimePoint deadline{};
  double work = 1.0;
  TenantIndex tenant = 0;
  int priority = 0;     // within kLowestPriority and kHighestPriority
  double weight = 1.0;  // its tenant's, > 0

  // Begun no later than this it can meet its deadline, where a request of work 1 takes `quickest`.
  TimePoint start_by(Duration quickest) const { return deadline - scale(quickest, work); }
};

class HoldQueue {
 public:
  // Names a held request until it is removed.
  using Place = PlaceHeap::Place;
  enum class Line : std::uint8_t { kOnTime, kLate };

  // Stands in the line of those on time, and its slack is said to end at `start_by`.
  Place add(const HeldRequest& held, TimePoint start_by);
  Place add_late(const HeldRequest& held);
  // It leaves without having been served, or to be served: then its tenant is given so much
  // work.
  void remove(Place place);
  void serve(Place place, double work);
  const HeldRequest& at(Place place) const { return slots_.at(place).held; }

  // Who leaves so that `newcomer` has room; nullopt when the newcomer itself should.
  std::optional<Place> yields_to(const HeldRequest& newcomer) const {
    return room_.yields_to(guest(newcomer));
  }

  // Whose turn it is in a line; of equal deadlines the lower id's.
  std::optional<Place> next(Line line) const;
  // Passed over: stands in no line until bring_back(), with which it takes its old place.
  void set_aside(Place place);
  void bring_back();

  // Of those on time, the one whose slack ends first, and when. Slack is judged when a request is
  // added, when it seems to have ended, and for all by judge_slack(): it moves with what the units
  // show, and to follow every change of theirs would mean to look at every request each time.
  std::optional<Place> next_out_of_slack() const;
  TimePoint next_end_of_slack() const;  // TimePoint::max() when nobody is on time
  void postpone(Place place, TimePoint start_by);
  void judge_slack(Duration quickest);
  void move_to_late(Place place);

  // The one that arrived first, in either line, and when; TimePoint::max() when nobody is held.
  std::optional<Place> longest_held() const;
  TimePoint first_arrival() const;

  std::size_t size() const { return by_arrival_.size(); }
  bool empty() const { return by_arrival_.empty(); }

 private:
  struct Slot {
    HeldRequest held;
    Line line = Line::kOnTime;
  };

  Place take_slot(const HeldRequest& held, Line line);
  void leave(Place place);
  FairLine& line(Line which) { return which == Line::kOnTime ? on_time_ : late_; }
  static FairLine::Member member(const HeldRequest& held) {
    return {held.request, held.deadline, held.tenant, held.priority};
  }
  static RoomShares::Guest guest(const HeldRequest& held) {
    return {held.request, held.arrival, held.tenant, held.priority, held.weight};
  }

  std::vector<Slot> slots_;  // by place
  std::vector<Place> vacant_;
  std::vector<Place> aside_;
  FairLine on_time_;
  FairLine late_;
  PlaceHeap slack_;  // of those on time, by the end of their slack
  PlaceHeap by_arrival_;
  RoomShares room_;
};

}  // namespace signalbox::core
