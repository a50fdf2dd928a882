// SPDX-License-Identifier: Apache-2.0
//
// The life of replicas as a cluster shows it.
#include "cluster/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <string>
#include <vector>

#include "cluster/sample_cluster.h"

namespace signalbox::cluster {
namespace {

using testing::deployment;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::pending_pod;
using testing::PictureBench;
using testing::pod;
using testing::sample;

struct PictureTest : PictureBench {};

TEST_F(PictureTest, a_pod_that_nobody_asked_for_is_found_and_ready) {
  put(ObjectKind::kPod, pod("a"));
  EXPECT_THAT(news(), ElementsAre("found a unit 0 for 0", "ready a at 10.0.1.33:8000"));
  put(ObjectKind::kPod, pod("a", {{"/metadata/resourceVersion", "48300"}}));
  EXPECT_THAT(news(), IsEmpty()) << "said once";
}

TEST_F(PictureTest, launches_are_answered_by_the_next_pods_the_oldest_first) {
  picture.launch(EndpointId{7}, UnitId{0}, at(now));
  picture.launch(EndpointId{8}, UnitId{0}, at(now));
  put(ObjectKind::kPod, pending_pod("a"));
  put(ObjectKind::kPod, pending_pod("b"));
  put(ObjectKind::kPod, pending_pod("c"));
  EXPECT_THAT(news(),
              ElementsAre("found a unit 0 for 7", "found b unit 0 for 8", "found c unit 0 for 0"));
  now = 400;
  picture.tick(at(now));
  EXPECT_THAT(news(), IsEmpty()) << "one that waits for a node boots for as long as it takes";
  put(ObjectKind::kPod, pod("b"));
  EXPECT_THAT(news(), ElementsAre("ready b at 10.0.1.33:8000"));
}

TEST_F(PictureTest, the_same_pod_is_the_same_endpoint_under_every_controller) {
  EXPECT_EQ(endpoint_of("uid-a"), endpoint_of("uid-a"));
  EXPECT_NE(endpoint_of("uid-a"), endpoint_of("uid-b"));
  EXPECT_TRUE(core::is_found(endpoint_of("uid-a")));
}

TEST_F(PictureTest, a_launch_of_which_nothing_comes_is_refused_after_two_minutes_with_a_hint) {
  put(ObjectKind::kDeployment, deployment("sd21-g6", 3));
  picture.launch(EndpointId{7}, UnitId{0}, at(now));
  now += 119;
  picture.tick(at(now));
  EXPECT_THAT(news(), IsEmpty());
  now += 1;
  picture.tick(at(now));
  EXPECT_THAT(
      news(),
      ElementsAre("refused 7: no pod came within 120 s; Deployment inference/sd21-g6 stands "
                  "at 3 replicas: does a ScaledObject ask signalbox about it, and may KEDA "
                  "scale so far?"));
}

TEST_F(PictureTest, a_launch_for_a_workload_that_is_not_there_says_so) {
  picture.launch(EndpointId{7}, UnitId{0}, at(now));
  now += 120;
  picture.tick(at(now));
  EXPECT_THAT(news(),
              ElementsAre("refused 7: no pod came: there is no Deployment inference/sd21-g6"));
}

TEST_F(PictureTest, a_launch_that_is_stopped_before_a_pod_came_is_over) {
  picture.launch(EndpointId{7}, UnitId{0}, at(now));
  picture.stop(EndpointId{7}, at(now));
  EXPECT_THAT(news(), ElementsAre("gone 7: stopped"));
  put(ObjectKind::kPod, pod("a"));
  EXPECT_THAT(news(), ElementsAre("found a unit 0 for 0", "ready a at 10.0.1.33:8000"));
}

TEST_F(PictureTest, a_pod_that_is_being_deleted_gets_no_more_requests_at_once) {
  put(ObjectKind::kPod, pod("a"));
  news();
  const auto ending = pod("a", {{"/metadata/deletionTimestamp", "2026-07-01T11:00:00Z"}});
  put(ObjectKind::kPod, ending);
  EXPECT_THAT(news(), ElementsAre("leaving a at 100"));
  now = 130;
  remove(ObjectKind::kPod, ending);
  EXPECT_THAT(news(), ElementsAre("gone a: deleted"));
}

TEST_F(PictureTest, what_is_leaving_when_it_is_first_seen_is_not_taken_in) {
  put(ObjectKind::kPod, pod("a", {{"/metadata/deletionTimestamp", "2026-07-01T11:00:00Z"}}));
  EXPECT_THAT(news(), IsEmpty());
}

TEST_F(PictureTest, the_reason_of_an_end_is_the_clusters_own) {
  const auto end_of = [&](const std::vector<testing::Change>& changes) {
    put(ObjectKind::kPod, pod("a"));
    news();
    put(ObjectKind::kPod, pod("a", changes));
    const auto words = news();
    return words.empty() ? "nothing" : words.back();
  };
  EXPECT_EQ(end_of({{"/status/phase", "Failed"},
                    {"/status/reason", "Evicted"},
                    {"/status/message", "The node was low on resource: memory."}}),
            "gone a: Evicted: The node was low on resource: memory.");
  EXPECT_EQ(end_of({{"/status/phase", "Failed"},
                    {"/status/containerStatuses/0/state",
                     json::object{{"terminated", {{"reason", "OOMKilled"}, {"exitCode", 137}}}}}}),
            "gone a: OOMKilled");
  EXPECT_EQ(end_of({{"/status/phase", "Failed"},
                    {"/status/conditions/2",
                     json::object{{"type", "DisruptionTarget"},
                                  {"status", "True"},
                                  {"reason", "PreemptionByScheduler"},
                                  {"message", "default-scheduler: preempting"}}}}),
            "gone a: PreemptionByScheduler: default-scheduler: preempting");
}

TEST_F(PictureTest, a_pod_of_another_workload_or_namespace_is_none_of_ours) {
  put(ObjectKind::kPod,
      pod("a", {{"/metadata/ownerReferences/0/name", "sd21-g6-canary-7c9d8b5f6d"}}));
  put(ObjectKind::kPod, pod("b", {{"/metadata/namespace", "elsewhere"}}));
  put(ObjectKind::kPod, pod("c", {{"/metadata/ownerReferences", json::array{}}}));
  EXPECT_THAT(news(), IsEmpty());
}

TEST_F(PictureTest, a_node_that_is_about_to_end_ends_all_its_replicas_and_those_that_come) {
  put(ObjectKind::kNode, sample("node.json"));
  put(ObjectKind::kPod, pod("a"));
  put(ObjectKind::kPod, pod("b", {{"/spec/nodeName", "another"}}));
  news();
  const json::value taint =
      json::object{{"key", "karpenter.sh/disrupted"}, {"effect", "NoSchedule"}};
  put(ObjectKind::kNode, sample("node.json", {{"/spec/taints/1", taint}}));
  EXPECT_THAT(news(), ElementsAre("leaving a at 100"));
  EXPECT_THAT(told, ElementsAre(HasSubstr("karpenter.sh/disrupted")));
  put(ObjectKind::kPod, pod("c"));
  EXPECT_THAT(news(),
              ElementsAre("found c unit 0 for 0", "ready c at 10.0.1.33:8000", "leaving c at 100"));
  put(ObjectKind::kNode, sample("node.json"));
  EXPECT_THAT(news(), ElementsAre("stays a", "stays c"));
}

TEST_F(PictureTest, a_spot_interruption_gives_two_minutes_and_the_taint_after_it_none) {
  put(ObjectKind::kNode, sample("node.json"));
  put(ObjectKind::kPod, pod("a"));
  news();
  const auto event = [](const char* reason) {
    return sample(
        "event_insufficient_capacity.json",
        {{"/involvedObject", json::object{{"kind", "Node"}, {"name", "ip-10-0-1-17.ec2.internal"}}},
         {"/reason", reason},
         {"/message", "Spot interruption warning was triggered"}});
  };
  put(ObjectKind::kEvent, event("SpotRebalanceRecommendation"));
  EXPECT_THAT(news(), IsEmpty()) << "only told";
  EXPECT_EQ(told.size(), 1u);
  put(ObjectKind::kEvent, event("SpotInterrupted"));
  EXPECT_THAT(news(), ElementsAre("leaving a at 220"));
  now = 105;
  const json::value taint =
      json::object{{"key", "karpenter.sh/disrupted"}, {"effect", "NoSchedule"}};
  put(ObjectKind::kNode, sample("node.json", {{"/spec/taints/1", taint}}));
  EXPECT_THAT(news(), ElementsAre("leaving a at 105"));
  put(ObjectKind::kNode, sample("node.json"));
  EXPECT_THAT(news(), IsEmpty()) << "the interruption was announced all the same";
}

struct ServiceTest : PictureBench {
  ServiceTest()
      : PictureBench({{UnitId{0}, "llama", WorkloadKind::kService, "inference", "llama"}}) {}
};

TEST_F(ServiceTest, its_slices_say_who_serves_and_where) {
  put(ObjectKind::kEndpointSlice, sample("endpointslice.json"));
  EXPECT_THAT(news(), ElementsAre("found found unit 0 for 0", "ready found at 10.0.2.1:8080",
                                  "found found unit 0 for 0", "ready found at 10.0.2.2:8080",
                                  "found found unit 0 for 0"))
      << "ready where nothing is said; the third is not";
  put(ObjectKind::kEndpointSlice,
      sample("endpointslice.json",
             {{"/endpoints/0/conditions",
               json::object{{"ready", false}, {"serving", true}, {"terminating", true}}}}));
  EXPECT_THAT(news(), ElementsAre("leaving found at 100"));
}

TEST_F(ServiceTest, several_slices_are_merged_and_one_that_moves_between_them_stays) {
  put(ObjectKind::kEndpointSlice, sample("endpointslice.json"));
  news();
  const json::value first = sample("endpointslice.json")->at("endpoints").at(0);
  put(ObjectKind::kEndpointSlice,
      sample("endpointslice.json",
             {{"/metadata/name", "llama-second"}, {"/endpoints", json::array{first}}}));
  put(ObjectKind::kEndpointSlice, sample("endpointslice.json", {{"/endpoints", json::array{}}}));
  EXPECT_THAT(news(),
              ElementsAre("gone found: no longer an endpoint of the Service inference/llama",
                          "gone found: no longer an endpoint of the Service inference/llama"))
      << "the first is in the other slice";
  remove(ObjectKind::kEndpointSlice,
         sample("endpointslice.json", {{"/metadata/name", "llama-second"}}));
  EXPECT_EQ(news().size(), 1u);
}

TEST_F(ServiceTest, addresses_without_pods_are_replicas_too) {
  put(ObjectKind::kEndpointSlice,
      sample("endpointslice.json",
             {{"/endpoints", json::parse(R"([{"addresses":["192.168.7.7"]}])")}}));
  EXPECT_THAT(news(), ElementsAre("found found unit 0 for 0", "ready found at 192.168.7.7:8080"));
}

struct PoolTest : PictureBench {
  PoolTest()
      : PictureBench(
            {{UnitId{0}, "llama", WorkloadKind::kInferencePool, "inference", "llama-pool"}}) {}
};

TEST_F(PoolTest, selects_pods_by_label_whichever_comes_first) {
  put(ObjectKind::kPod, pod("a"));
  EXPECT_THAT(news(), IsEmpty());
  put(ObjectKind::kInferencePool, sample("inferencepool.json"));
  EXPECT_THAT(news(), ElementsAre("found a unit 0 for 0", "ready a at 10.0.1.33:8443"));
  put(ObjectKind::kPod, pod("b", {{"/metadata/labels/app", "other"}}));
  EXPECT_THAT(news(), IsEmpty());
}

TEST_F(PoolTest, the_older_form_says_the_same) {
  put(ObjectKind::kInferencePool, sample("inferencepool_v1alpha2.json"));
  put(ObjectKind::kPod, pod("a"));
  EXPECT_THAT(news(), ElementsAre("found a unit 0 for 0", "ready a at 10.0.1.33:8444"));
}

TEST_F(PoolTest, of_both_versions_the_newer_counts_whichever_comes_or_goes) {
  put(ObjectKind::kInferencePool, sample("inferencepool.json"));
  put(ObjectKind::kInferencePool, sample("inferencepool_v1alpha2.json"));
  put(ObjectKind::kPod, pod("a"));
  EXPECT_THAT(news(), ElementsAre("found a unit 0 for 0", "ready a at 10.0.1.33:8443"));
  remove(ObjectKind::kInferencePool, sample("inferencepool_v1alpha2.json"));
  put(ObjectKind::kPod, pod("b"));
  EXPECT_THAT(news(), ElementsAre("found b unit 0 for 0", "ready b at 10.0.1.33:8443"));
}

TEST_F(PoolTest, one_that_is_no_longer_selected_is_gone_and_a_pool_that_vanishes_empties_nothing) {
  put(ObjectKind::kInferencePool, sample("inferencepool.json"));
  put(ObjectKind::kPod, pod("a"));
  put(ObjectKind::kPod, pod("b"));
  news();
  put(ObjectKind::kPod, pod("a", {{"/metadata/labels/app", "other"}}));
  EXPECT_THAT(news(), ElementsAre("gone a: no longer selected by the pool inference/llama-pool"));
  remove(ObjectKind::kInferencePool, sample("inferencepool.json"));
  put(ObjectKind::kPod, pod("b", {{"/metadata/resourceVersion", "9"}}));
  EXPECT_THAT(news(), IsEmpty());
}

// Whatever comes in whatever order: what is said of an endpoint is found, then ready at most once,
// and then gone; nothing is said of one that is not found, and each launch is answered once.
TEST(PictureProperty, news_of_an_endpoint_come_in_the_order_of_a_life) {
  const auto lives_in_order = [](const std::vector<std::uint8_t>& steps) {
    ClusterPicture picture(
        {{UnitId{0}, "sd21_g6", WorkloadKind::kDeployment, "inference", "sd21-g6"}},
        [](const std::string&) {});
    static const std::vector<wire::KubeObject> ready = {pod("a"), pod("b"), pod("c")};
    static const std::vector<wire::KubeObject> pending = {pending_pod("a"), pending_pod("b"),
                                                          pending_pod("c")};
    static const wire::KubeObject claim = sample("nodeclaim.json");
    std::set<std::uint64_t> known, serving, launched;
    std::uint64_t next_launch = 1;
    TimePoint now{};
    for (const std::uint8_t step : steps) {
      const std::size_t which = step % 3;
      now += 7s;
      switch ((step / 3) % 7) {
        case 0:
          picture.put(ObjectKind::kPod, ready[which], now);
          break;
        case 1:
          picture.put(ObjectKind::kPod, pending[which], now);
          break;
        case 2:
          picture.remove(ObjectKind::kPod, ready[which], now);
          break;
        case 3:
          launched.insert(next_launch);
          picture.launch(EndpointId{next_launch++}, UnitId{0}, now);
          break;
        case 4:
          if (!known.empty()) picture.stop(EndpointId{*known.begin()}, now);
          break;
        case 5: {
          auto another = *claim;
          another["metadata"].as_object()["uid"] = std::to_string(now.time_since_epoch().count());
          another["status"].as_object()["conditions"].as_array()[0].as_object()["reason"] =
              "LaunchFailed";
          picture.put(ObjectKind::kNodeClaim, std::make_shared<const json::object>(another), now);
          break;
        }
        default:
          now += 60s;
          picture.tick(now);
      }
      for (const News& one : picture.take_news()) {
        if (const auto* found = std::get_if<core::EndpointFound>(&one)) {
          RC_ASSERT(known.insert(found->endpoint.value).second);
          if (found->instead_of.value != 0) RC_ASSERT(launched.erase(found->instead_of.value) == 1);
        } else if (const auto* up = std::get_if<core::EndpointReady>(&one)) {
          RC_ASSERT(known.contains(up->endpoint.value));
          RC_ASSERT(serving.insert(up->endpoint.value).second);
        } else if (const auto* gone = std::get_if<core::EndpointGone>(&one)) {
          RC_ASSERT(known.erase(gone->endpoint.value) + launched.erase(gone->endpoint.value) == 1);
          serving.erase(gone->endpoint.value);
        } else if (const auto* refused = std::get_if<core::LaunchRefused>(&one)) {
          RC_ASSERT(
              known.erase(refused->endpoint.value) + launched.erase(refused->endpoint.value) == 1);
          RC_ASSERT(!serving.contains(refused->endpoint.value));
        }
      }
    }
  };
  EXPECT_TRUE(rc::check(lives_in_order));
}

}  // namespace
}  // namespace signalbox::cluster
