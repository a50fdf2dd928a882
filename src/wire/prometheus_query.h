// SPDX-License-Identifier: Apache-2.0
//
// A question to a Prometheus server and its answer: an instant query of the HTTP API (v1). What is
// asked for is a number or one per series; matrices and texts are no answer to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace signalbox::wire {

struct QueriedPoint {
  std::vector<std::pair<std::string, std::string>> labels;  // empty of a scalar
  double value = 0.0;                                       // may be NaN or infinite
  std::int64_t unix_nanos = 0;                              // when the server evaluated it

  std::string_view label(std::string_view name) const;
};

// The request target for `expression`, below `prefix` ("" or "/prometheus"). `timeout_s` is the
// server's own limit, so that it gives up when we do.
std::string prometheus_query_target(std::string_view prefix, std::string_view expression,
                                    double timeout_s);

// Error: what the server says is wrong with the expression, or why this is no such answer. More
// than `most` points are an error too: the expression was not meant so.
Result<std::vector<QueriedPoint>> read_prometheus_answer(std::string_view body,
                                                         std::size_t most = 10'000);

}  // namespace signalbox::wire
