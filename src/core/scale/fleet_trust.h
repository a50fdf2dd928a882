// SPDX-License-Identifier: Apache-2.0
//
// What the Controller makes of the sources the operator declared: per unit a price, a power draw, a
// pool limit and a latency to decide by, each with its confidence; per source what became of what
// it said. The filter between `check` and `estimate` in a signal's life.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/estimate/trusted_quantity.h"
#include "core/model/fleet_spec.h"
#include "core/model/fleet_view.h"
#include "core/model/signal.h"

namespace signalbox::core {

class FleetTrust {
 public:
  explicit FleetTrust(const FleetSpec& spec);

  // Takes over another spec; what was learned of units with the same name stays.
  void adopt(const FleetSpec& previous, const FleetSpec& spec);

  // Each takes one observation and returns why it is not used, or an empty text.
  // REQUIRES: the unit is one of the spec's.
  std::string take(const PriceQuote& quote, const Signal& signal);
  std::string take(const CapacityLimit& limit, const Signal& signal);
  std::string take(const PowerReport& power, const Signal& signal);
  // `expected` is what the unit's profile says of a request under the present load.
  std::string take(const LatencyReport& latency, Duration expected, const Signal& signal);

  // The source named so, as declared; one of our own hands when it is not.
  const SourceSpec* declared(std::string_view source) const;
  // Counts what became of a signal.
  void note(const Signal& signal, const std::string& refused);
  // A source's word on something that is not a unit's (an endpoint's gauge) is not believed.
  void doubt(std::string_view source, std::string reason);

  // Moves every value one step. To be called before every decision.
  void advance(TimePoint now);

  // Money for one replica and hour, energy included; and of these the energy.
  double price_usd_per_hour(UnitId unit) const;
  double energy_usd_per_hour(UnitId unit) const;
  double watts(UnitId unit) const { return units_[unit.index()].watts.value(); }
  Estimate price(UnitId unit, TimePoint now) const {
    return units_[unit.index()].price.estimate(now);
  }
  // How much more of a reason it takes to launch there, as a share of the price: 0 when surely
  // known.
  double doubt(UnitId unit) const { return 1.0 - units_[unit.index()].price.confidence(); }
  // Replicas the pool can hold, by the fresh word of the best rank; of equals the least.
  std::optional<int> pool_limit(UnitId unit, TimePoint now) const;
  // How many times slower than its profile the unit is said to be, and how surely: for whom we
  // have not asked lately ourselves. Confidence 0 = nobody says.
  Estimate slowdown(UnitId unit, TimePoint now) const;

  std::vector<SourceView> sources(TimePoint now) const;
  // What an operator should read once: quarantines, their ends, contradictions. Empties the list.
  std::vector<std::string> take_notices();

 private:
  struct Limit {
    std::string source;
    int rank = 0;
    Duration ttl{};
    int max_replicas = 0;
    TimePoint at{};
  };
  struct Unit {
    std::string name;
    EnergySpec energy;
    double configured_price = 0.0;
    TrustedQuantity price{0.0};
    TrustedQuantity watts{0.0};
    TrustedQuantity slowdown{1.0};
    std::vector<Limit> limits;
    std::string told_price;  // the contradiction that was told last
  };
  struct Source {
    SourceSpec spec;
    bool is_declared = false;
    TimePoint heard = TimePoint::min();
    std::uint64_t taken = 0;
    std::uint64_t refused = 0;
    std::string reason;
    std::string told_quarantine;  // what of it is in quarantine, in words
    bool told_stale = false;
  };

  Source& source(std::string_view name);
  std::string quarantined(std::string_view source) const;
  void tell_changes(TimePoint now);

  std::vector<Unit> units_;  // indexed by UnitId
  std::vector<Source> sources_;
  std::vector<std::string> notices_;
};

}  // namespace signalbox::core
