// SPDX-License-Identifier: Apache-2.0
//
// What the servers of inference call their load, their latency and their power, product by product.
// A table, so that another product is a few lines, and nothing else is known of any.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace signalbox::adapters {

// A family of series; all of it that have the label are added up.
struct Series {
  std::string_view name;
  std::string_view label = {};  // empty = whatever labels it has
  std::string_view value = {};
};

// What each list names is added up, for products whose versions or ways of running call a thing
// differently; empty = the product does not say it.
struct Dialect {
  std::string_view name;    // as the configuration says it
  std::string_view server;  // as people say it
  std::string_view path;
  std::uint16_t port;  // 0 = the endpoint's own
  std::span<const Series> running, waiting;
  // Counters: time that finished requests took, in units of `seconds_per_unit`, and how many.
  std::span<const Series> latency_sum, latency_count;
  double seconds_per_unit;
  // Or a gauge of the time that one execution takes, in seconds, with the counter above.
  std::span<const Series> execution_latency;
  std::span<const Series> watts;
};

std::span<const Dialect> dialects();

// nullptr for a name that none has.
const Dialect* find_dialect(std::string_view name);

}  // namespace signalbox::adapters
