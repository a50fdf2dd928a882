// SPDX-License-Identifier: Apache-2.0
//
// Two that want to lead, one lease, and time that passes as the test says.
#include "kube/election.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "kube/scripted_api.h"

namespace signalbox::kube {
namespace {

using testing::ApiBench;
using ResponderPtr = testing::ScriptedApi::ResponderPtr;

constexpr const char* kLeases = "/apis/coordination.k8s.io/v1/namespaces/prod/leases";

struct ElectionTest : ApiBench {
  struct Candidate {
    Candidate(ElectionTest& bench, const std::string& name, Schedule& schedule)
        : client(bench.io, schedule, bench.api.access(), {.user_agent = name}),
          election(
              client, schedule,
              {.space = "prod",
               .name = "signalbox",
               .identity = name,
               .address = name + ":9903",
               .on_leading = [&bench, name] { bench.news.push_back(name + " leads"); },
               .on_lost = [&bench, name] { bench.news.push_back(name + " lost"); },
               .on_holder = [this](const LeaseRecord& record) { heard.push_back(record.address); },
               .tell = [&bench](const std::string& line) { bench.told.push_back(line); }}) {}
    ApiClient client;
    std::vector<std::string> heard;
    Election election;
  };

  LeaseRecord lease() const {
    const auto* object = api.find(kLeases, "signalbox");
    return object == nullptr ? LeaseRecord{} : read_lease(*object);
  }
  // Time passes in small steps, as it does.
  void pass(Duration by) {
    for (Duration done{}; done < by; done += 500ms) advance(500ms);
  }
  void begin_both() {
    a.election.start();
    run_until([&] { return a.election.is_leading(); });
    b.election.start();
    settle();
  }
  // Nobody of that name is answered any more.
  void cut_off(const std::string& name) {
    api.before = [name](const http::Request& request, const ResponderPtr& responder) {
      if (http::find_header(request.headers, "user-agent") != name) return false;
      responder->reset();
      return true;
    };
  }
  using News = std::vector<std::string>;

  News news;
  Candidate a{*this, "a", time};
  Candidate b{*this, "b", time};
};

TEST_F(ElectionTest, the_first_leads_and_the_second_knows_where) {
  begin_both();
  EXPECT_EQ(news, (News{"a leads"}));
  EXPECT_EQ(b.heard, (News{"a:9903"}));
  EXPECT_EQ(a.heard, News{}) << "of others only";
  EXPECT_EQ(lease().holder, "a");
  EXPECT_EQ(lease().transitions, 0);
  EXPECT_EQ(lease().duration, 15s);
  pass(60s);
  EXPECT_TRUE(a.election.is_leading());
  EXPECT_FALSE(b.election.is_leading());
  EXPECT_NE(lease().renewed, lease().acquired);
}

TEST_F(ElectionTest, when_the_leader_dies_another_leads_within_20_seconds) {
  begin_both();
  pass(10s);
  cut_off("a");
  const TimePoint died = time.now();
  while (!b.election.is_leading() && time.now() - died < 60s) pass(500ms);
  EXPECT_LE(time.now() - died, 20s);
  EXPECT_GE(time.now() - died, 13s);
  EXPECT_EQ(lease().holder, "b");
  EXPECT_EQ(lease().transitions, 1);
}

TEST_F(ElectionTest, B71_who_cannot_renew_stops_before_anybody_else_begins) {
  begin_both();
  cut_off("a");
  const TimePoint cut = time.now();
  while (a.election.is_leading() && time.now() - cut < 60s) pass(500ms);
  EXPECT_LE(time.now() - cut, 10'500ms);
  EXPECT_EQ(news.back(), "a lost");
  EXPECT_FALSE(b.election.is_leading());
  pass(20s);
  EXPECT_EQ(news, (News{"a leads", "a lost", "b leads"}));
}

TEST_F(ElectionTest, B71_a_process_that_was_stopped_for_a_while_does_not_believe_that_it_leads) {
  begin_both();
  // Its clock goes on, and nothing of it runs: what is asked first knows all the same.
  testing::VirtualSchedule later;
  Candidate c{*this, "c", later};
  pass(30s);
  api.remove(kLeases, "signalbox");
  cut_off("a");
  c.election.start();
  run_until([&] {
    later.run_due();
    return c.election.is_leading();
  });
  api.before = [](const http::Request&, const ResponderPtr&) { return true; };
  later.advance(9s);
  EXPECT_TRUE(c.election.is_leading());
  later.advance(1s);
  EXPECT_FALSE(c.election.is_leading());
}

TEST_F(ElectionTest, whose_clock_is_wrong_neither_takes_over_early_nor_late) {
  begin_both();
  time.wall_offset = 72h;  // what is written from here on lies days ahead
  pass(30s);
  time.wall_offset = -72h;
  pass(30s);
  EXPECT_EQ(news, (News{"a leads"}));
  cut_off("a");
  pass(20s);
  EXPECT_TRUE(b.election.is_leading());
}

TEST_F(ElectionTest, a_lease_that_is_given_back_is_taken_within_seconds) {
  begin_both();
  bool released = false;
  a.election.release([&] { released = true; });
  EXPECT_EQ(news.back(), "a lost") << "before anything else";
  run_until([&] { return released; });
  EXPECT_EQ(lease().holder, "");
  EXPECT_EQ(lease().address, "");
  pass(3s);
  EXPECT_TRUE(b.election.is_leading());
  EXPECT_EQ(lease().transitions, 1);
}

TEST_F(ElectionTest, of_two_who_take_the_same_lease_one_fails) {
  a.election.start();
  b.election.start();
  run_until([&] { return !news.empty(); });
  pass(5s);
  EXPECT_EQ(news.size(), 1u);
  EXPECT_NE(a.election.is_leading(), b.election.is_leading());
}

TEST_F(ElectionTest, a_leader_whose_lease_was_taken_stops_at_once) {
  begin_both();
  auto stolen = *api.find(kLeases, "signalbox");
  stolen["spec"].as_object()["holderIdentity"] = "thief";
  api.put(kLeases, boost::json::serialize(stolen));
  pass(2500ms);
  EXPECT_EQ(news, (News{"a leads", "a lost"}));
}

TEST_F(ElectionTest, others_annotations_are_kept) {
  api.put(kLeases, R"({"metadata":{"name":"signalbox","namespace":"prod",
      "annotations":{"owner":"ann"}},"spec":{"holderIdentity":""}})");
  begin_both();
  const auto* object = api.find(kLeases, "signalbox");
  EXPECT_EQ(wire::annotation_of(*object, "owner"), "ann");
  EXPECT_EQ(wire::annotation_of(*object, kAddressAnnotation), "a:9903");
}

TEST(MicroTime, is_written_as_the_api_wants_it) {
  EXPECT_EQ(micro_time(1'742'982'067'250'000'999), "2025-03-26T09:41:07.250000Z");
  EXPECT_EQ(second_time(-1), "1969-12-31T23:59:59Z");
}

}  // namespace
}  // namespace signalbox::kube
