// SPDX-License-Identifier: Apache-2.0
//
// How replicas of one unit serve, in the form the engine steps through: work is counted in
// nanoseconds of an otherwise empty replica, and load only stretches the clock that work is done
// by. The profile's curve becomes that stretch, so a replica can never be faster or slower than the
// profile the router predicts from.
#pragma once

#include <vector>

#include "base/time.h"
#include "core/model/unit.h"

namespace signalbox::sim {

// What a profile does not say: how a unit groups its work. All zero = requests side by side.
struct ServiceShape {
  int max_batch = 0;              // > 0: serves batches of at most this many, one batch at a time
  Duration first_token{0};        // unloaded time to the first token of a stream
  double token_rate_per_s = 0.0;  // unloaded rate of one stream after that; 0 = spread evenly over
                                  // the profile's latency, first token included
};

class ServiceModel {
 public:
  // REQUIRES: slots >= 1, max_batch >= 0, first_token >= 0, token_rate_per_s >= 0.
  ServiceModel(const core::Profile& profile, int slots, ServiceShape shape = {});

  // The model of `unit`'s replicas.
  static ServiceModel of(const core::UnitSpec& unit, ServiceShape shape = {});

  // Nanoseconds that a job of factor 1 takes on an otherwise empty replica.
  double reference_work() const { return reference_work_; }

  // How many times longer work takes with `in_service` jobs at once. REQUIRES: 1 <= in_service <=
  // most_in_service().
  double stretch(int in_service) const { return stretch_[static_cast<std::size_t>(in_service)]; }

  int most_in_service() const { return batches() ? shape_.max_batch : slots_; }
  bool batches() const { return shape_.max_batch > 0; }
  const ServiceShape& shape() const { return shape_; }

 private:
  int slots_;
  ServiceShape shape_;
  double reference_work_;
  std::vector<double> stretch_;  // indexed by jobs in service; [0] unused
};

}  // namespace signalbox::sim
