// SPDX-License-Identifier: Apache-2.0
//
// The right pod ends, and the number is told to whoever scales.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/sample_cluster.h"

namespace signalbox::cluster {
namespace {

using testing::deployment;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::PictureBench;
using testing::pod;

struct ScalingTest : PictureBench {
  explicit ScalingTest(Scaling scaling = Scaling::kKeda)
      : PictureBench({{UnitId{0}, "sd21_g6", WorkloadKind::kDeployment, "inference", "sd21-g6", 0,
                       scaling}}) {
    put(ObjectKind::kDeployment, deployment("sd21-g6", 2));
    put(ObjectKind::kPod, pod("a"));
    put(ObjectKind::kPod, pod("b"));
    news();
    picture.want(UnitId{0}, 2);
  }
};
struct DirectTest : ScalingTest {
  DirectTest() : ScalingTest(Scaling::kDirect) {}
};

TEST_F(ScalingTest, a_pod_that_shall_stop_is_marked_and_ended_by_the_lower_number) {
  picture.stop(endpoint_of("uid-a"), at(now));
  picture.want(UnitId{0}, 1);
  EXPECT_THAT(actions(), ElementsAre("mark a uid-a"));
  EXPECT_THAT(actions(), IsEmpty()) << "KEDA lowers the number, and the marked one goes";
  remove(ObjectKind::kPod, pod("a"));
  EXPECT_THAT(news(), ElementsAre("gone a: stopped"));
  EXPECT_THAT(actions(), IsEmpty());
}

TEST_F(ScalingTest, a_pod_that_is_replaced_is_removed_itself) {
  picture.stop(endpoint_of("uid-a"), at(now));
  picture.launch(EndpointId{7}, UnitId{0}, at(now));
  picture.want(UnitId{0}, 2);
  EXPECT_THAT(actions(), ElementsAre("mark a uid-a"));
  EXPECT_THAT(actions(), ElementsAre("remove a uid-a"));
  EXPECT_THAT(actions(), IsEmpty());
  now += 15;
  EXPECT_THAT(actions(), ElementsAre("remove a uid-a")) << "asked again while it stands";
  put(ObjectKind::kPod, pod("a", {{"/metadata/deletionTimestamp", "2026-07-01T11:00:00Z"}}));
  now += 15;
  EXPECT_THAT(actions(), IsEmpty());
}

// Between the lower number and its effect the marked pod stands still; whoever removed it then
// would lose another as well.
TEST_F(ScalingTest, a_workload_that_has_not_acted_on_its_lower_number_is_not_helped) {
  picture.stop(endpoint_of("uid-a"), at(now));
  picture.want(UnitId{0}, 1);
  EXPECT_THAT(actions(), ElementsAre("mark a uid-a"));
  json::object lowered = *deployment("sd21-g6", 1);
  lowered["status"] = {{"replicas", 2}};
  put(ObjectKind::kDeployment, std::make_shared<const json::object>(lowered));
  EXPECT_THAT(actions(), IsEmpty());
  lowered["status"] = {{"replicas", 1}};
  put(ObjectKind::kDeployment, std::make_shared<const json::object>(lowered));
  EXPECT_THAT(actions(), ElementsAre("remove a uid-a")) << "it took the other one";
}

TEST_F(ScalingTest, the_number_is_kedas_to_set) {
  picture.want(UnitId{0}, 5);
  EXPECT_THAT(actions(), IsEmpty());
}

TEST_F(DirectTest, the_number_is_set_when_it_is_another_and_again_if_that_did_not_help) {
  EXPECT_THAT(actions(), IsEmpty());
  picture.want(UnitId{0}, 5);
  EXPECT_THAT(actions(), ElementsAre("scale sd21-g6 to 5"));
  EXPECT_THAT(actions(), IsEmpty());
  picture.want(UnitId{0}, 6);
  EXPECT_THAT(actions(), ElementsAre("scale sd21-g6 to 6"));
  now += 15;
  EXPECT_THAT(actions(), ElementsAre("scale sd21-g6 to 6"));
  put(ObjectKind::kDeployment, deployment("sd21-g6", 6));
  now += 15;
  EXPECT_THAT(actions(), IsEmpty());
}

TEST_F(DirectTest, the_pod_is_marked_before_the_number_is_lowered) {
  picture.stop(endpoint_of("uid-a"), at(now));
  picture.want(UnitId{0}, 1);
  EXPECT_THAT(actions(), ElementsAre("mark a uid-a", "scale sd21-g6 to 1"));
}

TEST_F(DirectTest, scaling_to_zero_is_scaling) {
  picture.want(UnitId{0}, 0);
  EXPECT_THAT(actions(), ElementsAre("scale sd21-g6 to 0"));
}

}  // namespace
}  // namespace signalbox::cluster
