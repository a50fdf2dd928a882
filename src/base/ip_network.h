// SPDX-License-Identifier: Apache-2.0
//
// A set of IP addresses by prefix (CIDR, RFC 4632). Whom to believe is often a matter of where a
// connection comes from, and an address must mean the same however it is written: an IPv4 address
// that arrives on an IPv6 socket (::ffff:10.0.0.1) is that IPv4 address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace signalbox {

class IpNetwork {
 public:
  // "10.0.0.0/8", "fd00::/8", or one address. nullopt when it is neither, or when bits are set
  // behind the prefix ("10.0.0.1/8"), which is more often a slip than meant.
  static std::optional<IpNetwork> parse(std::string_view text);

  // False for what is no IP address.
  bool contains(std::string_view address) const;

 private:
  using Bytes = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d

  static std::optional<Bytes> read(std::string_view address, bool& is_v4);

  Bytes prefix_{};
  int bits_ = 0;  // of 128
};

}  // namespace signalbox
