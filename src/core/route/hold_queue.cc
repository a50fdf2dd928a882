// SPDX-License-Identifier: Apache-2.0
//
// Lines and heaps over one set of places; see hold_queue.h.
#include "core/route/hold_queue.h"

#include <algorithm>

namespace signalbox::core {

HoldQueue::Place HoldQueue::take_slot(const HeldRequest& held, Line which) {
  Place place = static_cast<Place>(slots_.size());
  if (vacant_.empty()) {
    slots_.push_back({held, which});
  } else {
    place = vacant_.back();
    vacant_.pop_back();
    slots_[place] = {held, which};
  }
  line(which).add(place, member(held));
  by_arrival_.push(place, held.arrival, held.request);
  room_.add(place, guest(held));
  return place;
}

HoldQueue::Place HoldQueue::add(const HeldRequest& held, TimePoint start_by) {
  const Place place = take_slot(held, Line::kOnTime);
  slack_.push(place, start_by, held.request);
  return place;
}

HoldQueue::Place HoldQueue::add_late(const HeldRequest& held) {
  return take_slot(held, Line::kLate);
}

void HoldQueue::remove(Place place) {
  line(slots_[place].line).remove(place);
  leave(place);
}

void HoldQueue::serve(Place place, double work) {
  const Slot& slot = slots_[place];
  line(slot.line).serve(place, work, slot.held.weight);
  leave(place);
}

void HoldQueue::leave(Place place) {
  by_arrival_.remove(place);
  if (slack_.contains(place)) slack_.remove(place);
  room_.remove(place);
  vacant_.push_back(place);
}

std::optional<HoldQueue::Place> HoldQueue::next(Line which) const {
  return which == Line::kOnTime ? on_time_.next() : late_.next();
}

void HoldQueue::set_aside(Place place) {
  line(slots_[place].line).set_aside(place);
  aside_.push_back(place);
}

void HoldQueue::bring_back() {
  for (const Place place : aside_) line(slots_[place].line).bring_back(place);
  aside_.clear();
}

std::optional<HoldQueue::Place> HoldQueue::next_out_of_slack() const {
  if (slack_.empty()) return std::nullopt;
  return slack_.first();
}

TimePoint HoldQueue::next_end_of_slack() const {
  return slack_.empty() ? TimePoint::max() : slack_.first_at();
}

void HoldQueue::postpone(Place place, TimePoint start_by) {
  slack_.remove(place);
  slack_.push(place, start_by, slots_[place].held.request);
}

void HoldQueue::judge_slack(Duration quickest) {
  for (Place place = 0; place < slots_.size(); ++place) {
    if (slack_.contains(place)) postpone(place, slots_[place].held.start_by(quickest));
  }
}

void HoldQueue::move_to_late(Place place) {
  Slot& slot = slots_[place];
  slack_.remove(place);
  on_time_.remove(place);
  slot.line = Line::kLate;
  late_.add(place, member(slot.held));
}

std::optional<HoldQueue::Place> HoldQueue::longest_held() const {
  if (by_arrival_.empty()) return std::nullopt;
  return by_arrival_.first();
}

TimePoint HoldQueue::first_arrival() const {
  return by_arrival_.empty() ? TimePoint::max() : by_arrival_.first_at();
}

}  // namespace signalbox::core
