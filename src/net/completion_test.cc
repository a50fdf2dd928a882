// SPDX-License-Identifier: Apache-2.0
#include "net/completion.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace signalbox::net {
namespace {

TEST(Completion, is_called_with_the_error_and_empty_afterwards) {
  error_code said;
  Completion completion = [&said](error_code error) { said = error; };
  ASSERT_TRUE(completion);
  completion(asio::error::eof);
  EXPECT_EQ(said, asio::error::eof);
  EXPECT_FALSE(completion);
}

TEST(Completion, may_be_moved_and_leaves_nothing_behind) {
  int calls = 0;
  Completion first = [&calls](error_code) { ++calls; };
  Completion second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that is what is tested
  Completion third;
  third = std::move(second);
  third({});
  EXPECT_EQ(calls, 1);
}

TEST(Completion, keeps_callables_of_any_size) {
  std::array<int, 1000> large{};
  large.back() = 7;
  int seen = 0;
  Completion completion = [large, &seen](error_code) { seen = large.back(); };
  Completion moved = std::move(completion);
  moved({});
  EXPECT_EQ(seen, 7);
}

TEST(Completion, frees_what_was_never_called) {
  const auto small = std::make_shared<int>();
  std::array<std::shared_ptr<int>, 100> many;
  many.fill(small);
  {
    const Completion inside = [small](error_code) {};
    const Completion outside = [many](error_code) {};
    Completion replaced = [small](error_code) {};
    replaced = Completion();
    EXPECT_EQ(small.use_count(), 1 + 100 + 1 + 100);
  }
  EXPECT_EQ(small.use_count(), 1 + 100);
}

TEST(Completion, may_be_given_its_successor_while_it_is_called) {
  int calls = 0;
  Completion completion;
  completion = [&](error_code) {
    ++calls;
    completion = [&](error_code) { calls += 10; };
  };
  completion({});
  ASSERT_TRUE(completion);
  completion({});
  EXPECT_EQ(calls, 11);
}

}  // namespace
}  // namespace signalbox::net
