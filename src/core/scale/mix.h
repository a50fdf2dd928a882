// SPDX-License-Identifier: Apache-2.0
//
// The cheapest mix of whole replicas that adds up to a required capacity: a bounded covering
// knapsack, solved exactly by branch and bound. Its linear relaxation gives the price of one more
// request per second and, by weak duality, a bound that no mix under the same limits can beat.
#pragma once

#include <limits>
#include <vector>

namespace signalbox::core {

struct MixOption {
  double capacity_per_s;      // plateau of one replica, > 0
  double price_usd_per_hour;  // of one replica, >= 0
  int least;                  // at least so many, whatever they cost
  int most;                   // at most so many, >= least
  int present;                // already running or booting: these carry no switching cost
  // Share of the time in which all of it is lost and not yet replaced: a spot market's moods.
  double outage_share = 0.0;
  // What is lost together, where a service must outlive any such loss: see MixAim. Options of equal
  // number stand and fall with one another.
  int loss_group = 0;
  // Extra price of a new replica, as a share of its price, since the price is not surely known.
  double doubt = 0.0;
};

struct Mix {
  std::vector<int> replicas;  // parallel to the options
  double capacity_per_s = 0.0;
  double cost_usd_per_hour = 0.0;          // of the replicas; switching and misses excluded
  double lower_bound_usd_per_hour = 0.0;   // of any mix, fractional ones included, that covers as
                                           // much of the requirement as this one
  double shadow_price_usd_per_hour = 0.0;  // dual: cost of one more request/s of capacity
  double shortfall_per_s = 0.0;            // capacity that the limits leave missing
};

// How a mix is compared with another.
struct MixTerms {
  // Extra price of a new replica, as a share of its hourly price: keeps a plan from moving for
  // pennies.
  double switching_share = 0.0;
  // Price of each request/s of the requirement left uncovered, USD/hour; infinite = cover it all.
  // A finite one lets the last replica go when hardly any of it would be used.
  double miss_price_usd_per_hour = std::numeric_limits<double>::infinity();
};

// The mix of least price + switching + misses. A positive requirement gets at least one replica
// where the limits allow any. When the limits cannot carry it, all that is allowed is used and the
// shortfall stated.
Mix cheapest_mix(const std::vector<MixOption>& options, double required_per_s,
                 const MixTerms& terms = {});

// What so many replicas are as a mix, bounded against any other that covers as much of
// `most_per_s` as they do.
Mix mix_of(const std::vector<MixOption>& options, std::vector<int> replicas,
           double most_per_s = std::numeric_limits<double>::infinity());

// Price of one request/s of capacity at the margin, USD/hour: of the dearest option that fractions
// of the cheapest must reach for to cover the requirement, or of the cheapest that there is room
// for when the floors cover it. 0 when there is room for none.
double marginal_price(const std::vector<MixOption>& options, double required_per_s);

// The dual objective of the covering LP at price `y` >= 0 per request/s:
// y x required + sum_i min over n in [least, most] of n (price_i - y capacity_i).
// Any y gives a valid lower bound (weak duality); public so that bounds can be checked apart.
double dual_bound(const std::vector<MixOption>& options, double required_per_s, double y);

}  // namespace signalbox::core
