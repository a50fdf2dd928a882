// SPDX-License-Identifier: Apache-2.0
//
// `signalbox serve`: a node around a configuration file, with the signals of an operating system:
// HUP reads the files again, TERM and INT drain and leave, USR2 hands over to a new process.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "apps/access_log_file.h"
#include "apps/access_sources.h"
#include "apps/commands.h"
#include "apps/exit_code.h"
#include "apps/gateway_sources.h"
#include "apps/link_sources.h"
#include "apps/listening.h"
#include "apps/node.h"
#include "apps/plan_log.h"
#include "apps/signal_loop.h"
#include "apps/tracing_sources.h"
#include "config/text_file.h"
#include "net/clock.h"
#include "net/inheritance.h"

namespace signalbox::apps {

int serve_command(const ServeOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("signalbox"));
  const auto fail = [](int code, const std::string& why) {
    fmt::print(stderr, "signalbox serve: {}\n", why);
    return code;
  };
  auto inheritance = net::Inheritance::claim();
  if (!inheritance.ok()) return fail(kExitFailed, inheritance.error().message);
  auto text = config::read_text_file(options.config, "examples/minimal.yaml is a good start");
  auto loaded = text.ok() ? config::load(*text, options.config)
                          : Result<config::Config, config::Diagnostics>(text.error());
  if (!loaded.ok()) {
    fmt::print(stderr, "{}", config::render(loaded.error()));
    return kExitBadUsage;
  }
  const config::Config& config = *loaded;
  if (config.cluster || config.scaler) {
    return fail(kExitBadUsage,
                fmt::format("{}: '{}' is for a controller: run `signalbox control` with this file, "
                            "and `signalbox gateway` beside it (docs/kubernetes.md)",
                            options.config, config.cluster ? "cluster" : "scaler"));
  }
  if (config.link && config.link->control) {
    return fail(kExitBadUsage, "link.control: the fleet is decided on at " +
                                   core::to_string(*config.link->control) +
                                   "; `signalbox gateway` serves by what is decided there");
  }
  if (config.link && config.journal.input_log != "off") {
    return fail(kExitBadUsage,
                "journal.input_log: with gateways in other processes ('link') none is kept, since "
                "what they count could not be made again; journal.decisions works");
  }
  auto access_log = AccessLogFile::open(config.gateway.access_log);
  if (!access_log.ok()) {
    return fail(kExitBadUsage, "gateway.access_log: " + access_log.error().message);
  }
  auto gateway = gateway_sources(config);
  if (!gateway.ok()) return fail(kExitBadUsage, gateway.error().message);
  for (const auto& warning : gateway->warnings) spdlog::warn("{}", warning);

  Node* running = nullptr;
  NodeOptions node_options;
  node_options.gateway = std::move(gateway->options);
  std::unique_ptr<adapters::OtlpExporter> exporter;  // outlives the node, which gives to it
  const auto tracing = open_tracing(config.tracing, exporter);
  node_options.gateway.tracing = tracing;
  auto admin = admin_sources(config.gateway);
  if (!admin.ok()) return fail(kExitBadUsage, admin.error().message);
  node_options.admin_rights = std::move(admin->rights);
  node_options.admin_tls = std::move(admin->tls);
  node_options.audit = [](const std::string& line) { spdlog::info("audit: {}", line); };
  node_options.gateway.seed = static_cast<std::uint64_t>(net::unix_nanos());
  node_options.admin = config.gateway.admin;
  node_options.probes = config.gateway.probes;
  node_options.emulator = config.emulator;
  if (config.link) {
    auto link = link_tls(*config.link);
    if (!link.ok()) return fail(kExitBadUsage, link.error().message);
    node_options.link = config.link->listen;
    node_options.link_options.tls = std::move(*link);
    node_options.link_options.tell = [](const std::string& what) { spdlog::info("{}", what); };
    node_options.text = *text;
  }
  auto signal_sources = source_plans(config.sources);
  if (!signal_sources.ok()) return fail(kExitBadUsage, signal_sources.error().message);
  node_options.sources = std::move(*signal_sources);
  node_options.access_log = access_log->sink();
  node_options.tell = [](const std::string& what) { spdlog::warn("{}", what); };
  auto journals = open_journals(config.journal, node_options.tell);
  if (!journals.ok()) return fail(kExitBadUsage, journals.error().message);
  node_options.journals = std::move(*journals);
  node_options.on_plan = [&running](const core::Plan& plan) {
    if (!plan.mode_changes.empty() || !plan.notices.empty()) log_plan(plan, *running->view()->spec);
  };
  const auto drain = std::make_shared<std::atomic<Duration>>(config.gateway.drain);
  node_options.reload = [&options, &config, &access_log, drain, tracing]() -> Result<Reloaded> {
    // Whatever the configuration is worth: who rotates logs tells us in the same way.
    if (const auto why = access_log->reopen(); !why.empty()) {
      spdlog::error("gateway.access_log: {}; lines go where they went", why);
    }
    auto read = config::read_text_file(options.config, "it was there before");
    if (!read.ok()) return Error{config::render(read.error())};
    auto wanted = config::load(*read, options.config);
    if (!wanted.ok()) return Error{config::render(wanted.error())};
    if (const auto key = needs_new_process(config, *wanted); !key.empty()) {
      return Error{
          fmt::format("{}: {} cannot change while running; hand over to a new process "
                      "(SIGUSR2), or restart\n",
                      options.config, key)};
    }
    auto sources = gateway_sources(*wanted);
    if (!sources.ok()) return Error{sources.error().message + "\n"};
    auto page = admin_sources(wanted->gateway);
    if (!page.ok()) return Error{page.error().message + "\n"};
    auto asked = source_plans(wanted->sources);
    if (!asked.ok()) return Error{asked.error().message + "\n"};
    for (const auto& warning : sources->warnings) spdlog::warn("{}", warning);
    drain->store(wanted->gateway.drain);
    sources->options.tracing = tracing;
    return Reloaded{std::make_shared<core::FleetSpec>(std::move(wanted->fleet)),
                    std::move(sources->options),
                    std::move(page->rights),
                    std::move(page->tls),
                    std::move(*asked),
                    std::move(*read)};
  };
  node_options.gateway_listeners =
      fitting(inheritance->take(kGatewayListener), config.gateway.listen, "gateway.listen");
  node_options.admin_listeners =
      fitting(inheritance->take(kAdminListener), config.gateway.admin, "gateway.admin");

  if (config.gateway.probes) {
    node_options.probe_listeners =
        fitting(inheritance->take(kProbesListener), *config.gateway.probes, "gateway.probes");
  }

  Node node(std::move(node_options), std::make_shared<core::FleetSpec>(config.fleet));
  running = &node;
  SignalLoop signals(node, options.command, drain);
  const auto bound = node.start();
  if (!bound.ok()) return fail(kExitFailed, bound.error().message);
  inheritance->announce();
  spdlog::info("serving on {}://{}, operator's page on {}://{}",
               config.gateway.tls ? "https" : "http", core::to_string(bound->gateway),
               config.gateway.admin_tls ? "https" : "http", core::to_string(bound->admin));
  for (const auto& source : config.sources) spdlog::info("{}", describe_source(source));
  signals.run();
  node.stop();
  spdlog::info("stopped");
  return kExitOk;
}

}  // namespace signalbox::apps
