// SPDX-License-Identifier: Apache-2.0
//
// The hand in a cluster, against a scripted API server on a real socket: objects become signals,
// wishes become patches, and only who leads writes. Time is virtual.
#include "adapters/kubernetes_actuator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cluster/sample_cluster.h"
#include "control/fakes.h"
#include "kube/scripted_api.h"
#include "net/test_certificates.h"

namespace signalbox::adapters {
namespace {

using cluster::testing::Change;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ResponderPtr = kube::testing::ScriptedApi::ResponderPtr;

constexpr const char* kPods = "/api/v1/namespaces/inference/pods";
constexpr const char* kDeployments = "/apis/apps/v1/namespaces/inference/deployments";
constexpr const char* kNodes = "/api/v1/nodes";
constexpr const char* kClaims = "/apis/karpenter.sh/v1/nodeclaims";
constexpr const char* kEvents = "/api/v1/events";

std::string text(const wire::KubeObject& object) { return boost::json::serialize(*object); }

struct ActuatorTest : kube::testing::ApiBench {
  explicit ActuatorTest(cluster::Scaling scaling = cluster::Scaling::kKeda) {
    options.bindings = {{UnitId{0}, "sd21_g6", cluster::WorkloadKind::kDeployment, "inference",
                         "sd21-g6", 0, scaling}};
    options.tell = [this](const std::string& line) { told.push_back(line); };
    api.put(kDeployments, text(cluster::testing::deployment("sd21-g6", 2)));
    api.put(kNodes, text(cluster::testing::sample("node.json")));
    put_pod("a");
    put_pod("b");
    // Collections that are there and empty.
    api.put(kClaims, R"({"metadata":{"name":"x"}})");
    api.remove(kClaims, "x");
    api.put(kEvents, R"({"metadata":{"name":"x"}})");
    api.remove(kEvents, "x");
    api.before = [this](const http::Request& request, const ResponderPtr& responder) {
      if (request.method == "PATCH" || request.method == "DELETE") {
        writes.push_back(request.method + " " + request.target + " " + request.body);
        responder->send({.body = "{}"});
        return true;
      }
      return false;
    };
  }
  ~ActuatorTest() override {
    if (actuator) actuator->stop();
  }

  void put_pod(const std::string& name, const std::vector<Change>& changes = {}) {
    api.put(kPods, text(cluster::testing::pod(name, changes)));
  }
  void begin() {
    actuator.emplace(io, client, time, options);
    actuator->start(sink);
    settle();
  }
  void view(int wanted) {
    auto made = std::make_shared<core::FleetView>();
    auto spec = std::make_shared<core::FleetSpec>();
    spec->units.resize(1);
    spec->units[0].managed = true;
    made->spec = spec;
    made->units.resize(1);
    made->units[0].wanted = wanted;
    actuator->on_view(made);
    settle();
  }
  std::vector<std::string> news() {
    std::vector<std::string> words;
    for (const auto& signal : std::exchange(sink.signals, {})) {
      EXPECT_EQ(signal.source, "kubernetes");
      words.push_back(cluster::testing::in_words(signal.body));
    }
    return words;
  }

  KubernetesOptions options;
  control::FakeSink sink;
  std::optional<KubernetesActuator> actuator;
  std::vector<std::string> writes;
};
struct DirectActuatorTest : ActuatorTest {
  DirectActuatorTest() : ActuatorTest(cluster::Scaling::kDirect) {}
};

TEST_F(ActuatorTest, what_stands_is_found_in_one_batch) {
  begin();
  EXPECT_THAT(news(), ElementsAre("found a unit 0 for 0", "ready a at 10.0.1.33:8000",
                                  "found b unit 0 for 0", "ready b at 10.0.1.33:8000"));
  EXPECT_THAT(told, Contains("the cluster is known: 2 replicas"));
  EXPECT_EQ(actuator->place(UnitId{0}).accelerator, "L4");
}

TEST_F(ActuatorTest, a_launch_is_answered_by_the_pod_that_comes) {
  begin();
  news();
  actuator->launch(EndpointId{7}, UnitId{0}, {});
  EXPECT_TRUE(sink.signals.empty()) << "never from inside the call";
  put_pod("c");
  settle();
  EXPECT_THAT(news(), ElementsAre("found c unit 0 for 7", "ready c at 10.0.1.33:8000"));
}

TEST_F(ActuatorTest, no_capacity_is_a_refused_launch_before_any_time_has_passed) {
  begin();
  actuator->launch(EndpointId{7}, UnitId{0}, {});
  api.put(kPods, text(cluster::testing::pending_pod("c")));
  settle();
  news();
  const TimePoint before = time.now();
  api.put(kClaims, text(cluster::testing::sample("nodeclaim.json")));
  api.put(kEvents, text(cluster::testing::sample("event_insufficient_capacity.json")));
  settle();
  EXPECT_THAT(news(), ElementsAre(StartsWith("refused c: InsufficientCapacityError")));
  EXPECT_EQ(time.now(), before);
}

TEST_F(ActuatorTest, events_of_before_are_history) {
  api.put(kClaims, text(cluster::testing::sample("nodeclaim.json")));
  api.put(kEvents, text(cluster::testing::sample("event_insufficient_capacity.json")));
  api.put(kPods, text(cluster::testing::pending_pod("c")));
  begin();
  EXPECT_THAT(news(), ::testing::Not(Contains(StartsWith("refused"))));
}

TEST_F(ActuatorTest, a_follower_sees_everything_and_writes_nothing) {
  begin();
  EXPECT_EQ(news().size(), 4u);
  view(2);
  actuator->stop(cluster::endpoint_of("uid-a"));
  settle();
  advance(60s);
  EXPECT_THAT(writes, IsEmpty());
}

TEST_F(ActuatorTest, a_pod_that_shall_stop_is_marked_by_the_leader) {
  begin();
  actuator->set_leading(true);
  view(2);
  actuator->stop(cluster::endpoint_of("uid-a"));
  view(1);
  EXPECT_THAT(
      writes,
      ElementsAre(R"(PATCH /api/v1/namespaces/inference/pods/a {"metadata":{"uid":"uid-a",)"
                  R"("annotations":{"controller.kubernetes.io/pod-deletion-cost":"-1000"}}})"));
}

TEST_F(ActuatorTest, B71_who_may_write_no_more_writes_no_more) {
  bool may_write = true;
  options.may_write = [&] { return may_write; };
  begin();
  actuator->set_leading(true);
  view(2);
  actuator->stop(cluster::endpoint_of("uid-a"));
  may_write = false;
  settle();
  advance(30s);
  EXPECT_THAT(writes, IsEmpty());
}

TEST_F(DirectActuatorTest, nothing_is_scaled_before_the_cluster_is_known) {
  bool slow = true;
  const auto answers = api.before;
  api.before = [&](const http::Request& request, const ResponderPtr& responder) {
    if (slow && request.path() == kPods) {
      kube::testing::ScriptedApi::refuse(responder, 503, "ServiceUnavailable");
      return true;
    }
    return answers(request, responder);
  };
  begin();
  actuator->set_leading(true);
  view(0);  // as a Controller wants that knows of no replicas
  EXPECT_FALSE(actuator->is_complete());
  EXPECT_THAT(writes, IsEmpty());
  slow = false;
  advance(2s);
  run_until([&] { return !sink.signals.empty(); });
  settle();
  EXPECT_TRUE(actuator->is_complete());
  EXPECT_THAT(writes, IsEmpty()) << "what was wanted before counts for nothing";
  view(2);
  EXPECT_THAT(writes, IsEmpty()) << "two are wanted, and two there are";
}

TEST_F(DirectActuatorTest, the_leader_sets_the_number) {
  begin();
  actuator->set_leading(true);
  view(2);
  view(5);
  EXPECT_THAT(writes, ElementsAre("PATCH /apis/apps/v1/namespaces/inference/deployments/sd21-g6/"
                                  R"(scale {"spec":{"replicas":5}})"));
}

TEST_F(DirectActuatorTest, a_write_that_is_refused_is_told_once_and_done_again) {
  begin();
  actuator->set_leading(true);
  view(2);
  int refused = 0;
  const auto answers = api.before;
  api.before = [&](const http::Request& request, const ResponderPtr& responder) {
    if (request.method != "PATCH" || refused == 2) return answers(request, responder);
    ++refused;
    kube::testing::ScriptedApi::refuse(responder, 403, "Forbidden");
    return true;
  };
  view(5);
  for (int i = 0; i < 40; ++i) advance(1s);
  EXPECT_EQ(refused, 2);
  ASSERT_FALSE(writes.empty());
  EXPECT_EQ(std::count_if(told.begin(), told.end(),
                          [](const auto& line) { return line.find("Forbidden") != line.npos; }),
            1);
}

TEST_F(ActuatorTest, B68_the_fleet_is_known_by_a_snapshot_while_the_server_is_down) {
  const net::testing::ScratchFolder folder;
  options.snapshot = folder.path("snapshot");
  begin();
  view(2);
  advance(30s);
  actuator->stop();
  actuator.reset();
  news();
  api.before = [](const http::Request&, const ResponderPtr& responder) {
    responder->reset();
    return true;
  };
  begin();
  EXPECT_THAT(news(), ElementsAre("found a unit 0 for 0", "ready a at 10.0.1.33:8000",
                                  "found b unit 0 for 0", "ready b at 10.0.1.33:8000"));
  view(2);
  EXPECT_FALSE(actuator->is_complete()) << "good to serve by, and not to scale by";
}

TEST_F(ActuatorTest, a_reload_keeps_launches_and_finds_the_units_by_name) {
  begin();
  news();
  actuator->launch(EndpointId{7}, UnitId{0}, {});
  auto bindings = options.bindings;
  bindings[0].unit = UnitId{1};
  actuator->bind(bindings);
  settle();
  EXPECT_THAT(news(), Contains("found a unit 1 for 0"))
      << "what stands is found again, which the Controller takes as said twice";
  put_pod("c");
  settle();
  EXPECT_THAT(news(), Contains("found c unit 1 for 7"));
}

TEST_F(ActuatorTest, karpenters_page_gives_prices) {
  api.before = [](const http::Request& request, const ResponderPtr& responder) {
    if (request.path() != "/metrics") return false;
    responder->send({.body = cluster::testing::text_of_file("karpenter_metrics.txt")});
    return true;
  };
  options.karpenter_metrics = api.address;
  begin();
  for (int i = 0; i < 35; ++i) advance(1s);
  EXPECT_EQ(api.asked("/metrics"), 0u) << "there is no NodePool, and so no Karpenter";
  api.put("/apis/karpenter.sh/v1/nodepools", text(cluster::testing::sample("nodepool.json")));
  for (int i = 0; i < 65; ++i) advance(1s);
  EXPECT_THAT(news(), Contains("price of 0: 0.350000"));
}

TEST(KubernetesWatches, are_as_few_as_the_units_need) {
  const auto labels = [](const std::vector<cluster::Binding>& bindings, bool karpenter) {
    std::vector<std::string> out;
    for (const auto& watch : watches_for(bindings, karpenter)) {
      out.push_back(watch.resource.label());
    }
    return out;
  };
  EXPECT_THAT(labels({}, true), IsEmpty());
  EXPECT_THAT(labels({{UnitId{0}, "a", cluster::WorkloadKind::kService, "prod", "llama"},
                      {UnitId{1}, "b", cluster::WorkloadKind::kStatefulSet, "prod", "x"},
                      {UnitId{2}, "c", cluster::WorkloadKind::kStatefulSet, "prod", "y"}},
                     false),
              ElementsAre("discovery.k8s.io/v1/endpointslices in prod with "
                          "kubernetes.io/service-name=llama",
                          "apps/v1/statefulsets in prod", "v1/pods in prod", "v1/nodes",
                          "v1/events where involvedObject.kind=Node",
                          "v1/events where involvedObject.kind=Pod,reason=NotTriggerScaleUp"));
}

}  // namespace
}  // namespace signalbox::adapters
