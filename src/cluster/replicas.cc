// SPDX-License-Identifier: Apache-2.0
//
// See replicas.h.
#include "cluster/replicas.h"

#include <algorithm>
#include <utility>

namespace signalbox::cluster {

EndpointId endpoint_of(const std::string& uid) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a, 64 bits
  for (const char c : uid) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return EndpointId(hash | core::kFoundEndpointBit);
}

// A replica that was refused and still stands is what comes of the next launch: the number of
// replicas was not lowered yet, so raising it by one brings no other.
void Replicas::launch(EndpointId id, UnitId unit, TimePoint now) {
  for (const std::string& uid : of(unit)) {
    Replica& replica = replicas_.at(uid);
    if (!replica.refused || replica.stopping) continue;
    replica.refused = false;
    replica.found_at = now;
    news_.push_back(core::EndpointFound{replica.id, unit, id});
    return;
  }
  launches_.push_back({id, unit, now});
}

EndpointId Replicas::take_launch(UnitId unit) {
  const auto oldest = std::find_if(launches_.begin(), launches_.end(),
                                   [unit](const Launch& launch) { return launch.unit == unit; });
  if (oldest == launches_.end()) return {};
  const EndpointId id = oldest->id;
  launches_.erase(oldest);
  return id;
}

bool Replicas::stop(EndpointId id) {
  if (const auto known = uids_.find(id); known != uids_.end()) {
    replicas_.at(known->second).stopping = true;
    return true;
  }
  std::erase_if(launches_, [id](const Launch& launch) { return launch.id == id; });
  news_.push_back(core::EndpointGone{id, "stopped"});
  return false;
}

void Replicas::see(UnitId unit, const ReplicaFacts& facts, TimePoint now) {
  const auto known = replicas_.find(facts.uid);
  if (known == replicas_.end()) {
    if (facts.is_leaving) return;
    Replica& fresh = replicas_[facts.uid];
    fresh.id = endpoint_of(facts.uid);
    fresh.unit = unit;
    fresh.found_at = now;
    uids_[fresh.id] = facts.uid;
    of_unit_[unit].insert(facts.uid);
    news_.push_back(core::EndpointFound{fresh.id, unit, take_launch(unit)});
    return see(unit, facts, now);
  }
  Replica& replica = known->second;
  if (facts.is_ready && facts.address.port != 0 && !replica.ready) {
    replica.ready = true;
    if (std::exchange(replica.refused, false)) {
      news_.push_back(core::EndpointFound{replica.id, unit, take_launch(unit)});
    }
    news_.push_back(core::EndpointReady{replica.id, facts.address});
  }
  if (facts.is_leaving) leave(facts.uid, now);
}

void Replicas::lose(const std::string& uid, const std::string& reason) {
  const auto at = replicas_.find(uid);
  if (at == replicas_.end()) return;
  if (!at->second.refused) {
    news_.push_back(core::EndpointGone{at->second.id, at->second.stopping ? "stopped" : reason});
  }
  uids_.erase(at->second.id);
  of_unit_[at->second.unit].erase(uid);
  replicas_.erase(at);
}

void Replicas::leave(const std::string& uid, TimePoint by) {
  const auto at = replicas_.find(uid);
  if (at == replicas_.end() || at->second.refused) return;
  Replica& replica = at->second;
  const bool withdrawn = by == TimePoint::max();
  if (by == replica.leaving_by || (!withdrawn && by >= replica.leaving_by)) return;
  replica.leaving_by = by;
  news_.push_back(core::EndpointLeaving{replica.id, by});
}

bool Replicas::refuse(const std::string& uid, const std::string& reason) {
  const auto at = replicas_.find(uid);
  if (at == replicas_.end()) return false;
  Replica& replica = at->second;
  if (replica.ready || replica.refused || replica.stopping) return false;
  replica.refused = true;
  news_.push_back(core::LaunchRefused{replica.id, replica.unit, reason});
  return true;
}

bool Replicas::refuse_launch(UnitId unit, const std::string& reason) {
  const EndpointId id = take_launch(unit);
  if (id == EndpointId{}) return false;
  news_.push_back(core::LaunchRefused{id, unit, reason});
  return true;
}

void Replicas::expire(TimePoint now, const std::function<std::string(UnitId)>& reason) {
  while (!launches_.empty() && now - launches_.front().at >= kLaunchPatience) {
    const Launch launch = launches_.front();
    launches_.pop_front();
    news_.push_back(core::LaunchRefused{launch.id, launch.unit, reason(launch.unit)});
  }
}

const Replicas::Replica* Replicas::find(const std::string& uid) const {
  const auto at = replicas_.find(uid);
  return at == replicas_.end() ? nullptr : &at->second;
}

std::string Replicas::uid_of(EndpointId id) const {
  const auto at = uids_.find(id);
  return at == uids_.end() ? std::string() : at->second;
}

const std::set<std::string>& Replicas::of(UnitId unit) const {
  static const std::set<std::string> kNone;
  const auto at = of_unit_.find(unit);
  return at == of_unit_.end() ? kNone : at->second;
}

std::size_t Replicas::launches(UnitId unit) const {
  return static_cast<std::size_t>(
      std::count_if(launches_.begin(), launches_.end(),
                    [unit](const Launch& launch) { return launch.unit == unit; }));
}

std::vector<News> Replicas::take() { return std::exchange(news_, {}); }

}  // namespace signalbox::cluster
