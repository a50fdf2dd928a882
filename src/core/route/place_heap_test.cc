// SPDX-License-Identifier: Apache-2.0
//
// The heap against an ordered set, under any course of arrivals and departures.
#include "core/route/place_heap.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <tuple>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

TEST(PlaceHeap, the_earliest_is_first_and_of_equals_the_lower_id) {
  PlaceHeap heap;
  heap.push(0, at(3s), RequestId(7));
  heap.push(1, at(2s), RequestId(9));
  heap.push(2, at(2s), RequestId(4));
  EXPECT_EQ(heap.first(), 2U);
  EXPECT_EQ(heap.first_at(), at(2s));
  heap.remove(2);
  EXPECT_EQ(heap.first(), 1U);
}

TEST(PlaceHeap, one_in_the_middle_can_leave_and_come_back) {
  PlaceHeap heap;
  for (PlaceHeap::Place place = 0; place < 10; ++place) {
    heap.push(place, at(1s * place), RequestId(place));
  }
  heap.remove(4);
  EXPECT_FALSE(heap.contains(4));
  EXPECT_EQ(heap.size(), 9U);
  heap.push(4, at(-1s), RequestId(4));
  EXPECT_EQ(heap.first(), 4U);
}

TEST(PlaceHeapDeathTest, what_is_not_there_cannot_be_removed) {
  PlaceHeap heap;
  EXPECT_DEATH(heap.remove(3), "contains");
  EXPECT_DEATH((void)heap.first(), "empty");
}

RC_GTEST_PROP(PlaceHeap, agrees_with_an_ordered_set, ()) {
  PlaceHeap heap;
  std::set<std::tuple<TimePoint, RequestId, PlaceHeap::Place>> model;
  const auto codes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  for (const auto code : codes) {
    const PlaceHeap::Place place = code % 24;
    if (heap.contains(place)) {
      heap.remove(place);
      std::erase_if(model, [&](const auto& member) { return std::get<2>(member) == place; });
    } else {
      const TimePoint when = at(1ms * ((code >> 8) % 50));
      const RequestId request(((code >> 16) % 8) * 100 + place);
      heap.push(place, when, request);
      model.emplace(when, request, place);
    }
    RC_ASSERT(heap.size() == model.size());
    RC_ASSERT(heap.empty() == model.empty());
    if (model.empty()) continue;
    RC_ASSERT(heap.first() == std::get<2>(*model.begin()));
    RC_ASSERT(heap.first_at() == std::get<0>(*model.begin()));
  }
  while (!model.empty()) {
    RC_ASSERT(heap.first() == std::get<2>(*model.begin()));
    heap.remove(heap.first());
    model.erase(model.begin());
  }
  RC_ASSERT(heap.empty());
}

}  // namespace
}  // namespace signalbox::core
