// SPDX-License-Identifier: Apache-2.0
//
// There and back, and nothing accepted that is written in two ways.
#include "access/base64url.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace signalbox::access {
namespace {

TEST(Base64Url, the_vectors_of_rfc_4648) {
  EXPECT_EQ(encode_base64url(""), "");
  EXPECT_EQ(encode_base64url("f"), "Zg");
  EXPECT_EQ(encode_base64url("fo"), "Zm8");
  EXPECT_EQ(encode_base64url("foo"), "Zm9v");
  EXPECT_EQ(encode_base64url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(decode_base64url("_-8"), "\xFF\xEF") << "the url alphabet";
}

TEST(Base64Url, refuses_padding_other_alphabets_stray_bits_and_impossible_lengths) {
  for (const char* text : {"Zg==", "Zm8=", "+/8", "Zm9v\n", " Zg", "Z", "Zm9vY", "Zh", "Zm9"}) {
    EXPECT_FALSE(decode_base64url(text).has_value()) << text;
  }
}

RC_GTEST_PROP(Base64Url, what_was_encoded_is_decoded, (const std::string& bytes)) {
  RC_ASSERT(decode_base64url(encode_base64url(bytes)) == bytes);
}

}  // namespace
}  // namespace signalbox::access
