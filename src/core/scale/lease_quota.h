// SPDX-License-Identifier: Apache-2.0
//
// How many of a unit's slots each Router should hold. One that has `d` requests in service on
// average needs d and some room for chance, which grows with the square root of d (Halfin and
// Whitt, "Heavy-traffic limits for queues with many exponential servers", Operations Research
// 29(3), 1981); so all slots are divided in proportion to d + 2 sqrt(d), after a small floor for
// everybody, by the method of the largest remainder.
#pragma once

#include <vector>

namespace signalbox::core {

// The slots a Router with `demand` requests in service needs to start most of the next at once.
double slots_needed(double demand);

// What each Router is left with whatever it asks for, so that its first request need not wait: at
// most half of all go there, so none where there are more Routers than slots.
int lease_floor(int slots, int routers);

// Divides `slots` >= 0; the quotas add up to it. Nobody asks for anything: evenly. REQUIRES: no
// demand is negative.
std::vector<int> lease_quotas(int slots, const std::vector<double>& demands);

}  // namespace signalbox::core
