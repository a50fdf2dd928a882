// SPDX-License-Identifier: Apache-2.0
//
// The RFC's own vectors, the round trip, and what strict decoding refuses.
#include "wire/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace signalbox::wire {
namespace {

TEST(Base64, encodes_the_vectors_of_rfc_4648) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_encode("\xff\xfb"), "//s=");
}

TEST(Base64, refuses_what_no_encoder_writes) {
  for (const auto bad : {"Z", "Zg", "Zg=", "====", "Zg==Zg==", "Z===", "Zm9v\n", "Zm 9",
                         "Zh==", "Zm9=", "Zm-v", "=Zg="}) {
    EXPECT_FALSE(base64_decode(bad).ok()) << bad;
  }
}

RC_GTEST_PROP(Base64, what_is_encoded_decodes_again, ()) {
  const std::string bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const auto decoded = base64_decode(base64_encode(bytes));
  RC_ASSERT(decoded.ok());
  RC_ASSERT(*decoded == bytes);
}

}  // namespace
}  // namespace signalbox::wire
