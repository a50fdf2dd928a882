// SPDX-License-Identifier: Apache-2.0
//
// `signalbox control`: a controller around a configuration file, for gateways in other processes.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <utility>

#include "apps/access_sources.h"
#include "apps/cluster_side.h"
#include "apps/commands.h"
#include "apps/control_node.h"
#include "apps/exit_code.h"
#include "apps/gateway_sources.h"
#include "apps/link_sources.h"
#include "apps/plan_log.h"
#include "apps/signal_loop.h"
#include "config/addresses.h"
#include "config/text_file.h"
#include "net/clock.h"

namespace signalbox::apps {

namespace {

struct Loaded {
  config::Config config;
  ControlConfiguration configuration;
};

// Of a configuration and the text it was read from.
Result<ControlConfiguration> configuration_of(const config::Config& config, std::string text) {
  auto access = gateway_sources(config);
  if (!access.ok()) return Error{access.error().message + "\n"};
  auto sources = source_plans(config.sources);
  if (!sources.ok()) return Error{sources.error().message + "\n"};
  auto page = admin_sources(config.gateway);
  if (!page.ok()) return Error{page.error().message + "\n"};
  return ControlConfiguration{std::move(text),
                              std::make_shared<core::FleetSpec>(config.fleet),
                              std::move(access->options.units),
                              std::move(*sources),
                              std::move(page->rights),
                              std::move(page->tls)};
}

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
  auto configuration = configuration_of(*config, std::move(*text));
  if (!configuration.ok()) return configuration.error();
  return Loaded{std::move(*config), std::move(*configuration)};
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// Where the other controllers find this one's link: the pod's address, where it listens on all.
std::string own_address(const core::Address& listen) {
  core::Address address = listen;
  if (config::is_any_address(listen)) {
    const std::string pod = variable("POD_IP");
    address.host = pod.empty() ? host_name() : pod;
  }
  return core::to_string(address);
}

Result<std::shared_ptr<const net::TlsServer>> scaler_tls(const config::ServerTlsSection& section) {
  net::TlsServerOptions options;
  options.certificates.push_back({section.certificate, section.key});
  options.alpn = {"h2"};
  options.client_ca_file = section.client_ca;
  if (!section.client_ca.empty()) options.client_certificate = net::ClientCertificate::kRequire;
  auto made = net::TlsServer::make(options);
  if (!made.ok()) return Error{"scaler.tls: " + made.error().message};
  return made;
}

Result<std::unique_ptr<ClusterSide>> cluster_side(ControlNode& node, const config::Config& config,
                                                  const std::string& text,
                                                  const std::string& file_name) {
  const kube::Surroundings around{.kubeconfig = variable("KUBECONFIG"),
                                  .home = variable("HOME"),
                                  .service_host = variable("KUBERNETES_SERVICE_HOST"),
                                  .service_port = variable("KUBERNETES_SERVICE_PORT")};
  auto access = kube::find_access(config.cluster->kubeconfig, config.cluster->context, around);
  if (!access.ok()) return Error{"cluster: " + access.error().message};
  ClusterSideOptions options{.config = config,
                             .text = text,
                             .file_name = file_name,
                             .access = std::move(*access),
                             .instance = host_name(),
                             .address = own_address(*config.link->listen),
                             .seed = static_cast<std::uint64_t>(net::unix_nanos())};
  if (config.scaler && config.scaler->tls) {
    auto tls = scaler_tls(*config.scaler->tls);
    if (!tls.ok()) return tls.error();
    options.scaler_tls = std::move(*tls);
  }
  auto link = link_client_tls(*config.link);
  if (!link.ok()) return link.error();
  options.link_tls = std::move(*link);
  const auto tell = [](const std::string& what) { spdlog::warn("{}", what); };
  return std::make_unique<ClusterSide>(
      node.io(), std::move(options),
      ClusterSide::Ports{.adopt =
                             [&node, tell](const config::Composition& made) {
                               auto next = configuration_of(made.config, made.text);
                               if (!next.ok())
                                 return tell("the cluster's objects: " + next.error().message);
                               node.adopt_here(std::move(*next));
                             },
                         .lead =
                             [&node](adapters::KubernetesActuator& actuator) {
                               spdlog::info("this controller leads");
                               node.lead_here(
                                   {.actuator = &actuator,
                                    .source = &actuator,
                                    .is_complete = [&actuator] { return actuator.is_complete(); }});
                             },
                         .lose =
                             [&node] {
                               spdlog::warn("this controller does not lead any more");
                               node.lose_here();
                             },
                         .follow = [&node](const std::string& leader) { node.follow_here(leader); },
                         .tell = tell});
}

// On the node's loop; waits for it.
std::string started(ControlNode& node, ClusterSide& cluster) {
  std::promise<std::string> answer;
  asio::post(node.io(), [&] { answer.set_value(cluster.start()); });
  return answer.get_future().get();
}

// The Lease, so that another need not wait for it to run out; not for longer than it would take.
void give_back(ControlNode& node, ClusterSide& cluster) {
  constexpr auto kPatience = std::chrono::seconds(3);
  const auto given = std::make_shared<std::promise<void>>();
  asio::post(node.io(), [&cluster, given] { cluster.stop([given] { given->set_value(); }); });
  given->get_future().wait_for(kPatience);
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
  if (config.cluster && config.emulator) {
    return fail(kExitBadUsage,
                "replicas are found in 'cluster' or launched by 'emulator', not both; remove one");
  }
  if (config.scaler && !config.cluster) {
    return fail(kExitBadUsage,
                "'scaler' answers KEDA, which lives in a cluster: add 'cluster: {}'");
  }
  auto tls = link_tls(*config.link);
  if (!tls.ok()) return fail(kExitBadUsage, tls.error().message);

  ControlNode* running = nullptr;
  std::unique_ptr<ClusterSide> cluster;
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
  node_options.on_plan = [&running, &cluster](const core::Plan& plan) {
    if (!plan.mode_changes.empty() || !plan.notices.empty()) log_plan(plan, *running->view()->spec);
    if (cluster) cluster->on_plan(plan);
  };
  node_options.on_view = [&cluster](std::shared_ptr<const core::FleetView> view) {
    if (cluster) cluster->on_view(std::move(view));
  };
  node_options.reload = [&]() -> std::string {
    auto wanted = load(options.config);
    if (!wanted.ok()) return wanted.error().message;
    if (const auto key = needs_new_process(config, wanted->config); !key.empty()) {
      return fmt::format("{}: {} cannot change while running; restart\n", options.config, key);
    }
    if (cluster) return cluster->set_file(wanted->configuration.text);
    running->adopt_here(std::move(wanted->configuration));
    return {};
  };

  const std::string file = node_options.configuration.text;
  ControlNode node(std::move(node_options));
  running = &node;
  if (config.cluster) {
    auto side = cluster_side(node, config, file, options.config);
    if (!side.ok()) return fail(kExitBadUsage, side.error().message);
    cluster = std::move(*side);
  }
  const auto drain = std::make_shared<std::atomic<Duration>>(Duration::zero());
  SignalLoop signals(node, options.command, drain);
  const auto bound = node.start();
  if (!bound.ok()) return fail(kExitFailed, bound.error().message);
  spdlog::info("controller: gateways connect to {}, operator's page on {}://{}",
               core::to_string(bound->link), config.gateway.admin_tls ? "https" : "http",
               core::to_string(bound->admin));
  if (cluster) {
    if (const auto why = started(node, *cluster); !why.empty()) return fail(kExitFailed, why);
  } else {
    node.lead();
  }
  signals.run();
  if (cluster) give_back(node, *cluster);
  node.stop();
  spdlog::info("stopped");
  return kExitOk;
}

}  // namespace signalbox::apps
