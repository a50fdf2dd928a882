// SPDX-License-Identifier: Apache-2.0
//
// One reader per key; see fault_command.h.
#include "emulate/fault_command.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <utility>

namespace signalbox::emulate {

namespace json = boost::json;

namespace {

constexpr int kMaxCap = 1'000'000;
constexpr double kMaxSlowdown = 1e6;

// Each returns what is allowed when the value is not.
using Complaint = std::optional<std::string>;

Complaint read_bool(const json::value& value, bool& out) {
  if (!value.is_bool()) return "true or false";
  out = value.get_bool();
  return std::nullopt;
}

Complaint read_within(const json::value& value, double least, double most, double& out) {
  boost::system::error_code error;
  const auto number = value.is_number() ? value.to_number<double>(error) : least - 1.0;
  if (error || !(number >= least && number <= most)) {
    return fmt::format("a number from {} to {}", least, most);
  }
  out = number;
  return std::nullopt;
}

Complaint read_cap(const json::value& value, std::optional<int>& out) {
  if (value.is_null()) return std::nullopt;
  const std::int64_t* number = value.if_int64();
  if (number == nullptr || *number < 0 || *number > kMaxCap) {
    return fmt::format("null for no cap, or a whole number from 0 to {}", kMaxCap);
  }
  out = static_cast<int>(*number);
  return std::nullopt;
}

Complaint read_key(std::string_view key, const json::value& value, sim::Fault& fault) {
  if (key == "refuse_launches") return read_bool(value, fault.refuse_launches.emplace());
  if (key == "cap") return read_cap(value, fault.cap.emplace());
  if (key == "slowdown") {
    return read_within(value, 1.0 / kMaxSlowdown, kMaxSlowdown, fault.slowdown.emplace());
  }
  if (key == "error_rate") return read_within(value, 0.0, 1.0, fault.error_rate.emplace());
  if (key == "crash") return read_within(value, 0.0, 1.0, fault.crash);
  if (key == "lose") return read_within(value, 0.0, 1.0, fault.lose);
  if (key == "hang") return read_within(value, 0.0, 1.0, fault.hang);
  if (key == "heal") return read_bool(value, fault.heal);
  return "";
}

}  // namespace

Result<sim::Fault> read_fault(std::string_view text) {
  boost::system::error_code error;
  const json::value body = json::parse(text, error);
  if (error) return Error{fmt::format("the body is not JSON: {}", error.message())};
  if (!body.is_object()) {
    return Error{"the body must be a JSON object such as {\"refuse_launches\": true}"};
  }
  sim::Fault fault;
  for (const auto& [key, value] : body.get_object()) {
    const Complaint allowed = read_key(key, value, fault);
    if (!allowed) continue;
    const std::string_view name = key;
    if (!allowed->empty()) return Error{fmt::format("`{}` must be {}", name, *allowed)};
    return Error{
        fmt::format("unknown key `{}`; allowed: refuse_launches, cap, slowdown, error_rate, crash, "
                    "lose, hang, heal",
                    name)};
  }
  return fault;
}

}  // namespace signalbox::emulate
