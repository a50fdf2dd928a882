// SPDX-License-Identifier: Apache-2.0
#include "core/scale/merged_digest.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.h"

namespace signalbox::core {

namespace {

// The counters of `from`, times `sign`, are added to those of `to`; nothing else is.
template <class Number>
void accumulate(Number& to, Number from, int sign) {
  to = static_cast<Number>(sign > 0 ? to + from : to - from);
}

void add_counters(ServiceDigest& to, const ServiceDigest& from, int sign) {
  for (const auto counter :
       {&ServiceDigest::arrivals, &ServiceDigest::completed, &ServiceDigest::failed,
        &ServiceDigest::rejected, &ServiceDigest::abandoned, &ServiceDigest::missed,
        &ServiceDigest::redecided, &ServiceDigest::retried, &ServiceDigest::unservable,
        &ServiceDigest::over_budget, &ServiceDigest::hedged, &ServiceDigest::hedges_won}) {
    accumulate(to.*counter, from.*counter, sign);
  }
  accumulate(to.work, from.work, sign);
  accumulate(to.work_squared, from.work_squared, sign);
}

void add_counters(UnitDigest& to, const UnitDigest& from, int sign) {
  accumulate(to.completed, from.completed, sign);
  accumulate(to.failed, from.failed, sign);
  accumulate(to.ratios, from.ratios, sign);
  accumulate(to.ratio_sum, from.ratio_sum, sign);
}

void add_counters(EndpointDigest& to, const EndpointDigest& from, int sign) {
  accumulate(to.forwarded, from.forwarded, sign);
  accumulate(to.failed, from.failed, sign);
}

// Adds what `from` says of endpoints to the list, which is ordered by id, as `add` says.
template <class Add>
void add_endpoints(std::vector<EndpointDigest>& to, const std::vector<EndpointDigest>& from,
                   const Add& add) {
  std::vector<EndpointDigest> both;
  both.reserve(std::max(to.size(), from.size()));
  auto known = to.begin();
  for (const EndpointDigest& endpoint : from) {
    while (known != to.end() && known->endpoint < endpoint.endpoint) both.push_back(*known++);
    if (known != to.end() && known->endpoint == endpoint.endpoint) {
      both.push_back(*known++);
    } else {
      both.push_back({endpoint.endpoint, endpoint.unit, 0, 0, 0, false, 0});
    }
    add(both.back(), endpoint);
  }
  both.insert(both.end(), known, to.end());
  to = std::move(both);
}

void add_counters(RouterDigest& to, const RouterDigest& from, int sign) {
  for (std::size_t i = 0; i < to.services.size(); ++i) {
    add_counters(to.services[i], from.services[i], sign);
  }
  for (std::size_t i = 0; i < to.units.size(); ++i) add_counters(to.units[i], from.units[i], sign);
  add_endpoints(
      to.endpoints, from.endpoints,
      [sign](EndpointDigest& sum, const EndpointDigest& one) { add_counters(sum, one, sign); });
}

// What is so now, of all Routers that are there.
void add_present(RouterDigest& to, const RouterDigest& from) {
  for (std::size_t i = 0; i < to.services.size(); ++i) {
    ServiceDigest& sum = to.services[i];
    const ServiceDigest& one = from.services[i];
    sum.panic = sum.panic || one.panic;
    sum.held += one.held;
    sum.longest_hold = std::max(sum.longest_hold, one.longest_hold);
  }
  for (std::size_t i = 0; i < to.units.size(); ++i)
    to.units[i].in_flight += from.units[i].in_flight;
  add_endpoints(to.endpoints, from.endpoints, [](EndpointDigest& sum, const EndpointDigest& one) {
    add_counters(sum, one, 1);
    sum.in_flight += one.in_flight;
    sum.ejected = sum.ejected || one.ejected;
    sum.foreign = std::max(sum.foreign, one.foreign);
  });
}

}  // namespace

MergedDigest::MergedDigest(std::shared_ptr<const FleetSpec> spec) : spec_(std::move(spec)) {
  offset_.services.resize(spec_->services.size());
  offset_.units.resize(spec_->units.size());
}

void MergedDigest::adopt(std::shared_ptr<const FleetSpec> spec) {
  if (spec == spec_) return;
  for (auto& [id, digest] : latest_) digest = renumbered(digest, *spec_, *spec);
  offset_ = renumbered(offset_, *spec_, *spec);
  spec_ = std::move(spec);
}

void MergedDigest::report(RouterId id, const RouterDigest& digest) {
  SIGNALBOX_ASSERT(digest.services.size() == spec_->services.size() &&
                   digest.units.size() == spec_->units.size());
  const auto [known, is_first] = latest_.try_emplace(id, digest);
  if (is_first) return add_counters(offset_, digest, -1);
  if (digest.at < known->second.at) return;
  // Endpoints that left take what was counted there along; nobody asks for it any more.
  known->second = digest;
}

void MergedDigest::leave(RouterId id) {
  const auto known = latest_.find(id);
  if (known == latest_.end()) return;
  add_counters(offset_, known->second, 1);
  latest_.erase(known);
}

RouterDigest MergedDigest::merged(TimePoint now, std::uint64_t view_version) const {
  RouterDigest sum;
  sum.at = now;
  sum.view_version = view_version;
  sum.services = offset_.services;
  sum.units.resize(offset_.units.size());
  std::vector<double> trust(sum.units.size(), 0.0);
  std::vector<double> slowdown(sum.units.size(), 0.0), full_load(sum.units.size(), 0.0);
  std::vector<double> doubt(sum.units.size(), 1.0);
  for (std::size_t i = 0; i < sum.units.size(); ++i) {
    add_counters(sum.units[i], offset_.units[i], 1);
  }
  for (const auto& [id, digest] : latest_) {
    sum.view_version = std::min(sum.view_version, digest.view_version);
    for (std::size_t i = 0; i < sum.services.size(); ++i) {
      add_counters(sum.services[i], digest.services[i], 1);
    }
    for (std::size_t i = 0; i < sum.units.size(); ++i) {
      const UnitDigest& one = digest.units[i];
      add_counters(sum.units[i], one, 1);
      trust[i] += one.confidence;
      slowdown[i] += one.confidence * one.slowdown;
      full_load[i] += one.confidence * one.full_load_ratio;
      doubt[i] *= 1.0 - one.confidence;
    }
    add_present(sum, digest);
  }
  // Of estimates the mean, by how much each Router has seen; together they have seen more.
  for (std::size_t i = 0; i < sum.units.size(); ++i) {
    if (trust[i] <= 0.0) continue;
    sum.units[i].slowdown = slowdown[i] / trust[i];
    sum.units[i].full_load_ratio = full_load[i] / trust[i];
    sum.units[i].confidence = 1.0 - doubt[i];
  }
  // What is no longer in any Router's view is not in the fleet's either.
  for (EndpointDigest& endpoint : sum.endpoints) {
    const auto before =
        std::lower_bound(offset_.endpoints.begin(), offset_.endpoints.end(), endpoint.endpoint,
                         [](const EndpointDigest& a, EndpointId id) { return a.endpoint < id; });
    const bool has = before != offset_.endpoints.end() && before->endpoint == endpoint.endpoint;
    if (has) add_counters(endpoint, *before, 1);
  }
  return sum;
}

RouterDigest renumbered(const RouterDigest& digest, const FleetSpec& from, const FleetSpec& to) {
  RouterDigest other;
  other.at = digest.at;
  other.view_version = digest.view_version;
  other.leases_version = digest.leases_version;
  other.services.resize(to.services.size());
  other.units.resize(to.units.size());
  for (std::size_t i = 0; i < from.services.size() && i < digest.services.size(); ++i) {
    const auto kept = to.find_service(from.services[i].name);
    if (kept) other.services[kept->index()] = digest.services[i];
  }
  std::vector<std::optional<UnitId>> units;
  for (const UnitSpec& unit : from.units) units.push_back(to.find_unit(unit.name));
  for (std::size_t i = 0; i < units.size() && i < digest.units.size(); ++i) {
    if (units[i]) other.units[units[i]->index()] = digest.units[i];
  }
  for (EndpointDigest endpoint : digest.endpoints) {
    if (endpoint.unit.index() >= units.size() || !units[endpoint.unit.index()]) continue;
    endpoint.unit = *units[endpoint.unit.index()];
    other.endpoints.push_back(endpoint);
  }
  return other;
}

}  // namespace signalbox::core
