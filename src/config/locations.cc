// SPDX-License-Identifier: Apache-2.0
//
// What has no scheme is a file; see locations.h.
#include "config/locations.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/addresses.h"
#include "config/text.h"

namespace signalbox::config {

namespace {

constexpr std::string_view kHint =
    "write the path of a file, or a page such as http://127.0.0.1:9090/prices.json";

Complaint complaint(std::string_view text, std::string_view what) {
  return {fmt::format("{} {}", in_quotes(text), what), std::string(kHint)};
}

bool stands_in_target(char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '#'; }

// "host", "host:port" or "[ipv6]:port", with the scheme's own port where none is written.
std::string with_port(std::string_view authority, bool tls) {
  const auto colon = authority.rfind(':');
  const auto bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return has_port ? std::string(authority) : fmt::format("{}:{}", authority, tls ? 443 : 80);
}

}  // namespace

Result<Location, Complaint> parse_location(std::string_view text) {
  if (text.empty()) return complaint(text, "names nothing");
  const bool tls = text.starts_with("https://");
  if (!tls && !text.starts_with("http://")) {
    if (text.find("://") != std::string_view::npos) {
      return complaint(text, "has a scheme that is neither http nor https");
    }
    Location location;
    location.file = text;
    return location;
  }
  const std::string_view rest = text.substr(tls ? 8 : 7);
  const auto slash = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) {
    return complaint(text, "carries a user name; a secret belongs into 'credential'");
  }
  auto address = parse_listen_address(with_port(authority, tls));
  if (!address) return address.error();
  if (address->port == 0) return complaint(text, "has port 0, which nobody serves");
  Location location;
  location.address = *std::move(address);
  location.tls = tls;
  location.target = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  if (location.target.front() == '?') location.target.insert(0, "/");
  if (!std::all_of(location.target.begin(), location.target.end(), stands_in_target)) {
    return complaint(text, "holds characters that stand in no URL");
  }
  return location;
}

std::string format_location(const Location& location) {
  if (!location.is_page()) return location.file;
  return fmt::format("{}://{}{}", location.tls ? "https" : "http", format_address(location.address),
                     location.target);
}

}  // namespace signalbox::config
