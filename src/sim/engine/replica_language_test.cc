// SPDX-License-Identifier: Apache-2.0
//
// A language model's replica against hand-made cases: prompts first and one after the other, nobody
// decodes meanwhile, and a step that grows with the batch. Its laws under random histories are
// checked with those of the others in replica_engine_test.cc.
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "sim/engine/replica_engine.h"

namespace signalbox::sim {
namespace {

using Kind = JobEvent::Kind;

// Reads 1000 prompt tokens a second; a step takes 10 ms, and 10 ms for each job in it.
struct Story {
  explicit Story(int slots)
      : model(core::Profile::single_server(1.0, 0.0), slots,
              {.prefill_tokens_per_s = 1000.0, .decode_base = 10ms, .decode_per_job = 10ms}) {}

  void arrive(std::uint64_t id, Duration when, int prompt, int output, bool every_token = false) {
    engine.arrive({JobId{id}, 1.0, output, prompt, every_token}, TimePoint{when}, events);
  }
  bool cancel(std::uint64_t id, Duration when) {
    return engine.cancel(JobId{id}, TimePoint{when}, events);
  }
  void run() {
    while (const auto next = engine.next_event()) engine.advance(*next, events);
  }
  std::vector<Duration> times(std::uint64_t id, Kind kind) const {
    std::vector<Duration> result;
    for (const auto& e : events) {
      if (e.job == JobId{id} && e.kind == kind) result.push_back(e.at.time_since_epoch());
    }
    return result;
  }
  Duration only(std::uint64_t id, Kind kind) const {
    const auto found = times(id, kind);
    return found.size() == 1 ? found[0] : Duration{-1};
  }

  ServiceModel model;
  ReplicaEngine engine{model};
  std::vector<JobEvent> events;
};

TEST(LanguageReplica, reads_the_prompt_then_gives_the_first_token_then_one_per_step) {
  Story s(4);
  s.arrive(1, 0ms, 100, 5, true);
  s.run();
  EXPECT_EQ(s.only(1, Kind::kStarted), 0ms);
  EXPECT_EQ(s.times(1, Kind::kToken), (std::vector<Duration>{100ms, 120ms, 140ms, 160ms, 180ms}));
  EXPECT_EQ(s.only(1, Kind::kFinished), 180ms);
  EXPECT_EQ(s.engine.busy_time(), 180ms);
}

TEST(LanguageReplica, reports_only_the_first_token_unless_asked_for_all_and_ends_at_the_same_time) {
  Story s(4);
  s.arrive(1, 0ms, 100, 5);
  s.run();
  EXPECT_EQ(s.events.size(), 3u);
  EXPECT_EQ(s.only(1, Kind::kToken), 100ms);
  EXPECT_EQ(s.only(1, Kind::kFinished), 180ms);
}

TEST(LanguageReplica, a_size_says_nothing_where_tokens_are_the_size) {
  Story s(4);
  s.engine.arrive({JobId{1}, 7.0, 5, 100}, {}, s.events);
  s.run();
  EXPECT_EQ(s.only(1, Kind::kFinished), 180ms);
}

TEST(LanguageReplica, a_prompt_stops_everybodys_decoding_while_it_is_read) {
  Story s(4);
  s.arrive(1, 0ms, 100, 3, true);  // tokens at 100, 120 and 140 if left alone
  s.arrive(2, 110ms, 50, 1);       // read until 160
  s.run();
  EXPECT_EQ(s.only(2, Kind::kToken), 160ms);
  EXPECT_EQ(s.only(2, Kind::kFinished), 160ms);
  EXPECT_EQ(s.times(1, Kind::kToken), (std::vector<Duration>{100ms, 170ms, 190ms}));
}

TEST(LanguageReplica, prompts_are_read_one_after_the_other) {
  Story s(4);
  s.arrive(1, 0ms, 100, 1);
  s.arrive(2, 0ms, 200, 1);
  s.arrive(3, 0ms, 50, 1);
  EXPECT_EQ(s.engine.in_service(), 3);
  s.run();
  EXPECT_EQ(s.only(1, Kind::kFinished), 100ms);
  EXPECT_EQ(s.only(2, Kind::kFinished), 300ms);
  EXPECT_EQ(s.only(3, Kind::kFinished), 350ms);
}

TEST(LanguageReplica, a_step_grows_with_the_jobs_that_decode_in_it) {
  Story s(4);
  s.arrive(1, 0ms, 100, 3, true);
  s.arrive(2, 0ms, 100, 2, true);
  s.run();
  EXPECT_EQ(s.times(1, Kind::kToken), (std::vector<Duration>{100ms, 230ms, 250ms}));
  EXPECT_EQ(s.times(2, Kind::kToken), (std::vector<Duration>{200ms, 230ms}));
}

TEST(LanguageReplica, takes_as_many_as_it_has_slots_and_the_next_when_one_ends) {
  Story s(1);
  s.arrive(1, 0ms, 100, 2);
  s.arrive(2, 10ms, 100, 1);
  EXPECT_EQ(s.engine.queued(), 1u);
  s.run();
  EXPECT_EQ(s.only(1, Kind::kFinished), 120ms);
  EXPECT_EQ(s.only(2, Kind::kStarted), 120ms);
  EXPECT_EQ(s.only(2, Kind::kFinished), 220ms);
}

TEST(LanguageReplica, cancelling_the_prompt_being_read_begins_the_next_at_once) {
  Story s(4);
  s.arrive(1, 0ms, 100, 1);
  s.arrive(2, 0ms, 100, 1);
  EXPECT_TRUE(s.cancel(1, 30ms));
  EXPECT_EQ(s.engine.in_service(), 1);
  s.run();
  EXPECT_EQ(s.only(2, Kind::kFinished), 130ms);
}

TEST(LanguageReplica, cancelling_a_prompt_that_waits_leaves_the_one_being_read_alone) {
  Story s(4);
  s.arrive(1, 0ms, 100, 1);
  s.arrive(2, 0ms, 100, 1);
  s.arrive(3, 0ms, 100, 1);
  EXPECT_TRUE(s.cancel(2, 30ms));
  s.run();
  EXPECT_EQ(s.only(1, Kind::kFinished), 100ms);
  EXPECT_EQ(s.only(3, Kind::kFinished), 200ms);
}

TEST(LanguageReplica, cancelling_a_job_that_decodes_quickens_the_others) {
  Story s(4);
  s.arrive(1, 0ms, 100, 3, true);
  s.arrive(2, 0ms, 100, 9);
  s.engine.advance(TimePoint{215ms}, s.events);  // half a step of two has been done
  EXPECT_TRUE(s.cancel(2, 215ms));
  s.run();
  EXPECT_EQ(s.times(1, Kind::kToken), (std::vector<Duration>{100ms, 225ms, 245ms}));
}

TEST(LanguageReplica, slowing_down_applies_to_prompts_and_to_steps) {
  Story s(4);
  s.arrive(1, 0ms, 100, 3, true);
  s.engine.set_slowdown(2.0, TimePoint{50ms}, s.events);
  s.engine.set_slowdown(1.0, TimePoint{170ms}, s.events);
  s.run();
  EXPECT_EQ(s.times(1, Kind::kToken), (std::vector<Duration>{150ms, 180ms, 200ms}));
}

TEST(LanguageReplica, an_infinite_slowdown_stops_a_prompt_until_it_is_lifted) {
  Story s(4);
  s.arrive(1, 0ms, 100, 1);
  s.engine.set_slowdown(std::numeric_limits<double>::infinity(), TimePoint{40ms}, s.events);
  EXPECT_EQ(s.engine.next_event(), std::nullopt);
  s.engine.set_slowdown(1.0, TimePoint{1h}, s.events);
  s.run();
  EXPECT_EQ(s.only(1, Kind::kFinished), 1h + 60ms);
}

TEST(LanguageReplica, a_job_without_prompt_or_answer_is_over_as_soon_as_it_is_its_turn) {
  Story s(4);
  s.arrive(1, 0ms, 100, 1);
  s.arrive(2, 0ms, 0, 0);
  s.run();
  EXPECT_EQ(s.only(2, Kind::kFinished), 100ms);
  EXPECT_TRUE(s.times(2, Kind::kToken).empty());
}

}  // namespace
}  // namespace signalbox::sim
