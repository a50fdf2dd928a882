// SPDX-License-Identifier: Apache-2.0
//
// Connections to one endpoint that wait for their next request. The newest goes first: the ones
// that were of use lately stay warm, so those that are one too many grow old, and end. An idle
// connection costs both ends memory, and whatever stands between them may forget it silently.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/time.h"

namespace signalbox::gateway {

template <class Connection>
class IdleLine {
 public:
  // REQUIRES: `now` is never before that of an earlier call.
  void put(std::shared_ptr<Connection> connection, TimePoint now) {
    waiting_.push_back({std::move(connection), now});
  }

  // The one that came last. REQUIRES: not empty.
  std::shared_ptr<Connection> take() {
    auto connection = std::move(waiting_.back().connection);
    waiting_.pop_back();
    return connection;
  }

  // Takes out those that have waited since `latest` or longer, the oldest first.
  std::vector<std::shared_ptr<Connection>> take_since(TimePoint latest) {
    std::vector<std::shared_ptr<Connection>> old;
    auto end = waiting_.begin();
    for (; end != waiting_.end() && end->since <= latest; ++end) {
      old.push_back(std::move(end->connection));
    }
    waiting_.erase(waiting_.begin(), end);
    return old;
  }

  void remove(const Connection& connection) {
    std::erase_if(waiting_,
                  [&](const Waiting& entry) { return entry.connection.get() == &connection; });
  }

  // Since when the oldest has waited; TimePoint::max() when none does.
  TimePoint oldest() const { return waiting_.empty() ? TimePoint::max() : waiting_.front().since; }

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    std::shared_ptr<Connection> connection;
    TimePoint since;
  };

  std::vector<Waiting> waiting_;  // the oldest first
};

}  // namespace signalbox::gateway
