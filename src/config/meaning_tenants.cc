// SPDX-License-Identifier: Apache-2.0
//
// Two headers say whose a request is and how urgent. Each must be a name that a header can have, or
// nobody would ever be told apart, and one that says nothing else.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "config/meaning.h"

namespace signalbox::config {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text;
}

// A token of RFC 9110, section 5.6.2.
bool is_header_name(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

}  // namespace

void check_tenants(const Fields& root, Report& report) {
  if (!root.has("tenants")) return;
  const Fields tenants = root.section("tenants");
  check_networks(tenants, report);
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
    return one && other && lowered(*one) == lowered(*other);
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
