// SPDX-License-Identifier: Apache-2.0
//
// What is lent, and what may be in flight: the book that rounds write into; see slot_leases.h.
#include "core/scale/slot_leases.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"

namespace signalbox::core {

LeaseBook::LeaseBook(TimePoint now, LeaseOptions options) : options_(options), opened_(now) {}

// ---- the fleet ----

void LeaseBook::on_view(const FleetView& view, TimePoint) {
  if (view.spec != spec_) {
    spec_ = view.spec;
    for (Router& router : routers_) {
      router.busy.assign(spec_->units.size(), 0.0);
      router.held.assign(spec_->services.size(), 0);
    }
  }
  for (Endpoint& known : endpoints_) known.listed = known.ready = false;
  std::vector<Endpoint> newcomers;
  auto known = endpoints_.begin();
  for (const EndpointView& seen : view.endpoints) {  // both are ordered by id
    while (known != endpoints_.end() && known->id < seen.id) ++known;
    Endpoint* record = nullptr;
    if (known != endpoints_.end() && known->id == seen.id) {
      record = &*known;
    } else {
      record = &newcomers.emplace_back();
      record->id = seen.id;
      // One that boots has never served, so no Router that we do not know of can be using it.
      record->newborn = seen.state == EndpointState::kBooting;
    }
    const bool is_ready = seen.state == EndpointState::kReady;
    const int slots = spec_->unit(seen.unit).slots;
    const bool was_ready = std::exchange(record->was_ready, is_ready);
    urgent_ = urgent_ || was_ready != is_ready || record->slots != slots;
    record->unit = seen.unit;
    record->slots = slots;
    record->listed = true;
    record->ready = is_ready;
  }
  for (Endpoint& left : endpoints_) left.was_ready = left.ready;
  if (newcomers.empty()) return;
  const auto by_id = [](const Endpoint& a, const Endpoint& b) { return a.id < b.id; };
  const auto middle = static_cast<std::ptrdiff_t>(endpoints_.size());
  std::move(newcomers.begin(), newcomers.end(), std::back_inserter(endpoints_));
  std::inplace_merge(endpoints_.begin(), endpoints_.begin() + middle, endpoints_.end(), by_id);
}

LeaseBook::Endpoint& LeaseBook::endpoint(EndpointId id) {
  const auto place =
      std::lower_bound(endpoints_.begin(), endpoints_.end(), id,
                       [](const Endpoint& a, EndpointId wanted) { return a.id < wanted; });
  if (place != endpoints_.end() && place->id == id) return *place;
  Endpoint unlisted;
  unlisted.id = id;
  return *endpoints_.insert(place, std::move(unlisted));
}

LeaseBook::Holding& LeaseBook::holding(Endpoint& endpoint, std::uint32_t router) {
  for (Holding& each : endpoint.holdings) {
    if (each.router == router) return each;
  }
  endpoint.holdings.push_back({router, 0, 0, 0, 0});
  return endpoint.holdings.back();
}

int LeaseBook::unlent(const Endpoint& endpoint) {
  int free = endpoint.slots;
  for (const Holding& each : endpoint.holdings) free -= each.ceiling;
  return std::max(0, free);
}

// ---- Routers ----

const LeaseBook::Router* LeaseBook::find(RouterId id) const {
  const auto found = std::find_if(routers_.begin(), routers_.end(), [id](const Router& router) {
    return router.present && router.id == id;
  });
  return found == routers_.end() ? nullptr : &*found;
}

LeaseBook::Router* LeaseBook::find(RouterId id) {
  return const_cast<Router*>(std::as_const(*this).find(id));
}

std::uint32_t LeaseBook::place_of(const Router& router) const {
  return static_cast<std::uint32_t>(&router - routers_.data());
}

void LeaseBook::join(RouterId id, const LeaseTable& held, const RouterDigest& digest,
                     TimePoint now) {
  Router* router = find(id);
  if (router == nullptr) {
    const auto place = std::find_if(routers_.begin(), routers_.end(),
                                    [](const Router& each) { return !each.present; });
    router = place != routers_.end() ? &*place : &routers_.emplace_back();
    *router = Router{};
    router->id = id;
    router->present = true;
    router->heard = now;
  }
  router->connected = true;
  router->table.version = std::max(router->table.version, held.version);
  router->table.leases = held.leases;
  const std::uint32_t place = place_of(*router);
  for (Endpoint& each : endpoints_) {
    for (Holding& mine : each.holdings) {
      if (mine.router == place) mine = {place, 0, 0, 0, 0};
    }
  }
  for (const SlotLease& lease : held.leases) {
    Holding& mine = holding(endpoint(lease.endpoint), place);
    mine.slots = mine.ceiling = std::max(0, lease.slots);
  }
  count(*router, digest, now);
  urgent_ = true;
}

void LeaseBook::on_report(RouterId id, const RouterDigest& digest, TimePoint now) {
  Router* const router = find(id);
  if (router != nullptr && router->connected) count(*router, digest, now);
}

// By Little's law the mean number in service is what its arrivals need, so arrivals need not be
// looked at. What is needed is believed at once when it grows, and fades slowly: a pause must not
// cost a Router what it had.
void LeaseBook::count(Router& router, const RouterDigest& digest, TimePoint now) {
  const std::uint32_t place = place_of(router);
  router.obeys = std::max(router.obeys, digest.leases_version);
  std::vector<double> in_flight(spec_ ? spec_->units.size() : 0, 0.0);
  bool came_free = false;
  auto told = digest.endpoints.begin();
  const auto end = digest.endpoints.end();
  std::vector<const EndpointDigest*> unknown;
  const auto settle = [&](Endpoint& each, int count) {
    for (Holding& mine : each.holdings) {
      if (mine.router != place) continue;
      mine.in_flight = count;
      if (digest.leases_version >= mine.shrunk_in) {
        const int ceiling = std::max(mine.slots, count);
        came_free = came_free || ceiling < mine.ceiling;
        mine.ceiling = ceiling;
      }
      if (each.listed) in_flight[each.unit.index()] += count;
      return true;
    }
    return count == 0;
  };
  for (Endpoint& each : endpoints_) {  // both are ordered by id
    while (told != end && told->endpoint < each.id) {
      if (told->in_flight > 0) unknown.push_back(&*told);
      ++told;
    }
    const bool named = told != end && told->endpoint == each.id;
    const EndpointDigest* const entry = named ? &*told++ : nullptr;
    if (!settle(each, entry != nullptr ? entry->in_flight : 0)) unknown.push_back(entry);
  }
  for (; told != end; ++told) {
    if (told->in_flight > 0) unknown.push_back(&*told);
  }
  // In flight where it holds nothing: its lease ended, or another lent it.
  for (const EndpointDigest* entry : unknown) {
    Endpoint& each = endpoint(entry->endpoint);
    holding(each, place);
    settle(each, entry->in_flight);
  }

  const double fades = to_seconds(now - router.heard) / to_seconds(options_.busy_fades_over);
  router.busy.resize(in_flight.size(), 0.0);
  for (std::size_t i = 0; i < in_flight.size(); ++i) {
    const double faded = in_flight[i] + (router.busy[i] - in_flight[i]) * std::exp(-fades);
    router.busy[i] = std::max(in_flight[i], faded);
  }
  router.heard = now;
  router.held.clear();
  bool holds = false;
  for (const ServiceDigest& service : digest.services) {
    router.held.push_back(service.held);
    holds = holds || service.held > 0;
  }
  router.held.resize(spec_ ? spec_->services.size() : 0, 0);
  urgent_ = urgent_ || holds || (wanting_ && came_free);
}

void LeaseBook::lose(RouterId id, TimePoint now) {
  Router* const router = find(id);
  if (router == nullptr || !std::exchange(router->connected, false)) return;
  router->silent_since = now;
}

void LeaseBook::forget(RouterId id) {
  if (const Router* const router = find(id)) drop(place_of(*router));
}

void LeaseBook::drop(std::uint32_t router) {
  for (Endpoint& each : endpoints_) {
    std::erase_if(each.holdings, [router](const Holding& mine) { return mine.router == router; });
  }
  routers_[router] = Router{};
  urgent_ = true;
}

const LeaseTable& LeaseBook::leases(RouterId id) const {
  const Router* const router = find(id);
  SIGNALBOX_ASSERT(router != nullptr);
  return router->table;
}

LeaseBook::Idle LeaseBook::idle() const {
  Idle idle;
  for (const Endpoint& each : endpoints_) {
    if (!each.ready) continue;
    idle.unlent += unlent(each);
    for (const Holding& mine : each.holdings)
      idle.unused += std::max(0, mine.slots - mine.in_flight);
  }
  return idle;
}

}  // namespace signalbox::core
