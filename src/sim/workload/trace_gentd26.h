// SPDX-License-Identifier: Apache-2.0
//
// GenTD26 (Lin et al., SoCC 2025): requests to a Stable Diffusion service of Alibaba, one row each.
// The work of a request is images x denoising steps: what its sampler loops through. docs/traces.md
// says how to get the trace.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

struct Gentd26Request {
  TimePoint at;  // since midnight before the first request, so that hours are hours of the day
  int images = 1;
  int steps = 1;
  bool succeeded = true;

  double image_steps() const { return static_cast<double>(images) * steps; }
};

// All rows, by time. Rows whose predict_status is not SUCCEED are kept and marked: they were asked
// for like the others, and that another system failed them is no property of the demand.
// The columns gmt_create, predict_status, num_images_per_prompt and num_inference_steps are read.
Result<std::vector<Gentd26Request>> read_gentd26(const std::string& path);

// Every request as an arrival whose factor, known beforehand, is its work against a reference
// request of `reference_image_steps`.
std::vector<Arrival> image_arrivals(const std::vector<Gentd26Request>& requests,
                                    double reference_image_steps);

}  // namespace signalbox::sim
