// SPDX-License-Identifier: Apache-2.0
//
// Tenants by places over weight; see room_shares.h.
#include "core/route/room_shares.h"

namespace signalbox::core {

bool RoomShares::goes_before(Place a, Place b) const {
  const Guest& one = guests_[a];
  const Guest& other = guests_[b];
  if (one.priority != other.priority) return one.priority < other.priority;
  return one.arrival != other.arrival ? one.arrival > other.arrival : one.request > other.request;
}

void RoomShares::rank(TenantIndex tenant) {
  if (order_.contains(tenant)) order_.remove(tenant);
  const Part& part = parts_[tenant];
  if (part.places > 0) order_.push(tenant, {part.places / part.weight, tenant});
}

void RoomShares::add(Place place, const Guest& guest) {
  if (place >= guests_.size()) guests_.resize(place + std::size_t{1});
  guests_[place] = guest;
  if (guest.tenant >= parts_.size()) parts_.resize(guest.tenant + std::size_t{1});
  Part& part = parts_[guest.tenant];
  part.root =
      forest_.insert(part.root, place, [this](Place a, Place b) { return goes_before(a, b); });
  part.weight = guest.weight;
  ++part.places;
  rank(guest.tenant);
}

void RoomShares::remove(Place place) {
  const TenantIndex tenant = guests_[place].tenant;
  Part& part = parts_[tenant];
  part.root =
      forest_.remove(part.root, place, [this](Place a, Place b) { return goes_before(a, b); });
  --part.places;
  rank(tenant);
}

std::optional<RoomShares::Place> RoomShares::yields_to(const Guest& newcomer) const {
  if (order_.empty()) return std::nullopt;
  const Part* own = newcomer.tenant < parts_.size() && parts_[newcomer.tenant].places > 0
                        ? &parts_[newcomer.tenant]
                        : nullptr;
  const double with_it = ((own != nullptr ? own->places : 0U) + 1.0) / newcomer.weight;
  const Fullness& fullest = order_.first_key();
  if (fullest.tenant != newcomer.tenant && fullest.places_per_weight > with_it) {
    return parts_[fullest.tenant].root;
  }
  // Its tenant has had its share, and may still rather have this one than another.
  const bool is_rather_this_one = own != nullptr && guests_[own->root].priority < newcomer.priority;
  return is_rather_this_one ? std::optional(own->root) : std::nullopt;
}

}  // namespace signalbox::core
