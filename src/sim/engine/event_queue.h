// SPDX-License-Identifier: Apache-2.0
//
// The simulator's future: events in the one order (time, sequence). Two events at the same instant
// happen in the order they were scheduled, always, because a tie broken by chance makes a run that
// no seed can repeat. A 4-ary heap over values: the four children share a cache line or two, and a
// handler is the caller's switch over its payload, so the loop neither allocates nor calls through
// a pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/time.h"

namespace signalbox::sim {

// Where an event stands among all events of a run.
struct EventOrder {
  TimePoint at;
  std::uint64_t sequence = 0;  // unique within a queue, counted up by each push
};

// The only comparator of events. A strict total order, since sequences are unique.
constexpr bool happens_before(const EventOrder& a, const EventOrder& b) {
  if (a.at != b.at) return a.at < b.at;
  return a.sequence < b.sequence;
}

// Payload: small and cheap to move; an event that no longer matters is recognised by its owner when
// it comes up (an id or generation in the payload), nothing is searched for and removed.
template <class Payload>
class EventQueue {
 public:
  struct Event {
    EventOrder order;
    Payload payload;
  };

  // `at` may lie in the past of events already popped; ordering time is the caller's business.
  void push(TimePoint at, Payload payload) {
    heap_.emplace_back(EventOrder{at, next_sequence_++}, std::move(payload));
    sift_up(heap_.size() - 1);
  }

  // A place in the order for something that waits beside the queue.
  std::uint64_t take_sequence() { return next_sequence_++; }

  // The earliest event. REQUIRES: !empty()
  const Event& top() const {
    SIGNALBOX_ASSERT(!heap_.empty());
    return heap_.front();
  }

  // Removes and returns the earliest event. REQUIRES: !empty()
  Event pop() {
    SIGNALBOX_ASSERT(!heap_.empty());
    Event earliest = std::move(heap_.front());
    Event last = std::move(heap_.back());
    heap_.pop_back();
    if (!heap_.empty()) sift_down(std::move(last));
    return earliest;
  }

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  void reserve(std::size_t events) { heap_.reserve(events); }

 private:
  static constexpr std::size_t kArity = 4;

  static std::size_t parent_of(std::size_t child) { return (child - 1) / kArity; }

  void sift_up(std::size_t hole) {
    // Most events are scheduled behind most others: they stay where they were put.
    if (hole == 0 || !happens_before(heap_[hole].order, heap_[parent_of(hole)].order)) return;
    Event rising = std::move(heap_[hole]);
    do {
      heap_[hole] = std::move(heap_[parent_of(hole)]);
      hole = parent_of(hole);
    } while (hole > 0 && happens_before(rising.order, heap_[parent_of(hole)].order));
    heap_[hole] = std::move(rising);
  }

  // Lets `falling` sink from the root, whose place is free.
  void sift_down(Event falling) {
    const std::size_t count = heap_.size();
    std::size_t hole = 0;
    for (std::size_t first = 1; first < count; first = hole * kArity + 1) {
      const std::size_t end = first + kArity < count ? first + kArity : count;
      std::size_t earliest = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (happens_before(heap_[child].order, heap_[earliest].order)) earliest = child;
      }
      if (!happens_before(heap_[earliest].order, falling.order)) break;
      heap_[hole] = std::move(heap_[earliest]);
      hole = earliest;
    }
    heap_[hole] = std::move(falling);
  }

  std::vector<Event> heap_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace signalbox::sim
