// SPDX-License-Identifier: Apache-2.0
//
// One line in front of many replicas, each serving one at a time: what late binding makes of a
// fleet, without the Router. For tests only, which compare it with M/M/c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/engine/event_queue.h"
#include "sim/engine/fifo.h"
#include "sim/engine/replica_engine.h"

namespace signalbox::sim {

class PooledQueue {
 public:
  PooledQueue(const ServiceModel& one_slot, int servers) {
    for (int i = 0; i < servers; ++i) {
      engines_.emplace_back(one_slot);
      idle_.push_back(engines_.size() - 1);
    }
  }

  // Job `id` of size `factor`. What started or finished until `now` is appended.
  void arrive(JobId id, double factor, TimePoint now, std::vector<JobEvent>& out) {
    advance(now, out);
    line_.push_back({id, factor});
    start(now, out);
  }

  void advance(TimePoint now, std::vector<JobEvent>& out) {
    while (!ends_.empty() && ends_.top().order.at <= now) {
      const auto end = ends_.pop();
      engines_[end.payload].advance(end.order.at, out);
      idle_.push_back(end.payload);
      start(end.order.at, out);
    }
  }

 private:
  void start(TimePoint now, std::vector<JobEvent>& out) {
    while (!line_.empty() && !idle_.empty()) {
      const std::size_t server = idle_.pop_front();
      engines_[server].arrive(line_.pop_front(), now, out);
      ends_.push(*engines_[server].next_event(), server);
    }
  }

  std::vector<ReplicaEngine> engines_;
  Fifo<std::size_t> idle_;
  Fifo<Job> line_;
  EventQueue<std::size_t> ends_;
};

}  // namespace signalbox::sim
