// SPDX-License-Identifier: Apache-2.0
//
// One scheme, however it is capitalised, and nothing that only looks like it.
#include "access/bearer.h"

#include <gtest/gtest.h>

namespace signalbox::access {
namespace {

TEST(Bearer, the_scheme_has_no_case_and_the_token_has) {
  EXPECT_EQ(bearer_of("Bearer aBc"), "aBc");
  EXPECT_EQ(bearer_of("bEARER aBc"), "aBc");
  EXPECT_EQ(bearer_of("Bearer   aBc"), "aBc");
}

TEST(Bearer, other_schemes_bear_nothing) {
  for (const char* value : {"", "Bearer", "Bearer ", "Bearer   ", "Basic aBc", "BearerX aBc",
                            "Bearer\taBc", "Beare aBc", "aBc"}) {
    EXPECT_EQ(bearer_of(value), "") << '"' << value << '"';
  }
}

}  // namespace
}  // namespace signalbox::access
