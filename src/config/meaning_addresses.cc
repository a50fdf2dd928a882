// SPDX-License-Identifier: Apache-2.0
//
// Who listens where and who is called. Requests leave only to configured endpoints, so this is the
// one place where a mistake could send them in a circle or to a cloud's credential service.
#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "config/addresses.h"
#include "config/meaning.h"

namespace signalbox::config {

namespace {

using core::Address;

// Something the configuration sends requests to.
struct Target {
  std::string what;  // "an endpoint of unit 'a'"
  Place place;
  Address address;
};

std::vector<Target> targets_of(const Fields& root) {
  std::vector<Target> targets;
  for (const auto& unit : root.sections("units")) {
    for (const auto& item : unit.value.items<Address>("endpoints")) {
      targets.push_back(
          {fmt::format("an endpoint of unit {}", in_quotes(unit.name)), item.place, item.value});
    }
  }
  if (const auto emulator = root.get<Address>("emulator")) {
    targets.push_back({"the emulator", root.place("emulator"), *emulator});
  }
  if (const auto control = root.section("link").get<Address>("control")) {
    targets.push_back({"the controller", root.section("link").place("control"), *control});
  }
  if (const auto collector = root.section("tracing").get<Address>("collector")) {
    targets.push_back(
        {"the collector of traces", root.section("tracing").place("collector"), *collector});
  }
  return targets;
}

void check_destination(const Target& target, Report& report) {
  if (is_link_local_or_metadata(target.address)) {
    report.add(target.place,
               fmt::format("{} is a link-local or metadata address, where clouds keep credentials",
                           in_quotes(format_address(target.address))),
               {.hint = "write the server's own address"});
  } else if (is_any_address(target.address)) {
    report.add(target.place,
               fmt::format("{} can be listened on but not called",
                           in_quotes(format_address(target.address))),
               {.hint = fmt::format("write 127.0.0.1:{} for this machine", target.address.port)});
  }
}

void check_repeated(const std::vector<Target>& targets, Report& report) {
  std::map<std::string, const Target*> seen;
  for (const auto& target : targets) {
    const auto [first, is_new] = seen.try_emplace(canonical(target.address), &target);
    if (is_new) continue;
    const Target& same = *first->second;
    report.add(
        target.place,
        fmt::format("{} is already {}, on line {}", in_quotes(format_address(target.address)),
                    same.what, same.place.mark.line),
        {.hint = "one server is one endpoint of one unit; remove one of the two"});
  }
}

void check_admin(const Fields& gateway, Report& report) {
  const auto listen = gateway.get<Address>("listen");
  const auto admin = gateway.get<Address>("admin");
  const bool is_open = !gateway.has("admin_tls") || !gateway.has("admin_access");
  if (admin && !is_loopback(*admin) && is_open) {
    report.add(gateway.place("admin"),
               fmt::format("{} can be reached from other machines, and admin commands need no "
                           "password",
                           in_quotes(format_address(*admin))),
               {.hint = fmt::format("write 127.0.0.1:{}, or add gateway.admin_tls and "
                                    "gateway.admin_access",
                                    admin->port)});
  } else if (listen && admin && reaches(*admin, *listen)) {
    const bool admin_is_standard = !gateway.has("admin");
    report.add(gateway.place(admin_is_standard ? "listen" : "admin"),
               fmt::format("gateway.listen and gateway.admin are both on port {}", admin->port),
               {.hint = admin_is_standard ? "9901 is admin's default; give one of them another port"
                                          : "give one of them another port"});
  }
}

// A gateway among its own endpoints would forward every request to itself.
void check_circles(const Fields& gateway, const std::vector<Target>& targets, Report& report) {
  for (const std::string_view key : {"listen", "admin"}) {
    const auto listener = gateway.get<Address>(key);
    if (!listener) continue;
    for (const auto& target : targets) {
      if (!reaches(target.address, *listener)) continue;
      report.add(target.place,
                 fmt::format("{} is this gateway's own {} address",
                             in_quotes(format_address(target.address)), key),
                 {.hint = gateway.has(key)
                              ? "write where the server listens"
                              : fmt::format("write where the server listens, or move gateway.{} "
                                            "away from its default",
                                            key)});
    }
  }
}

}  // namespace

void check_addresses(const Fields& root, Report& report) {
  const Fields gateway = root.section("gateway");
  const auto targets = targets_of(root);
  for (const auto& target : targets) check_destination(target, report);
  check_repeated(targets, report);
  check_admin(gateway, report);
  check_circles(gateway, targets, report);
}

}  // namespace signalbox::config
