// SPDX-License-Identifier: Apache-2.0
//
// Tenants by name, as small numbers with weights. Names come with requests, so how many are told
// apart is bounded: a name without a weight of its own is remembered while requests of it are
// under way, and for as long afterwards as nobody else needs the place; when all places are in use,
// newcomers are one tenant together. Once as many have been seen nothing is allocated.
//
// With each goes what it has used of its budget. A place whose account is not clear is not given to
// another name, or a tenant could have a fresh budget by calling itself something else meanwhile.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/model/digest.h"
#include "core/model/tenancy.h"
#include "core/route/fair_line.h"
#include "core/route/tenant_budget.h"

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
  TenantIndex enter(std::string_view name, TimePoint now);
  void leave(TenantIndex tenant);

  // Whether the request that has just entered may go on; it must leave if not. REQUIRES: it costs
  // no more than `most_usd`.
  BudgetAccount::Answer admit(TenantIndex tenant, double most_usd, TimePoint now);
  bool bounds_cost(TenantIndex tenant) const { return entries_[tenant].budget.usd_per_hour > 0.0; }
  BudgetAccount& account(TenantIndex tenant) { return entries_[tenant].account; }
  // Of those the operator named.
  void describe(TimePoint now, std::vector<TenantDigest>& out) const;

  double weight(TenantIndex tenant) const { return entries_[tenant].weight; }
  // Numbers given out so far are less than this.
  std::size_t size() const { return entries_.size(); }

 private:
  static constexpr TenantIndex kNone = 0xFFFFFFFF;

  struct Entry {
    std::string name;
    double weight = 1.0;
    TenantBudget budget;
    BudgetAccount account;
    std::array<std::uint64_t, 4> refused{};  // by BudgetBound
    std::uint32_t requests = 0;
    bool is_named = false;  // by the operator
    // Of those that are idle and not named, in the order in which they became so:
    bool is_idle = false;
    TenantIndex before = kNone, after = kNone;
  };

  void set_terms(Entry& entry, double weight, const TenantBudget& budget);
  TenantIndex create(std::string_view name);
  TenantIndex reuse(std::string_view name);
  void make_idle(TenantIndex tenant);
  void end_idle(TenantIndex tenant);

  std::deque<Entry> entries_;  // a deque: the names stay where the map points
  std::unordered_map<std::string_view, TenantIndex> by_name_;
  TenantIndex first_idle_ = kNone, last_idle_ = kNone;
  double default_weight_ = 1.0;
  TenantBudget default_budget_;
  std::size_t unnamed_ = 0;  // that have a place
  std::size_t max_unnamed_ = 0;
};

}  // namespace signalbox::core
