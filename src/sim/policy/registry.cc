// SPDX-License-Identifier: Apache-2.0
//
// The table of policies. A row is all there is to adding one; see registry.h and docs/policies.md.
#include "sim/policy/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/assert.h"
#include "config/nearest.h"
#include "sim/policy/afhc.h"
#include "sim/policy/forecast_ilp.h"
#include "sim/policy/keda_per_unit.h"
#include "sim/policy/lcp.h"
#include "sim/policy/melange.h"
#include "sim/policy/paper_binary.h"
#include "sim/policy/paper_equal.h"
#include "sim/policy/paper_weighted.h"
#include "sim/policy/scaled_control.h"
#include "sim/policy/spothedge.h"
#include "sim/policy/static_peak.h"
#include "sim/policy/wva_like.h"

namespace signalbox::sim {

namespace {

using core::RoutingPolicy;

// One parameter at several values.
std::vector<Parameters> each(const char* name, std::initializer_list<double> values) {
  std::vector<Parameters> grid;
  for (const double value : values) grid.push_back({{name, value}});
  return grid;
}

// Two parameters at all pairs of values.
std::vector<Parameters> pairs(const char* name, std::initializer_list<double> values,
                              const char* other, std::initializer_list<double> others) {
  std::vector<Parameters> grid;
  for (const double second : others) {
    for (const double first : values) grid.push_back({{name, first}, {other, second}});
  }
  return grid;
}

enum class Moves { kAtOnce, kMakeBeforeBreak };

std::unique_ptr<Control> scaled(std::unique_ptr<Scaler> scaler, const PolicyInput& input,
                                Moves moves = Moves::kAtOnce, bool shows_truth = false) {
  ScaledOptions options;
  for (const PoolSpec& pool : input.pools) options.tiers.push_back(pool.tier);
  options.truth = shows_truth ? input.truth : nullptr;
  options.make_before_break = moves == Moves::kMakeBeforeBreak;
  return std::make_unique<ScaledControl>(std::make_shared<const core::FleetSpec>(input.fleet),
                                         std::move(scaler), std::move(options), input.start);
}

std::unique_ptr<Control> make_signalbox(const Parameters& p, const PolicyInput& input) {
  auto fleet = std::make_shared<core::FleetSpec>(input.fleet);
  fleet->services.front().objective.quantile = p.at("quantile");
  return std::make_unique<SignalboxControl>(std::move(fleet), input.start);
}

std::unique_ptr<Control> make_paper_weighted(const Parameters& p, const PolicyInput& input) {
  return scaled(std::make_unique<PaperWeighted>(p.at("target_utilisation")), input);
}

std::unique_ptr<Control> make_paper_equal(const Parameters& p, const PolicyInput& input) {
  return scaled(std::make_unique<PaperEqual>(p.at("target_utilisation")), input);
}

std::unique_ptr<Control> make_paper_binary(const Parameters& p, const PolicyInput& input) {
  return scaled(std::make_unique<PaperBinary>(p.at("target_utilisation"), p.at("trough_share")),
                input);
}

std::unique_ptr<Control> make_keda(const Parameters& p, const PolicyInput& input) {
  return scaled(std::make_unique<KedaPerUnit>(p.at("target_utilisation"),
                                              static_cast<int>(p.at("least_replicas"))),
                input);
}

template <Melange::Demand kDemand>
std::unique_ptr<Control> make_melange(const Parameters& p, const PolicyInput& input) {
  const bool careful = p.at("make_before_break") != 0.0;
  return scaled(std::make_unique<Melange>(p.at("target_utilisation"), kDemand), input,
                careful ? Moves::kMakeBeforeBreak : Moves::kAtOnce,
                kDemand == Melange::Demand::kComing);
}

std::unique_ptr<Control> make_spothedge(const Parameters& p, const PolicyInput& input) {
  return scaled(
      std::make_unique<SpotHedge>(p.at("target_utilisation"), from_seconds(p.at("upscale_delay_s")),
                                  static_cast<int>(p.at("extra_replicas"))),
      input);
}

std::unique_ptr<Control> make_wva_like(const Parameters& p, const PolicyInput& input) {
  const double up = p.at("scale_up_threshold");
  return scaled(std::make_unique<WvaLike>(up, up - p.at("scale_down_gap")), input);
}

std::unique_ptr<Control> make_forecast_ilp(const Parameters& p, const PolicyInput& input) {
  const Duration season = p.at("seasonal") != 0.0 ? input.season : Duration::zero();
  return scaled(std::make_unique<ForecastIlp>(p.at("headroom"), season), input,
                Moves::kMakeBeforeBreak);
}

std::unique_ptr<Control> make_lcp(const Parameters& p, const PolicyInput& input) {
  return scaled(std::make_unique<Lcp>(p.at("target_utilisation"), p.at("beta_boots")), input,
                Moves::kMakeBeforeBreak);
}

std::unique_ptr<Control> make_afhc(const Parameters& p, const PolicyInput& input) {
  return scaled(
      std::make_unique<Afhc>(p.at("target_utilisation"), static_cast<int>(p.at("window_minutes")),
                             p.at("beta_boots")),
      input, Moves::kMakeBeforeBreak, true);
}

std::unique_ptr<Control> make_static_peak(const Parameters& p, const PolicyInput& input) {
  return scaled(std::make_unique<StaticPeak>(p.at("peak_fraction")), input, Moves::kAtOnce, true);
}

PolicySpec keda_behind(std::string_view name, std::string_view title, std::string_view source,
                       RoutingPolicy routing) {
  return {.name = name,
          .title = title,
          .source = source,
          .native_routing = routing,
          .defaults = {{"target_utilisation", 0.85}, {"least_replicas", 1}},
          .grid = pairs("target_utilisation", {0.7, 0.85, 1.0}, "least_replicas", {0, 1}),
          .make = make_keda};
}

constexpr std::string_view kPaper = "Biran and Kissos, arXiv 2503.20074 (2025)";
constexpr std::string_view kKeda = "KEDA 2 with the Kubernetes HPA";

std::vector<PolicySpec> table() {
  const auto utilisations = {0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
  std::vector<PolicySpec> rows;
  rows.push_back({.name = "signalbox",
                  .title = "Signalbox: the core's own Controller and Router",
                  .source = "this repository",
                  .native_routing = RoutingPolicy::kSignalbox,
                  .defaults = {{"quantile", 0.99}},
                  .grid = each("quantile", {0.95, 0.97, 0.98, 0.99, 0.995, 0.999}),
                  .make = make_signalbox});
  rows.push_back({.name = "paper-weighted",
                  .title = "the paper's cost mode at its repository's hand-set weights",
                  .source = kPaper,
                  .native_routing = RoutingPolicy::kPaperWeighted,
                  .hand_set_weights = true,
                  .defaults = {{"target_utilisation", 0.8}},
                  .grid = each("target_utilisation", utilisations),
                  .make = make_paper_weighted});
  rows.push_back({.name = "paper-weighted-formula",
                  .title = "the paper's cost mode at throughput / (price x latency)",
                  .source = kPaper,
                  .native_routing = RoutingPolicy::kPaperWeighted,
                  .defaults = {{"target_utilisation", 0.8}},
                  .grid = each("target_utilisation", utilisations),
                  .make = make_paper_weighted});
  rows.push_back({.name = "paper-equal",
                  .title = "the paper's capacity mode: equal shares, adjusted throughput",
                  .source = kPaper,
                  .native_routing = RoutingPolicy::kPaperEqual,
                  .defaults = {{"target_utilisation", 0.8}},
                  .grid = each("target_utilisation", utilisations),
                  .make = make_paper_equal});
  rows.push_back({.name = "paper-binary",
                  .title = "the paper's switch between its modes, polled every 300 s",
                  .source = kPaper,
                  .native_routing = RoutingPolicy::kPaperBinary,
                  .hand_set_weights = true,
                  .defaults = {{"target_utilisation", 0.8}, {"trough_share", 0.1}},
                  .grid = pairs("target_utilisation", {0.6, 0.7, 0.8}, "trough_share", {0.05, 0.1}),
                  .make = make_paper_binary});
  rows.push_back(keda_behind("keda-per-unit", "KEDA on every unit, behind Signalbox's router",
                             kKeda, RoutingPolicy::kSignalbox));
  rows.push_back(keda_behind("round-robin", "KEDA on every unit, behind round robin",
                             "kube-proxy and most load balancers", RoutingPolicy::kRoundRobin));
  rows.push_back(keda_behind("least-request", "KEDA on every unit, behind least request",
                             "Envoy, AIBrix", RoutingPolicy::kLeastRequest));
  rows.push_back(keda_behind("p2c", "KEDA on every unit, behind the power of two choices",
                             "Mitzenmacher, IEEE TPDS 12(10), 2001; Envoy, Linkerd",
                             RoutingPolicy::kPowerOfTwo));
  rows.push_back({.name = "melange",
                  .title = "Melange's integer program every 5 minutes, on the demand before",
                  .source = "Griggs et al., arXiv 2404.14527 (2024); AIBrix's GPU optimizer",
                  .native_routing = RoutingPolicy::kLeastRequest,
                  .defaults = {{"target_utilisation", 0.8}, {"make_before_break", 0}},
                  .grid = pairs("target_utilisation", {0.6, 0.7, 0.8}, "make_before_break", {0, 1}),
                  .make = make_melange<Melange::Demand::kBefore>});
  rows.push_back(
      {.name = "melange-oracle",
       .title = "Melange's integer program every 5 minutes, on the demand to come",
       .source = "Griggs et al., arXiv 2404.14527 (2024)",
       .told = "the demand until the longest boot after its next decision",
       .native_routing = RoutingPolicy::kLeastRequest,
       .oracle = true,
       .needs_truth = true,
       .defaults = {{"target_utilisation", 0.9}, {"make_before_break", 1}},
       .grid = pairs("target_utilisation", {0.8, 0.9, 0.95}, "make_before_break", {0, 1}),
       .make = make_melange<Melange::Demand::kComing>});
  rows.push_back(
      {.name = "spothedge",
       .title = "SkyServe's SpotHedge: spot with extra, on demand as fallback",
       .source = "Mao et al., SkyServe, EuroSys 2025",
       .native_routing = RoutingPolicy::kLeastRequest,
       .defaults = {{"target_utilisation", 0.75}, {"upscale_delay_s", 300}, {"extra_replicas", 2}},
       .grid = pairs("target_utilisation", {0.65, 0.75, 0.85}, "upscale_delay_s", {60, 300}),
       .make = make_spothedge});
  rows.push_back(
      {.name = "wva-like",
       .title = "after llm-d's variant autoscaler: the cheapest variant takes all",
       .source = "llm-d workload-variant-autoscaler, saturation engine (2026)",
       .native_routing = RoutingPolicy::kLeastRequest,
       .defaults = {{"scale_up_threshold", 0.85}, {"scale_down_gap", 0.15}},
       .grid = pairs("scale_up_threshold", {0.7, 0.8, 0.9}, "scale_down_gap", {0.075, 0.15}),
       .make = make_wva_like});
  rows.push_back({.name = "forecast-ilp",
                  .title = "Holt-Winters over the boot horizon, exact covering",
                  .source = "Holt 1957, Winters 1960; compare MArk, USENIX ATC 2019",
                  .told = "the cycle of the traffic, where it uses a season",
                  .native_routing = RoutingPolicy::kLeastRequest,
                  .defaults = {{"headroom", 0.1}, {"seasonal", 0}},
                  .grid = pairs("headroom", {0.0, 0.05, 0.15}, "seasonal", {0, 1}),
                  .make = make_forecast_ilp});
  rows.push_back({.name = "lcp",
                  .title = "lazy capacity provisioning, 3-competitive",
                  .source = "Lin, Wierman, Andrew and Thereska, INFOCOM 2011",
                  .native_routing = RoutingPolicy::kLeastRequest,
                  .defaults = {{"target_utilisation", 0.8}, {"beta_boots", 1}},
                  .grid = pairs("target_utilisation", {0.7, 0.8, 0.9}, "beta_boots", {1, 2}),
                  .make = make_lcp});
  rows.push_back(
      {.name = "afhc",
       .title = "averaging fixed horizon control with an exact prediction window",
       .source = "Lin, Liu, Wierman and Andrew, IGCC 2012",
       .told = "the demand over the longest boot and its window after that",
       .native_routing = RoutingPolicy::kLeastRequest,
       .oracle = true,
       .needs_truth = true,
       .defaults = {{"target_utilisation", 0.9}, {"window_minutes", 10}, {"beta_boots", 1}},
       .grid = pairs("target_utilisation", {0.8, 0.9, 0.95}, "window_minutes", {10, 30}),
       .make = make_afhc});
  rows.push_back({.name = "static-peak",
                  .title = "a fixed fleet for the peak",
                  .source = "customary",
                  .told = "the busiest minute of the first half",
                  .native_routing = RoutingPolicy::kLeastRequest,
                  .needs_truth = true,
                  .defaults = {{"peak_fraction", 1.1}},
                  .grid = each("peak_fraction", {0.9, 1.0, 1.05, 1.1, 1.2, 1.4}),
                  .make = make_static_peak});
  return rows;
}

}  // namespace

const std::vector<PolicySpec>& policies() {
  static const std::vector<PolicySpec> rows = table();
  return rows;
}

Result<const PolicySpec*> find_policy(std::string_view name) {
  std::vector<std::string_view> names;
  for (const PolicySpec& policy : policies()) {
    if (policy.name == name) return &policy;
    names.push_back(policy.name);
  }
  const std::string hint = config::did_you_mean(name, names);
  return Error{fmt::format("no policy is called '{}'{}{}; there are: {}", name,
                           hint.empty() ? "" : "; ", hint, config::listed(names))};
}

void route_natively(const PolicySpec& policy, core::FleetSpec& fleet) {
  core::ServiceSpec& service = fleet.services.front();
  service.routing = policy.native_routing;
  service.weights.clear();
  if (policy.hand_set_weights) {
    service.weights = paper_hand_set_weights(fleet).value_or(std::vector<double>{});
  }
}

std::unique_ptr<Control> make_control(const PolicySpec& policy, const Parameters& parameters,
                                      const PolicyInput& input) {
  SIGNALBOX_ASSERT(input.fleet.services.size() == 1);
  SIGNALBOX_ASSERT(input.truth != nullptr || !policy.needs_truth);
  Parameters all = policy.defaults;
  for (const auto& [name, value] : parameters) {
    SIGNALBOX_ASSERT(all.contains(name));
    all[name] = value;
  }
  return policy.make(all, input);
}

}  // namespace signalbox::sim
