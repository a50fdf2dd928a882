// SPDX-License-Identifier: Apache-2.0
//
// `signalbox control`: a controller around a configuration file, for gateways in other processes.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <utility>

#include "apps/access_sources.h"
#include "apps/commands.h"
#include "apps/control_node.h"
#include "apps/exit_code.h"
#include "apps/gateway_sources.h"
#include "apps/link_sources.h"
#include "apps/plan_log.h"
#include "apps/signal_loop.h"
#include "config/text_file.h"
#include "net/clock.h"

namespace signalbox::apps {

namespace {

struct Loaded {
  config::Config config;
  ControlConfiguration configuration;
};

// The file is read once, so that what gateways are told is what is gone by here.
Result<Loaded> load(const std::string& path) {
  auto text = config::read_text_file(path, "--config names the controller's configuration");
  if (!text.ok()) return Error{config::render(text.error())};
  auto config = config::load(*text, path);
  if (!config.ok()) return Error{config::render(config.error())};
  if (!config->link || !config->link->listen) {
    return Error{path +
                 ": a controller needs 'link: {listen: HOST:PORT}', where its gateways "
                 "connect; `signalbox serve` needs none\n"};
  }
  auto access = gateway_sources(*config);
  if (!access.ok()) return Error{access.error().message + "\n"};
  auto sources = source_plans(config->sources);
  if (!sources.ok()) return Error{sources.error().message + "\n"};
  auto page = admin_sources(config->gateway);
  if (!page.ok()) return Error{page.error().message + "\n"};
  Loaded loaded{std::move(*config), {}};
  loaded.configuration = {std::move(*text),
                          std::make_shared<core::FleetSpec>(loaded.config.fleet),
                          std::move(access->options.units),
                          std::move(*sources),
                          std::move(page->rights),
                          std::move(page->tls)};
  return loaded;
}

}  // namespace

int control_command(const ServeOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("signalbox"));
  const auto fail = [](int code, const std::string& why) {
    fmt::print(stderr, "signalbox control: {}\n", why);
    return code;
  };
  auto loaded = load(options.config);
  if (!loaded.ok()) {
    fmt::print(stderr, "{}", loaded.error().message);
    return kExitBadUsage;
  }
  const config::Config& config = loaded->config;
  if (config.journal.input_log != "off") {
    return fail(kExitBadUsage,
                "journal.input_log: a controller keeps none, since what it decides by is counted "
                "in other processes; journal.decisions works");
  }
  auto tls = link_tls(*config.link);
  if (!tls.ok()) return fail(kExitBadUsage, tls.error().message);

  ControlNode* running = nullptr;
  ControlNodeOptions node_options;
  node_options.configuration = std::move(loaded->configuration);
  node_options.link = *config.link->listen;
  node_options.admin = config.gateway.admin;
  node_options.probes = config.gateway.probes;
  node_options.seed = static_cast<std::uint64_t>(net::unix_nanos());
  node_options.audit = [](const std::string& line) { spdlog::info("audit: {}", line); };
  node_options.tell = [](const std::string& what) { spdlog::warn("{}", what); };
  node_options.link_options.tls = std::move(*tls);
  node_options.link_options.tell = node_options.tell;
  node_options.emulator = config.emulator;
  auto journals = open_journals(config.journal, node_options.tell);
  if (!journals.ok()) return fail(kExitBadUsage, journals.error().message);
  node_options.journals = std::move(*journals);
  node_options.on_plan = [&running](const core::Plan& plan) {
    if (!plan.mode_changes.empty() || !plan.notices.empty()) log_plan(plan, *running->view()->spec);
  };
  node_options.reload = [&options, &config]() -> Result<ControlConfiguration> {
    auto wanted = load(options.config);
    if (!wanted.ok()) return wanted.error();
    if (!(wanted->config.link == config.link)) {
      return Error{options.config + ": link cannot change while running; restart\n"};
    }
    return std::move(wanted->configuration);
  };

  ControlNode node(std::move(node_options));
  running = &node;
  const auto drain = std::make_shared<std::atomic<Duration>>(Duration::zero());
  SignalLoop signals(node, options.command, drain);
  const auto bound = node.start();
  if (!bound.ok()) return fail(kExitFailed, bound.error().message);
  spdlog::info("controller: gateways connect to {}, operator's page on {}://{}",
               core::to_string(bound->link), config.gateway.admin_tls ? "https" : "http",
               core::to_string(bound->admin));
  node.lead();
  signals.run();
  node.stop();
  spdlog::info("stopped");
  return kExitOk;
}

}  // namespace signalbox::apps
