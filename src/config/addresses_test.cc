// SPDX-License-Identifier: Apache-2.0
//
// Addresses: what is one, and which are special, in all their spellings.
#include "config/addresses.h"

#include <gtest/gtest.h>

#include <string>

namespace signalbox::config {
namespace {

using core::Address;

TEST(ListenAddress, reads_names_ipv4_and_ipv6) {
  EXPECT_EQ(*parse_listen_address("127.0.0.1:8080"), (Address{"127.0.0.1", 8080}));
  EXPECT_EQ(*parse_listen_address("gpu-1.example:80"), (Address{"gpu-1.example", 80}));
  EXPECT_EQ(*parse_listen_address("[::1]:9901"), (Address{"::1", 9901}));
  EXPECT_EQ(*parse_listen_address("127.0.0.1:0"), (Address{"127.0.0.1", 0}));
}

TEST(ListenAddress, refuses_what_is_none) {
  for (const char* odd : {"",
                          ":",
                          ":80",
                          "host",
                          "host:",
                          "host:http",
                          "host:65536",
                          "host:-1",
                          "host:080808",
                          "::1:80",
                          "[::1]",
                          "[host]:80",
                          "256.0.0.1:80",
                          "127.1:80",
                          "2130706433:80",
                          "0x7f000001:80",
                          "a b:80",
                          "a..b:80",
                          "-a:80",
                          "a/b:80",
                          "user@host:80",
                          "1.2.3.4.5:80"}) {
    EXPECT_FALSE(parse_listen_address(odd).ok()) << odd;
  }
  EXPECT_FALSE(parse_listen_address(std::string(300, 'a') + ":80").ok());
}

TEST(Endpoint, may_carry_the_scheme_http_and_nothing_else) {
  EXPECT_EQ(*parse_endpoint("http://127.0.0.1:8001"), (Address{"127.0.0.1", 8001}));
  EXPECT_EQ(*parse_endpoint("http://127.0.0.1:8001/"), (Address{"127.0.0.1", 8001}));
  EXPECT_EQ(*parse_endpoint("vllm:8000"), (Address{"vllm", 8000}));
  for (const char* odd : {"https://h:443", "http://h:80/v1", "http://u:p@h:80", "ftp://h:21", "h:0",
                          "http://", "http://h", "unix:/run/s.sock"}) {
    EXPECT_FALSE(parse_endpoint(odd).ok()) << odd;
  }
}

TEST(Endpoint, a_refusal_never_repeats_a_password) {
  const auto refused = parse_endpoint("http://user:secret@h:80");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
}

TEST(Loopback, has_many_spellings) {
  for (const char* host : {"127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST",
                           "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"}) {
    EXPECT_TRUE(is_loopback({host, 1})) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "127.example", "localhost.example"}) {
    EXPECT_FALSE(is_loopback({host, 1})) << host;
  }
}

TEST(Metadata, addresses_are_known_in_every_spelling) {
  for (const char* host :
       {"169.254.169.254", "169.254.0.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1",
        "fd00:ec2::254", "metadata.google.internal", "Metadata"}) {
    EXPECT_TRUE(is_link_local_or_metadata({host, 80})) << host;
  }
  for (const char* host : {"169.253.0.1", "10.0.0.1", "fd00::1", "metadata.example"}) {
    EXPECT_FALSE(is_link_local_or_metadata({host, 80})) << host;
  }
}

TEST(Reaching, everything_local_reaches_a_listener_on_any_address) {
  EXPECT_TRUE(reaches({"127.0.0.1", 80}, {"0.0.0.0", 80}));
  EXPECT_TRUE(reaches({"localhost", 80}, {"127.0.0.1", 80}));
  EXPECT_TRUE(reaches({"0:0:0:0:0:0:0:1", 80}, {"::1", 80}));
  EXPECT_FALSE(reaches({"127.0.0.1", 81}, {"0.0.0.0", 80}));
  EXPECT_FALSE(reaches({"127.0.0.2", 80}, {"127.0.0.1", 80}));
  EXPECT_FALSE(reaches({"10.0.0.1", 80}, {"0.0.0.0", 80}));
  EXPECT_FALSE(reaches({"127.0.0.1", 0}, {"127.0.0.1", 0}));  // two free ports differ
}

TEST(Formatting, puts_ipv6_in_brackets) {
  EXPECT_EQ(format_address({"::1", 80}), "[::1]:80");
  EXPECT_EQ(format_address({"gpu-1", 80}), "gpu-1:80");
}

}  // namespace
}  // namespace signalbox::config
