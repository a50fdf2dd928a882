// SPDX-License-Identifier: Apache-2.0
//
// Tenants by name, as small numbers with weights. Names come with requests, so how many are told
// apart is bounded: a name without a weight of its own is remembered while requests of it are
// under way, and for as long afterwards as nobody else needs the place; when all places are in use,
// newcomers are one tenant together. Once as many have been seen nothing is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/model/tenancy.h"
#include "core/route/fair_line.h"

namespace signalbox::core {

class TenantTable {
 public:
  static constexpr TenantIndex kNobody = 0;  // requests that name no tenant
  static constexpr TenantIndex kRest = 1;    // tenants there was no place for
  // Longer names are of the rest.
  static constexpr std::size_t kMaxNameBytes = 64;

  TenantTable();

  // Takes over what the operator says; numbers of tenants with requests under way stay.
  void adopt(const Tenancy& tenancy);

  // The number of the tenant, for one more request of it, until leave().
  TenantIndex enter(std::string_view name);
  void leave(TenantIndex tenant);

  double weight(TenantIndex tenant) const { return entries_[tenant].weight; }
  // Numbers given out so far are less than this.
  std::size_t size() const { return entries_.size(); }

 private:
  static constexpr TenantIndex kNone = 0xFFFFFFFF;

  struct Entry {
    std::string name;
    double weight = 1.0;
    std::uint32_t requests = 0;
    bool is_named = false;  // by the operator
    // Of those that are idle and not named, in the order in which they became so:
    bool is_idle = false;
    TenantIndex before = kNone, after = kNone;
  };

  TenantIndex create(std::string_view name);
  TenantIndex reuse(std::string_view name);
  void make_idle(TenantIndex tenant);
  void end_idle(TenantIndex tenant);

  std::deque<Entry> entries_;  // a deque: the names stay where the map points
  std::unordered_map<std::string_view, TenantIndex> by_name_;
  TenantIndex first_idle_ = kNone, last_idle_ = kNone;
  double default_weight_ = 1.0;
  std::size_t unnamed_ = 0;  // that have a place
  std::size_t max_unnamed_ = 0;
};

}  // namespace signalbox::core
