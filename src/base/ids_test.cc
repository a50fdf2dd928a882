// SPDX-License-Identifier: Apache-2.0
//
// Ids of different kinds must not mix: that is checked by the compiler, so the checks are static.
#include "base/ids.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <type_traits>
#include <unordered_set>

namespace signalbox {
namespace {

static_assert(!std::is_convertible_v<UnitId, EndpointId>);
static_assert(!std::is_convertible_v<UnitId, ServiceId>);
static_assert(!std::is_convertible_v<std::uint64_t, EndpointId>, "only by name, never by accident");
static_assert(!std::is_constructible_v<ServiceId, UnitId>);
static_assert(std::is_trivially_copyable_v<RequestId>);

TEST(Ids, compare_by_value) {
  EXPECT_EQ(EndpointId(3), EndpointId(3));
  EXPECT_LT(EndpointId(3), EndpointId(4));
  EXPECT_EQ(UnitId{}.index(), 0U);
  EXPECT_EQ(UnitId(7).index(), 7U);
}

// The order of unordered containers must come from ids alone, and neighbours must spread over the
// high bits that a table with many buckets uses.
TEST(Ids, consecutive_ids_hash_apart) {
  std::unordered_set<std::size_t> high_bytes;
  for (std::uint64_t i = 1; i <= 64; ++i) {
    high_bytes.insert(std::hash<RequestId>{}(RequestId(i)) >> 56);
  }
  EXPECT_GT(high_bytes.size(), 50U);
}

}  // namespace
}  // namespace signalbox
