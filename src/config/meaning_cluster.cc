// SPDX-License-Identifier: Apache-2.0
//
// What must hold where a cluster is spoken to: workloads are named as Kubernetes names things, each
// is one unit's, and whoever scales them has something to scale.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "config/addresses.h"
#include "config/meaning.h"

namespace signalbox::config {

namespace {

constexpr std::string_view kWorkloadKeys[] = {"deployment", "stateful_set", "inference_pool",
                                              "service"};

// RFC 1123, as Kubernetes asks of every name that is a host's.
bool is_host_label(std::string_view text) {
  const auto is_inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), is_inner);
}

bool is_host_name(std::string_view text) {
  if (text.size() > 253) return false;
  while (true) {
    const auto dot = text.find('.');
    if (!is_host_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

void check_name(const Fields& section, std::string_view key, bool dots_are_allowed,
                Report& report) {
  const auto name = section.get<std::string>(key);
  if (!name || (dots_are_allowed ? is_host_name(*name) : is_host_label(*name))) return;
  report.add(section.place(key), fmt::format("{} is no name in Kubernetes", in_quotes(*name)),
             {.hint = fmt::format("write lower-case letters, digits{} and '-', at most {}",
                                  dots_are_allowed ? ", '.'" : "", dots_are_allowed ? 253 : 63)});
}

// Which workload it is, for messages and to find the same twice.
std::string workload_of(const Fields& kubernetes, const Fields& root) {
  for (const std::string_view key : kWorkloadKeys) {
    const auto name = kubernetes.get<std::string>(key);
    if (!name) continue;
    const auto own = kubernetes.get<std::string>("namespace");
    const auto general = root.section("cluster").get<std::string>("namespace");
    const std::string place = own.value_or(general.value_or(""));
    return fmt::format("{} {}", key, in_quotes(place.empty() ? *name : place + "/" + *name));
  }
  return {};
}

void check_scale(const Fields& unit, const Fields& kubernetes, Report& report) {
  const auto scale = kubernetes.get<std::string>("scale");
  if (!scale) return;
  const bool is_watched = *scale == "none";
  for (const std::string_view key : {"inference_pool", "service"}) {
    if (is_watched || !kubernetes.has(key)) continue;
    report.add(kubernetes.place(key),
               key == "service" ? "a Service has no number of replicas that could be changed"
                                : "an InferencePool has no number of replicas that could be "
                                  "changed",
               {.hint = "write 'scale: none', or name the deployment or stateful_set behind it"});
    return;
  }
  if (is_watched && unit.has("replicas")) {
    report.add(unit.place("replicas"),
               "nobody changes the number of its replicas: kubernetes.scale is none",
               {.hint = "remove 'replicas', or write 'scale: keda' or 'scale: direct'"});
  } else if (!is_watched && !unit.has("replicas")) {
    report.add(kubernetes.self(), "how many replicas there may be is not said",
               {.hint = "add 'replicas: {max: 10}' to the unit, or 'scale: none' here if they are "
                        "only to be watched"});
  }
}

void check_workload(const Item<Fields>& unit, const Fields& root, Report& report) {
  const Fields kubernetes = unit.value.section("kubernetes");
  if (!kubernetes.is_readable()) return;
  if (!root.has("cluster")) {
    report.add(kubernetes.self(), "no cluster is configured that this could be in",
               {.hint = "add a top-level 'cluster: {}'"});
  }
  if (unit.value.has("endpoints")) {
    report.add(unit.value.place("endpoints"),
               "the unit's servers are listed although Kubernetes names them",
               {.hint = "remove 'endpoints', or 'kubernetes'"});
  }
  for (const std::string_view key : kWorkloadKeys) {
    check_name(kubernetes, key, key != "service", report);
  }
  check_name(kubernetes, "namespace", false, report);
  check_scale(unit.value, kubernetes, report);
}

void check_workloads(const Fields& root, Report& report) {
  std::map<std::string, std::string> owners;
  for (const auto& unit : root.sections("units")) {
    if (!unit.value.has("kubernetes")) continue;
    check_workload(unit, root, report);
    const Fields kubernetes = unit.value.section("kubernetes");
    const std::string workload =
        kubernetes.is_readable() ? workload_of(kubernetes, root) : std::string();
    if (workload.empty()) continue;
    const auto [owner, is_new] = owners.try_emplace(workload, unit.name);
    if (is_new) continue;
    report.add(
        kubernetes.self(),
        fmt::format("{} is already the workload of unit {}", workload, in_quotes(owner->second)),
        {.hint = "one workload is one unit; remove one of the two"});
  }
}

// A certificate has a key, and one that is asked for has somebody to vouch for it.
void check_link_tls(const Fields& link, Report& report) {
  if (link.has("certificate") != link.has("key")) {
    const std::string_view given = link.has("key") ? "key" : "certificate";
    report.add(link.place(given), "certificate and key belong together",
               {.hint = fmt::format("add '{}'", given == "key" ? "certificate" : "key")});
  }
  if (link.has("listen") && link.has("ca") && !link.has("certificate")) {
    report.add(link.place("ca"), "a controller that asks gateways for certificates shows one too",
               {.hint = "add 'certificate' and 'key'"});
  }
  if (link.has("listen") && link.has("name")) {
    report.add(link.place("name"), "'name' is a gateway's",
               {.hint = "remove it here; a gateway has 'control' instead of 'listen'"});
  }
}

// Two listeners on one port: the second would not start.
void check_listeners(const Fields& root, Report& report) {
  struct Listener {
    std::string what;
    Place place;
    core::Address address;
  };
  std::vector<Listener> listeners;
  const auto note = [&](const Fields& section, std::string_view name, std::string_view key) {
    const auto address = section.get<core::Address>(key);
    if (address)
      listeners.push_back({fmt::format("{}.{}", name, key), section.place(key), *address});
  };
  const Fields gateway = root.section("gateway");
  note(gateway, "gateway", "listen");
  note(gateway, "gateway", "admin");
  const std::size_t checked = listeners.size();  // with each other, in check_addresses
  if (gateway.has("probes")) note(gateway, "gateway", "probes");
  if (root.has("scaler")) note(root.section("scaler"), "scaler", "listen");
  if (root.has("link")) note(root.section("link"), "link", "listen");
  for (std::size_t i = checked; i < listeners.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Listener& later = listeners[i];
      const Listener& earlier = listeners[j];
      if (later.address.port == 0 ||
          (!reaches(later.address, earlier.address) && !reaches(earlier.address, later.address))) {
        continue;
      }
      report.add(later.place,
                 fmt::format("{} and {} are both on port {}", earlier.what, later.what,
                             later.address.port),
                 {.hint = "give one of them another port"});
    }
  }
}

}  // namespace

void check_cluster(const Fields& root, Report& report) {
  const Fields cluster = root.section("cluster");
  check_name(cluster, "namespace", false, report);
  if (cluster.get<std::string>("lease") != "off") check_name(cluster, "lease", true, report);
  if (!may_come_from_elsewhere(root)) {
    for (const std::string_view key : {"services", "units"}) {
      if (root.has(key) || (!root.has("cluster") && !root.has("link"))) continue;
      report.add(
          root.self(), fmt::format("no {} are given, and none can come from elsewhere", key),
          {.hint = fmt::format("add '{}'; or 'cluster: {{}}', which reads them there", key)});
    }
  }
  check_workloads(root, report);
  if (root.has("link")) check_link_tls(root.section("link"), report);
  check_listeners(root, report);
}

}  // namespace signalbox::config
