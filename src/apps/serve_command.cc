// SPDX-License-Identifier: Apache-2.0
//
// `signalbox serve`: a node around a configuration file, with the signals of an operating system:
// HUP reads the file again, TERM and INT drain and leave.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>

#include "apps/access_log_file.h"
#include "apps/commands.h"
#include "apps/data_class_sources.h"
#include "apps/exit_code.h"
#include "apps/node.h"
#include "apps/tenant_sources.h"
#include "net/clock.h"

namespace signalbox::apps {

namespace {

constexpr auto kDrainPoll = std::chrono::milliseconds(10);

// Everything that must stay as it was while the process runs.
std::string needs_restart(const config::Config& running, const config::Config& wanted) {
  if (running.gateway.listen != wanted.gateway.listen) return "gateway.listen";
  if (running.gateway.admin != wanted.gateway.admin) return "gateway.admin";
  if (running.gateway.threads != wanted.gateway.threads) return "gateway.threads";
  if (running.emulator != wanted.emulator) return "emulator";
  if (running.data != wanted.data) return "data.header, data.trusted or data.claim";
  if (running.tenants != wanted.tenants) {
    return "tenants.header, tenants.priority_header or tenants.trusted";
  }
  return {};
}

// Waits for signals on the main thread; returns when the node has drained or the time is up.
class SignalLoop {
 public:
  SignalLoop(Node& node, Duration drain)
      : node_(node), drain_(drain), signals_(io_, SIGTERM, SIGINT, SIGHUP), timer_(io_) {}

  void run() {
    await();
    io_.run();
  }

 private:
  void await() {
    signals_.async_wait([this](error_code error, int number) {
      if (error) return;
      if (number == SIGHUP) {
        reload();
      } else if (deadline_ == TimePoint::max()) {
        spdlog::info("draining: no new connections, up to {:.0f} s for what runs",
                     to_seconds(drain_));
        node_.drain();
        deadline_ = net::now() + drain_;
        poll();
      } else {
        spdlog::warn("second signal: leaving at once");
        io_.stop();
        return;
      }
      await();
    });
  }

  void reload() {
    const std::string wrong = node_.reload();
    if (wrong.empty()) {
      spdlog::info("configuration reloaded");
    } else {
      spdlog::error("configuration not reloaded, the old one serves on:\n{}", wrong);
    }
  }

  void poll() {
    if (node_.drained() || net::now() >= deadline_) {
      if (!node_.drained()) spdlog::warn("drain time is up; cutting off what still runs");
      io_.stop();
      return;
    }
    timer_.expires_after(kDrainPoll);
    timer_.async_wait([this](error_code error) {
      if (!error) poll();
    });
  }

  Node& node_;
  Duration drain_;
  asio::io_context io_;
  asio::signal_set signals_;
  asio::steady_timer timer_;
  TimePoint deadline_ = TimePoint::max();
};

void log_plan(const core::Plan& plan, const core::FleetSpec& spec) {
  for (const auto& change : plan.mode_changes) {
    spdlog::warn("service {}: {} -> {}: {}", spec.service(change.service).name,
                 core::to_string(change.from), core::to_string(change.to), change.evidence);
  }
}

}  // namespace

int serve_command(const ServeOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("signalbox"));
  auto loaded = config::load_file(options.config);
  if (!loaded.ok()) {
    fmt::print(stderr, "{}", config::render(loaded.error()));
    return kExitBadUsage;
  }
  const config::Config& config = *loaded;
  auto access_log = open_access_log(config.gateway.access_log);
  if (!access_log.ok()) {
    fmt::print(stderr, "signalbox serve: gateway.access_log: {}\n", access_log.error().message);
    return kExitBadUsage;
  }

  Node* running = nullptr;
  NodeOptions node_options;
  node_options.gateway = gateway_options(config.gateway);
  auto data_class = data_class_sources(config.data);
  if (!data_class.ok()) {
    fmt::print(stderr, "signalbox serve: {}\n", data_class.error().message);
    return kExitBadUsage;
  }
  node_options.gateway.data_class = std::move(*data_class);
  auto tenants = tenant_sources(config.tenants);
  if (!tenants.ok()) {
    fmt::print(stderr, "signalbox serve: {}\n", tenants.error().message);
    return kExitBadUsage;
  }
  node_options.gateway.tenants = std::move(*tenants);
  node_options.gateway.seed = static_cast<std::uint64_t>(net::unix_nanos());
  node_options.admin = config.gateway.admin;
  node_options.emulator = config.emulator;
  node_options.access_log = *access_log;
  node_options.tell = [](const std::string& what) { spdlog::warn("{}", what); };
  auto journals = open_journals(config.journal, node_options.tell);
  if (!journals.ok()) {
    fmt::print(stderr, "signalbox serve: {}\n", journals.error().message);
    return kExitBadUsage;
  }
  node_options.journals = std::move(*journals);
  node_options.on_plan = [&running](const core::Plan& plan) {
    if (!plan.mode_changes.empty()) log_plan(plan, *running->view()->spec);
  };
  node_options.reload = [&]() -> Result<std::shared_ptr<const core::FleetSpec>> {
    auto wanted = config::load_file(options.config);
    if (!wanted.ok()) return Error{config::render(wanted.error())};
    if (const auto key = needs_restart(config, *wanted); !key.empty()) {
      return Error{fmt::format("{}: {} cannot change while running; restart to change it\n",
                               options.config, key)};
    }
    return std::shared_ptr<const core::FleetSpec>(
        std::make_shared<core::FleetSpec>(std::move(wanted->fleet)));
  };

  Node node(std::move(node_options), std::make_shared<core::FleetSpec>(config.fleet));
  running = &node;
  SignalLoop signals(node, config.gateway.drain);
  const auto bound = node.start();
  if (!bound.ok()) {
    fmt::print(stderr, "signalbox serve: {}\n", bound.error().message);
    return kExitFailed;
  }
  spdlog::info("serving on http://{}, operator's page on http://{}",
               core::to_string(bound->gateway), core::to_string(bound->admin));
  signals.run();
  node.stop();
  spdlog::info("stopped");
  return kExitOk;
}

}  // namespace signalbox::apps
