// SPDX-License-Identifier: Apache-2.0
//
// The engine against hand-made cases and, under random histories, against the laws every queue
// obeys. Comparison with queueing theory is in replica_queueing_test.cc.
#include "sim/engine/replica_engine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <map>
#include <set>

namespace signalbox::sim {
namespace {

using Kind = JobEvent::Kind;

TimePoint at(Duration since_start) { return TimePoint{since_start}; }

ServiceModel one_at_a_time(Duration latency) {
  return ServiceModel(core::Profile::measured({{1, latency}}, 0.0), 1);
}

// An engine with its events, asked in the order of a story.
struct Story {
  explicit Story(ServiceModel m) : model(std::move(m)) {}

  void arrive(std::uint64_t id, Duration when, double factor = 1.0, int tokens = 0) {
    engine.arrive({JobId{id}, factor, tokens, 0, true}, at(when), events);
  }
  bool cancel(std::uint64_t id, Duration when) {
    return engine.cancel(JobId{id}, at(when), events);
  }
  void advance(Duration to) { engine.advance(at(to), events); }
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
  Duration finish(std::uint64_t id) const {
    const auto found = times(id, Kind::kFinished);
    return found.size() == 1 ? found[0] : Duration{-1};
  }

  ServiceModel model;
  ReplicaEngine engine{model};
  std::vector<JobEvent> events;
};

TEST(ReplicaEngine, an_idle_replica_has_nothing_to_do) {
  Story s(one_at_a_time(500ms));
  EXPECT_EQ(s.engine.next_event(), std::nullopt);
  s.advance(10s);
  EXPECT_TRUE(s.events.empty());
  EXPECT_EQ(s.engine.busy_time(), 0s);
}

TEST(ReplicaEngine, serves_one_at_a_time_in_order_of_arrival) {
  Story s(one_at_a_time(500ms));
  s.arrive(1, 0ms);
  s.arrive(2, 100ms);
  s.arrive(3, 100ms);
  EXPECT_EQ(s.engine.in_service(), 1);
  EXPECT_EQ(s.engine.queued(), 2u);
  s.run();
  EXPECT_EQ(s.finish(1), 500ms);
  EXPECT_EQ(s.finish(2), 1000ms);
  EXPECT_EQ(s.finish(3), 1500ms);
  EXPECT_EQ(s.engine.busy_time(), 1500ms);
  EXPECT_EQ(s.engine.finished(), 3u);
}

TEST(ReplicaEngine, a_jobs_factor_stretches_its_own_service_only) {
  Story s(one_at_a_time(500ms));
  s.arrive(1, 0ms, 1.05);
  s.arrive(2, 0ms, 0.95);
  s.run();
  EXPECT_EQ(s.finish(1), 525ms);
  EXPECT_EQ(s.finish(2), 1000ms);
}

TEST(ReplicaEngine, times_are_exact_even_when_asked_late) {
  Story s(one_at_a_time(500ms));
  s.arrive(1, 0ms);
  s.arrive(2, 0ms);
  s.advance(7s);
  EXPECT_EQ(s.finish(1), 500ms);
  EXPECT_EQ(s.finish(2), 1000ms);
  EXPECT_EQ(s.engine.busy_time(), 1s);
}

TEST(ReplicaEngine, an_arrival_brings_up_what_was_due_before_it) {
  Story s(one_at_a_time(500ms));
  s.arrive(1, 0ms);
  s.arrive(2, 2s);
  EXPECT_EQ(s.finish(1), 500ms);
  EXPECT_EQ(s.times(2, Kind::kStarted), std::vector<Duration>{2s});
}

TEST(ReplicaEngine, slots_share_the_replica_at_the_profiles_latency_for_the_load) {
  Story s(ServiceModel(core::Profile::measured({{1, 1s}, {2, 1500ms}}, 0.0), 2));
  s.arrive(1, 0s);
  s.arrive(2, 0s);
  s.run();
  EXPECT_EQ(s.finish(1), 1500ms);
  EXPECT_EQ(s.finish(2), 1500ms);
}

TEST(ReplicaEngine, a_job_that_joins_slows_the_one_being_served_from_then_on) {
  Story s(ServiceModel(core::Profile::measured({{1, 1s}, {2, 2s}}, 0.0), 2));
  s.arrive(1, 0s);
  s.arrive(2, 500ms);  // 1 has half its work left, now at half the pace
  s.run();
  EXPECT_EQ(s.finish(1), 1500ms);
  EXPECT_EQ(s.finish(2), 2s);  // half at half pace until 1.5 s, the rest alone
}

TEST(ReplicaEngine, slowing_down_applies_to_the_work_that_is_left) {
  Story s(one_at_a_time(1s));
  s.arrive(1, 0s);
  s.engine.set_slowdown(3.0, at(500ms), s.events);
  s.run();
  EXPECT_EQ(s.finish(1), 2s);
}

TEST(ReplicaEngine, speeding_up_again_does_not_undo_the_time_lost) {
  Story s(one_at_a_time(1s));
  s.arrive(1, 0s);
  s.engine.set_slowdown(4.0, at(200ms), s.events);
  s.engine.set_slowdown(1.0, at(1s), s.events);  // 0.2 + 0.8/4 = 0.4 s of work done
  s.run();
  EXPECT_EQ(s.finish(1), 1600ms);
}

TEST(ReplicaEngine, an_infinite_slowdown_stops_all_work_until_it_is_lifted) {
  Story s(one_at_a_time(1s));
  s.arrive(1, 0s);
  s.engine.set_slowdown(std::numeric_limits<double>::infinity(), at(400ms), s.events);
  EXPECT_EQ(s.engine.next_event(), std::nullopt);
  s.arrive(2, 1s);
  s.advance(1h);
  EXPECT_EQ(s.engine.finished(), 0u);
  s.engine.set_slowdown(1.0, at(1h), s.events);
  s.run();
  EXPECT_EQ(s.finish(1), 1h + 600ms);
  EXPECT_EQ(s.finish(2), 1h + 1600ms);
}

TEST(ReplicaEngine, cancelling_a_served_job_starts_the_next_at_once) {
  Story s(one_at_a_time(1s));
  s.arrive(1, 0s);
  s.arrive(2, 0s);
  EXPECT_TRUE(s.cancel(1, 300ms));
  EXPECT_EQ(s.times(2, Kind::kStarted), std::vector<Duration>{300ms});
  s.run();
  EXPECT_EQ(s.finish(2), 1300ms);
  EXPECT_TRUE(s.times(1, Kind::kFinished).empty());
}

TEST(ReplicaEngine, cancelling_a_queued_job_leaves_the_others_in_order) {
  Story s(one_at_a_time(1s));
  for (std::uint64_t id = 1; id <= 4; ++id) s.arrive(id, 0s);
  EXPECT_TRUE(s.cancel(2, 0s));
  s.run();
  EXPECT_TRUE(s.times(2, Kind::kStarted).empty());
  EXPECT_EQ(s.finish(3), 2s);
  EXPECT_EQ(s.finish(4), 3s);
}

TEST(ReplicaEngine, cancelling_what_is_finished_or_unknown_changes_nothing) {
  Story s(one_at_a_time(1s));
  s.arrive(1, 0s);
  s.run();
  EXPECT_FALSE(s.cancel(1, 2s));
  EXPECT_FALSE(s.cancel(99, 2s));
}

TEST(ReplicaEngine, cancelling_one_of_two_lets_the_other_speed_up) {
  Story s(ServiceModel(core::Profile::measured({{1, 1s}, {2, 2s}}, 0.0), 2));
  s.arrive(1, 0s);
  s.arrive(2, 0s);
  s.cancel(2, 1s);  // 1 is half done
  s.run();
  EXPECT_EQ(s.finish(1), 1500ms);
}

TEST(ReplicaEngine, a_batch_takes_what_waits_when_the_replica_falls_idle) {
  // 100 ms for one, 250 ms for a batch of four.
  Story s(
      ServiceModel(core::Profile::measured({{1, 100ms}, {4, 250ms}}, 0.0), 1, {.max_batch = 4}));
  s.arrive(1, 0ms);  // alone, since nobody else is there yet
  for (std::uint64_t id = 2; id <= 6; ++id) s.arrive(id, 10ms);
  EXPECT_EQ(s.engine.in_service(), 1);
  s.advance(100ms);
  EXPECT_EQ(s.engine.in_service(), 4);
  EXPECT_EQ(s.engine.queued(), 1u);
  s.run();
  EXPECT_EQ(s.finish(1), 100ms);
  for (std::uint64_t id = 2; id <= 5; ++id) EXPECT_EQ(s.finish(id), 350ms) << id;
  EXPECT_EQ(s.finish(6), 450ms);
}

TEST(ReplicaEngine, a_batch_takes_as_long_as_its_largest_member) {
  Story s(
      ServiceModel(core::Profile::measured({{1, 100ms}, {2, 160ms}}, 0.0), 1, {.max_batch = 2}));
  s.arrive(1, 0ms);
  s.arrive(2, 0ms, 2.0);
  s.arrive(3, 0ms, 0.5);
  s.run();
  EXPECT_EQ(s.finish(2), 100ms + 320ms);
  EXPECT_EQ(s.finish(3), 100ms + 320ms);
}

TEST(ReplicaEngine, a_batch_goes_on_without_a_cancelled_member_until_none_is_left) {
  Story s(
      ServiceModel(core::Profile::measured({{1, 100ms}, {2, 200ms}}, 0.0), 1, {.max_batch = 2}));
  s.arrive(1, 0ms);
  for (std::uint64_t id = 2; id <= 5; ++id) s.arrive(id, 0ms);
  s.advance(100ms);  // 2 and 3 begin
  s.cancel(2, 150ms);
  EXPECT_EQ(s.engine.in_service(), 1);
  EXPECT_TRUE(s.times(4, Kind::kStarted).empty()) << "a running batch takes nobody on";
  s.advance(300ms);
  EXPECT_EQ(s.finish(3), 300ms);
  s.cancel(4, 310ms);
  s.cancel(5, 320ms);
  EXPECT_EQ(s.engine.in_service(), 0);
  EXPECT_EQ(s.engine.next_event(), std::nullopt);
}

TEST(ReplicaEngine, a_stream_gives_its_first_token_and_then_one_per_interval) {
  Story s(ServiceModel(core::Profile::measured({{1, 1s}}, 0.0), 4,
                       {.first_token = 200ms, .token_rate_per_s = 50.0}));
  s.arrive(1, 0s, 1.0, 4);
  s.run();
  EXPECT_EQ(s.times(1, Kind::kToken), (std::vector<Duration>{200ms, 220ms, 240ms, 260ms}));
  EXPECT_EQ(s.finish(1), 260ms);
  ASSERT_EQ(s.events.size(), 6u);
  EXPECT_EQ(s.events[1].token, 1);
  EXPECT_EQ(s.events[4].token, 4);
}

TEST(ReplicaEngine, load_stretches_first_token_and_token_rate_alike) {
  Story s(ServiceModel(core::Profile::measured({{1, 1s}, {2, 2s}}, 0.0), 2,
                       {.first_token = 200ms, .token_rate_per_s = 50.0}));
  s.arrive(1, 0s, 1.0, 2);
  s.arrive(2, 0s, 1.0, 2);
  s.run();
  EXPECT_EQ(s.times(1, Kind::kToken), (std::vector<Duration>{400ms, 440ms}));
}

TEST(ReplicaEngine, without_a_token_rate_tokens_are_spread_over_the_profiles_latency) {
  Story s(one_at_a_time(1s));
  s.arrive(1, 0s, 1.0, 4);
  s.run();
  EXPECT_EQ(s.times(1, Kind::kToken), (std::vector<Duration>{250ms, 500ms, 750ms, 1s}));
  EXPECT_EQ(s.finish(1), 1s);
}

TEST(ReplicaEngine, a_stream_nobody_follows_reports_its_first_token_and_ends_at_the_same_time) {
  Story s(ServiceModel(core::Profile::measured({{1, 1s}}, 0.0), 4,
                       {.first_token = 200ms, .token_rate_per_s = 50.0}));
  s.engine.arrive({.id = JobId{1}, .output_tokens = 4}, {}, s.events);
  s.run();
  EXPECT_EQ(s.times(1, Kind::kToken), std::vector<Duration>{200ms});
  EXPECT_EQ(s.finish(1), 260ms);
  EXPECT_EQ(s.events.size(), 3u);
}

TEST(ReplicaEngine, a_cancelled_stream_gives_no_more_tokens) {
  Story s(one_at_a_time(1s));
  s.arrive(1, 0s, 1.0, 4);
  s.advance(600ms);
  s.cancel(1, 600ms);
  s.run();
  EXPECT_EQ(s.times(1, Kind::kToken).size(), 2u);
}

TEST(ReplicaEngineDeathTest, time_that_goes_back_and_jobs_without_size_are_bugs) {
  Story s(one_at_a_time(1s));
  s.advance(1s);
  EXPECT_DEATH(s.advance(0s), "now >= at_");
  EXPECT_DEATH(s.arrive(1, 1s, 0.0), "factor");
}

// --- laws, under random histories ---------------------------------------------------------------

struct Step {
  enum class Do { kArrive, kArriveStream, kCancel, kSlow } what;
  int wait_ms;
  int choice;
};

rc::Gen<std::vector<Step>> histories() {
  return rc::gen::container<std::vector<Step>>(rc::gen::build<Step>(
      rc::gen::set(&Step::what, rc::gen::weightedElement<Step::Do>({{6, Step::Do::kArrive},
                                                                    {2, Step::Do::kArriveStream},
                                                                    {2, Step::Do::kCancel},
                                                                    {1, Step::Do::kSlow}})),
      rc::gen::set(&Step::wait_ms, rc::gen::inRange(0, 400)),
      rc::gen::set(&Step::choice, rc::gen::inRange(0, 1000))));
}

// What an observer who sees only inputs and events can check.
class Observer {
 public:
  explicit Observer(const ServiceModel& model) : model_(model), engine_(model) {}

  void step(const Step& step) {
    now_ += step.wait_ms * 1ms;
    switch (step.what) {
      case Step::Do::kArrive:
      case Step::Do::kArriveStream: {
        const JobId id{next_id_++};
        const int tokens = step.what == Step::Do::kArriveStream ? 1 + step.choice % 5 : 0;
        engine_.arrive({id, 0.5 + step.choice / 1000.0, tokens, step.choice, true}, now_, events_);
        waiting_.push_back(id);
        tokens_[id] = model_.batches() ? 0 : tokens;
        break;
      }
      case Step::Do::kCancel: {
        const JobId id{1 + static_cast<std::uint64_t>(step.choice) % next_id_};
        const bool there = engine_.cancel(id, now_, events_);
        watch();
        RC_ASSERT(there == (serving_.erase(id) + std::erase(waiting_, id) == 1));
        break;
      }
      case Step::Do::kSlow:
        engine_.set_slowdown(0.5 + step.choice / 100.0, now_, events_);
    }
    settle();
  }

  void run_out() {
    while (const auto next = engine_.next_event()) {
      RC_ASSERT(*next >= now_);
      now_ = *next;
      engine_.advance(now_, events_);
      settle();
    }
    RC_ASSERT(waiting_.empty());
    RC_ASSERT(serving_.empty());
    RC_ASSERT(engine_.finished() == finished_);
    RC_ASSERT(engine_.busy_time() <= now_.time_since_epoch());
  }

 private:
  void watch() {
    for (; seen_ < events_.size(); ++seen_) {
      const JobEvent& event = events_[seen_];
      RC_ASSERT(event.at >= last_ && event.at <= now_);
      last_ = event.at;
      switch (event.kind) {
        case Kind::kStarted:
          RC_ASSERT(!waiting_.empty() && waiting_.front() == event.job);  // first come first served
          waiting_.pop_front();
          serving_.insert(event.job);
          break;
        case Kind::kToken:
          RC_ASSERT(serving_.count(event.job) == 1);
          RC_ASSERT(event.token == ++given_[event.job]);
          break;
        case Kind::kFinished:
          RC_ASSERT(serving_.erase(event.job) == 1);
          RC_ASSERT(given_[event.job] == tokens_[event.job]);
          ++finished_;
      }
    }
  }

  void settle() {
    watch();
    const auto most = static_cast<std::size_t>(model_.most_in_service());
    RC_ASSERT(serving_.size() <= most);
    RC_ASSERT(engine_.in_service() == static_cast<int>(serving_.size()));
    RC_ASSERT(engine_.queued() == waiting_.size());
    // Work conservation: nobody waits beside a free slot; a batch is only closed once it runs.
    const bool at_work = model_.batches() ? !serving_.empty() : serving_.size() == most;
    RC_ASSERT(waiting_.empty() || at_work);
    RC_ASSERT(engine_.next_event().has_value() == !serving_.empty());
  }

  const ServiceModel& model_;
  ReplicaEngine engine_;
  TimePoint now_{};
  TimePoint last_{};
  std::uint64_t next_id_ = 1;
  std::uint64_t finished_ = 0;
  std::vector<JobEvent> events_;
  std::size_t seen_ = 0;
  std::deque<JobId> waiting_;
  std::set<JobId> serving_;
  std::map<JobId, int> tokens_, given_;
};

void obeys_the_laws(const ServiceModel& model) {
  Observer observer(model);
  for (const Step& step : *histories()) observer.step(step);
  observer.run_out();
}

RC_GTEST_PROP(ReplicaEngineLaws, hold_for_a_single_server, ()) {
  obeys_the_laws(one_at_a_time(300ms));
}

RC_GTEST_PROP(ReplicaEngineLaws, hold_for_slots_side_by_side, ()) {
  obeys_the_laws(ServiceModel(core::Profile::measured({{1, 300ms}, {4, 500ms}}, 0.0),
                              *rc::gen::inRange(2, 6),
                              {.first_token = 50ms, .token_rate_per_s = 30.0}));
}

RC_GTEST_PROP(ReplicaEngineLaws, hold_for_batches, ()) {
  obeys_the_laws(ServiceModel(core::Profile::measured({{1, 300ms}, {4, 700ms}}, 0.0), 1,
                              {.max_batch = *rc::gen::inRange(1, 6)}));
}

RC_GTEST_PROP(ReplicaEngineLaws, hold_for_a_language_model, ()) {
  obeys_the_laws(
      ServiceModel(core::Profile::single_server(1.0, 0.0), *rc::gen::inRange(1, 6),
                   {.prefill_tokens_per_s = 5000.0, .decode_base = 20ms, .decode_per_job = 10ms}));
}

RC_GTEST_PROP(ReplicaEngineLaws, a_single_server_is_busy_exactly_as_long_as_its_jobs_take, ()) {
  const ServiceModel model = one_at_a_time(100ms);
  ReplicaEngine engine(model);
  std::vector<JobEvent> events;
  TimePoint now{};
  Duration work{0};
  for (const int gap_ms : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 300))) {
    now += gap_ms * 1ms;
    const double factor = 0.5 + gap_ms / 300.0;
    engine.arrive({JobId{events.size() + 1000}, factor}, now, events);
    work += Duration{std::llround(factor * 1e8)};
  }
  while (const auto next = engine.next_event()) engine.advance(*next, events);
  RC_ASSERT(engine.busy_time() == work);
}

}  // namespace
}  // namespace signalbox::sim
