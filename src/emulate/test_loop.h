// SPDX-License-Identifier: Apache-2.0
//
// What the emulator's tests share: a loop that is run until something is true (never for a time), a
// client on it, and units so fast, or so slow, that order can be asserted instead of wall time.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/model/fleet_spec.h"
#include "http/client.h"
#include "net/asio.h"

namespace signalbox::emulate {

using Answer = Result<http::Response, http::ClientError>;

class TestLoop {
 public:
  // Runs the loop until `condition` holds; fails the test when nothing happens for ten seconds.
  bool run_until(const std::function<bool()>& condition) {
    while (!condition()) {
      if (io.stopped()) io.restart();
      if (io.run_one_for(10s) == 0) {
        ADD_FAILURE() << "the loop waits for something that does not come";
        return false;
      }
    }
    return true;
  }

  // An answer to come.
  using Pending = std::shared_ptr<std::optional<Answer>>;

  Pending send(http::Client& from, const core::Address& to, http::Request request) {
    auto pending = std::make_shared<std::optional<Answer>>();
    from.call(to, std::move(request), {.timeout = 60s},
              [pending](Answer answer) { pending->emplace(std::move(answer)); });
    return pending;
  }

  Pending send(const core::Address& to, http::Request request) {
    return send(client, to, std::move(request));
  }

  // The answer, whatever it is; a response of status 0 when there was none.
  http::Response await(const Pending& pending) {
    if (!run_until([&] { return pending->has_value(); })) return {0, {}, {}};
    if (**pending) return (*pending)->value();
    return {0, {}, (*pending)->error().message};
  }

  std::optional<http::ClientFailure> await_failure(const Pending& pending) {
    if (!run_until([&] { return pending->has_value(); })) return std::nullopt;
    if (**pending) return std::nullopt;
    return (*pending)->error().kind;
  }

  http::Response get(const core::Address& to, std::string target) {
    return await(send(to, {"GET", std::move(target), {}, {}}));
  }

  http::Response post(const core::Address& to, std::string target, std::string body) {
    return await(send(to, post_request(std::move(target), std::move(body))));
  }

  static http::Request post_request(std::string target, std::string body) {
    return {"POST", std::move(target), {{"content-type", "application/json"}}, std::move(body)};
  }

  static http::Request image_request(const std::string& prompt) {
    return post_request("/genimage", R"({"prompt":")" + prompt + R"("})");
  }

  asio::io_context io{1};
  http::Client client{io};
};

// The body as an object; fails the test when it is none.
inline boost::json::object json_of(const http::Response& response) {
  boost::system::error_code error;
  auto value = boost::json::parse(response.body, error);
  if (error || !value.is_object()) {
    ADD_FAILURE() << "no JSON object in answer " << response.status << ": " << response.body;
    return {};
  }
  return std::move(value.get_object());
}

inline std::string text_of(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

inline core::UnitSpec test_unit(std::string name, Duration latency) {
  core::UnitSpec unit;
  unit.name = std::move(name);
  unit.price_usd_per_hour = 1.0;
  unit.profile = core::Profile::measured({{1, latency}}, 0.03);
  unit.managed = true;
  unit.boot_time_min = 1ms;
  unit.boot_time_max = 3ms;
  return unit;
}

inline constexpr Duration kFast = 2ms;
inline constexpr Duration kForever = 1000h;  // still being served whenever the test looks

// "fast" and "forever" are launched on demand, "lab" is one fixed server.
inline core::FleetSpec test_fleet() {
  core::FleetSpec spec;
  spec.units = {test_unit("fast", kFast), test_unit("forever", kForever), test_unit("lab", kFast)};
  spec.units[2].managed = false;
  spec.units[2].endpoints = {{"127.0.0.1", 0}};
  return spec;
}

}  // namespace signalbox::emulate
