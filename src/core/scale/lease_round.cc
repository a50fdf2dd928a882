// SPDX-License-Identifier: Apache-2.0
//
// One division of the slots, unit by unit. Slots that nobody holds go to whoever is furthest below
// its quota, endpoint by endpoint, so that each Router has a little of many. Slots move from one
// Router to another only for one that is short of what it needs: quotas follow the load, and
// evening them out for its own sake would make everybody wait for slots that travel. What moves
// shrinks now and is lent once its ceiling has come down, in a later division.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <queue>
#include <utility>

#include "core/scale/lease_quota.h"
#include "core/scale/slot_leases.h"

namespace signalbox::core {

struct LeaseBook::Round {
  // One connected Router's part in it.
  struct Part {
    std::uint32_t router = 0;
    int slots = 0;
    int used = 0;
    double demand = 0.0;
    bool waits = false;  // it holds requests
    int quota = 0;
    int enough = 0;  // of its quota, what it needs

    int below_quota() const { return quota - slots; }
    int short_of() const { return std::max(0, std::min(quota, enough) - slots); }
    bool comes_after(const Part& other) const {
      const bool is_short = short_of() > 0, other_is = other.short_of() > 0;
      if (is_short != other_is) return other_is;
      return below_quota() * std::int64_t{other.quota} < other.below_quota() * std::int64_t{quota};
    }
  };

  std::vector<Endpoint*> endpoints;  // ready, and free to be lent
  std::vector<Part> parts;           // parallel to the connected Routers
  int pool = 0;                      // slots that are theirs to share
  int on_the_way = 0;                // shrunk, not yet free
  bool waited_for = false;           // some request is held that it could serve

  int used() const {
    int all = 0;
    for (const Part& part : parts) all += part.used;
    return all;
  }
  int short_of() const {
    int all = 0;
    for (const Part& part : parts) all += part.short_of();
    return all;
  }
};

TimePoint LeaseBook::next_division() const {
  const bool alone = std::none_of(routers_.begin(), routers_.end(),
                                  [](const Router& router) { return router.connected; });
  if (alone) return TimePoint::max();
  if (last_division_ == TimePoint::min()) return last_division_;
  const TimePoint round = last_round_ + options_.round;
  return urgent_ ? std::min(round, last_division_ + options_.urgent_pause) : round;
}

std::vector<RouterId> LeaseBook::divide(TimePoint now) {
  const bool is_round =
      last_round_ == TimePoint::min() || now >= last_round_ + options_.round || !urgent_;
  if (is_round) last_round_ = now;
  last_division_ = now;
  ++divisions_;
  expire(now);
  urgent_ = wanting_ = false;
  take_back_excess();
  const auto present = connected();
  if (present.empty() || !spec_) return {};
  auto rounds = survey(present, now);
  spread_held(present, rounds);
  for (Round& round : rounds) {
    std::vector<double> demands;
    for (const auto& part : round.parts) demands.push_back(part.demand);
    const auto quotas = lease_quotas(round.pool, demands);
    const int floor = lease_floor(round.pool, static_cast<int>(demands.size()));
    for (std::size_t i = 0; i < quotas.size(); ++i) {
      auto& part = round.parts[i];
      part.quota = quotas[i];
      // Between rounds slots move for those who wait, and nobody else: the rest can wait for them.
      const bool counts = is_round || !round.waited_for || part.waits;
      if (counts) part.enough = floor + static_cast<int>(std::ceil(slots_needed(demands[i])));
    }
    lend(round);
    reclaim(round);
    wanting_ = wanting_ || (round.on_the_way > 0 && round.short_of() > 0);
  }
  return write_tables();
}

std::vector<std::uint32_t> LeaseBook::connected() const {
  std::vector<std::uint32_t> places;
  for (std::uint32_t i = 0; i < routers_.size(); ++i) {
    if (routers_[i].connected) places.push_back(i);
  }
  return places;
}

void LeaseBook::expire(TimePoint now) {
  for (std::uint32_t i = 0; i < routers_.size(); ++i) {
    const Router& router = routers_[i];
    const bool silent = router.present && !router.connected;
    if (silent && now >= router.silent_since + options_.lease_time) drop(i);
  }
}

// An endpoint that left, or serves fewer at a time than it did.
void LeaseBook::take_back_excess() {
  for (Endpoint& each : endpoints_) {
    std::erase_if(each.holdings, [](const Holding& mine) {
      return mine.slots == 0 && mine.ceiling == 0 && mine.in_flight == 0;
    });
    int excess = each.listed ? -each.slots : 0;
    for (const Holding& mine : each.holdings) excess += mine.slots;
    while (excess > 0) {
      Holding* largest = nullptr;
      for (Holding& mine : each.holdings) {
        const bool may = routers_[mine.router].connected && mine.slots > 0;
        if (may && (largest == nullptr || mine.slots > largest->slots)) largest = &mine;
      }
      if (largest == nullptr) break;
      shrink(*largest, 1);
      --excess;
    }
  }
  std::erase_if(endpoints_,
                [](const Endpoint& each) { return !each.listed && each.holdings.empty(); });
}

std::vector<LeaseBook::Round> LeaseBook::survey(const std::vector<std::uint32_t>& connected,
                                                TimePoint now) {
  std::vector<Round> rounds(spec_->units.size());
  std::vector<std::int64_t> part_of(routers_.size(), -1);
  for (std::size_t i = 0; i < connected.size(); ++i) {
    part_of[connected[i]] = static_cast<std::int64_t>(i);
  }
  for (std::size_t unit = 0; unit < rounds.size(); ++unit) {
    for (const std::uint32_t router : connected) {
      rounds[unit].parts.push_back({router, 0, 0, routers_[router].busy[unit], false, 0, 0});
    }
  }
  const bool settled = now >= opened_ + options_.settling;
  for (Endpoint& each : endpoints_) {
    if (!each.ready || (!settled && !each.newborn)) continue;
    Round& round = rounds[each.unit.index()];
    round.endpoints.push_back(&each);
    int shared = each.slots;
    for (const Holding& mine : each.holdings) {
      const std::int64_t part = part_of[mine.router];
      if (part < 0) {
        shared -= mine.ceiling;
        continue;
      }
      // Requests that outlast their lease take its place, and for how long nobody knows.
      const bool acknowledged = routers_[mine.router].obeys >= mine.shrunk_in;
      round.parts[static_cast<std::size_t>(part)].slots += acknowledged ? mine.ceiling : mine.slots;
      round.parts[static_cast<std::size_t>(part)].used += mine.in_flight;
      if (!acknowledged) round.on_the_way += mine.ceiling - mine.slots;
    }
    round.pool += std::max(0, shared);
  }
  return rounds;
}

// A held request needs a slot of any unit of its service: of those that are idle with somebody, in
// the operator's order; where nothing is idle, a fair part of what frees. While anybody waits for a
// unit, what others needed of it lately counts for nothing: only what they need now.
void LeaseBook::spread_held(const std::vector<std::uint32_t>& connected,
                            std::vector<Round>& rounds) const {
  std::vector<double> idle;
  for (const Round& round : rounds) idle.push_back(std::max(0, round.pool - round.used()));
  for (std::size_t s = 0; s < spec_->services.size(); ++s) {
    double held = 0.0;
    for (const std::uint32_t router : connected) held += routers_[router].held[s];
    if (held <= 0.0) continue;
    const auto& units = spec_->services[s].units;
    for (const UnitId unit : units) {
      if (std::exchange(rounds[unit.index()].waited_for, true)) continue;
      for (auto& part : rounds[unit.index()].parts) part.demand = part.used;
    }
    for (const UnitId unit : units) {
      for (std::size_t i = 0; i < connected.size(); ++i) {
        auto& part = rounds[unit.index()].parts[i];
        part.waits = part.waits || routers_[connected[i]].held[s] > 0;
      }
    }
    double waiting = held, pool = 0.0;
    const auto give = [&](UnitId unit, double slots) {
      for (std::size_t i = 0; i < connected.size(); ++i) {
        rounds[unit.index()].parts[i].demand += slots * routers_[connected[i]].held[s] / held;
      }
    };
    for (const UnitId unit : units) {
      const double slots = std::min(waiting, idle[unit.index()]);
      give(unit, slots);
      idle[unit.index()] -= slots;
      waiting -= slots;
      pool += rounds[unit.index()].pool;
    }
    if (waiting <= 0.0 || pool <= 0.0) continue;
    for (const UnitId unit : units) give(unit, waiting * rounds[unit.index()].pool / pool);
  }
}

void LeaseBook::lend(Round& round) {
  if (round.endpoints.empty()) return;
  const auto later = [&round](std::size_t a, std::size_t b) {
    return round.parts[a].comes_after(round.parts[b]);
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> line(later);
  for (std::size_t i = 0; i < round.parts.size(); ++i) {
    if (round.parts[i].below_quota() > 0) line.push(i);
  }
  const std::size_t first = divisions_ % round.endpoints.size();
  for (std::size_t n = 0; n < round.endpoints.size() && !line.empty(); ++n) {
    Endpoint& each = *round.endpoints[(first + n) % round.endpoints.size()];
    for (int free = unlent(each); free > 0 && !line.empty(); --free) {
      const std::size_t next = line.top();
      line.pop();
      Round::Part& part = round.parts[next];
      grow(holding(each, part.router), 1);
      ++part.slots;
      if (part.below_quota() > 0) line.push(next);
    }
  }
}

void LeaseBook::reclaim(Round& round) {
  int wanted = round.short_of() - round.on_the_way;
  if (wanted <= 0) return;
  std::vector<std::size_t> donors;
  std::vector<std::int64_t> donor_of(routers_.size(), -1);
  for (std::size_t i = 0; i < round.parts.size(); ++i) {
    if (round.parts[i].below_quota() < 0) donors.push_back(i);
  }
  std::stable_sort(donors.begin(), donors.end(), [&round](std::size_t a, std::size_t b) {
    return round.parts[a].below_quota() < round.parts[b].below_quota();
  });
  for (std::size_t i = 0; i < donors.size(); ++i) {
    donor_of[round.parts[donors[i]].router] = static_cast<std::int64_t>(i);
  }
  std::vector<std::vector<Holding*>> theirs(donors.size());
  for (Endpoint* const each : round.endpoints) {
    for (Holding& mine : each->holdings) {
      const std::int64_t donor = donor_of[mine.router];
      if (donor >= 0 && mine.slots > 0) theirs[static_cast<std::size_t>(donor)].push_back(&mine);
    }
  }
  const auto take = [&](std::size_t donor, Holding& from, int most) {
    Round::Part& part = round.parts[donors[donor]];
    const int slots = std::min({most, -part.below_quota(), wanted});
    if (slots <= 0) return;
    shrink(from, slots);
    part.slots -= slots;
    round.on_the_way += slots;
    wanted -= slots;
  };
  // Idle slots first, of whoever has the most above its quota; only then some that serve now.
  for (const bool idle : {true, false}) {
    for (std::size_t donor = 0; donor < donors.size() && wanted > 0; ++donor) {
      for (Holding* const mine : theirs[donor]) {
        take(donor, *mine, idle ? mine->slots - mine->in_flight : mine->slots);
      }
    }
  }
}

void LeaseBook::grow(Holding& holding, int slots) {
  holding.slots += slots;
  holding.ceiling = std::max(holding.ceiling, holding.slots);
  routers_[holding.router].changed = true;
}

void LeaseBook::shrink(Holding& holding, int slots) {
  Router& router = routers_[holding.router];
  holding.slots -= slots;
  holding.shrunk_in = router.table.version + 1;
  router.changed = true;
}

std::vector<RouterId> LeaseBook::write_tables() {
  std::vector<RouterId> changed;
  for (Router& router : routers_) {
    if (!router.connected || !router.changed) continue;
    changed.push_back(router.id);
    ++router.table.version;
    router.table.leases.clear();
  }
  if (changed.empty()) return changed;
  for (const Endpoint& each : endpoints_) {
    for (const Holding& mine : each.holdings) {
      Router& router = routers_[mine.router];
      const bool is_told = router.connected && router.changed && mine.slots > 0;
      if (is_told) router.table.leases.push_back({each.id, mine.slots});
    }
  }
  for (Router& router : routers_) router.changed = false;
  return changed;
}

}  // namespace signalbox::core
