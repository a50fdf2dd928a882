// SPDX-License-Identifier: Apache-2.0
//
// The lease book, message by message.
#include "core/scale/slot_leases.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/scale/testdata/lease_rig.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::endpoint_of;
using testdata::slots_view;
using testdata::TinyRouter;

// A book whose fleet booted under its eyes, so that nothing has to settle.
class Book {
 public:
  Book(int endpoints, int slots, int routers, TimePoint opened = at(0s))
      : book(opened), now(opened) {
    book.on_view(*slots_view(endpoints, slots, EndpointState::kBooting), now);
    view = slots_view(endpoints, slots);
    book.on_view(*view, now);
    for (int i = 1; i <= routers; ++i) join(static_cast<std::uint64_t>(i));
  }
  void join(std::uint64_t id) {
    all.push_back({RouterId(id), {}, {}, 0});
    book.join(RouterId(id), {}, all.back().digest(), now);
  }
  // A division whose tables arrive at once, and are acknowledged at once.
  std::size_t divide(Duration after = 1s) {
    now += after;
    const auto changed = book.divide(now);
    for (TinyRouter& router : all) {
      if (book.knows(router.id)) router.obey(book.leases(router.id));
      report(router);
    }
    return changed.size();
  }
  void report(const TinyRouter& router) { book.on_report(router.id, router.digest(), now); }

  LeaseBook book;
  TimePoint now;
  std::shared_ptr<FleetView> view;
  std::vector<TinyRouter> all;
};

TEST(LeaseBook, one_router_alone_is_lent_everything) {
  Book book(3, 4, 1);
  book.divide();
  EXPECT_EQ(book.all[0].leased(), 12);
  EXPECT_EQ(book.all[0].leased(endpoint_of(0, 2)), 4);
}

TEST(LeaseBook, idle_routers_share_evenly_and_each_has_a_little_of_many_endpoints) {
  Book book(12, 1, 3);
  book.divide();
  for (const TinyRouter& router : book.all) {
    EXPECT_EQ(router.leased(), 4);
    EXPECT_EQ(router.table.leases.size(), 4U);
  }
}

TEST(LeaseBook, a_division_without_news_moves_nothing) {
  Book book(7, 3, 4);
  book.divide();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(book.divide(), 0U);
}

TEST(LeaseBook, a_slot_is_lent_on_only_after_its_lender_said_that_it_gave_it_up) {
  Book book(10, 1, 2);
  book.divide();
  TinyRouter& lender = book.all[0];
  TinyRouter& asker = book.all[1];
  asker.start_any(5);
  asker.held = 3;
  book.report(asker);
  book.now += 1s;
  EXPECT_EQ(book.book.divide(book.now), std::vector{lender.id}) << "only the lender's shrinks";
  EXPECT_EQ(book.book.leases(lender.id).leases.size(), 2U);
  book.now += 1s;
  EXPECT_TRUE(book.book.divide(book.now).empty()) << "the lender has not said that it knows";
  // It started one more before the news came: that slot is not free either.
  EXPECT_EQ(lender.start_any(5), 5);
  lender.obey(book.book.leases(lender.id));
  book.report(lender);
  book.now += 1s;
  book.book.divide(book.now);
  EXPECT_EQ(book.book.leases(asker.id).leases.size(), 5U) << "all of them are in use";
  for (auto& [endpoint, count] : lender.in_flight) count = 0;
  for (int i = 0; i < 3; ++i) book.divide();
  EXPECT_GT(asker.leased(), 5);
}

TEST(LeaseBook, a_report_under_older_leases_frees_nothing) {
  Book book(10, 1, 2);
  book.divide();
  const RouterDigest old = book.all[0].digest();
  book.all[1].start_any(5);
  book.all[1].held = 3;
  book.report(book.all[1]);
  book.book.divide(book.now += 1s);
  book.book.on_report(book.all[0].id, old, book.now);
  EXPECT_TRUE(book.book.divide(book.now += 1s).empty());
}

TEST(LeaseBook, requests_that_outlast_their_lease_are_made_up_for_by_others_that_are_idle) {
  Book book(12, 1, 1);
  book.divide();
  book.join(2);
  book.book.divide(book.now += 1s);  // takes two slots for the other's floor
  book.all[0].start_any(10);  // of which it has not heard yet: it starts where it may no more
  for (int i = 0; i < 4; ++i) book.divide();
  EXPECT_EQ(book.all[1].leased(), 2) << "its last two idle slots were given for them";
}

TEST(LeaseBook, who_holds_requests_is_helped_before_the_next_second) {
  Book book(20, 1, 2);
  book.divide();
  EXPECT_EQ(book.book.next_division(), book.now + 1s);
  book.all[0].start_any(10);
  book.all[0].held = 4;
  book.report(book.all[0]);
  EXPECT_EQ(book.book.next_division(), book.now + 20ms);
  book.divide(20ms);
  EXPECT_EQ(book.book.next_division(), book.now + 20ms) << "the slots are on their way";
  book.divide(20ms);
  EXPECT_GE(book.all[0].leased(), 14);
}

TEST(LeaseBook, what_another_needed_a_moment_ago_is_lent_to_who_waits_now) {
  Book book(20, 1, 2);
  book.divide();
  book.all[1].start_any(10);
  book.report(book.all[1]);
  book.all[1].in_flight.clear();
  book.report(book.all[1]);
  book.all[0].start_any(10);
  book.all[0].held = 8;
  book.report(book.all[0]);
  book.divide(20ms);
  book.divide(20ms);
  EXPECT_EQ(book.all[0].leased(), 18) << "all but the other's floor";
}

TEST(LeaseBook, everybody_keeps_a_floor_while_one_is_overloaded) {
  Book book(40, 1, 4);
  book.divide();
  book.all[0].held = 100;
  for (int i = 0; i < 10; ++i) {
    book.all[0].start_any(100);
    book.report(book.all[0]);
    book.divide();
  }
  EXPECT_EQ(book.all[0].leased(), 34);
  for (int i = 1; i < 4; ++i) EXPECT_EQ(book.all[static_cast<std::size_t>(i)].leased(), 2);
}

TEST(LeaseBook, one_that_fell_silent_keeps_its_leases_for_the_lease_time) {
  Book book(10, 1, 2);
  book.divide();
  book.book.lose(RouterId(2), book.now);
  book.all[0].held = 5;
  book.all[0].start_any(5);
  book.report(book.all[0]);
  for (int i = 0; i < 59; ++i) book.divide();
  EXPECT_EQ(book.all[0].leased(), 5);
  book.divide();
  EXPECT_EQ(book.all[0].leased(), 10);
}

TEST(LeaseBook, one_whose_process_is_gone_gives_all_back_at_once) {
  Book book(10, 1, 2);
  book.divide();
  book.book.lose(RouterId(2), book.now);
  book.book.forget(RouterId(2));
  book.divide();
  EXPECT_EQ(book.all[0].leased(), 10);
}

TEST(LeaseBook, one_that_comes_back_goes_on_with_what_it_held) {
  Book book(10, 1, 2);
  book.divide();
  const LeaseTable held = book.all[1].table;
  book.book.lose(RouterId(2), book.now);
  book.divide();
  book.book.join(RouterId(2), held, book.all[1].digest(), book.now);
  EXPECT_EQ(book.divide(), 0U);
  EXPECT_EQ(book.book.leases(RouterId(2)).leases, held.leases);
}

TEST(LeaseBook, a_table_that_was_lost_with_its_connection_is_as_if_never_sent) {
  Book book(10, 1, 2);
  book.divide();
  TinyRouter& asker = book.all[0];
  asker.start_any(5);
  asker.held = 2;
  book.report(asker);
  book.book.divide(book.now += 1s);  // shrinks router 2, which never hears of it
  book.book.lose(RouterId(2), book.now);
  EXPECT_EQ(book.all[1].start_any(9), 5);
  book.book.join(RouterId(2), book.all[1].table, book.all[1].digest(), book.now);
  book.divide();
  EXPECT_EQ(asker.leased(), 5) << "all that router 2 held is in use";
}

TEST(LeaseBook, a_new_leader_withholds_what_nobody_reported_until_it_has_settled) {
  Book before(10, 1, 3);
  before.divide();
  LeaseBook next(before.now);
  next.on_view(*before.view, before.now);
  for (int i = 0; i < 2; ++i) {
    const TinyRouter& router = before.all[static_cast<std::size_t>(i)];
    next.join(router.id, router.table, router.digest(), before.now);
  }
  EXPECT_TRUE(next.divide(before.now + 9s).empty()) << "the third may still be there";
  EXPECT_FALSE(next.divide(before.now + 10s).empty());
  EXPECT_EQ(next.leases(RouterId(1)).leases.size() + next.leases(RouterId(2)).leases.size(), 10U);
  EXPECT_GT(next.leases(RouterId(1)).version, before.all[0].table.version)
      << "versions go on, or the router would not obey";
}

TEST(LeaseBook, an_endpoint_that_came_after_a_new_leader_is_lent_at_once) {
  LeaseBook book(at(0s));
  book.on_view(*slots_view(2, 1, EndpointState::kBooting), at(0s));
  book.on_view(*slots_view(3, 1), at(1s));  // the third was ready when it was seen first
  book.join(RouterId(1), {}, {}, at(1s));
  book.divide(at(1s));
  EXPECT_EQ(book.leases(RouterId(1)).leases.size(), 2U);
  book.divide(at(10s));
  EXPECT_EQ(book.leases(RouterId(1)).leases.size(), 3U);
}

TEST(LeaseBook, leases_on_an_endpoint_that_a_new_leader_does_not_know_yet_are_remembered) {
  Book before(2, 2, 2);
  before.divide();
  TinyRouter& busy = before.all[0];
  ASSERT_EQ(busy.start_any(9), 2);
  LeaseBook next(before.now);
  next.on_view(*slots_view(0, 2), before.now);
  for (const TinyRouter& router : before.all) {
    next.join(router.id, router.table, router.digest(), before.now);
  }
  next.divide(before.now + 11s);
  EXPECT_TRUE(next.leases(RouterId(1)).leases.empty()) << "it is not in the fleet";
  next.on_view(*before.view, before.now + 12s);
  next.divide(before.now + 12s);
  // Neither has acknowledged that it lost its lease, so nothing of them can be lent to anybody.
  EXPECT_TRUE(next.leases(RouterId(1)).leases.empty());
  EXPECT_TRUE(next.leases(RouterId(2)).leases.empty());
}

TEST(LeaseBook, a_unit_that_serves_fewer_at_a_time_takes_slots_back) {
  Book book(2, 4, 2);
  book.divide();
  book.view = slots_view(2, 1);
  book.book.on_view(*book.view, book.now);
  for (int i = 0; i < 3; ++i) book.divide();
  EXPECT_EQ(book.all[0].leased() + book.all[1].leased(), 2);
}

TEST(LeaseBook, slots_of_an_endpoint_that_is_not_ready_are_nobody_s_share) {
  Book book(4, 1, 1);
  book.view->endpoints[3].state = EndpointState::kUnhealthy;
  book.book.on_view(*book.view, book.now);
  book.divide();
  EXPECT_EQ(book.all[0].leased(), 3);
  book.view->endpoints[3].state = EndpointState::kReady;
  book.book.on_view(*book.view, book.now);
  EXPECT_EQ(book.book.next_division(), book.now + 20ms) << "capacity that is back is lent at once";
  book.divide();
  EXPECT_EQ(book.all[0].leased(), 4);
}

}  // namespace
}  // namespace signalbox::core
