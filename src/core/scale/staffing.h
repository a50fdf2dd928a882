// SPDX-License-Identifier: Apache-2.0
//
// How much capacity a demand needs so that the *pooled* queue meets the objective. Capacity is not
// a fixed utilisation: with late binding all replicas of a service drain one queue, so thirty of
// them may run at 95 % where a lone one may not pass 50 % (square-root staffing).
#pragma once

#include "base/time.h"
#include "core/model/service.h"

namespace signalbox::core {

// P(an arrival waits) in M/M/n at `offered` = rate x mean service time, in Erlangs (Erlang C, by
// the Erlang B recursion). 1 when servers <= offered. REQUIRES: servers >= 0, offered >= 0.
double erlang_c(int servers, double offered);

// P(wait > `wait`) in M/G/n: Erlang C with exponential decay, its time scale shortened for service
// times less variable than exponential by (1 + spread^2) / 2 (Allen & Cunneen, 1990).
double probability_of_waiting_longer(int servers, double offered, Duration wait,
                                     Duration service_time, double spread);

// Plateau capacity, in requests per second, that carries `demand_per_s` so that the objective's
// quantile of requests completes in time on replicas of the given mean service time and coefficient
// of variation. 0 for no demand. When the objective leaves no time to wait, every arrival must find
// a free server.
double required_capacity_per_s(double demand_per_s, Duration service_time, double spread,
                               const Objective& objective);

}  // namespace signalbox::core
