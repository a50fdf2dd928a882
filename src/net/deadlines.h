// SPDX-License-Identifier: Apache-2.0
//
// Many deadlines on one loop, at the price of one timer. A busy connection moves its deadline with
// every message and hardly ever meets it, so moving one must cost next to nothing. They lie in a
// tree of their own (no allocation), where one that is moved to later, or cleared, stays until its
// old time comes: then it is put where it belongs, or taken out. The system's timer is only touched
// when the first of all comes earlier than it is set for; when it fires too early it is set again.
#pragma once

#include <boost/intrusive/set.hpp>
#include <functional>
#include <utility>

#include "base/time.h"
#include "net/asio.h"

namespace signalbox::net {

class Deadlines;

// One deadline, set or not. Belongs to the loop's thread, as all of this. Not called after clear()
// or the destructor.
class Deadline {
 public:
  Deadline(Deadlines& deadlines, std::function<void()> due)
      : deadlines_(deadlines), due_(std::move(due)) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline();

  // Moves it. When it comes it is unset, and `due` is called.
  void set(TimePoint at);
  void clear() { at_ = kNever; }
  bool is_set() const { return at_ != kNever; }
  TimePoint at() const { return at_; }

 private:
  friend class Deadlines;

  static constexpr TimePoint kNever = TimePoint::max();

  Deadlines& deadlines_;
  std::function<void()> due_;
  TimePoint at_ = kNever;
  TimePoint filed_at_{};  // its key in the tree, while it is there; not later than at_
  boost::intrusive::set_member_hook<> place_;
};

// REQUIRES: outlives its deadlines.
class Deadlines {
 public:
  explicit Deadlines(asio::io_context& io) : timer_(io) {}
  // Nothing comes due any more.
  void stop();

 private:
  friend class Deadline;
  struct Earlier {
    bool operator()(const Deadline& a, const Deadline& b) const {
      return a.filed_at_ < b.filed_at_;
    }
  };

  void file(Deadline& deadline);
  void remove(Deadline& deadline);
  void arm();
  void on_timer();

  asio::steady_timer timer_;
  TimePoint armed_for_ = TimePoint::max();
  bool stopped_ = false;
  boost::intrusive::multiset<Deadline,
                             boost::intrusive::member_hook<
                                 Deadline, boost::intrusive::set_member_hook<>, &Deadline::place_>,
                             boost::intrusive::compare<Earlier>>
      set_;
};

}  // namespace signalbox::net
