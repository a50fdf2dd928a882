// SPDX-License-Identifier: Apache-2.0
//
// Two headers say whose a request is and how urgent. Each must be a name that a header can have, or
// nobody would ever be told apart, and one that says nothing else.
#include <fmt/format.h>

#include <string>

#include "config/header_name.h"
#include "config/meaning.h"

namespace signalbox::config {

void check_tenants(const Fields& root, Report& report) {
  if (!root.has("tenants")) return;
  const Fields tenants = root.section("tenants");
  check_networks(tenants, report);
  if (!tenants.has("trusted") && !root.has("access")) {
    report.add(root.place("tenants"), "nobody says whose a request is",
               {.hint = "name in 'trusted' the networks whose header is believed, or let clients "
                        "show who they are: see 'access'"});
  }
  for (const char* key : {"header", "priority_header"}) {
    const auto name = tenants.get<std::string>(key);
    if (!name || is_header_name(*name)) continue;
    report.add(tenants.place(key), fmt::format("{} is not the name of a header", in_quotes(*name)),
               {.hint = "write letters, digits and '-', as in x-signalbox-tenant"});
  }
  const auto header = tenants.get<std::string>("header");
  const auto priority = tenants.get<std::string>("priority_header");
  const auto data_class = root.section("data").get<std::string>("header");
  const auto is_same = [](const auto& one, const auto& other) {
    return one && other && lower_case(*one) == lower_case(*other);
  };
  if (is_same(header, data_class)) {
    report.add(tenants.place("header"),
               fmt::format("{} is 'data.header' already", in_quotes(*header)),
               {.hint = "name the tenant in a header of its own"});
  }
  if (is_same(priority, header) || is_same(priority, data_class)) {
    const char* other = is_same(priority, header) ? "tenants.header" : "data.header";
    report.add(tenants.place("priority_header"),
               fmt::format("{} is '{}' already", in_quotes(*priority), other),
               {.hint = "give the priority in a header of its own"});
  }
}

}  // namespace signalbox::config
