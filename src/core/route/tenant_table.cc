// SPDX-License-Identifier: Apache-2.0
//
// A map of names and a list of idle entries, the longest idle first; see tenant_table.h.
#include "core/route/tenant_table.h"

#include <utility>

#include "base/assert.h"

namespace signalbox::core {

TenantTable::TenantTable() { entries_.resize(2); }

void TenantTable::adopt(const Tenancy& tenancy) {
  default_weight_ = tenancy.default_weight;
  max_unnamed_ = static_cast<std::size_t>(tenancy.max_unnamed);
  for (auto& entry : entries_) {
    entry.is_named = false;
    entry.weight = default_weight_;
  }
  for (const TenantShare& share : tenancy.named) {
    const auto known = by_name_.find(share.name);
    const TenantIndex tenant = known != by_name_.end() ? known->second : create(share.name);
    entries_[tenant].is_named = true;
    entries_[tenant].weight = share.weight;
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

TenantIndex TenantTable::create(std::string_view name) {
  const auto tenant = static_cast<TenantIndex>(entries_.size());
  Entry& entry = entries_.emplace_back();
  entry.name.reserve(kMaxNameBytes);
  entry.name.assign(name);
  entry.weight = default_weight_;
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
  node.key() = entry.name;
  by_name_.insert(std::move(node));
  return tenant;
}

TenantIndex TenantTable::enter(std::string_view name) {
  if (name.empty()) return kNobody;
  if (name.size() > kMaxNameBytes) return kRest;
  TenantIndex tenant = kRest;
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    tenant = known->second;
    if (entries_[tenant].is_idle) end_idle(tenant);
  } else if (unnamed_ < max_unnamed_) {
    tenant = create(name);
    ++unnamed_;
  } else if (first_idle_ != kNone && max_unnamed_ > 0) {
    tenant = reuse(name);
  } else {
    return kRest;
  }
  ++entries_[tenant].requests;
  return tenant;
}

void TenantTable::leave(TenantIndex tenant) {
  if (tenant <= kRest) return;
  Entry& entry = entries_[tenant];
  SIGNALBOX_ASSERT(entry.requests > 0);
  if (--entry.requests == 0 && !entry.is_named) make_idle(tenant);
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
