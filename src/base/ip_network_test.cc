// SPDX-License-Identifier: Apache-2.0
//
// Who is in, who is out, and what is no network at all.
#include "base/ip_network.h"

#include <gtest/gtest.h>

namespace signalbox {
namespace {

bool is_in(const char* network, const char* address) {
  const auto parsed = IpNetwork::parse(network);
  EXPECT_TRUE(parsed.has_value()) << network;
  return parsed && parsed->contains(address);
}

TEST(IpNetwork, holds_the_addresses_of_its_prefix) {
  EXPECT_TRUE(is_in("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(is_in("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(is_in("192.168.4.0/23", "192.168.5.255"));
  EXPECT_FALSE(is_in("192.168.4.0/23", "192.168.6.0"));
  EXPECT_TRUE(is_in("fd00::/8", "fdff::1"));
  EXPECT_FALSE(is_in("fd00::/8", "fe80::1"));
}

TEST(IpNetwork, a_lone_address_is_a_network_of_one) {
  EXPECT_TRUE(is_in("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(is_in("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(is_in("::1", "::1"));
}

TEST(IpNetwork, an_ipv4_address_is_the_same_on_an_ipv6_socket) {
  EXPECT_TRUE(is_in("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(is_in("10.0.0.0/8", "::ffff:11.1.2.3"));
}

TEST(IpNetwork, everything_is_everything_of_its_kind) {
  EXPECT_TRUE(is_in("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(is_in("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(is_in("::/0", "2001:db8::1"));
  EXPECT_FALSE(is_in("::/0", "203.0.113.9"));
}

TEST(IpNetwork, what_is_no_address_is_in_no_network) {
  EXPECT_FALSE(is_in("0.0.0.0/0", ""));
  EXPECT_FALSE(is_in("0.0.0.0/0", "localhost"));
  EXPECT_FALSE(is_in("0.0.0.0/0", "10.0.0.1 "));
}

TEST(IpNetwork, an_ipv6_address_is_the_same_however_it_is_written) {
  for (const char* text : {"2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:0db8::0001",
                           "2001:db8::0.0.0.1", "2001:db8:0::0:1"}) {
    EXPECT_TRUE(is_in("2001:db8::1", text)) << text;
  }
  for (const char* text : {"2001:db8:::1", "2001:db8::1::", "2001:db8", "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7::8:9", "2001:db8::12345", "::g", ":",
                           "1.2.3.4::", "010.0.0.1", "10.0.0.256", "10.0.0", "10.0.0.0.1"}) {
    EXPECT_FALSE(is_in("::/0", text)) << text;
    EXPECT_FALSE(is_in("0.0.0.0/0", text)) << text;
  }
}

TEST(IpNetwork, refuses_what_is_no_network) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                           "10.0.0.1/8", "10.0/8", "fd00::/129", "host.example", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(IpNetwork::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace signalbox
