// SPDX-License-Identifier: Apache-2.0
//
// The examples of FIPS 180-4, and hexadecimal there and back.
#include "access/sha256.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace signalbox::access {
namespace {

TEST(Sha256, the_examples_of_the_standard) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, what_is_not_64_hexadecimal_digits_is_no_hash) {
  const std::string good = to_hex(sha256("abc"));
  EXPECT_TRUE(from_hex(good).has_value());
  EXPECT_FALSE(from_hex("").has_value());
  EXPECT_FALSE(from_hex(good.substr(1)).has_value());
  EXPECT_FALSE(from_hex(good + "0").has_value());
  EXPECT_FALSE(from_hex("g" + good.substr(1)).has_value());
}

RC_GTEST_PROP(Sha256, written_in_either_case_it_reads_as_itself, (const std::string& bytes)) {
  const Sha256 hash = sha256(bytes);
  std::string text = to_hex(hash);
  RC_ASSERT(*from_hex(text) == hash);
  for (char& c : text) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  RC_ASSERT(equal_in_constant_time(*from_hex(text), hash));
}

}  // namespace
}  // namespace signalbox::access
