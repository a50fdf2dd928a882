// SPDX-License-Identifier: Apache-2.0
//
// Many deadlines on one loop, at the price of one timer. A busy connection moves its deadline with
// every request and hardly ever meets it, so moving one must cost next to nothing: they lie in a
// tree of their own (no allocation), and the system's timer is only touched when the first of all
// comes earlier than it is set for. When it fires too early it is set again.
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
  ~Deadline() { clear(); }

  // Moves it. When it comes it is unset, and `due` is called.
  void set(TimePoint at);
  void clear();
  bool is_set() const { return place_.is_linked(); }
  TimePoint at() const { return at_; }

 private:
  friend class Deadlines;
  struct Earlier;

  Deadlines& deadlines_;
  std::function<void()> due_;
  TimePoint at_{};
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
    bool operator()(const Deadline& a, const Deadline& b) const { return a.at_ < b.at_; }
  };

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
