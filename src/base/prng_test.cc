// SPDX-License-Identifier: Apache-2.0
//
// The generator against outputs published for xoshiro256++ seeded by splitmix64 (the reference C
// code and rand_xoshiro agree on them), and the properties that everything drawn from it rests on.
#include "base/prng.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <set>

namespace signalbox {
namespace {

TEST(Prng, gives_the_published_outputs_for_seed_zero) {
  Prng prng(0);
  for (const std::uint64_t expected :
       {5987356902031041503ULL, 7051070477665621255ULL, 6633766593972829180ULL,
        211316841551650330ULL, 9136120204379184874ULL}) {
    EXPECT_EQ(prng.next(), expected);
  }
}

TEST(Prng, gives_the_published_outputs_for_seed_42) {
  Prng prng(42);
  for (const std::uint64_t expected :
       {15021278609987233951ULL, 5881210131331364753ULL, 18149643915985481100ULL}) {
    EXPECT_EQ(prng.next(), expected);
  }
}

TEST(Prng, a_fork_depends_on_parent_and_label_only) {
  const Prng parent(7);
  Prng once = parent.fork(3);
  Prng again = parent.fork(3);
  Prng other_label = parent.fork(4);
  Prng other_parent = Prng(8).fork(3);
  const auto first = once.next();
  EXPECT_EQ(first, again.next());
  EXPECT_NE(first, other_label.next());
  EXPECT_NE(first, other_parent.next());
}

TEST(Prng, forking_does_not_move_the_parent) {
  Prng plain(7);
  Prng forked(7);
  static_cast<void>(forked.fork(1).next());
  EXPECT_EQ(plain.next(), forked.next());
}

// Children with neighbouring labels are where a weak mixing would show: their bits must agree as
// often as coins do. 64 x 1000 bits, standard deviation of the share 0.002.
TEST(Prng, neighbouring_forks_are_uncorrelated) {
  const Prng parent(2026);
  for (const std::uint64_t label : {0ULL, 1ULL, 2ULL, 1000ULL}) {
    Prng left = parent.fork(label);
    Prng right = parent.fork(label + 1);
    int equal_bits = 0;
    for (int i = 0; i < 1000; ++i) {
      equal_bits += 64 - __builtin_popcountll(left.next() ^ right.next());
    }
    EXPECT_NEAR(equal_bits / 64000.0, 0.5, 0.01) << "label " << label;
  }
}

TEST(Prng, a_thousand_forks_are_all_different) {
  const Prng parent(1);
  std::set<std::uint64_t> firsts;
  for (std::uint64_t label = 0; label < 1000; ++label) firsts.insert(parent.fork(label).next());
  EXPECT_EQ(firsts.size(), 1000U);
}

RC_GTEST_PROP(Prng, below_stays_below, (std::uint64_t seed)) {
  const auto bound = *rc::gen::positive<std::uint64_t>();
  Prng prng(seed);
  for (int i = 0; i < 20; ++i) RC_ASSERT(prng.below(bound) < bound);
}

// A bound of three quarters of 2^64 is where "take the remainder" fails most visibly: it would give
// the lower third of the range half of the draws.
TEST(Prng, below_is_unbiased_for_a_bound_that_does_not_divide_the_range) {
  constexpr std::uint64_t kBound = 3ULL << 62;
  Prng prng(5);
  std::array<int, 3> thirds{};
  for (int i = 0; i < 30000; ++i) ++thirds[prng.below(kBound) >> 62];
  for (const int count : thirds) EXPECT_NEAR(count, 10000, 400);  // five standard deviations
}

TEST(Prng, below_reaches_every_value_about_equally_often) {
  Prng prng(6);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts[prng.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
}

TEST(Prng, uniform_fills_the_half_open_unit_interval) {
  Prng prng(9);
  double lowest = 1.0;
  double highest = 0.0;
  double sum = 0.0;
  for (int i = 0; i < 100000; ++i) {
    const double u = prng.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    lowest = std::min(lowest, u);
    highest = std::max(highest, u);
    sum += u;
  }
  EXPECT_LT(lowest, 1e-4);
  EXPECT_GT(highest, 1.0 - 1e-4);
  EXPECT_NEAR(sum / 100000.0, 0.5, 0.005);
}

TEST(PrngDeathTest, below_zero_is_a_bug) {
  Prng prng(1);
  EXPECT_DEATH(static_cast<void>(prng.below(0)), "bound > 0");
}

}  // namespace
}  // namespace signalbox
