// SPDX-License-Identifier: Apache-2.0
//
// The requests a Router knows, each between its arrival and its end, found by id. Open addressing
// over a slab of tickets whose places are used again, newest first: a request costs no allocation
// once as many have been known at a time before, and those in flight lie close together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bounded_vector.h"
#include "base/ids.h"
#include "base/time.h"
#include "core/route/constraints.h"
#include "core/route/hold_queue.h"

namespace signalbox::core {

struct Ticket {
  static constexpr int kMaxAttempts = 4;  // the first one and three re-decisions
  static constexpr UnitId kNoUnit{0xFFFFFFFF};

  RequestId id;
  TimePoint arrival{};
  TimePoint deadline{};
  double work = 1.0;
  ServiceId service;
  // Which of the service's units may serve it (constraints.h).
  UnitMask permitted = kEveryUnit;
  UnitMask fitting = kEveryUnit;
  DataClassIndex data_class = kStrictest;
  TenantIndex tenant = 0;
  std::int8_t priority = 0;
  bool replayable = true;
  bool orphaned = false;  // its service left the configuration while it was in flight
  std::uint8_t attempts = 0;
  std::uint8_t retries = 0;  // of these, after an answer of 5xx or a timeout
  bool held = false;
  bool resting = false;  // has failed, and is to be decided anew after a pause (router_retry.cc)
  // Its client waits no longer than this.
  TimePoint give_up_at = TimePoint::max();
  double set_aside_usd = 0.0;  // of its tenant's budget, until it is forwarded
  // Of a language model; 0 = unknown:
  int prompt_tokens = 0;
  int output_tokens = 0;  // at most
  Duration reading{};     // of its prompt, where the first token's deadline must leave room for it
  // While held:
  HoldQueue::Place place = 0;
  TimePoint start_by{};  // begun later it would be late, as judged when it was last considered
  TimePoint held_since{};
  // While in flight:
  EndpointId endpoint;
  UnitId unit;  // kNoUnit once it has left the configuration
  TimePoint forwarded_at{};
  double charged_usd = 0.0;  // to its tenant, for this attempt
  int load = 0;              // requests it found there, itself included; 0 = not known
  Duration expected{};       // the profile's time in service at its work and the load it found
  Duration unshared{};       // the same, if others had nothing there
  Duration alone{};          // the profile's where it were the only one there
  Duration expected_first_token{};  // likewise, of a language model
  Duration expected_per_token{};
  // A second copy of it, in flight beside the first (router_hedge.cc); endpoint 0 = there is none.
  struct Copy {
    EndpointId endpoint;
    UnitId unit = kNoUnit;
    TimePoint forwarded_at{};
    double charged_usd = 0.0;
    Duration expected{};
  };
  Copy second;
  bool hedged() const { return second.endpoint.value != 0; }
  BoundedVector<UnitId, kMaxAttempts> tried;  // units that failed it

  UnitMask usable() const { return permitted & fitting; }
};

class TicketTable {
 public:
  // nullptr when the id is unknown. Valid until the next insert().
  Ticket* find(RequestId id) {
    const std::size_t cell = cell_of(id);
    return cell == kNowhere ? nullptr : &tickets_[cells_[cell].slot];
  }

  // A new ticket. REQUIRES: the id is not in use.
  Ticket& insert(RequestId id);
  // Forgets the ticket. REQUIRES: it is of this table.
  void erase(const Ticket& ticket);

  std::size_t size() const { return tickets_.size() - vacant_.size(); }

  // Small and dense, the same as long as the ticket is known.
  std::uint32_t place_of(const Ticket& ticket) const {
    return static_cast<std::uint32_t>(&ticket - tickets_.data());
  }
  // REQUIRES: a ticket has that place.
  Ticket& at_place(std::uint32_t place) { return tickets_[place]; }

  // Calls `function` with every ticket; it may erase the one it is given.
  template <class Function>
  void for_each(Function&& function) {
    for (auto& ticket : tickets_) {
      if (find(ticket.id) == &ticket) function(ticket);
    }
  }

 private:
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  static constexpr std::size_t kFewestCells = 16;

  struct Cell {
    RequestId id;
    std::uint32_t slot = kEmpty;
  };

  // Fibonacci hashing by the high bits: consecutive ids land far apart.
  std::size_t home_of(RequestId id) const {
    return static_cast<std::size_t>((id.value * 0x9E3779B97F4A7C15ULL) >> shift_);
  }
  std::size_t after(std::size_t cell) const { return (cell + 1) & (cells_.size() - 1); }
  std::size_t cell_of(RequestId id) const {
    if (cells_.empty()) return kNowhere;
    for (std::size_t cell = home_of(id);; cell = after(cell)) {
      if (cells_[cell].slot == kEmpty) return kNowhere;
      if (cells_[cell].id == id) return cell;
    }
  }
  void put(Cell cell);
  void grow();

  std::vector<Cell> cells_;  // a power of two, at most half of them taken
  int shift_ = 64;           // 64 - log2(cells_.size())
  std::vector<Ticket> tickets_;
  std::vector<std::uint32_t> vacant_;
};

}  // namespace signalbox::core
