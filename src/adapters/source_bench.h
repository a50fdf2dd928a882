// SPDX-License-Identifier: Apache-2.0
//
// For tests of sources: a fleet in a view, a scripted server, a loop that is run until something
// came, and what was told.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/viewed_source.h"
#include "control/fakes.h"
#include "http/server.h"
#include "net/clock.h"

namespace signalbox::adapters::testing {

// Answers by a function that the test may change.
class ScriptedServer {
 public:
  explicit ScriptedServer(asio::io_context& io)
      : server_(io, [this](http::Request request, std::shared_ptr<http::Responder> responder) {
          ++asked;
          most_at_once = std::max(most_at_once, ++under_way_);
          last = request;
          answer(request, std::move(responder));
          --under_way_;
        }) {
    const auto bound = server_.listen({"127.0.0.1", 0});
    EXPECT_TRUE(bound.ok());
    if (bound.ok()) address = *bound;
  }

  void say(std::string body, std::string type = "text/plain; version=0.0.4", int status = 200) {
    answer = [=](const http::Request&, std::shared_ptr<http::Responder> responder) {
      responder->send({status, {{"content-type", type}}, body});
    };
  }
  void crash() { server_.reset(); }
  std::size_t open_connections() const { return server_.open_connections(); }

  core::Address address;
  int asked = 0;
  int most_at_once = 0;
  http::Request last;
  std::function<void(const http::Request&, std::shared_ptr<http::Responder>)> answer;

 private:
  int under_way_ = 0;
  http::Server server_;
};

struct SourceBench : ::testing::Test {
  SourceBench() {
    for (const char* name : {"llama", "sd21"}) {
      core::UnitSpec unit;
      unit.name = name;
      spec.units.push_back(unit);
    }
    options.name = "test";
    options.interval = 5ms;
    options.timeout = 5s;
    options.tell = [this](const std::string& line) { told.push_back(line); };
  }

  std::shared_ptr<const core::FleetView> view(std::vector<core::EndpointView> endpoints = {}) {
    auto made = std::make_shared<core::FleetView>();
    made->spec = std::make_shared<core::FleetSpec>(spec);
    made->endpoints = std::move(endpoints);
    return made;
  }

  static core::EndpointView endpoint(std::uint64_t id, const core::Address& address,
                                     std::uint32_t unit = 0) {
    return {EndpointId{id}, UnitId{unit}, core::EndpointState::kReady, address};
  }

  // Runs the loop until `condition` holds; fails the test when it has not come in half a minute.
  void run_until(const std::function<bool()>& condition) {
    const TimePoint deadline = net::now() + 30s;
    while (!condition()) {
      io.restart();
      io.run_one_for(std::chrono::seconds(10));
      ASSERT_LT(net::now(), deadline) << "waits for what does not come";
    }
  }

  template <class Body>
  void await(std::size_t count) {
    run_until([&] { return sink.all<Body>().size() >= count; });
  }

  asio::io_context io{1};
  core::FleetSpec spec;
  SourceOptions options;
  std::vector<std::string> told;
  control::FakeSink sink;
};

}  // namespace signalbox::adapters::testing
