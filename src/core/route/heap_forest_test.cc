// SPDX-License-Identifier: Apache-2.0
//
// Several heaps in one forest against ordered sets, under any course of arrivals and departures.
#include "core/route/heap_forest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace signalbox::core {
namespace {

using Place = HeapForest::Place;

RC_GTEST_PROP(HeapForest, each_heap_agrees_with_an_ordered_set, ()) {
  constexpr std::size_t kPlaces = 40;
  HeapForest forest;
  std::array<Place, 3> roots{HeapForest::kNone, HeapForest::kNone, HeapForest::kNone};
  std::array<std::set<std::pair<std::uint32_t, Place>>, 3> models;
  std::array<std::uint32_t, kPlaces> keys{};
  std::array<std::optional<std::size_t>, kPlaces> heap_of{};
  const auto before = [&](Place a, Place b) {
    return std::pair(keys[a], a) < std::pair(keys[b], b);
  };
  const auto codes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  for (const auto code : codes) {
    // Every fourth step takes the first of a heap, as serving does.
    Place place = code % kPlaces;
    const std::size_t heap = (code >> 8) % 3;
    if (code % 4 == 0 && roots[heap] != HeapForest::kNone) place = roots[heap];
    if (heap_of[place]) {
      const std::size_t at = *std::exchange(heap_of[place], std::nullopt);
      roots[at] = forest.remove(roots[at], place, before);
      models[at].erase({keys[place], place});
    } else {
      keys[place] = (code >> 16) % 10;
      roots[heap] = forest.insert(roots[heap], place, before);
      models[heap].insert({keys[place], place});
      heap_of[place] = heap;
    }
    for (std::size_t i = 0; i < roots.size(); ++i) {
      RC_ASSERT((roots[i] == HeapForest::kNone) == models[i].empty());
      if (!models[i].empty()) RC_ASSERT(roots[i] == models[i].begin()->second);
    }
  }
}

}  // namespace
}  // namespace signalbox::core
