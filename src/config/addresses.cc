// SPDX-License-Identifier: Apache-2.0
//
// Strict on purpose: a host that only looks like a name (2852039166, 0xA9FEA9FE, 127.1) is an IPv4
// address to many resolvers, so a host whose last label is a number must be a plain dotted quad.
#include "config/addresses.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "config/text.h"

namespace signalbox::config {

namespace {

constexpr std::string_view kHint = "write host:port such as 127.0.0.1:8001 or gpu-1.example:8000";

using Ipv4 = std::array<std::uint8_t, 4>;
using Ipv6 = std::array<std::uint8_t, 16>;

std::optional<Ipv4> as_ipv4(const std::string& host) {
  Ipv4 bytes;
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return bytes;
  Ipv6 wide;
  if (inet_pton(AF_INET6, host.c_str(), wide.data()) != 1) return std::nullopt;
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (!std::equal(kMapped.begin(), kMapped.end(), wide.begin())) return std::nullopt;
  std::copy(wide.begin() + 12, wide.end(), bytes.begin());
  return bytes;
}

std::optional<Ipv6> as_ipv6(const std::string& host) {
  Ipv6 bytes;
  if (inet_pton(AF_INET6, host.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_';
}

bool looks_numeric(std::string_view host) {
  const std::string_view last = host.substr(host.find_last_of('.') + 1);
  return last.empty() || is_digit(last.front());
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && host.front() != '-' && host.front() != '.' &&
         std::all_of(host.begin(), host.end(), is_name_character) && !looks_numeric(host) &&
         host.find("..") == std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  const int port = std::stoi(std::string(text));
  return port <= 65535 ? std::optional(static_cast<std::uint16_t>(port)) : std::nullopt;
}

Complaint complaint(std::string_view text, std::string_view what) {
  return {fmt::format("{} {}", in_quotes(text), what), std::string(kHint)};
}

std::string without_root_dot(std::string_view host) {
  return std::string(host.ends_with('.') ? host.substr(0, host.size() - 1) : host);
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// One spelling per host, so that two spellings of one place are seen to be one.
std::string canonical_host(const std::string& host) {
  const std::string name = lower(host);
  if (name == "localhost") return "127.0.0.1";
  const auto ipv6 = as_ipv6(name);
  if (!ipv6) return name;
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, ipv6->data(), text.data(), text.size());
  return text.data();
}

}  // namespace

Result<core::Address, Complaint> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  const bool no_port =
      colon == std::string_view::npos || (bracket != std::string_view::npos && bracket > colon);
  if (no_port) return complaint(text, "names no port");
  const auto port = parse_port(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (!port) return complaint(text, "has no port from 0 to 65535 after its last ':'");
  if (host.empty()) return complaint(text, "names no host");
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::string name = without_root_dot(host);
  if (!bracketed && name.find(':') != std::string::npos) {
    return Complaint{fmt::format("{} has more than one ':'", in_quotes(text)),
                     "write an IPv6 address in brackets and quotes: \"[::1]:8080\""};
  }
  if (bracketed && !as_ipv6(name)) return complaint(text, "has no IPv6 address in its brackets");
  if (!bracketed && looks_numeric(name) && !as_ipv4(name)) {
    return complaint(text, "is neither a host name nor four numbers from 0 to 255");
  }
  if (!bracketed && !as_ipv4(name) && !is_host_name(name)) {
    return complaint(text, "has characters that no host name has");
  }
  return core::Address{name, *port};
}

Result<core::Address, Complaint> parse_endpoint(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (text.starts_with("https://")) {
    return Complaint{fmt::format("{} asks for TLS", in_quotes(text)),
                     "write host:port, and 'link: {tls: true}' in the unit"};
  }
  std::string_view rest = text;
  if (rest.starts_with(kScheme)) rest.remove_prefix(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find('/') != std::string_view::npos) {
    return Complaint{fmt::format("{} has a path", in_quotes(text)),
                     "write host:port only; a request keeps the path it came with"};
  }
  if (rest.find('@') != std::string_view::npos) {
    return Complaint{"an endpoint cannot carry a user name or password", std::string(kHint)};
  }
  auto address = parse_listen_address(rest);
  if (address && address->port == 0) return complaint(text, "has port 0, which nobody serves");
  return address;
}

bool is_loopback(const core::Address& address) {
  if (lower(address.host) == "localhost") return true;
  if (const auto ipv4 = as_ipv4(address.host)) return ipv4->front() == 127;
  const auto ipv6 = as_ipv6(address.host);
  return ipv6 && *ipv6 == Ipv6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
}

bool is_any_address(const core::Address& address) {
  if (const auto ipv4 = as_ipv4(address.host)) return *ipv4 == Ipv4{};
  const auto ipv6 = as_ipv6(address.host);
  return ipv6 && *ipv6 == Ipv6{};
}

bool is_link_local_or_metadata(const core::Address& address) {
  if (const auto ipv4 = as_ipv4(address.host)) return (*ipv4)[0] == 169 && (*ipv4)[1] == 254;
  if (const auto ipv6 = as_ipv6(address.host)) {
    const bool link_local = (*ipv6)[0] == 0xFE && ((*ipv6)[1] & 0xC0) == 0x80;
    return link_local || *ipv6 == *as_ipv6("fd00:ec2::254");
  }
  const std::string host = lower(address.host);
  return host == "metadata" || host == "metadata.google.internal";
}

std::string canonical(const core::Address& address) {
  return format_address({canonical_host(address.host), address.port});
}

bool reaches(const core::Address& target, const core::Address& listener) {
  if (target.port == 0 || target.port != listener.port) return false;
  const bool target_is_here = is_loopback(target) || is_any_address(target);
  return canonical(target) == canonical(listener) || (is_any_address(listener) && target_is_here);
}

std::string format_address(const core::Address& address) {
  const bool bracketed = address.host.find(':') != std::string::npos;
  return bracketed ? fmt::format("[{}]:{}", address.host, address.port)
                   : fmt::format("{}:{}", address.host, address.port);
}

}  // namespace signalbox::config
