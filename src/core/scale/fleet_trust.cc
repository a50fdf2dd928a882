// SPDX-License-Identifier: Apache-2.0
//
// Which gate each kind of signal passes, and what is told of it; see fleet_trust.h.
#include "core/scale/fleet_trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/estimate/plausibility.h"

namespace signalbox::core {

namespace {

// Sources nobody declared are not to crowd out the declared ones (B67).
constexpr std::size_t kMostSources = 256;
constexpr const char* kOthers = "others";

}  // namespace

FleetTrust::FleetTrust(const FleetSpec& spec) {
  for (const UnitSpec& unit : spec.units) {
    units_.push_back({unit.name,
                      unit.energy,
                      unit.price_usd_per_hour,
                      TrustedQuantity(unit.price_usd_per_hour),
                      TrustedQuantity(unit.energy.watts),
                      TrustedQuantity(1.0),
                      {},
                      {}});
  }
  for (const SourceSpec& each : spec.sources) {
    sources_.push_back({each, true, TimePoint::min(), 0, 0, {}, {}, false});
  }
}

void FleetTrust::adopt(const FleetSpec& previous, const FleetSpec& spec) {
  FleetTrust next(spec);
  for (std::size_t i = 0; i < spec.units.size(); ++i) {
    const auto old = previous.find_unit(spec.units[i].name);
    if (!old) continue;
    Unit& unit = next.units_[i];
    unit = std::move(units_[old->index()]);
    unit.energy = spec.units[i].energy;
    unit.configured_price = spec.units[i].price_usd_per_hour;
    unit.price.reconfigure(unit.configured_price);
    unit.watts.reconfigure(unit.energy.watts);
  }
  for (Source& each : sources_) {
    const bool stays = each.is_declared ? next.declared(each.spec.name) != nullptr : true;
    if (!stays) continue;
    Source& kept = next.source(each.spec.name);
    const SourceSpec declared = kept.spec;
    const bool is_declared = kept.is_declared;
    kept = std::move(each);
    kept.spec = declared;
    kept.is_declared = is_declared;
  }
  next.notices_ = std::move(notices_);
  *this = std::move(next);
}

const SourceSpec* FleetTrust::declared(std::string_view source) const {
  for (const Source& each : sources_) {
    if (each.is_declared && each.spec.name == source) return &each.spec;
  }
  return nullptr;
}

FleetTrust::Source& FleetTrust::source(std::string_view name) {
  for (Source& each : sources_) {
    if (each.spec.name == name) return each;
  }
  if (sources_.size() >= kMostSources && name != kOthers) return source(kOthers);
  Source& added = sources_.emplace_back();
  added.spec.name = name;
  return added;
}

void FleetTrust::note(const Signal& signal, const std::string& refused) {
  Source& from = source(signal.source);
  ++(refused.empty() ? from.taken : from.refused);
  if (refused.empty()) {
    from.heard = std::max(from.heard, signal.at);
  } else {
    from.reason = refused;
  }
}

void FleetTrust::doubt(std::string_view name, std::string reason) {
  Source& from = source(name);
  if (std::exchange(from.reason, reason) != reason) {
    notices_.push_back(fmt::format("source '{}': {}", name, reason));
  }
}

std::string FleetTrust::take(const PriceQuote& quote, const Signal& signal) {
  Unit& unit = units_[quote.unit.index()];
  auto implausible = implausible_price(quote.usd_per_hour, unit.configured_price);
  if (const SourceSpec* from = declared(signal.source)) {
    if (!implausible) implausible = implausible_discount(quote.usd_per_hour, unit.configured_price);
    return unit.price.observe(*from, quote.usd_per_hour, implausible, signal.at);
  }
  if (implausible) return *implausible;
  unit.price.set(quote.usd_per_hour, signal.source, signal.at);
  return {};
}

std::string FleetTrust::take(const PowerReport& power, const Signal& signal) {
  Unit& unit = units_[power.unit.index()];
  const auto implausible = implausible_power(power.watts);
  if (const SourceSpec* from = declared(signal.source)) {
    return unit.watts.observe(*from, power.watts, implausible, signal.at);
  }
  if (implausible) return *implausible;
  unit.watts.set(power.watts, signal.source, signal.at);
  return {};
}

std::string FleetTrust::take(const LatencyReport& latency, Duration expected,
                             const Signal& signal) {
  const double mean_s = to_seconds(latency.mean);
  const double ratio = expected > Duration::zero() ? mean_s / to_seconds(expected) : 0.0;
  const SourceSpec* from = declared(signal.source);
  if (from == nullptr) return "latency is believed from sources that 'sources' declares only";
  return units_[latency.unit.index()].slowdown.observe(
      *from, ratio, implausible_slowdown(ratio, mean_s), signal.at);
}

std::string FleetTrust::take(const CapacityLimit& limit, const Signal& signal) {
  const bool lifts = limit.max_replicas < 0;
  if (!lifts) {
    if (const auto why = implausible_capacity(limit.max_replicas)) return *why;
  }
  // All hands of our own speak with one voice, the last word of which holds.
  const SourceSpec* from = declared(signal.source);
  const std::string by = from != nullptr ? from->name : std::string();
  auto& limits = units_[limit.unit.index()].limits;
  std::erase_if(limits, [&](const Limit& each) { return each.source == by; });
  if (lifts) return {};
  limits.push_back({by, from != nullptr ? from->rank : 0,
                    from != nullptr ? from->ttl : Duration::max(), limit.max_replicas, signal.at});
  return {};
}

std::optional<int> FleetTrust::pool_limit(UnitId id, TimePoint now) const {
  const Limit* best = nullptr;
  for (const Limit& each : units_[id.index()].limits) {
    if (each.ttl != Duration::max() && now - each.at > each.ttl) continue;
    if (best == nullptr ||
        std::pair(each.rank, each.max_replicas) < std::pair(best->rank, best->max_replicas)) {
      best = &each;
    }
  }
  return best == nullptr ? std::nullopt : std::optional(best->max_replicas);
}

double FleetTrust::energy_usd_per_hour(UnitId id) const {
  const Unit& unit = units_[id.index()];
  return unit.energy.usd_per_hour(unit.watts.value());
}

double FleetTrust::price_usd_per_hour(UnitId id) const {
  return units_[id.index()].price.value() + energy_usd_per_hour(id);
}

Estimate FleetTrust::slowdown(UnitId id, TimePoint now) const {
  const TrustedQuantity& said = units_[id.index()].slowdown;
  Estimate estimate = said.estimate(now);
  const bool anybody = std::any_of(said.words().begin(), said.words().end(), [&](const auto& word) {
    return word.track.has_value() && now - word.track.at() <= word.ttl;
  });
  if (!anybody) estimate.confidence = 0.0;
  return estimate;
}

void FleetTrust::advance(TimePoint now) {
  for (Unit& unit : units_) {
    unit.price.advance(now);
    unit.watts.advance(now);
    unit.slowdown.advance(now);
  }
  tell_changes(now);
}

std::string FleetTrust::quarantined(std::string_view source) const {
  std::string what;
  const auto look = [&](const Unit& unit, const char* quantity, const TrustedQuantity& value) {
    for (const auto& word : value.words()) {
      if (word.source != source || !word.track.quarantined()) continue;
      what += fmt::format("{}{} of {}: {}", what.empty() ? "" : "; ", quantity, unit.name,
                          word.track.reason());
    }
  };
  for (const Unit& unit : units_) {
    look(unit, "price", unit.price);
    look(unit, "power", unit.watts);
    look(unit, "latency", unit.slowdown);
  }
  return what;
}

// Once per change: a source that lies every second must not fill the log.
void FleetTrust::tell_changes(TimePoint now_at) {
  for (Source& each : sources_) {
    if (!each.is_declared) continue;
    const bool is_stale = each.heard != TimePoint::min() && now_at - each.heard > each.spec.ttl;
    if (std::exchange(each.told_stale, is_stale) != is_stale) {
      notices_.push_back(
          is_stale ? fmt::format("source '{}' has said nothing of use for {:.0f} s{}{}",
                                 each.spec.name, to_seconds(each.spec.ttl),
                                 each.reason.empty() ? "" : "; refused last: ", each.reason)
                   : fmt::format("source '{}' is heard again", each.spec.name));
    }
    std::string now = quarantined(each.spec.name);
    const bool was = !each.told_quarantine.empty();
    if (was != !now.empty()) {
      notices_.push_back(
          now.empty() ? fmt::format("source '{}' is out of quarantine", each.spec.name)
                      : fmt::format("source '{}' is in quarantine: {}", each.spec.name, now));
    }
    each.told_quarantine = std::move(now);
  }
  for (Unit& unit : units_) {
    const std::string& contradiction = unit.price.contradiction();
    if (!contradiction.empty() && unit.told_price.empty()) {
      notices_.push_back(fmt::format("the price of {}: {}", unit.name, contradiction));
    }
    unit.told_price = contradiction;
  }
}

std::vector<std::string> FleetTrust::take_notices() { return std::exchange(notices_, {}); }

std::vector<SourceView> FleetTrust::sources(TimePoint now) const {
  std::vector<SourceView> views;
  for (const Source& each : sources_) {
    SourceView view{each.spec.name, SourceStanding::kSilent, each.heard, each.taken, each.refused,
                    each.reason};
    if (!each.told_quarantine.empty()) {
      view.standing = SourceStanding::kQuarantined;
      view.reason = each.told_quarantine;
    } else if (each.heard != TimePoint::min()) {
      const bool stale = each.is_declared && now - each.heard > each.spec.ttl;
      view.standing = stale ? SourceStanding::kStale : SourceStanding::kTrusted;
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace signalbox::core
