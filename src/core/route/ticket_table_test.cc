// SPDX-License-Identifier: Apache-2.0
//
// The table against a map, with ids that come in any order and crowd into the same cells.
#include "core/route/ticket_table.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

TEST(TicketTable, finds_what_was_inserted_and_nothing_else) {
  TicketTable table;
  EXPECT_EQ(table.find(RequestId(1)), nullptr);
  table.insert(RequestId(1)).arrival = at(5s);
  ASSERT_NE(table.find(RequestId(1)), nullptr);
  EXPECT_EQ(table.find(RequestId(1))->arrival, at(5s));
  EXPECT_EQ(table.find(RequestId(2)), nullptr);
  table.erase(*table.find(RequestId(1)));
  EXPECT_EQ(table.find(RequestId(1)), nullptr);
  EXPECT_EQ(table.size(), 0U);
}

TEST(TicketTable, a_place_used_again_remembers_nothing) {
  TicketTable table;
  Ticket& first = table.insert(RequestId(1));
  first.held = true;
  first.tried.push_back(UnitId(3));
  table.erase(first);
  const Ticket& second = table.insert(RequestId(2));
  EXPECT_FALSE(second.held);
  EXPECT_TRUE(second.tried.empty());
}

TEST(TicketTable, all_can_be_visited_and_erased_meanwhile) {
  TicketTable table;
  for (std::uint64_t id = 1; id <= 100; ++id) table.insert(RequestId(id));
  for (std::uint64_t id = 1; id <= 100; id += 3) table.erase(*table.find(RequestId(id)));
  std::set<RequestId> seen;
  table.for_each([&](Ticket& ticket) {
    seen.insert(ticket.id);
    if (ticket.id.value % 2 == 0) table.erase(ticket);
  });
  EXPECT_EQ(seen.size(), 66U);
  EXPECT_EQ(table.size(), 33U);
}

TEST(TicketTableDeathTest, an_id_in_use_cannot_be_given_again) {
  TicketTable table;
  table.insert(RequestId(7));
  EXPECT_DEATH(table.insert(RequestId(7)), "nullptr");
}

RC_GTEST_PROP(TicketTable, agrees_with_a_map, ()) {
  // Multiples of the hash constant's inverse have the same high bits: they all want one cell.
  const bool crowded = *rc::gen::arbitrary<bool>();
  const auto id_of = [&](std::uint32_t code) {
    const std::uint64_t number = code % 60 + 1;
    return RequestId(crowded ? number * 0xF1DE83E19937733DULL : number);
  };
  TicketTable table;
  std::map<RequestId, TimePoint> model;
  const auto codes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  for (const auto code : codes) {
    const RequestId id = id_of(code);
    if (Ticket* const known = table.find(id)) {
      RC_ASSERT(known->arrival == model.at(id));
      table.erase(*known);
      model.erase(id);
    } else {
      RC_ASSERT(!model.contains(id));
      const TimePoint arrival = at(1ms * (code >> 8));
      table.insert(id).arrival = arrival;
      model[id] = arrival;
    }
    RC_ASSERT(table.size() == model.size());
    for (const auto& [expected, arrival] : model) {
      RC_ASSERT(table.find(expected) != nullptr);
      RC_ASSERT(table.find(expected)->arrival == arrival);
    }
  }
}

}  // namespace
}  // namespace signalbox::core
