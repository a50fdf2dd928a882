// SPDX-License-Identifier: Apache-2.0
//
// Amounts, and what is read of pods and Events.
#include <gtest/gtest.h>

#include "cluster/pod_facts.h"
#include "cluster/quantity.h"
#include "cluster/sample_cluster.h"

namespace signalbox::cluster {
namespace {

using testing::pending_pod;
using testing::pod;
using testing::sample;

TEST(Quantity, has_suffixes_of_two_kinds) {
  EXPECT_EQ(read_quantity("8"), 8.0);
  EXPECT_EQ(read_quantity("500m"), 0.5);
  EXPECT_EQ(read_quantity("1.5Gi"), 1.5 * 1024 * 1024 * 1024);
  EXPECT_EQ(read_quantity("2k"), 2000.0);
  EXPECT_EQ(read_quantity("2e3"), 2000.0);
  EXPECT_EQ(read_quantity("+1"), 1.0);
  for (const char* bad : {"", "m", "1x", "1 Gi", "nan", "1GiB", "1e308E"}) {
    EXPECT_FALSE(read_quantity(bad).has_value()) << bad;
  }
}

TEST(PodFacts, are_read_as_the_cluster_writes_them) {
  const PodFacts facts = read_pod(*sample("pod.json"));
  EXPECT_EQ(facts.owner_kind, "Deployment");
  EXPECT_EQ(facts.owner, "sd21-g6");
  EXPECT_EQ(facts.node, "ip-10-0-1-17.ec2.internal");
  EXPECT_EQ(facts.first_port, 8000);
  EXPECT_TRUE(facts.is_ready);
  EXPECT_FALSE(facts.is_pending());
}

TEST(PodFacts, one_without_a_node_is_pending) {
  const PodFacts facts = read_pod(*pending_pod("a"));
  EXPECT_TRUE(facts.is_pending());
}

TEST(PodFacts, of_a_stateful_set_name_it) {
  const PodFacts facts = read_pod(*pod("a", {{"/metadata/ownerReferences/0/kind", "StatefulSet"},
                                             {"/metadata/ownerReferences/0/name", "llama"}}));
  EXPECT_EQ(facts.owner_kind, "StatefulSet");
  EXPECT_EQ(facts.owner, "llama");
}

TEST(PodFacts, of_nothing_are_nothing) {
  const PodFacts facts = read_pod({});
  EXPECT_EQ(facts.uid, "");
  EXPECT_FALSE(facts.is_ready);
  EXPECT_EQ(reason_of_end({}), "deleted");
}

TEST(EventFacts, are_the_same_in_both_forms) {
  const auto older = read_event(*sample("event_insufficient_capacity.json"));
  const auto newer = read_event({{"regarding", {{"kind", "NodeClaim"}, {"uid", older.uid}}},
                                 {"reason", older.reason},
                                 {"note", older.message},
                                 {"reportingController", "karpenter"}});
  EXPECT_EQ(newer.uid, older.uid);
  EXPECT_EQ(newer.message, older.message);
  EXPECT_EQ(newer.reporter, older.reporter);
}

}  // namespace
}  // namespace signalbox::cluster
