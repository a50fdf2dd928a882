// SPDX-License-Identifier: Apache-2.0
//
// `signalbox gateway`: a gateway around its own part of a configuration - how it meets clients and
// where its controller is. The rest comes from the controller.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <utility>

#include "apps/access_log_file.h"
#include "apps/access_sources.h"
#include "apps/commands.h"
#include "apps/exit_code.h"
#include "apps/gateway_node.h"
#include "apps/gateway_sources.h"
#include "apps/link_sources.h"
#include "apps/listening.h"
#include "apps/signal_loop.h"
#include "apps/tracing_sources.h"
#include "net/clock.h"
#include "net/inheritance.h"

namespace signalbox::apps {

namespace {

// What a gateway's own file decides, put in place of what the controller says of it.
config::Config with_own_part(config::Config told, const config::Config& own) {
  told.gateway = own.gateway;
  told.journal = own.journal;
  told.tracing = own.tracing;
  told.link = own.link;
  return told;
}

}  // namespace

int gateway_command(const ServeOptions& options) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("signalbox"));
  const auto fail = [](int code, const std::string& why) {
    fmt::print(stderr, "signalbox gateway: {}\n", why);
    return code;
  };
  auto inheritance = net::Inheritance::claim();
  if (!inheritance.ok()) return fail(kExitFailed, inheritance.error().message);
  auto loaded = config::load_file(options.config);
  if (!loaded.ok()) {
    fmt::print(stderr, "{}", config::render(loaded.error()));
    return kExitBadUsage;
  }
  if (!loaded->link || !loaded->link->control) {
    return fail(kExitBadUsage, options.config +
                                   ": a gateway needs 'link: {control: HOST:PORT}', where its "
                                   "controller listens; `signalbox serve` needs none");
  }
  if (loaded->journal.input_log != "off") {
    return fail(kExitBadUsage,
                "journal.input_log: a gateway keeps none, since its views come from elsewhere and "
                "a replay could not make them; journal.decisions works");
  }
  auto link = link_client(*loaded->link);
  if (!link.ok()) return fail(kExitBadUsage, link.error().message);
  // What is read again replaces it, on control's thread.
  const auto own = std::make_shared<config::Config>(std::move(*loaded));
  const config::Config first = *own;
  auto access_log = AccessLogFile::open(first.gateway.access_log);
  if (!access_log.ok()) {
    return fail(kExitBadUsage, "gateway.access_log: " + access_log.error().message);
  }
  auto gateway = gateway_sources(first);
  if (!gateway.ok()) return fail(kExitBadUsage, gateway.error().message);
  for (const auto& warning : gateway->warnings) spdlog::warn("{}", warning);
  auto admin = admin_sources(first.gateway);
  if (!admin.ok()) return fail(kExitBadUsage, admin.error().message);
  std::unique_ptr<adapters::OtlpExporter> exporter;  // outlives the node, which gives to it
  const auto tracing = open_tracing(first.tracing, exporter);

  GatewayNodeOptions node_options;
  node_options.gateway = std::move(gateway->options);
  node_options.gateway.tracing = tracing;
  node_options.gateway.seed = link->router.value;
  node_options.link = std::move(*link);
  node_options.admin = first.gateway.admin;
  node_options.probes = first.gateway.probes;
  node_options.admin_rights = std::move(admin->rights);
  node_options.admin_tls = std::move(admin->tls);
  node_options.audit = [](const std::string& line) { spdlog::info("audit: {}", line); };
  node_options.access_log = access_log->sink();
  node_options.tell = [](const std::string& what) { spdlog::warn("{}", what); };
  auto journals = open_journals(first.journal, node_options.tell);
  if (!journals.ok()) return fail(kExitBadUsage, journals.error().message);
  node_options.journals = std::move(*journals);
  const auto told = std::make_shared<config::Config>(first);
  node_options.parse = [own, told,
                        tracing](const std::string& text) -> Result<GatewayConfiguration> {
    auto wanted = config::load(text, "the controller's configuration");
    if (!wanted.ok()) return Error{config::render(wanted.error())};
    config::Config whole = with_own_part(std::move(*wanted), *own);
    auto sources = gateway_sources(whole);
    if (!sources.ok()) return sources.error();
    for (const auto& warning : sources->warnings) spdlog::warn("{}", warning);
    *told = std::move(whole);
    sources->options.tracing = tracing;
    return GatewayConfiguration{std::make_shared<core::FleetSpec>(told->fleet),
                                std::move(sources->options)};
  };
  const auto drain = std::make_shared<std::atomic<Duration>>(first.gateway.drain);
  node_options.reload = [&options, &first, &access_log, own, told, tracing,
                         drain]() -> Result<GatewayReloaded> {
    // Whatever the configuration is worth: who rotates logs tells us in the same way.
    if (const auto why = access_log->reopen(); !why.empty()) {
      spdlog::error("gateway.access_log: {}; lines go where they went", why);
    }
    auto wanted = config::load_file(options.config);
    if (!wanted.ok()) return Error{config::render(wanted.error())};
    if (const auto key = needs_new_process(first, *wanted); !key.empty()) {
      return Error{
          fmt::format("{}: {} cannot change while running; hand over to a new process "
                      "(SIGUSR2), or restart\n",
                      options.config, key)};
    }
    const config::Config whole = with_own_part(*told, *wanted);
    auto sources = gateway_sources(whole);
    if (!sources.ok()) return Error{sources.error().message + "\n"};
    auto page = admin_sources(wanted->gateway);
    if (!page.ok()) return Error{page.error().message + "\n"};
    for (const auto& warning : sources->warnings) spdlog::warn("{}", warning);
    drain->store(wanted->gateway.drain);
    *own = std::move(*wanted);
    *told = whole;
    sources->options.tracing = tracing;
    return GatewayReloaded{std::move(sources->options), std::move(page->rights),
                           std::move(page->tls)};
  };
  node_options.gateway_listeners =
      fitting(inheritance->take(kGatewayListener), first.gateway.listen, "gateway.listen");
  node_options.admin_listeners =
      fitting(inheritance->take(kAdminListener), first.gateway.admin, "gateway.admin");
  if (first.gateway.probes) {
    node_options.probe_listeners =
        fitting(inheritance->take(kProbesListener), *first.gateway.probes, "gateway.probes");
  }

  GatewayNode node(std::move(node_options));
  SignalLoop signals(node, options.command, drain);
  const auto bound = node.start();
  if (!bound.ok()) return fail(kExitFailed, bound.error().message);
  inheritance->announce();
  spdlog::info("gateway on {}://{}, operator's page on {}://{}, controller at {}",
               first.gateway.tls ? "https" : "http", core::to_string(bound->gateway),
               first.gateway.admin_tls ? "https" : "http", core::to_string(bound->admin),
               core::to_string(*first.link->control));
  signals.run();
  node.stop();
  spdlog::info("stopped");
  return kExitOk;
}

}  // namespace signalbox::apps
