// SPDX-License-Identifier: Apache-2.0
//
// A view told by changes is the view told whole: over random histories of a fleet, and across
// versions of the messages.
#include "link/view_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "base/prng.h"
#include "core/model/testdata/fleets.h"

namespace signalbox::link {
namespace {

using core::FleetView;
using core::testdata::at;
using core::testdata::endpoint_of;
using core::testdata::two_units;
using core::testdata::view_of;

// What the other side would see of it, whole.
std::string told(const FleetView& view) {
  ViewEncoder encoder;
  encoder.advance(view, 1);
  v1::View whole = encoder.snapshot();
  whole.clear_number();
  return whole.SerializeAsString();
}

TEST(ViewCodec, a_whole_view_is_heard_as_it_was_told) {
  const auto view = view_of(two_units(), {2, 1}, 7);
  view->at = at(100s);
  view->units[0].note = "backing off";
  view->units[0].wanted = 5;
  view->units[1].price = {1.5, 0.25, 3s, "a feed"};
  view->services[0].mode = core::Mode::kCapacityOptimized;
  view->services[0].reason = "why";
  view->services[0].targets = {{UnitId(0), 2}, {UnitId(1), 1}};
  view->endpoints[0].leaving_by = at(160s);
  view->endpoints[1].state = core::EndpointState::kDraining;
  view->sources.push_back({"feed", core::SourceStanding::kStale, at(90s), 5, 1, "too old"});
  view->sources.push_back({"other", core::SourceStanding::kSilent, TimePoint::min(), 0, 0, ""});
  ViewEncoder encoder;
  EXPECT_FALSE(encoder.advance(*view, 1)) << "the first follows from nothing";
  ViewDecoder decoder;
  const auto heard = decoder.take(encoder.snapshot(), view->spec, at(100s));
  ASSERT_TRUE(heard.ok()) << heard.error().message;
  EXPECT_EQ(told(**heard), told(*view));
  EXPECT_EQ((*heard)->version, 7U);
  EXPECT_EQ(std::as_const(**heard).endpoints[0].address.port, 8001);
  EXPECT_EQ((*heard)->sources[1].heard, TimePoint::min());
}

TEST(ViewCodec, times_are_moved_to_the_clock_of_who_hears) {
  const auto view = view_of(two_units(), {1, 0});
  view->at = at(1000s);
  view->endpoints[0].since = at(990s);
  ViewEncoder encoder;
  encoder.advance(*view, 1);
  ViewDecoder decoder;
  const auto heard = decoder.take(encoder.snapshot(), view->spec, at(50s));
  ASSERT_TRUE(heard.ok());
  EXPECT_EQ((*heard)->at, at(50s));
  EXPECT_EQ(std::as_const(**heard).endpoints[0].since, at(40s));
}

TEST(ViewCodec, a_change_tells_only_what_is_different) {
  const auto view = view_of(two_units(), {50, 50});
  ViewEncoder encoder;
  encoder.advance(*view, 1);
  auto next = std::make_shared<FleetView>(*view);
  next->endpoints[3].state = core::EndpointState::kUnhealthy;
  next->units[1].ready = 49;
  const auto change = encoder.advance(*next, 1);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->endpoints_size(), 1);
  EXPECT_EQ(change->units_size(), 1);
  EXPECT_EQ(change->services_size(), 0);
  EXPECT_FALSE(change->has_sources());
}

TEST(ViewCodec, a_change_that_does_not_follow_is_refused) {
  const auto view = view_of(two_units(), {1, 1});
  ViewEncoder encoder;
  encoder.advance(*view, 1);
  ViewDecoder decoder;
  ASSERT_TRUE(decoder.take(encoder.snapshot(), view->spec, at(0s)).ok());
  encoder.advance(*view, 1);
  const auto later = encoder.advance(*view, 1);
  ASSERT_TRUE(later);
  EXPECT_FALSE(decoder.take(*later, view->spec, at(0s)).ok()) << "one was missed";
  ASSERT_TRUE(decoder.take(encoder.snapshot(), view->spec, at(0s)).ok());
  EXPECT_TRUE(decoder.take(*encoder.advance(*view, 1), view->spec, at(0s)).ok());
}

TEST(ViewCodec, another_configuration_is_told_whole) {
  const auto view = view_of(two_units(), {1, 1});
  ViewEncoder encoder;
  encoder.advance(*view, 1);
  EXPECT_FALSE(encoder.advance(*view, 2));
  EXPECT_TRUE(encoder.advance(*view, 2));
}

TEST(ViewCodec, fields_of_a_later_version_are_skipped) {
  const auto view = view_of(two_units(), {1, 1});
  ViewEncoder encoder;
  encoder.advance(*view, 1);
  v1::View whole = encoder.snapshot();
  // Field 999, a string, in the view and in an endpoint; and a state that is not known here.
  const std::string later = "\xba\x3e\x05later";
  const std::string endpoint = whole.endpoints(0).SerializeAsString() + later;
  ASSERT_TRUE(whole.mutable_endpoints(0)->ParseFromString(endpoint));
  whole.mutable_endpoints(1)->set_state(static_cast<v1::View::State>(17));
  v1::View skewed;
  ASSERT_TRUE(skewed.ParseFromString(whole.SerializeAsString() + later));
  ViewDecoder decoder;
  const auto heard = decoder.take(skewed, view->spec, at(0s));
  ASSERT_TRUE(heard.ok()) << heard.error().message;
  const auto& endpoints = std::as_const(**heard).endpoints;
  EXPECT_EQ(endpoints[0].state, core::EndpointState::kReady);
  EXPECT_EQ(endpoints[1].state, core::EndpointState::kBooting) << "what is not known is not used";
}

TEST(ViewCodec, what_cannot_be_is_refused_and_changes_nothing) {
  const auto view = view_of(two_units(), {1, 1});
  ViewEncoder encoder;
  encoder.advance(*view, 1);
  const v1::View whole = encoder.snapshot();
  ViewDecoder decoder;
  ASSERT_TRUE(decoder.take(whole, view->spec, at(0s)).ok());
  const auto refused = [&](auto&& break_it) {
    v1::View broken = whole;
    break_it(broken);
    return !decoder.take(broken, view->spec, at(0s)).ok();
  };
  EXPECT_TRUE(refused([](v1::View& v) { v.mutable_units(0)->set_index(9); }));
  EXPECT_TRUE(refused([](v1::View& v) { v.mutable_units()->RemoveLast(); }));
  EXPECT_TRUE(refused([](v1::View& v) { v.mutable_services(0)->set_index(1); }));
  EXPECT_TRUE(refused([](v1::View& v) { v.mutable_endpoints(0)->set_unit(2); }));
  EXPECT_TRUE(refused([](v1::View& v) { v.mutable_endpoints(0)->set_port(70000); }));
  EXPECT_TRUE(decoder.take(*encoder.advance(*view, 1), view->spec, at(0s)).ok());
}

TEST(ViewCodec, leases_are_told_whole) {
  core::LeaseTable table;
  table.version = 12;
  table.leases = {{endpoint_of(0, 1), 3}, {endpoint_of(1, 1), 1}};
  const auto heard = decode(encode(table));
  ASSERT_TRUE(heard.ok());
  EXPECT_EQ(heard->version, 12U);
  EXPECT_EQ(heard->leases, table.leases);
  v1::Leases broken = encode(table);
  broken.mutable_slots()->RemoveLast();
  EXPECT_FALSE(decode(broken).ok());
  broken = encode(table);
  broken.set_endpoints(0, broken.endpoints(1));
  EXPECT_FALSE(decode(broken).ok());
}

RC_GTEST_PROP(ViewCodec, changes_one_by_one_come_to_the_same_as_the_whole, ()) {
  Prng prng(*rc::gen::arbitrary<std::uint64_t>());
  auto view = std::make_shared<FleetView>(*view_of(two_units(), {3, 2}));
  ViewEncoder encoder;
  ViewDecoder decoder;
  encoder.advance(*view, 1);
  RC_ASSERT(decoder.take(encoder.snapshot(), view->spec, at(0s)).ok());
  for (int step = 0; step < 30; ++step) {
    auto next = std::make_shared<FleetView>(*view);
    ++next->version;
    for (std::uint64_t changes = prng.below(4); changes > 0; --changes) {
      const std::uint64_t what = prng.below(6);
      if (what == 0) {
        auto list = std::vector(next->endpoints.begin(), next->endpoints.end());
        list.push_back({EndpointId(list.empty() ? 1 : list.back().id.value + 1 + prng.below(9)),
                        UnitId(static_cast<std::uint32_t>(prng.below(2))),
                        core::EndpointState::kReady,
                        {"h", 1},
                        {}});
        next->endpoints = list;
      } else if (what == 1 && !next->endpoints.empty()) {
        auto list = std::vector(next->endpoints.begin(), next->endpoints.end());
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(prng.below(list.size())));
        next->endpoints = list;
      } else if (what == 2 && !next->endpoints.empty()) {
        next->endpoints[prng.below(next->endpoints.size())].foreign_load =
            static_cast<int>(prng.below(5));
      } else if (what == 3) {
        next->units[prng.below(2)].ready = static_cast<int>(prng.below(9));
      } else if (what == 4) {
        next->services[0].reason = std::to_string(prng.below(9));
      } else {
        next->sources.push_back({"s", core::SourceStanding::kTrusted, at(0s), 0, 0, ""});
      }
    }
    const auto change = encoder.advance(*next, 1);
    RC_ASSERT(change.has_value());
    const auto heard = decoder.take(*change, next->spec, at(0s));
    RC_ASSERT(heard.ok());
    RC_ASSERT(told(**heard) == told(*next));
    view = next;
  }
}

}  // namespace
}  // namespace signalbox::link
