// SPDX-License-Identifier: Apache-2.0
//
// Levels of flows of requests; see fair_line.h.
#include "core/route/fair_line.h"

#include <algorithm>
#include <bit>

namespace signalbox::core {

void FairLine::add(Place place, const Member& member) {
  if (place >= members_.size()) members_.resize(place + std::size_t{1});
  members_[place] = member;
  Level& level = level_of(member);
  if (member.tenant >= level.flows.size()) level.flows.resize(member.tenant + std::size_t{1});
  Flow& flow = level.flows[member.tenant];
  if (flow.members == 0) flow.tag = std::max(flow.tag, level.clock);
  ++flow.members;
  ++level.members;
  stand(place);
}

void FairLine::stand(Place place) {
  const Member& member = members_[place];
  Level& level = level_of(member);
  Flow& flow = level.flows[member.tenant];
  if (flow.root == HeapForest::kNone) level.turns.push(member.tenant, {flow.tag, member.tenant});
  flow.root =
      forest_.insert(flow.root, place, [this](Place a, Place b) { return is_before(a, b); });
  standing_ |= 1U << static_cast<unsigned>(&level - levels_.data());
}

void FairLine::step_out(Place place) {
  const Member& member = members_[place];
  Level& level = level_of(member);
  Flow& flow = level.flows[member.tenant];
  flow.root =
      forest_.remove(flow.root, place, [this](Place a, Place b) { return is_before(a, b); });
  if (flow.root != HeapForest::kNone) return;
  level.turns.remove(member.tenant);
  if (level.turns.empty()) standing_ &= ~(1U << static_cast<unsigned>(&level - levels_.data()));
}

void FairLine::remove(Place place) {
  step_out(place);
  Level& level = level_of(members_[place]);
  --level.flows[members_[place].tenant].members;
  // When all have gone everybody begins anew, as at the end of a busy period in the paper.
  if (--level.members == 0) level.clock = level.latest;
}

void FairLine::serve(Place place, double work, double weight) {
  const TenantIndex tenant = members_[place].tenant;
  Level& level = level_of(members_[place]);
  Flow& flow = level.flows[tenant];
  level.clock = std::max(level.clock, flow.tag);
  flow.tag += work / weight;
  level.latest = std::max(level.latest, flow.tag);
  remove(place);
  if (flow.root == HeapForest::kNone) return;
  level.turns.remove(tenant);
  level.turns.push(tenant, {flow.tag, tenant});
}

std::optional<FairLine::Place> FairLine::next() const {
  if (standing_ == 0) return std::nullopt;
  const Level& level = levels_[static_cast<std::size_t>(std::bit_width(standing_)) - 1];
  return level.flows[level.turns.first()].root;
}

void FairLine::set_aside(Place place) { step_out(place); }

void FairLine::bring_back(Place place) { stand(place); }

}  // namespace signalbox::core
