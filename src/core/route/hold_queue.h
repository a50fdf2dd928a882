// SPDX-License-Identifier: Apache-2.0
//
// Requests that wait for a slot instead of for a server: late binding. A held request is bound to
// an endpoint only when one frees, so no request waits behind a slow one it was assigned to. Two
// lines: those that can still meet their objective go first, earliest deadline ahead; those that
// cannot take what is left. Under overload this serves in time the largest number that can be.
#pragma once

#include <compare>
#include <cstddef>
#include <set>

#include "base/ids.h"
#include "base/time.h"

namespace signalbox::core {

class HoldQueue {
 public:
  struct Entry {
    TimePoint deadline;
    RequestId request;
    auto operator<=>(const Entry&) const = default;
  };
  using Line = std::set<Entry>;

  void add(Entry entry, bool late) { (late ? late_ : on_time_).insert(entry); }
  void remove(Entry entry) {
    if (on_time_.erase(entry) == 0) late_.erase(entry);
  }
  void move_to_late(Entry entry) {
    if (on_time_.erase(entry) > 0) late_.insert(entry);
  }

  const Line& on_time() const { return on_time_; }
  const Line& late() const { return late_; }
  std::size_t size() const { return on_time_.size() + late_.size(); }
  bool empty() const { return size() == 0; }

 private:
  Line on_time_;
  Line late_;
};

}  // namespace signalbox::core
