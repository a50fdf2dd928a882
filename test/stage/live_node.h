// SPDX-License-Identifier: Apache-2.0
//
// A whole Signalbox inside the test, from a configuration as an operator would write it, on ports
// of its own, and what a test asks of it: requests, the operator's page, a condition to come true.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "apps/access_sources.h"
#include "apps/gateway_sources.h"
#include "apps/node.h"
#include "config/config.h"
#include "http/client.h"
#include "test/stage/plug.h"

namespace signalbox::stage {

// True as soon as the condition is; false when the guard's time is up.
inline bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(kGuardSeconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// One call on a connection of its own.
inline Reply call(const core::Address& to, std::string method, std::string target,
                  std::string body = {}, std::vector<http::Header> headers = {}) {
  const http::Request request{std::move(method), std::move(target), std::move(headers),
                              std::move(body)};
  auto answer = http::call_blocking(to, request, {.timeout = std::chrono::seconds(kGuardSeconds)});
  if (!answer.ok()) return {0, {}, answer.error().message, false, false, false};
  return {answer->status, answer->headers, answer->body, true, false, false};
}

// A unit of fixed servers, as a line under `units:`.
inline std::string unit(std::string_view name, double price, std::string_view endpoints,
                        std::string_view more = "") {
  return fmt::format(
      "  {}: {{price: {:.2f} USD/hour, plateau: 600/min, slots: 8, endpoints: [{}]{}}}\n", name,
      price, endpoints, more);
}

inline std::string unit(std::string_view name, double price, const core::Address& endpoint,
                        std::string_view more = "") {
  return unit(name, price, '"' + core::to_string(endpoint) + '"', more);
}

class LiveNode {
 public:
  // `yaml` is a configuration without the sections `gateway` and `control`; `gateway` adds keys to
  // the former, each with a comma in front. `memory_use` is believed in place of the system.
  explicit LiveNode(const std::string& yaml, const std::string& gateway = "", int threads = 2,
                    std::function<std::optional<gateway::MemoryUse>()> memory_use = {})
      : frame_(fmt::format("gateway: {{listen: 127.0.0.1:0, admin: 127.0.0.1:0, threads: {}, "
                           "access_log: off{}}}\n"
                           "control: {{tick: 50ms}}\n",
                           threads, gateway)),
        text_(yaml) {
    const auto loaded = config::load(yaml + frame_, "test.yaml");
    if (!loaded.ok()) {
      ADD_FAILURE() << config::render(loaded.error());
      return;
    }
    apps::NodeOptions options;
    auto sources = apps::gateway_sources(*loaded);
    if (!sources.ok()) {
      ADD_FAILURE() << sources.error().message;
      return;
    }
    options.gateway = std::move(sources->options);
    if (memory_use) options.memory_use = std::move(memory_use);
    auto page = apps::admin_sources(loaded->gateway);
    if (!page.ok()) {
      ADD_FAILURE() << page.error().message;
      return;
    }
    options.admin_rights = std::move(page->rights);
    options.admin_tls = std::move(page->tls);
    options.admin = loaded->gateway.admin;
    options.emulator = loaded->emulator;
    auto journals = apps::open_journals(loaded->journal, {});
    if (!journals.ok()) {
      ADD_FAILURE() << journals.error().message;
      return;
    }
    options.journals = std::move(*journals);
    options.access_log = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      log_ += line;
    };
    options.reload = [this]() -> Result<apps::Reloaded> {
      const std::lock_guard lock(mutex_);
      auto wanted = config::load(text_ + frame_, "test.yaml");
      if (!wanted.ok()) return Error{config::render(wanted.error())};
      auto renewed = apps::gateway_sources(*wanted);
      if (!renewed.ok()) return renewed.error();
      auto rights = apps::admin_sources(wanted->gateway);
      if (!rights.ok()) return rights.error();
      return apps::Reloaded{std::make_shared<core::FleetSpec>(std::move(wanted->fleet)),
                            std::move(renewed->options), std::move(rights->rights),
                            std::move(rights->tls)};
    };
    node_ = std::make_unique<apps::Node>(std::move(options),
                                         std::make_shared<core::FleetSpec>(loaded->fleet));
    const auto bound = node_->start();
    if (!bound.ok()) {
      ADD_FAILURE() << bound.error().message;
      return;
    }
    gateway_ = bound->gateway;
    admin_ = bound->admin;
  }

  const core::Address& gateway() const { return gateway_; }
  const core::Address& admin() const { return admin_; }
  apps::Node& node() { return *node_; }
  Plug connect() const { return Plug(gateway_); }

  // What a reload will find.
  void rewrite(const std::string& yaml) {
    const std::lock_guard lock(mutex_);
    text_ = yaml;
  }
  std::string access_log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  Reply get(std::string target, std::vector<http::Header> headers = {}) const {
    return call(gateway_, "GET", std::move(target), {}, std::move(headers));
  }
  Reply post(std::string target, std::string body) const {
    return call(gateway_, "POST", std::move(target), std::move(body),
                {{"content-type", "application/json"}});
  }
  Reply ask_admin(std::string method, std::string target, std::string body = {},
                  std::vector<http::Header> headers = {}) const {
    return call(admin_, std::move(method), std::move(target), std::move(body), std::move(headers));
  }
  // The value of a metric, labels included in `series`; -1 when there is none.
  double metric(const std::string& series) const {
    const std::string page = "\n" + ask_admin("GET", "/metrics").body;
    const auto at = page.find("\n" + series + " ");
    return at == std::string::npos ? -1.0 : std::stod(page.substr(at + series.size() + 2));
  }

 private:
  std::string frame_;
  std::mutex mutex_;
  std::string text_;  // under mutex_
  std::string log_;   // under mutex_
  core::Address gateway_;
  core::Address admin_;
  std::unique_ptr<apps::Node> node_;  // last: its threads use all of the above
};

}  // namespace signalbox::stage
