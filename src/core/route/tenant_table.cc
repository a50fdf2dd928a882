// SPDX-License-Identifier: Apache-2.0
//
// A map of names and a list of idle entries, the longest idle first; see tenant_table.h.
#include "core/route/tenant_table.h"

#include <utility>

#include "base/assert.h"

namespace signalbox::core {

namespace {

std::size_t index_of(BudgetBound bound) { return static_cast<std::size_t>(bound); }

}  // namespace

TenantTable::TenantTable() { entries_.resize(2); }

void TenantTable::adopt(const Tenancy& tenancy) {
  default_weight_ = tenancy.default_weight;
  default_budget_ = tenancy.default_budget;
  max_unnamed_ = static_cast<std::size_t>(tenancy.max_unnamed);
  for (auto& entry : entries_) {
    entry.is_named = false;
    set_terms(entry, default_weight_, default_budget_);
  }
  for (const TenantShare& share : tenancy.named) {
    const auto known = by_name_.find(share.name);
    const TenantIndex tenant = known != by_name_.end() ? known->second : create(share.name);
    entries_[tenant].is_named = true;
    set_terms(entries_[tenant], share.weight, share.budget);
  }
  unnamed_ = 0;
  for (TenantIndex tenant = kRest + 1; tenant < entries_.size(); ++tenant) {
    const Entry& entry = entries_[tenant];
    if (!entry.is_named) ++unnamed_;
    const bool is_idle = !entry.is_named && entry.requests == 0;
    if (is_idle && !entry.is_idle) make_idle(tenant);
    if (!is_idle && entry.is_idle) end_idle(tenant);
  }
}

void TenantTable::set_terms(Entry& entry, double weight, const TenantBudget& budget) {
  entry.weight = weight;
  entry.budget = budget;
  entry.account.prepare(budget);
}

TenantIndex TenantTable::create(std::string_view name) {
  const auto tenant = static_cast<TenantIndex>(entries_.size());
  Entry& entry = entries_.emplace_back();
  entry.name.reserve(kMaxNameBytes);
  entry.name.assign(name);
  set_terms(entry, default_weight_, default_budget_);
  by_name_.emplace(entry.name, tenant);
  return tenant;
}

// The place of the longest idle; the map's node goes with it. REQUIRES: somebody is idle.
TenantIndex TenantTable::reuse(std::string_view name) {
  const TenantIndex tenant = first_idle_;
  end_idle(tenant);
  Entry& entry = entries_[tenant];
  auto node = by_name_.extract(entry.name);
  entry.name.assign(name);
  entry.refused.fill(0);
  node.key() = entry.name;
  by_name_.insert(std::move(node));
  return tenant;
}

TenantIndex TenantTable::enter(std::string_view name, TimePoint now) {
  TenantIndex tenant = kRest;
  if (name.empty()) {
    tenant = kNobody;
  } else if (name.size() > kMaxNameBytes) {
    tenant = kRest;
  } else if (const auto known = by_name_.find(name); known != by_name_.end()) {
    tenant = known->second;
    if (entries_[tenant].is_idle) end_idle(tenant);
  } else if (unnamed_ < max_unnamed_) {
    tenant = create(name);
    ++unnamed_;
  } else if (first_idle_ != kNone && max_unnamed_ > 0 &&
             entries_[first_idle_].account.is_clear(now)) {
    tenant = reuse(name);
  }
  ++entries_[tenant].requests;
  return tenant;
}

void TenantTable::leave(TenantIndex tenant) {
  Entry& entry = entries_[tenant];
  SIGNALBOX_ASSERT(entry.requests > 0);
  if (--entry.requests == 0 && !entry.is_named && tenant > kRest) make_idle(tenant);
}

BudgetAccount::Answer TenantTable::admit(TenantIndex tenant, double most_usd, TimePoint now) {
  Entry& entry = entries_[tenant];
  SIGNALBOX_ASSERT(entry.requests > 0);
  const auto answer = entry.account.admit(entry.budget, entry.requests - 1, most_usd, now);
  if (answer.used_up != BudgetBound::kNone) ++entry.refused[index_of(answer.used_up)];
  return answer;
}

void TenantTable::describe(TimePoint now, std::vector<TenantDigest>& out) const {
  out.clear();
  for (const Entry& entry : entries_) {
    if (!entry.is_named) continue;
    out.push_back({.name = entry.name,
                   .in_flight = static_cast<int>(entry.requests),
                   .spent_usd = entry.account.spent_usd(now),
                   .over_rate = entry.refused[index_of(BudgetBound::kRate)],
                   .over_in_flight = entry.refused[index_of(BudgetBound::kInFlight)],
                   .over_cost = entry.refused[index_of(BudgetBound::kCost)]});
  }
}

void TenantTable::make_idle(TenantIndex tenant) {
  Entry& entry = entries_[tenant];
  entry.is_idle = true;
  entry.before = std::exchange(last_idle_, tenant);
  entry.after = kNone;
  (entry.before == kNone ? first_idle_ : entries_[entry.before].after) = tenant;
}

void TenantTable::end_idle(TenantIndex tenant) {
  Entry& entry = entries_[tenant];
  entry.is_idle = false;
  (entry.before == kNone ? first_idle_ : entries_[entry.before].after) = entry.after;
  (entry.after == kNone ? last_idle_ : entries_[entry.after].before) = entry.before;
}

}  // namespace signalbox::core
