// SPDX-License-Identifier: Apache-2.0
//
// Refusals, prices and limits as Karpenter leaves them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cluster/accelerators.h"
#include "cluster/sample_cluster.h"

namespace signalbox::cluster {
namespace {

using testing::Change;
using testing::deployment;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::pending_pod;
using testing::PictureBench;
using testing::pod;
using testing::sample;
using ::testing::StartsWith;
using testing::text_of_file;

struct KarpenterTest : PictureBench {
  KarpenterTest()
      : PictureBench({{UnitId{0}, "sd21_g6", WorkloadKind::kDeployment, "inference", "sd21-g6"},
                      {UnitId{1}, "sd21_g5", WorkloadKind::kDeployment, "inference", "sd21-g5"}}) {}

  static wire::KubeObject refusal() { return sample("event_insufficient_capacity.json"); }
};

TEST_F(KarpenterTest, no_capacity_is_a_refused_launch_in_the_same_call) {
  picture.launch(EndpointId{7}, UnitId{0}, at(now));
  put(ObjectKind::kPod, pending_pod("a"));
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  EXPECT_THAT(news(), ElementsAre("found a unit 0 for 7"));
  put(ObjectKind::kEvent, refusal());
  EXPECT_THAT(news(),
              ElementsAre("refused a: InsufficientCapacityError: NodeClaim g6-8vx2l event: "
                          "creating nodeclaim, insufficient capacity, with fleet error(s), "
                          "InsufficientInstanceCapacity: We currently do not have sufficient "
                          "g6.xlarge capacity (NodeClaim g6-8vx2l)"));
  put(ObjectKind::kEvent, refusal());
  EXPECT_THAT(news(), IsEmpty()) << "a claim is refused once";
}

TEST_F(KarpenterTest, an_event_that_comes_after_the_claim_is_gone_or_before_it_came_counts_too) {
  put(ObjectKind::kPod, pending_pod("a"));
  news();
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  remove(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  now += 60;
  put(ObjectKind::kEvent, refusal());
  EXPECT_THAT(news(), ElementsAre(StartsWith("refused a")));

  const std::vector<Change> other = {{"/involvedObject/uid", "later"}};
  put(ObjectKind::kPod, pending_pod("b"));
  news();
  put(ObjectKind::kEvent, sample("event_insufficient_capacity.json", other));
  EXPECT_THAT(news(), IsEmpty());
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json", {{"/metadata/uid", "later"}}));
  EXPECT_THAT(news(), ElementsAre(StartsWith("refused b")));
}

TEST_F(KarpenterTest, a_launch_that_failed_by_its_conditions_is_refused_and_one_that_waits_is_not) {
  put(ObjectKind::kPod, pending_pod("a"));
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  news();
  put(ObjectKind::kNodeClaim,
      sample("nodeclaim.json", {{"/status/conditions/0/reason", "LaunchFailed"},
                                {"/status/conditions/0/message", "Error launching node: quota"}}));
  EXPECT_THAT(news(), ElementsAre("refused a: LaunchFailed: Error launching node: quota (NodeClaim "
                                  "g6-8vx2l)"));
}

TEST_F(KarpenterTest, the_refusal_meets_the_unit_whose_pods_fit_the_claim) {
  const std::vector<Change> of_g5 = {
      {"/metadata/ownerReferences/0/name", "sd21-g5-7c9d8b5f6d"},
      {"/spec/nodeSelector", json::object{{"karpenter.sh/nodepool", "g5"}}}};
  put(ObjectKind::kPod, pending_pod("a", of_g5));
  now += 5;
  put(ObjectKind::kPod, pending_pod("b"));
  news();
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  put(ObjectKind::kEvent, refusal());
  EXPECT_THAT(news(), ElementsAre(StartsWith("refused b")));
}

TEST_F(KarpenterTest, of_several_that_wait_the_oldest_is_refused_and_those_that_run_never) {
  put(ObjectKind::kPod, pod("d"));
  put(ObjectKind::kPod, pending_pod("c"));
  now += 1;
  put(ObjectKind::kPod, pending_pod("b"));
  news();
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  put(ObjectKind::kEvent, refusal());
  EXPECT_THAT(news(), ElementsAre(StartsWith("refused c")));
}

TEST_F(KarpenterTest, a_node_for_several_replicas_was_for_several) {
  for (const char* name : {"a", "b", "c"}) put(ObjectKind::kPod, pending_pod(name));
  news();
  put(ObjectKind::kNodeClaim,
      sample("nodeclaim.json", {{"/spec/resources/requests/nvidia.com~1gpu", "2"}}));
  put(ObjectKind::kEvent, refusal());
  EXPECT_THAT(news(), ElementsAre(StartsWith("refused a"), StartsWith("refused b")));
}

TEST_F(KarpenterTest, before_a_pod_is_seen_the_launch_whose_template_fits_is_refused) {
  put(ObjectKind::kDeployment, deployment("sd21-g6", 1));
  picture.launch(EndpointId{8}, UnitId{1}, at(now));
  picture.launch(EndpointId{7}, UnitId{0}, at(now));
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  put(ObjectKind::kEvent, refusal());
  EXPECT_THAT(news(), ElementsAre(StartsWith("refused 7")));
}

TEST_F(KarpenterTest, a_refusal_that_fits_nobody_is_told_and_changes_nothing) {
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  put(ObjectKind::kEvent, refusal());
  EXPECT_THAT(news(), IsEmpty());
  EXPECT_THAT(told, ElementsAre(HasSubstr("no replica that waits for a node would fit it")));
}

TEST_F(KarpenterTest, one_that_comes_after_all_is_found_again) {
  put(ObjectKind::kPod, pending_pod("a"));
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  put(ObjectKind::kEvent, refusal());
  news();
  put(ObjectKind::kPod, pod("a"));
  EXPECT_THAT(news(), ElementsAre("found a unit 0 for 0", "ready a at 10.0.1.33:8000"));
}

TEST_F(KarpenterTest, a_launch_while_a_refused_pod_still_waits_is_that_pod) {
  put(ObjectKind::kPod, pending_pod("a"));
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  put(ObjectKind::kEvent, refusal());
  news();
  picture.launch(EndpointId{9}, UnitId{0}, at(now));
  EXPECT_THAT(news(), ElementsAre("found a unit 0 for 9"));
}

TEST_F(KarpenterTest, a_refused_pod_that_ends_is_no_news) {
  put(ObjectKind::kPod, pending_pod("a"));
  put(ObjectKind::kNodeClaim, sample("nodeclaim.json"));
  put(ObjectKind::kEvent, refusal());
  news();
  remove(ObjectKind::kPod, pending_pod("a"));
  EXPECT_THAT(news(), IsEmpty());
}

TEST_F(KarpenterTest,
       that_karpenter_finds_no_node_for_a_pod_is_a_refusal_and_the_schedulers_word_is_none) {
  put(ObjectKind::kPod, pending_pod("a"));
  news();
  const auto says = [&](const char* who) {
    put(ObjectKind::kEvent,
        sample("event_insufficient_capacity.json",
               {{"/involvedObject", json::object{{"kind", "Pod"}, {"uid", "uid-a"}}},
                {"/reason", "FailedScheduling"},
                {"/message", "all available instance types exceed limits for nodepool g6"},
                {"/reportingComponent", who}}));
    return news();
  };
  EXPECT_THAT(says("default-scheduler"), IsEmpty());
  EXPECT_THAT(says("karpenter"), ElementsAre("refused a: karpenter: all available instance types "
                                             "exceed limits for nodepool g6"));
}

TEST_F(KarpenterTest, an_interruption_told_of_a_claim_meets_its_node) {
  put(ObjectKind::kNode, sample("node.json"));
  put(ObjectKind::kPod, pod("a"));
  put(ObjectKind::kNodeClaim,
      sample("nodeclaim.json", {{"/status/nodeName", "ip-10-0-1-17.ec2.internal"}}));
  news();
  put(ObjectKind::kEvent,
      sample("event_insufficient_capacity.json", {{"/reason", "TerminatingOnInterruption"}}));
  EXPECT_THAT(news(), ElementsAre("leaving a at 100"));
}

TEST_F(KarpenterTest, the_price_of_a_replica_is_its_nodes_with_the_operators_discount) {
  ASSERT_TRUE(picture.take_prices(text_of_file("karpenter_metrics.txt")).ok());
  put(ObjectKind::kNode, sample("node.json"));
  put(ObjectKind::kPod, pod("a"));
  news();
  picture.tick(at(now));
  EXPECT_THAT(news(), ElementsAre("price of 0: 0.350000"));
  put(ObjectKind::kNodeOverlay, sample("nodeoverlay.json"));
  now += 5;
  picture.tick(at(now));
  EXPECT_THAT(news(), ElementsAre("price of 0: 0.280000"));
  now += 5;
  picture.tick(at(now));
  EXPECT_THAT(news(), IsEmpty());
  now += 60;
  picture.tick(at(now));
  EXPECT_THAT(news(), ElementsAre("price of 0: 0.280000")) << "said again, so that it stays young";
  put(ObjectKind::kNodeOverlay, sample("nodeoverlay.json", {{"/metadata/name", "contract"},
                                                            {"/spec/weight", 50},
                                                            {"/spec/priceAdjustment", nullptr},
                                                            {"/spec/price", "0.2"}}));
  now += 5;
  picture.tick(at(now));
  EXPECT_THAT(news(), ElementsAre("price of 0: 0.200000")) << "the greater weight counts";
}

TEST_F(KarpenterTest, a_replica_on_a_part_of_a_node_costs_that_part) {
  ASSERT_TRUE(picture.take_prices(text_of_file("karpenter_metrics.txt")).ok());
  put(ObjectKind::kNode,
      sample("node.json", {{"/metadata/labels/node.kubernetes.io~1instance-type", "p4d.24xlarge"},
                           {"/metadata/labels/karpenter.sh~1capacity-type", "on-demand"},
                           {"/status/allocatable/nvidia.com~1gpu", "8"}}));
  put(ObjectKind::kPod, pod("a"));
  news();
  picture.tick(at(now));
  EXPECT_THAT(news(), ElementsAre("price of 0: 2.744750"));
}

TEST_F(KarpenterTest, the_limits_of_a_pool_bound_its_units_and_are_lifted_again) {
  put(ObjectKind::kNode, sample("node.json"));
  put(ObjectKind::kPod, pod("a"));
  put(ObjectKind::kNodePool, sample("nodepool.json"));
  news();
  picture.tick(at(now));
  EXPECT_THAT(news(), ElementsAre("limit of 0: 6"));
  // Another unit's replica on the same pool.
  put(ObjectKind::kPod, pod("b", {{"/metadata/ownerReferences/0/name", "sd21-g5-7c9d8b5f6d"}}));
  news();
  now += 5;
  picture.tick(at(now));
  EXPECT_THAT(news(), ElementsAre("limit of 0: 5", "limit of 1: 5"));
  remove(ObjectKind::kNodePool, sample("nodepool.json"));
  now += 5;
  picture.tick(at(now));
  EXPECT_THAT(news(), ElementsAre("limit of 0: -1", "limit of 1: -1"));
}

TEST_F(KarpenterTest, what_a_unit_runs_on_is_read_from_its_nodes) {
  EXPECT_EQ(picture.place(UnitId{0}), UnitPlace{});
  put(ObjectKind::kNode, sample("node.json"));
  put(ObjectKind::kPod, pod("a"));
  EXPECT_EQ(picture.place(UnitId{0}), (UnitPlace{"g6.xlarge", "L4", "us-east-1a", "spot", "g6"}));
  put(ObjectKind::kNode,
      sample("node.json", {{"/metadata/name", "other"},
                           {"/metadata/labels/topology.kubernetes.io~1zone", "us-east-1b"}}));
  put(ObjectKind::kPod, pod("b", {{"/spec/nodeName", "other"}}));
  EXPECT_EQ(picture.place(UnitId{0}), (UnitPlace{"g6.xlarge", "L4", "", "spot", "g6"}))
      << "where they differ nothing is said";
}

TEST(Accelerators, of_the_papers_units_are_known) {
  EXPECT_EQ(accelerator_of("g5.xlarge"), "A10G");
  EXPECT_EQ(accelerator_of("g6.xlarge"), "L4");
  EXPECT_EQ(accelerator_of("g6e.xlarge"), "L40S");
  EXPECT_EQ(accelerator_of("inf2.xlarge"), "Inferentia2");
  EXPECT_EQ(accelerator_of("trn1.2xlarge"), "Trainium");
  EXPECT_EQ(accelerator_of("p4d.24xlarge"), "A100");
  EXPECT_EQ(accelerator_of("p5en.48xlarge"), "H200");
  EXPECT_EQ(accelerator_of("m5.large"), "");
}

TEST(Prices, adjustments_are_shares_or_amounts) {
  EXPECT_NEAR(*adjusted(2.0, "-10%"), 1.8, 1e-12);
  EXPECT_NEAR(*adjusted(2.0, "+0.5"), 2.5, 1e-12);
  EXPECT_EQ(adjusted(2.0, "-5"), 0.0);
  EXPECT_FALSE(adjusted(2.0, "10%").has_value());
  EXPECT_FALSE(adjusted(2.0, "-").has_value());
}

TEST(Prices, a_page_that_is_none_keeps_what_is_known) {
  Prices prices;
  EXPECT_EQ(*prices.take_page(text_of_file("karpenter_metrics.txt")), 3u);
  EXPECT_FALSE(prices.take_page("<html>").ok());
  EXPECT_EQ(*prices.take_page("up 1\n"), 3u);
}

}  // namespace
}  // namespace signalbox::cluster
