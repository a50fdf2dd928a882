// SPDX-License-Identifier: Apache-2.0
//
// The engine against queueing theory: Poisson arrivals, and means that must agree with the closed
// forms within a 99.99 % confidence interval by batch means. A fixed seed makes the verdict final,
// and an interval too wide to prove anything fails as well.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/pooled_queue.h"
#include "sim/engine/queueing_theory.h"
#include "sim/engine/replica_engine.h"

namespace signalbox::sim {
namespace {

using namespace theory;  // closed forms read best unadorned

constexpr std::uint64_t kSeed = 20250326;
constexpr int kUnlimited = 400;  // slots nobody here ever fills

// What became of one job, in seconds.
struct Visit {
  double factor = 0.0;
  double waited = 0.0;       // until it started
  double first_token = 0.0;  // until its first token
  double sojourn = 0.0;      // until it was finished
  int found = 0;             // jobs in service as it came
};

// Poisson arrivals, `rate_per_s`, of `jobs` jobs; `arrive(i, visit, now, events)` hands one over,
// `advance(now, events)` brings the system to `now`.
template <class Arrive, class Advance>
std::vector<Visit> poisson_visits(std::size_t jobs, double rate_per_s, Arrive arrive,
                                  Advance advance) {
  Prng gaps = Prng(kSeed).fork(1);
  std::vector<Visit> visits(jobs);
  std::vector<TimePoint> arrived(jobs);
  std::vector<JobEvent> events;
  const auto record = [&] {
    for (const JobEvent& event : events) {
      Visit& visit = visits[event.job.index()];
      const double since = to_seconds(event.at - arrived[event.job.index()]);
      if (event.kind == JobEvent::Kind::kStarted) visit.waited = since;
      if (event.kind == JobEvent::Kind::kToken) visit.first_token = since;
      if (event.kind == JobEvent::Kind::kFinished) visit.sojourn = since;
    }
    events.clear();
  };
  TimePoint now{};
  for (std::size_t i = 0; i < jobs; ++i) {
    now += from_seconds(draw_exponential(gaps, 1.0 / rate_per_s));
    arrived[i] = now;
    arrive(i, visits[i], now, events);
    record();
  }
  advance(now + 10'000h, events);
  record();
  return visits;
}

// One replica, whose jobs take 1 s on average alone.
std::vector<Visit> visits_of(const ServiceModel& model, std::size_t jobs, double rate_per_s,
                             const Service& service) {
  ReplicaEngine engine(model);
  Prng sizes = Prng(kSeed).fork(2);
  return poisson_visits(
      jobs, rate_per_s,
      [&](std::size_t i, Visit& visit, TimePoint now, std::vector<JobEvent>& events) {
        visit.factor = std::max(1e-9, service.draw(sizes));
        engine.advance(now, events);
        visit.found = engine.in_service();
        engine.arrive({JobId{i}, visit.factor}, now, events);
      },
      [&](TimePoint now, std::vector<JobEvent>& events) { engine.advance(now, events); });
}

std::vector<Visit> pooled_visits(int servers, std::size_t jobs, double rate_per_s) {
  const ServiceModel model(core::Profile::single_server(1.0, 0.0), 1);
  PooledQueue queue(model, servers);
  Prng sizes = Prng(kSeed).fork(2);
  return poisson_visits(
      jobs, rate_per_s,
      [&](std::size_t i, Visit& visit, TimePoint now, std::vector<JobEvent>& events) {
        visit.factor = std::max(1e-9, draw_exponential(sizes, 1.0));
        queue.arrive(JobId{i}, visit.factor, now, events);
      },
      [&](TimePoint now, std::vector<JobEvent>& events) { queue.advance(now, events); });
}

template <class Value>
Estimate estimate(const std::vector<Visit>& visits, Value value) {
  std::vector<double> values;
  values.reserve(visits.size());
  for (const Visit& visit : visits) values.push_back(static_cast<double>(value(visit)));
  return by_batch_means(values);
}

// `resolution`: how much of the theory's value the interval may be wide to either side.
void expect_agreement(const char* what, const Estimate& measured, double theory,
                      double resolution = 0.10) {
  EXPECT_NEAR(measured.mean, theory, measured.half_width) << what << ", seed " << kSeed;
  EXPECT_LT(measured.half_width, resolution * theory) << what << ": too wide to prove anything";
}

std::string percent(double share) { return std::to_string(std::lround(100.0 * share)); }

// --- one replica, one at a time: M/G/1 ----------------------------------------------------------

struct SingleServer {
  Service service;
  double load;
  std::size_t jobs;

  friend void PrintTo(const SingleServer& c, std::ostream* out) {
    *out << c.service.name << " at load " << c.load;
  }
};

class MG1 : public ::testing::TestWithParam<SingleServer> {};

TEST_P(MG1, waits_as_pollaczek_and_khinchine_say) {
  const auto& [service, load, jobs] = GetParam();
  const ServiceModel model(core::Profile::single_server(1.0, 0.0), 1);
  const auto visits = visits_of(model, jobs, load, service);
  expect_agreement("mean wait", estimate(visits, [](const Visit& v) { return v.waited; }),
                   mg_1_wait(load, service.cv2));
  expect_agreement("share that finds it busy",
                   estimate(visits, [](const Visit& v) { return v.found; }), load);
}

INSTANTIATE_TEST_SUITE_P(Replica, MG1,
                         ::testing::Values(SingleServer{kDeterministic, 0.5, 300'000},
                                           SingleServer{kDeterministic, 0.8, 600'000},
                                           SingleServer{kDeterministic, 0.95, 2'500'000},
                                           SingleServer{kExponential, 0.5, 300'000},
                                           SingleServer{kExponential, 0.8, 900'000},
                                           SingleServer{kLognormal, 0.5, 600'000},
                                           SingleServer{kLognormal, 0.8, 1'500'000},
                                           SingleServer{kTwoPoint, 0.5, 300'000},
                                           SingleServer{kTwoPoint, 0.8, 1'500'000}),
                         [](const auto& c) {
                           return c.param.service.name + ("_" + percent(c.param.load));
                         });

// --- many replicas behind one line: M/M/c -------------------------------------------------------

struct Pool {
  int servers;
  double utilisation;
  std::size_t jobs;
  double resolution;

  friend void PrintTo(const Pool& c, std::ostream* out) {
    *out << c.servers << " servers at utilisation " << c.utilisation;
  }
};

class MMc : public ::testing::TestWithParam<Pool> {};

TEST_P(MMc, waits_as_erlang_c_says) {
  const auto& [servers, utilisation, jobs, resolution] = GetParam();
  const double load = servers * utilisation;
  const auto visits = pooled_visits(servers, jobs, load);
  expect_agreement("share that waits",
                   estimate(visits, [](const Visit& v) { return v.waited > 0.0; }),
                   erlang_c(servers, load), resolution);
  expect_agreement("mean wait", estimate(visits, [](const Visit& v) { return v.waited; }),
                   mm_c_wait(servers, load), resolution);
}

// Half full, 27 replicas make one job in 1,200 wait: no run that ends soon tells that better.
INSTANTIATE_TEST_SUITE_P(
    Fleet, MMc,
    ::testing::Values(Pool{1, 0.5, 300'000, 0.10}, Pool{1, 0.8, 900'000, 0.10},
                      Pool{1, 0.95, 4'000'000, 0.10}, Pool{2, 0.5, 400'000, 0.10},
                      Pool{2, 0.8, 900'000, 0.10}, Pool{2, 0.95, 4'000'000, 0.10},
                      Pool{8, 0.5, 1'000'000, 0.10}, Pool{8, 0.8, 1'000'000, 0.10},
                      Pool{8, 0.95, 3'000'000, 0.15}, Pool{27, 0.5, 3'000'000, 0.50},
                      Pool{27, 0.8, 1'500'000, 0.15}, Pool{27, 0.95, 3'000'000, 0.15}),
    [](const auto& c) {
      return std::to_string(c.param.servers) + "_" + percent(c.param.utilisation);
    });

// --- one replica, side by side ------------------------------------------------------------------

class SideBySide : public ::testing::TestWithParam<Service> {};

// With slots that do not slow each other down: M/G/infinity.
TEST_P(SideBySide, without_contention_holds_a_poisson_number_of_jobs_whatever_their_sizes) {
  constexpr double kLoad = 12.0;
  const ServiceModel model(core::Profile::measured({{1, 1s}, {kUnlimited, 1s}}, 0.0), kUnlimited);
  const auto visits = visits_of(model, 400'000, kLoad, GetParam());
  expect_agreement("mean number", estimate(visits, [](const Visit& v) { return v.found; }), kLoad);
  expect_agreement(
      "its variance",
      estimate(visits, [](const Visit& v) { return (v.found - kLoad) * (v.found - kLoad); }),
      kLoad);
  expect_agreement("mean time", estimate(visits, [](const Visit& v) { return v.sojourn; }), 1.0);
}

// With slots that share one server's work: M/G/1-PS, which only the mean of the sizes matters to.
TEST_P(SideBySide, sharing_one_processor_each_stays_in_proportion_to_its_size) {
  const ServiceModel model(core::Profile::single_server(1.0, 0.0), kUnlimited);
  for (const auto& [load, jobs] : {std::pair{0.5, 300'000}, std::pair{0.8, 900'000}}) {
    const auto visits = visits_of(model, static_cast<std::size_t>(jobs), load, GetParam());
    expect_agreement("mean time", estimate(visits, [](const Visit& v) { return v.sojourn; }),
                     processor_sharing_sojourn(load, 1.0));
    expect_agreement("mean number", estimate(visits, [](const Visit& v) { return v.found; }),
                     load / (1.0 - load));
  }
}

INSTANTIATE_TEST_SUITE_P(Replica, SideBySide,
                         ::testing::Values(kDeterministic, kExponential, kLognormal, kTwoPoint),
                         [](const auto& c) { return c.param.name; });

TEST(ProcessorSharing, short_jobs_are_not_held_up_by_long_ones) {
  const double load = 0.8;
  const ServiceModel model(core::Profile::single_server(1.0, 0.0), kUnlimited);
  const auto visits = visits_of(model, 900'000, load, kTwoPoint);
  for (const double size : {kShort, kLong}) {
    std::vector<Visit> alike;
    std::copy_if(visits.begin(), visits.end(), std::back_inserter(alike),
                 [&](const Visit& v) { return v.factor == size; });
    expect_agreement("mean time", estimate(alike, [](const Visit& v) { return v.sojourn; }),
                     processor_sharing_sojourn(load, size));
  }
}

// --- saturation ---------------------------------------------------------------------------------

// Jobs a second when all of them wait from the start.
double saturated_rate_per_s(const ServiceModel& model, const std::vector<Job>& jobs) {
  ReplicaEngine engine(model);
  std::vector<JobEvent> events;
  for (const Job& job : jobs) engine.arrive(job, TimePoint{}, events);
  TimePoint now{};
  while (const auto next = engine.next_event()) {
    events.clear();
    engine.advance(now = *next, events);
  }
  return static_cast<double>(jobs.size()) / to_seconds(now.time_since_epoch());
}

std::vector<Job> jobs_of(const Service& service, std::size_t count) {
  Prng sizes = Prng(kSeed).fork(3);
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < count; ++i) {
    jobs.push_back({JobId{i}, std::max(1e-9, service.draw(sizes))});
  }
  return jobs;
}

TEST(Saturation, slots_finish_jobs_at_the_profiles_plateau) {
  const auto profile = core::Profile::measured({{1, 100ms}, {8, 400ms}}, 0.0);
  const double rate = saturated_rate_per_s(ServiceModel(profile, 8), jobs_of(kDeterministic, 8000));
  EXPECT_NEAR(rate, profile.plateau_per_s(8), 1e-3 * rate);
}

TEST(Saturation, equal_jobs_leave_in_full_batches_after_the_first_that_began_alone) {
  const auto profile = core::Profile::measured({{1, 100ms}, {8, 400ms}}, 0.0);
  const ServiceModel model(profile, 1, {.max_batch = 8});
  const double rate = saturated_rate_per_s(model, jobs_of(kDeterministic, 1 + 8 * 1000));
  EXPECT_NEAR(rate, 8001 / (0.1 + 1000 * 0.4), 1e-9);
}

TEST(Saturation, a_batch_of_exponential_jobs_waits_for_the_largest) {
  const auto profile = core::Profile::measured({{1, 100ms}, {8, 400ms}}, 0.0);
  const ServiceModel model(profile, 1, {.max_batch = 8});
  constexpr std::size_t kBatches = 100'000;
  const double rate = saturated_rate_per_s(model, jobs_of(kExponential, 8 * kBatches));
  // The largest of n exponentials has mean H(n) and a variance below pi^2 / 6.
  const double deviation = std::sqrt(1.645 / kBatches) / harmonic(8);
  EXPECT_NEAR(rate, 8 / (0.4 * harmonic(8)), 4.0 * deviation * rate);
}

TEST(Saturation, language_models_split_their_time_between_prompts_and_full_steps) {
  constexpr int kSlots = 24;
  constexpr std::size_t kJobs = 60'000;
  const ServiceShape shape{
      .prefill_tokens_per_s = 8000.0, .decode_base = 12ms, .decode_per_job = 500us};
  const ServiceModel model(core::Profile::single_server(1.0, 0.0), kSlots, shape);
  Prng sizes = Prng(kSeed).fork(4);
  std::vector<Job> jobs;
  double occupied_s = 0.0;
  for (std::size_t i = 0; i < kJobs; ++i) {
    const int prompt = 1 + static_cast<int>(sizes.below(2000));
    const int output = 1 + static_cast<int>(draw_exponential(sizes, 150.0));
    jobs.push_back({.id = JobId{i}, .output_tokens = output, .prompt_tokens = prompt});
    occupied_s += prompt / 8000.0 + (output - 1) * 0.024 / kSlots;
  }
  const double rate = saturated_rate_per_s(model, jobs);
  // A prompt that ends an answer at once, and the run's end, leave the batch short now and then.
  EXPECT_NEAR(rate, static_cast<double>(kJobs) / occupied_s, 3e-3 * rate);
}

// Reading comes before decoding, so what decodes cannot hold up a prompt: M/D/1.
TEST(LanguageReplica, prompts_wait_as_in_m_d_1_whatever_is_being_decoded) {
  const double load = 0.7;
  const ServiceShape shape{
      .prefill_tokens_per_s = 1000.0, .decode_base = 1ms, .decode_per_job = 10us};
  const ServiceModel model(core::Profile::single_server(1.0, 0.0), kUnlimited, shape);
  ReplicaEngine engine(model);
  Prng sizes = Prng(kSeed).fork(2);
  const auto visits = poisson_visits(
      400'000, load,
      [&](std::size_t i, Visit&, TimePoint now, std::vector<JobEvent>& events) {
        const int output = 1 + static_cast<int>(draw_exponential(sizes, 50.0));
        engine.arrive({JobId{i}, 1.0, output, 1000}, now, events);
      },
      [&](TimePoint now, std::vector<JobEvent>& events) { engine.advance(now, events); });
  expect_agreement("time to first token",
                   estimate(visits, [](const Visit& v) { return v.first_token; }),
                   1.0 + mg_1_wait(load, 0.0));
}

}  // namespace
}  // namespace signalbox::sim
