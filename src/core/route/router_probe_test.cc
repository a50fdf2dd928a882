// SPDX-License-Identifier: Apache-2.0
//
// A unit that was found too slow is not forgotten: once what it showed has become old, a request
// now and then goes to look, few enough that looking alone never breaks an objective.
#include <gtest/gtest.h>

#include <memory>

#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

constexpr UnitId kCheap{0};
constexpr UnitId kDear{1};

// A request a second, answered at once by a server of this pace; a view each second.
class Life {
 public:
  Life() : spec_(std::make_shared<const FleetSpec>(two_units())), rig_(view_of(spec_, {8, 8})) {}

  struct Shares {
    int cheap = 0, dear = 0;
  };
  Shares run(Duration length, Duration cheap_takes) {
    Shares shares;
    const TimePoint until = rig_.now + length;
    while (rig_.now < until) {
      const std::uint64_t id = ++last_;
      const Decision decision = rig_.ask(id);
      const bool is_cheap = decision.unit == kCheap;
      ++(is_cheap ? shares.cheap : shares.dear);
      const Duration takes = is_cheap ? cheap_takes : 600ms;
      rig_.now += takes;
      rig_.end(id);
      if (takes < 1s) rig_.now += 1s - takes;
      rig_.see(view_of(spec_, {8, 8}, ++version_));
    }
    return shares;
  }

 private:
  std::shared_ptr<const FleetSpec> spec_;
  RouterRig rig_;
  std::uint64_t last_ = 0;
  std::uint64_t version_ = 1;
};

TEST(RouterProbe, a_unit_that_became_slow_is_left_and_looked_at_again_now_and_then) {
  Life life;
  EXPECT_EQ(life.run(300s, 500ms).dear, 0);
  life.run(60s, 3s);
  const auto shunned = life.run(4h, 3s);
  EXPECT_GT(shunned.cheap, 1) << "not never";
  EXPECT_LT(shunned.cheap, 4 * 3600 / 1000 + 2) << "one in a thousand at most: 99 % stays 99 %";
}

TEST(RouterProbe, one_that_recovered_gets_its_traffic_back) {
  Life life;
  life.run(300s, 500ms);
  life.run(60s, 3s);
  EXPECT_LE(life.run(60s, 3s).cheap, 1);
  life.run(2h, 500ms);
  const auto recovered = life.run(10min, 500ms);
  EXPECT_EQ(recovered.dear, 0);
}

}  // namespace
}  // namespace signalbox::core
