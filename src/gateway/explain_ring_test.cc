// SPDX-License-Identifier: Apache-2.0
//
// Stories: kept in the order they began, bounded, and found again by the id a client was given.
#include "gateway/explain_ring.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <string>

namespace signalbox::gateway {
namespace {

core::Decision decision_for(RequestId id) {
  core::Decision decision;
  decision.request = id;
  decision.action = core::Action::kForward;
  return decision;
}

std::shared_ptr<const core::FleetView> some_view() { return std::make_shared<core::FleetView>(); }

TEST(ExplainRing, ids_read_back_as_written) {
  const RequestId id(0x0001'0000'0000'00afULL);
  EXPECT_EQ(format_id(id), "00010000000000af");
  EXPECT_EQ(parse_id("00010000000000af"), id);
  EXPECT_EQ(parse_id("af"), RequestId(0xaf));
}

TEST(ExplainRing, what_is_no_id_is_not_taken_for_one) {
  for (const char* text : {"", "0x1", "-1", "+1", "12 ", "g", "00010000000000af0"}) {
    EXPECT_EQ(parse_id(text), std::nullopt) << text;
  }
}

TEST(ExplainRing, a_story_holds_every_step_and_its_end) {
  ExplainRing ring(4);
  const RequestId id(7);
  ring.began(id, "POST", "/genimage");
  ring.decided(decision_for(id), some_view());
  core::Outcome refused;
  refused.kind = core::OutcomeKind::kUnreachable;
  ring.observed(id, refused);
  ring.decided(decision_for(id), some_view());
  ring.finished(id, 200, 3ms, 5ms);

  const auto story = ring.find(id);
  ASSERT_TRUE(story.has_value());
  EXPECT_EQ(story->request_id, format_id(id));
  EXPECT_EQ(story->method, "POST");
  EXPECT_EQ(story->path, "/genimage");
  ASSERT_EQ(story->steps.size(), 2U);
  EXPECT_EQ(story->steps[0].outcome->kind, core::OutcomeKind::kUnreachable);
  EXPECT_FALSE(story->steps[1].outcome.has_value());
  EXPECT_TRUE(story->finished);
  EXPECT_EQ(story->status, 200);
  EXPECT_EQ(story->duration, Duration(5ms));
}

TEST(ExplainRing, the_oldest_story_gives_way_to_the_newest) {
  ExplainRing ring(2);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    ring.began(RequestId(i), "GET", "/");
    ring.decided(decision_for(RequestId(i)), some_view());
  }
  EXPECT_FALSE(ring.find(RequestId(1)).has_value());
  EXPECT_TRUE(ring.find(RequestId(2)).has_value());
  EXPECT_TRUE(ring.find(RequestId(3)).has_value());
}

TEST(ExplainRing, news_of_a_story_that_is_gone_is_dropped) {
  ExplainRing ring(0);
  const RequestId id(1);
  ring.began(id, "GET", "/");
  ring.decided(decision_for(id), some_view());
  ring.observed(id, {});
  ring.finished(id, 200, {}, {});
  EXPECT_FALSE(ring.find(id).has_value());
}

TEST(ExplainRing, there_is_no_story_without_a_decision) {
  ExplainRing ring(2);
  ring.began(RequestId(1), "GET", "/");
  ring.observed(RequestId(1), {});
  EXPECT_FALSE(ring.find(RequestId(1)).has_value());
}

// A fault makes stories longer for a while, in a few places of the ring each time.
TEST(ExplainRing, what_long_stories_needed_is_given_back) {
  constexpr std::uint64_t kPlaces = 1'000;
  ExplainRing ring(kPlaces);
  const auto view = some_view();
  const std::string long_path = "/" + std::string(2'000, 'p');
  std::uint64_t next = 0;
  const auto fill = [&](const std::string& path, int steps) {
    for (std::uint64_t i = 0; i < kPlaces; ++i) {
      const RequestId id(next++);
      ring.began(id, "POST", path);
      for (int step = 0; step < steps; ++step) ring.decided(decision_for(id), view);
    }
    return ::mallinfo2().uordblks;
  };
  const std::size_t before = fill("/v1/embeddings", 1);
  const std::size_t with_long_stories = fill(long_path, 4);
  EXPECT_LE(fill("/v1/embeddings", 1), before + 100'000) << with_long_stories;
}

}  // namespace
}  // namespace signalbox::gateway
