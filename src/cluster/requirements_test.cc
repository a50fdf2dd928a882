// SPDX-License-Identifier: Apache-2.0
//
// What fits what.
#include "cluster/requirements.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>

#include "cluster/sample_cluster.h"

namespace signalbox::cluster {
namespace {

using testing::sample;

json::object parse(const std::string& text) { return json::parse(text).as_object(); }

bool fits(const std::string& pod_spec) {
  return may_hold(*sample("nodeclaim.json"), parse(pod_spec));
}

const std::string kTolerates = R"("tolerations":[{"key":"nvidia.com/gpu","operator":"Exists"}])";

TEST(Requirements, selectors_select_by_labels_and_by_expressions) {
  const json::object labels = parse(R"({"app":"sd21","tier":"gold"})");
  EXPECT_TRUE(selects(parse(R"({"matchLabels":{"app":"sd21"}})"), &labels));
  EXPECT_FALSE(selects(parse(R"({"matchLabels":{"app":"sd21","x":"y"}})"), &labels));
  EXPECT_TRUE(selects(
      parse(R"({"matchExpressions":[{"key":"tier","operator":"In","values":["gold","silver"]},
                                    {"key":"x","operator":"DoesNotExist"}]})"),
      &labels));
  EXPECT_FALSE(selects(parse("{}"), &labels)) << "what says nothing selects nothing";
  EXPECT_FALSE(selects(parse(R"({"matchLabels":{"app":"sd21"}})"), nullptr));
}

TEST(Requirements, operators_are_those_of_nodes) {
  const std::string_view five = "5";
  const auto meets_five = [&](const std::string& op, const std::string& values) {
    return meets(parse(R"({"key":"k","operator":")" + op + R"(","values":)" + values + "}"), &five);
  };
  EXPECT_TRUE(meets_five("In", R"(["4","5"])"));
  EXPECT_FALSE(meets_five("NotIn", R"(["4","5"])"));
  EXPECT_TRUE(meets_five("Exists", "[]"));
  EXPECT_FALSE(meets_five("DoesNotExist", "[]"));
  EXPECT_TRUE(meets_five("Gt", R"(["4"])"));
  EXPECT_FALSE(meets_five("Lt", R"(["5"])"));
  EXPECT_FALSE(meets_five("Like", R"(["5"])"));
  EXPECT_TRUE(meets(parse(R"({"key":"k","operator":"NotIn","values":["5"]})"), nullptr));
  EXPECT_FALSE(meets(parse(R"({"key":"k","operator":"In","values":["5"]})"), nullptr));
}

TEST(Requirements, a_claim_fits_a_pod_by_selector_affinity_accelerator_and_taints) {
  EXPECT_TRUE(fits("{" + kTolerates + "}"));
  EXPECT_FALSE(fits("{}")) << "the taint is not tolerated";
  EXPECT_TRUE(fits(R"({"nodeSelector":{"karpenter.sh/nodepool":"g6"},)" + kTolerates + "}"));
  EXPECT_FALSE(fits(R"({"nodeSelector":{"karpenter.sh/nodepool":"g5"},)" + kTolerates + "}"));
  EXPECT_TRUE(fits(R"({"nodeSelector":{"node.kubernetes.io/instance-type":"g6.2xlarge"},)" +
                   kTolerates + "}"));
  EXPECT_FALSE(fits(R"({"nodeSelector":{"disk":"ssd"},)" + kTolerates + "}"))
      << "nobody promises it";
  EXPECT_FALSE(fits(R"({"containers":[{"resources":{"limits":{"aws.amazon.com/neuron":1}}}],)" +
                    kTolerates + "}"));
  const std::string affinity =
      R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
         {"nodeSelectorTerms":[
           {"matchExpressions":[{"key":"karpenter.sh/capacity-type","operator":"In","values":["reserved"]}]},
           {"matchExpressions":[{"key":"karpenter.sh/capacity-type","operator":"NotIn","values":["on-demand"]}]}
         ]}}},)";
  EXPECT_TRUE(fits(affinity + kTolerates + "}")) << "terms are alternatives";
}

TEST(Requirements, what_containers_ask_for_is_added_up) {
  const auto spec = parse(
      R"({"containers":[{"resources":{"requests":{"cpu":"500m","nvidia.com/gpu":"1"}}},
                        {"resources":{"limits":{"cpu":2}}},{}]})");
  EXPECT_DOUBLE_EQ(requested(spec, "cpu"), 2.5);
  EXPECT_DOUBLE_EQ(requested(spec, "memory"), 0.0);
  EXPECT_EQ(accelerator_resource(spec), "nvidia.com/gpu");
}

}  // namespace
}  // namespace signalbox::cluster
