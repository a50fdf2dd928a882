// SPDX-License-Identifier: Apache-2.0
//
// A server that serves one request at a time, first come first served, under Poisson arrivals
// (M/G/1): its whole distribution of times, for any distribution of service times, by theory. Two
// minutes show some hundred requests, far too few to see a 99th percentile; but they show the
// service times well, and the queue in front of them needs no measuring.
//
//   mean         Pollaczek and Khinchine: W = rate E[S^2] / (2 (1 - load))
//   distribution Pollaczek and Khinchine as a compound geometric: the wait is a sum of N residual
//                service times, P(N = n) = (1 - load) load^n (Kleinrock, Queueing Systems I, 5.12);
//                summed by Panjer's recursion (ASTIN Bulletin 12, 1981) on a grid.
#pragma once

#include <vector>

namespace signalbox::core {

class SingleServerQueue {
 public:
  // From observed times in service; `overhead_s` is added to every request and occupies nobody
  // (the network). REQUIRES: at least one sample, all > 0; overhead_s >= 0.
  explicit SingleServerQueue(std::vector<double> service_s, double overhead_s = 0.0);

  // The same queue with all service times `factor` times as long. REQUIRES: factor > 0.
  SingleServerQueue scaled(double factor) const;

  double mean_service_s() const { return mean_; }
  double plateau_per_s() const { return 1.0 / mean_; }

  // Below: of a request's whole time. REQUIRES: 0 < rate < plateau.
  double mean_s(double rate_per_s) const;
  double quantile_s(double rate_per_s, double quantile) const;
  double share_within(double rate_per_s, double seconds) const;

  // The highest rate at which `quantile` of the requests take at most `seconds`; 0 if even a
  // request alone may take longer. REQUIRES: 0 < quantile < 1.
  double breaking_rate(double seconds, double quantile) const;

 private:
  double share_served_within(double seconds) const;
  double residual_cdf(double seconds) const;
  std::vector<double> wait_masses(double load, double step, int points) const;
  double share_on_grid(double rate_per_s, double seconds, int points) const;

  std::vector<double> sorted_;
  std::vector<double> sums_;  // of the first i of sorted_
  double overhead_;
  double mean_;
  double mean_square_;
};

}  // namespace signalbox::core
