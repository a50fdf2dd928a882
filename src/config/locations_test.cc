// SPDX-License-Identifier: Apache-2.0
//
// Files and pages, told apart, and what is neither.
#include "config/locations.h"

#include <gtest/gtest.h>

namespace signalbox::config {
namespace {

Location read(std::string_view text) {
  const auto location = parse_location(text);
  EXPECT_TRUE(location.ok()) << text << ": " << (location.ok() ? "" : location.error().message);
  return location.ok() ? *location : Location{};
}

TEST(Locations, what_has_no_scheme_is_a_file) {
  EXPECT_EQ(read("/etc/signalbox/prices.json").file, "/etc/signalbox/prices.json");
  EXPECT_EQ(read("prices.json").file, "prices.json");
  EXPECT_EQ(read("127.0.0.1:9090").file, "127.0.0.1:9090");
}

TEST(Locations, a_page_has_an_address_and_a_target) {
  const Location page = read("http://prices.example:8000/now?zone=a");
  EXPECT_TRUE(page.is_page());
  EXPECT_EQ(page.address, (core::Address{"prices.example", 8000}));
  EXPECT_EQ(page.target, "/now?zone=a");
  EXPECT_FALSE(page.tls);
  EXPECT_EQ(read("https://prices.example").address.port, 443);
  EXPECT_EQ(read("https://prices.example").target, "/");
  EXPECT_EQ(read("http://[::1]/x").address, (core::Address{"::1", 80}));
  EXPECT_EQ(read("http://a:1?b").target, "/?b");
}

TEST(Locations, written_and_read_again_they_are_the_same) {
  for (const auto* text : {"/a/b.json", "http://a:1/b?c=d", "https://[::1]:7/"}) {
    EXPECT_EQ(format_location(read(text)), text);
  }
}

TEST(Locations, what_is_neither_is_refused) {
  for (const auto* text :
       {"", "ftp://a/b", "http://", "http://a:0/", "http://a:99999/", "http://user:pw@a/",
        "http://a/b c", "http://a/b#c", "http://a b/", "http:///x"}) {
    EXPECT_FALSE(parse_location(text).ok()) << text;
  }
}

}  // namespace
}  // namespace signalbox::config
