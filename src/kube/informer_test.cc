// SPDX-License-Identifier: Apache-2.0
//
// An informer against an API server that misbehaves in every way that API servers do. Time is
// virtual, sockets are real.
#include "kube/informer.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "kube/scripted_api.h"

namespace signalbox::kube {
namespace {

using testing::ApiBench;
using ResponderPtr = testing::ScriptedApi::ResponderPtr;

constexpr const char* kPods = "/api/v1/pods";

std::string pod(const std::string& name, const std::string& more = "") {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"prod"})" + more + "}";
}

std::string pod_with_uid(const std::string& name, const std::string& uid) {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"prod","uid":")" + uid + R"("}})";
}

struct InformerTest : ApiBench {
  InformerTest() {
    api.put(kPods, pod("a"));
    api.put(kPods, pod("b"));
    api.put(kPods, pod("c"));
  }

  void begin(int page = 500) {
    InformerOptions options;
    options.resource = {"", "v1", "pods"};
    options.page = page;
    options.events = {
        [this](const KubeObject& o) { news.push_back("+" + std::string(wire::name_of(*o))); },
        [this](const KubeObject& before, const KubeObject& after) {
          EXPECT_EQ(wire::uid_of(*before), wire::uid_of(*after));
          news.push_back("~" + std::string(wire::name_of(*after)));
        },
        [this](const KubeObject& o) { news.push_back("-" + std::string(wire::name_of(*o))); }};
    options.on_synced = [this] { news.push_back("synced"); };
    options.fallback = [this] { return snapshot; };
    options.tell = [this](const std::string& line) { told.push_back(line); };
    informer.emplace(client, time, options);
    informer->start();
  }
  void begin_and_watch() {
    begin();
    run_until([&] { return api.watches() == 1; });
    news.clear();
  }
  void await_news(std::size_t count) {
    run_until([&] { return news.size() >= count; });
  }
  using News = std::vector<std::string>;

  std::optional<Informer> informer;
  News news;
  std::vector<KubeObject> snapshot;
};

TEST_F(InformerTest, lists_then_watches_from_there) {
  begin();
  run_until([&] { return api.watches() == 1; });
  EXPECT_EQ(news, (News{"+a", "+b", "+c", "synced"}));
  EXPECT_EQ(informer->standing(), Informer::Standing::kLive);
  EXPECT_EQ(api.asked("watch=1&resourceVersion=103&allowWatchBookmarks=true&timeoutSeconds="), 1u);
  news.clear();
  api.put(kPods, pod("d"));
  api.put(kPods, pod("a", R"(,"spec":{})"));
  api.remove(kPods, "b");
  await_news(3);
  EXPECT_EQ(news, (News{"+d", "~a", "-b"}));
  EXPECT_EQ(informer->cache().size(), 3u);
  EXPECT_TRUE(informer->cache().find("prod/d"));
}

TEST_F(InformerTest, a_list_comes_in_pages) {
  begin(2);
  run_until([&] { return api.watches() == 1; });
  EXPECT_EQ(informer->cache().size(), 3u);
  EXPECT_EQ(api.asked("limit=2&continue=c"), 1u);
}

TEST_F(InformerTest, a_list_that_changed_too_much_between_its_pages_is_begun_again) {
  int refused = 0;
  api.before = [&](const http::Request& request, const ResponderPtr& responder) {
    if (!request.query_param("continue") || refused++ > 0) return false;
    testing::ScriptedApi::refuse(responder, 410, "Expired");
    return true;
  };
  begin(2);
  run_until([&] { return refused == 1; });
  settle();
  EXPECT_TRUE(news.empty()) << "half a list says nothing";
  advance(2s);
  run_until([&] { return api.watches() == 1; });
  EXPECT_EQ(news, (News{"+a", "+b", "+c", "synced"}));
}

TEST_F(InformerTest,
       B69_a_watch_that_expired_is_listed_again_and_compared_without_a_delete_all_gap) {
  begin_and_watch();
  api.break_watches();
  api.put(kPods, pod("d"));
  api.remove(kPods, "b");
  api.compact();
  settle();
  advance(2s);  // the rest after a broken connection: the watch is asked for again, and refused
  EXPECT_EQ(news, News{});
  advance(5s);  // at most; then the list
  run_until([&] { return api.watches() == 1; });
  EXPECT_EQ(news, (News{"+d", "-b"})) << "what is the same is not told of";
}

TEST_F(InformerTest, B69_an_expired_watch_as_a_status_of_http_does_the_same) {
  bool expired = false;
  api.before = [&](const http::Request& request, const ResponderPtr& responder) {
    if (!expired || !request.query_param("watch")) return false;
    expired = false;
    testing::ScriptedApi::refuse(responder, 410, "Gone");
    return true;
  };
  begin_and_watch();
  advance(10s);
  expired = true;
  api.end_watches();
  run_until([&] { return !expired; });
  settle();
  api.put(kPods, pod("d"));
  advance(5s);
  run_until([&] { return api.watches() == 1 && !news.empty(); });
  EXPECT_EQ(news, (News{"+d"}));
}

TEST_F(InformerTest, B69_relists_of_many_clients_are_spread_over_some_seconds) {
  std::vector<TimePoint> moments;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    InformerOptions options;
    options.resource = {"", "v1", "pods"};
    options.events = {[](const auto&) {}, [](const auto&, const auto&) {}, [](const auto&) {}};
    options.seed = seed;
    Informer one(client, time, options);
    one.start();
    run_until([&] { return api.watches() == 1; });
    api.write("{\"type\":\"ERROR\",\"object\":" + api.status(410, "Expired") + "}\n");
    const TimePoint began = time.now();
    const std::size_t before = api.asked("limit=");
    settle();
    while (api.asked("limit=") == before) advance(200ms);
    moments.push_back(TimePoint{} + (time.now() - began));
    EXPECT_LE(time.now() - began, 5200ms);
    one.stop();
    settle();
  }
  EXPECT_NE(moments[0], moments[1]);
  EXPECT_NE(moments[1], moments[2]);
}

TEST_F(InformerTest, B70_a_list_that_is_suddenly_empty_is_held_back_until_a_second_one_agrees) {
  begin_and_watch();
  api.lose(kPods);
  api.compact();
  api.version += 10;
  api.compact();
  api.write("{\"type\":\"ERROR\",\"object\":" + api.status(410, "Expired") + "}\n");
  settle();
  advance(5s);
  run_until([&] { return informer->is_holding(); });
  EXPECT_EQ(news, News{});
  EXPECT_EQ(informer->cache().size(), 3u);
  EXPECT_TRUE(was_told("ALARM"));
  advance(10s);
  run_until([&] { return !informer->is_holding(); });
  EXPECT_EQ(news, (News{"-a", "-b", "-c"}));
}

TEST_F(InformerTest, B70_an_empty_list_that_was_a_mistake_removes_nothing) {
  begin_and_watch();
  bool empty = true;
  api.before = [&](const http::Request& request, const ResponderPtr& responder) {
    if (!empty || !request.query_param("limit")) return false;
    empty = false;
    responder->send({.body = R"({"metadata":{"resourceVersion":"200"},"items":null})"});
    return true;
  };
  api.write("{\"type\":\"ERROR\",\"object\":" + api.status(410, "Expired") + "}\n");
  settle();
  advance(5s);
  run_until([&] { return informer->is_holding(); });
  advance(10s);
  run_until([&] { return api.watches() == 1; });
  EXPECT_FALSE(informer->is_holding());
  EXPECT_EQ(news, News{});
  EXPECT_TRUE(was_told("is well again"));
}

TEST_F(InformerTest,
       B68_while_the_server_is_down_the_cache_stays_and_it_is_asked_ever_more_rarely) {
  begin_and_watch();
  bool down = true;
  std::vector<TimePoint> asked;
  api.before = [&](const http::Request&, const ResponderPtr& responder) {
    if (down) {
      asked.push_back(time.now());
      responder->reset();
    }
    return down;
  };
  api.break_watches();
  settle();
  for (int i = 0; i < 240; ++i) advance(500ms);
  EXPECT_EQ(informer->cache().size(), 3u);
  EXPECT_EQ(informer->standing(), Informer::Standing::kStale);
  EXPECT_EQ(news, News{});
  EXPECT_EQ(told.size(), 1u) << "told once, not at each attempt";
  // A connection that breaks is tried once more at once, on a fresh one.
  EXPECT_GE(asked.size(), 5u);
  EXPECT_LE(asked.size(), 24u);
  down = false;
  api.put(kPods, pod("d"));
  for (int i = 0; i < 120 && news.empty(); ++i) advance(500ms);
  EXPECT_EQ(news, (News{"+d"})) << "the watch went on where it was";
  EXPECT_EQ(informer->standing(), Informer::Standing::kLive);
}

TEST_F(InformerTest, B68_at_boot_a_snapshot_stands_in_until_the_first_list) {
  for (const char* name : {"a", "z"}) {
    snapshot.push_back(
        slimmed(*wire::read_kube_object(pod_with_uid(name, "uid-" + std::string(name)))));
  }
  bool down = true;
  api.before = [&](const http::Request&, const ResponderPtr& responder) {
    if (down) responder->reset();
    return down;
  };
  begin();
  await_news(2);
  EXPECT_EQ(news, (News{"+a", "+z"}));
  EXPECT_FALSE(informer->is_synced());
  EXPECT_EQ(informer->standing(), Informer::Standing::kStale);
  EXPECT_TRUE(was_told("2 objects of a snapshot"));
  down = false;
  news.clear();
  advance(2s);
  run_until([&] { return api.watches() == 1; });
  EXPECT_EQ(news, (News{"~a", "+b", "+c", "-z", "synced"}));
}

TEST_F(InformerTest, a_server_that_is_busy_is_left_alone_for_as_long_as_it_asks) {
  std::vector<TimePoint> asked;
  api.before = [&](const http::Request&, const ResponderPtr& responder) {
    asked.push_back(time.now());
    if (asked.size() > 1) return false;
    testing::ScriptedApi::refuse(responder, 429, "TooManyRequests", {{"Retry-After", "20"}});
    return true;
  };
  begin();
  run_until([&] { return asked.size() == 1; });
  settle();
  advance(19s);
  EXPECT_EQ(asked.size(), 1u);
  advance(1s);
  run_until([&] { return api.watches() == 1; });
}

TEST_F(InformerTest, a_watch_that_neither_speaks_nor_ends_is_cut) {
  begin_and_watch();
  advance(299s);
  EXPECT_EQ(api.asked("watch=1"), 1u);
  advance(332s);
  run_until([&] { return api.asked("watch=1") == 2 && api.watches() == 1; });
  EXPECT_TRUE(was_told("neither spoke nor ended"));
  EXPECT_EQ(news, News{});
}

TEST_F(InformerTest, a_watch_that_ends_as_it_should_goes_on_from_the_last_bookmark) {
  begin_and_watch();
  api.write(R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"170"}}})"
            "\n");
  settle();
  advance(300s);
  api.end_watches();
  run_until([&] { return api.asked("resourceVersion=170") == 1; });
  EXPECT_EQ(news, News{});
  EXPECT_TRUE(told.empty());
}

TEST_F(InformerTest, watches_that_end_at_once_again_and_again_are_no_storm) {
  begin_and_watch();
  for (int i = 0; i < 40; ++i) {
    api.end_watches();
    advance(500ms);
  }
  EXPECT_LT(api.asked("watch=1"), 12u);
}

TEST_F(InformerTest, frames_are_read_however_they_are_cut) {
  begin_and_watch();
  const std::string frames =
      R"({"type":"ADDED","object":{"metadata":{"name":"x","namespace":"prod","uid":"1","resourceVersion":"201"}}})"
      "\n"
      R"({"type":"RUMOUR","object":{"metadata":{"name":"y"}}})"
      "\n\r\n"
      R"({"type":"DELETED","object":{"metadata":{"name":"x","namespace":"prod","uid":"1","resourceVersion":"202"}}})"
      "\n";
  for (std::size_t i = 0; i < frames.size(); i += 7) {
    api.write(frames.substr(i, 7));
    settle();
  }
  EXPECT_EQ(news, (News{"+x", "-x"}));
}

TEST_F(InformerTest, a_frame_that_makes_no_sense_means_listing_again) {
  begin_and_watch();
  api.put(kPods, pod("d"));
  api.write("{\"type\":\n");
  settle();
  advance(2s);
  run_until([&] { return api.watches() == 1 && api.asked("limit=") == 2; });
  EXPECT_TRUE(was_told("a frame is not JSON"));
  EXPECT_EQ(news, (News{"+d"}));
}

TEST_F(InformerTest, one_that_was_made_anew_under_the_same_name_is_another) {
  begin_and_watch();
  api.put(kPods, pod_with_uid("a", "other"));
  await_news(2);
  EXPECT_EQ(news, (News{"-a", "+a"}));
}

TEST_F(InformerTest, what_was_told_already_is_not_told_again) {
  begin_and_watch();
  const auto* known = api.find(kPods, "a");
  api.write(boost::json::serialize(json::object{{"type", "MODIFIED"}, {"object", *known}}) + "\n");
  api.put(kPods, pod("d"));
  await_news(1);
  EXPECT_EQ(news, (News{"+d"}));
}

TEST_F(InformerTest, a_resource_that_is_not_there_is_asked_for_each_minute) {
  bool installed = false;
  api.before = [&](const http::Request&, const ResponderPtr& responder) {
    if (!installed) testing::ScriptedApi::refuse(responder, 404, "NotFound");
    return !installed;
  };
  begin();
  await_news(1);
  EXPECT_EQ(news, (News{"synced"})) << "nobody waits for what is not there";
  EXPECT_EQ(informer->standing(), Informer::Standing::kAbsent);
  settle();
  for (int i = 0; i < 10; ++i) advance(60s);
  EXPECT_LE(api.requests.size(), 12u);
  EXPECT_EQ(told.size(), 1u);
  installed = true;
  advance(60s);
  run_until([&] { return api.watches() == 1; });
  EXPECT_EQ(informer->cache().size(), 3u);
}

TEST_F(InformerTest, one_that_was_stopped_says_nothing_more) {
  begin_and_watch();
  informer->stop();
  api.put(kPods, pod("d"));
  settle();
  advance(1h);
  EXPECT_EQ(news, News{});
  EXPECT_EQ(informer->cache().size(), 3u);
}

TEST(ObjectCache, forgets_managed_fields) {
  const auto object = slimmed(*wire::read_kube_object(
      R"({"metadata":{"name":"a","managedFields":[{"manager":"kubectl"}]}})"));
  EXPECT_EQ(wire::value_at(*object, {"metadata", "managedFields"}), nullptr);
  EXPECT_EQ(wire::name_of(*object), "a");
}

TEST(WatchFrames, a_frame_larger_than_any_object_is_refused) {
  int seen = 0;
  WatchFrames frames([&](const WatchFrame&) { ++seen; }, 100);
  frames.feed(R"({"type":"BOOKMARK","object":{}})"
              "\n");
  frames.feed(std::string(60, ' '));
  EXPECT_EQ(frames.problem(), "");
  frames.feed(std::string(60, ' '));
  EXPECT_EQ(frames.problem(), "a frame is larger than 100 bytes");
  frames.feed("\n{\"type\":\"BOOKMARK\",\"object\":{}}\n");
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace signalbox::kube
