// SPDX-License-Identifier: Apache-2.0
//
// The engine against queueing theory: mean waiting times of Poisson arrivals must agree with the
// closed forms. Batch means give the confidence interval, a fixed seed makes the verdict final.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"
#include "sim/engine/replica_engine.h"

namespace signalbox::sim {
namespace {

constexpr std::uint64_t kSeed = 20250326;

struct Estimate {
  double mean;
  double half_width;  // of the 99 % confidence interval
};

Estimate by_batch_means(const std::vector<double>& values) {
  constexpr std::size_t kBatches = 30;
  constexpr double kStudent99 = 2.756;  // 29 degrees of freedom
  const std::size_t warm_up = values.size() / 20;
  const std::size_t length = (values.size() - warm_up) / kBatches;
  double sum = 0.0, sum_squared = 0.0;
  for (std::size_t b = 0; b < kBatches; ++b) {
    double batch = 0.0;
    for (std::size_t i = 0; i < length; ++i) batch += values[warm_up + b * length + i];
    batch /= static_cast<double>(length);
    sum += batch;
    sum_squared += batch * batch;
  }
  const double n = kBatches;
  const double mean = sum / n;
  const double variance = (sum_squared - n * mean * mean) / (n - 1.0);
  return {mean, kStudent99 * std::sqrt(variance / n)};
}

enum class Service { kDeterministic, kExponential };

// Waits in seconds, in order of arrival, of `jobs` arrivals at `rate_per_s`, served in 1 s on
// average by each of `slots` slots that do not slow each other down.
std::vector<double> waits(int slots, double rate_per_s, Service service, std::size_t jobs) {
  const ServiceModel model(core::Profile::measured({{1, 1s}, {slots + 1, 1s}}, 0.0), slots);
  ReplicaEngine engine(model);
  Prng prng(kSeed);
  std::vector<TimePoint> arrived;
  std::vector<double> waited(jobs, -1.0);
  std::vector<JobEvent> events;
  const auto record = [&] {
    for (const auto& e : events) {
      if (e.kind == JobEvent::Kind::kStarted) {
        waited[e.job.index()] = to_seconds(e.at - arrived[e.job.index()]);
      }
    }
    events.clear();
  };
  TimePoint now{};
  for (std::size_t i = 0; i < jobs; ++i) {
    now += from_seconds(draw_exponential(prng, 1.0 / rate_per_s));
    arrived.push_back(now);
    const double factor =
        service == Service::kDeterministic ? 1.0 : std::max(1e-9, draw_exponential(prng, 1.0));
    engine.arrive({JobId{i}, factor}, now, events);
    record();
  }
  while (const auto next = engine.next_event()) {
    engine.advance(*next, events);
    record();
  }
  return waited;
}

// Mean wait of M/M/c with mean service time 1 s (Erlang C).
double erlang_c_wait(int c, double rate_per_s) {
  double term = 1.0, sum = 1.0;
  for (int k = 1; k < c; ++k) {
    term *= rate_per_s / k;
    sum += term;
  }
  term *= rate_per_s / c;
  const double queued = term / (1.0 - rate_per_s / c);
  return queued / (sum + queued) / (c - rate_per_s);
}

void expect_agreement(const Estimate& measured, double theory) {
  ::testing::Test::RecordProperty("seed", std::to_string(kSeed));
  EXPECT_NEAR(measured.mean, theory, measured.half_width);
  EXPECT_LT(measured.half_width, 0.06 * theory) << "too wide to prove anything";
}

TEST(ReplicaQueueing, mean_wait_agrees_with_m_d_1) {
  const double rho = 0.8;
  const auto measured = by_batch_means(waits(1, rho, Service::kDeterministic, 600'000));
  expect_agreement(measured, rho / (2.0 * (1.0 - rho)));
}

TEST(ReplicaQueueing, mean_wait_agrees_with_m_m_1) {
  const double rho = 0.7;
  const auto measured = by_batch_means(waits(1, rho, Service::kExponential, 600'000));
  expect_agreement(measured, rho / (1.0 - rho));
}

TEST(ReplicaQueueing, mean_wait_agrees_with_m_m_c) {
  const auto measured = by_batch_means(waits(4, 3.2, Service::kExponential, 600'000));
  expect_agreement(measured, erlang_c_wait(4, 3.2));
}

TEST(ReplicaQueueing, throughput_saturates_at_the_profiles_plateau) {
  const auto profile = core::Profile::measured({{1, 100ms}, {8, 400ms}}, 0.0);
  const ServiceModel model(profile, 8);
  ReplicaEngine engine(model);
  std::vector<JobEvent> events;
  for (std::uint64_t id = 0; id < 5000; ++id) engine.arrive({JobId{id}}, TimePoint{}, events);
  while (const auto next = engine.next_event()) engine.advance(*next, events);
  const double rate_per_s = 5000.0 / to_seconds(events.back().at.time_since_epoch());
  EXPECT_NEAR(rate_per_s, profile.plateau_per_s(8), 0.01 * rate_per_s);
}

}  // namespace
}  // namespace signalbox::sim
