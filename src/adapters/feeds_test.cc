// SPDX-License-Identifier: Apache-2.0
//
// Feeds from files and pages to signals: prices, AWS' spot history, quotas, notices.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "adapters/feed_source.h"
#include "adapters/source_bench.h"

namespace signalbox::adapters {
namespace {

using testing::ScriptedServer;

constexpr std::int64_t kSecond = 1'000'000'000;

struct FeedsTest : testing::SourceBench {
  FeedsTest()
      : folder(std::filesystem::temp_directory_path() /
               ("signalbox-feeds-test-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    spec.units[0].hardware = "g6.xlarge";
    spec.units[0].zone = "us-west-2a";
    spec.units[0].tier = core::Tier::kSpot;
    spec.units[1].hardware = "g5.xlarge";
    options.clock.unix_nanos = [this] { return wall; };
  }
  ~FeedsTest() override { std::filesystem::remove_all(folder); }

  std::string write(const std::string& text) {
    const auto path = folder / "feed.json";
    std::ofstream(path) << text;
    return path.string();
  }

  FeedContext context(const core::FleetView& fleet) {
    return {options.name, fleet, options.units, Heard{now, wall}, now - 1h};
  }

  void read_from(std::variant<std::string, Page> from, FeedReader reader = price_signals) {
    source =
        std::make_unique<FeedSource>(io, options, std::move(from), "the feed", std::move(reader));
    source->on_view(view());
    source->start(sink);
  }

  const std::filesystem::path folder;
  std::int64_t wall = 1742982077 * kSecond;
  TimePoint now = TimePoint{} + 100h;
  std::unique_ptr<FeedSource> source;
};

TEST_F(FeedsTest, a_price_is_as_old_as_it_says_and_else_holds_now) {
  const auto fleet = view();
  const auto signals = price_signals(
      R"({"prices":[{"unit":"llama","usd_per_hour":0.8,"at":"2025-03-26T09:41:07Z"},
                    {"unit":"sd21","usd_per_hour":1.0},
                    {"unit":"llama","usd_per_hour":2.0,"at":"2035-03-26T09:41:07Z"},
                    {"unit":"of-others","usd_per_hour":9}]})",
      context(*fleet));
  ASSERT_TRUE(signals.ok()) << signals.error().message;
  ASSERT_EQ(signals->size(), 3u);
  EXPECT_EQ(signals->at(0).at, now - 10s);
  EXPECT_EQ(std::get<core::PriceQuote>(signals->at(0).body).usd_per_hour, 0.8);
  EXPECT_EQ(signals->at(1).at, now);
  EXPECT_EQ(std::get<core::PriceQuote>(signals->at(1).body).unit, UnitId{1});
  EXPECT_EQ(signals->at(2).at, now) << "nothing is newer than now (B60)";
}

TEST_F(FeedsTest, a_spot_price_is_that_of_the_units_hardware_zone_and_system) {
  spec.units[1].tier = core::Tier::kSpot;  // in no zone
  const auto fleet = view();
  constexpr const char* kHistory = R"({"SpotPriceHistory":[
    {"AvailabilityZone":"us-west-2a","InstanceType":"g6.xlarge","ProductDescription":"Linux/UNIX",
     "SpotPrice":"0.40","Timestamp":"2025-03-26T09:00:00Z"},
    {"AvailabilityZone":"us-west-2b","InstanceType":"g6.xlarge","ProductDescription":"Linux/UNIX",
     "SpotPrice":"0.10","Timestamp":"2025-03-26T09:00:00Z"},
    {"AvailabilityZone":"us-west-2a","InstanceType":"g6.xlarge","ProductDescription":"Windows",
     "SpotPrice":"0.90","Timestamp":"2025-03-26T09:00:00Z"},
    {"AvailabilityZone":"us-west-2a","InstanceType":"g5.xlarge","ProductDescription":"Linux/UNIX",
     "SpotPrice":"0.50","Timestamp":"2025-03-26T09:00:00Z"},
    {"AvailabilityZone":"us-west-2b","InstanceType":"g5.xlarge","ProductDescription":"Linux/UNIX",
     "SpotPrice":"0.60","Timestamp":"2025-03-26T09:00:00Z"}]})";
  const auto signals = aws_spot_signals(kHistory, "Linux/UNIX", context(*fleet));
  ASSERT_TRUE(signals.ok());
  ASSERT_EQ(signals->size(), 2u);
  EXPECT_EQ(std::get<core::PriceQuote>(signals->at(0).body).usd_per_hour, 0.40);
  EXPECT_EQ(std::get<core::PriceQuote>(signals->at(1).body).usd_per_hour, 0.60)
      << "of a unit in any zone the dearest";
  EXPECT_EQ(signals->at(0).at, now - 1h) << "as old as the file, not as the price";
  options.units = {"sd21"};
  const auto named = aws_spot_signals(kHistory, "Linux/UNIX", context(*fleet));
  EXPECT_EQ(named->size(), 1u);
}

TEST_F(FeedsTest, units_that_are_not_spot_keep_their_price) {
  const auto fleet = view();
  const auto signals = aws_spot_signals(
      R"({"SpotPriceHistory":[{"AvailabilityZone":"a","InstanceType":"g5.xlarge",
          "ProductDescription":"Linux/UNIX","SpotPrice":"0.50","Timestamp":"2025-03-26T09:00:00Z"}]})",
      "Linux/UNIX", context(*fleet));
  ASSERT_TRUE(signals.ok());
  EXPECT_TRUE(signals->empty());
}

TEST_F(FeedsTest, a_quota_limits_and_null_lifts) {
  const auto fleet = view();
  const auto signals = quota_signals(
      R"({"quotas":[{"unit":"llama","max_replicas":12},{"unit":"sd21","max_replicas":null}]})",
      context(*fleet));
  ASSERT_TRUE(signals.ok());
  EXPECT_EQ(std::get<core::CapacityLimit>(signals->at(0).body).max_replicas, 12);
  EXPECT_LT(std::get<core::CapacityLimit>(signals->at(1).body).max_replicas, 0);
}

TEST_F(FeedsTest, a_notice_is_heard_by_address_and_withdrawn_when_it_is_gone) {
  std::vector<EndpointId> noticed;
  const auto fleet = view({endpoint(1, {"10.0.0.7", 8000}), endpoint(2, {"10.0.0.8", 8000})});
  constexpr const char* kNotice =
      R"({"notices":[{"endpoint":"10.0.0.7:8000","action":"terminate",
                      "time":"2025-03-26T09:43:17Z"},
                     {"endpoint":"10.9.9.9:1","action":"stop","time":"2025-03-26T09:43:17Z"}]})";
  auto signals = notice_signals(kNotice, noticed, context(*fleet));
  ASSERT_TRUE(signals.ok());
  ASSERT_EQ(signals->size(), 1u);
  EXPECT_EQ(std::get<core::EndpointLeaving>(signals->at(0).body).endpoint, EndpointId{1});
  EXPECT_EQ(std::get<core::EndpointLeaving>(signals->at(0).body).by, now + 2min);
  signals = notice_signals(R"({"notices":[]})", noticed, context(*fleet));
  ASSERT_EQ(signals->size(), 1u);
  EXPECT_EQ(std::get<core::EndpointLeaving>(signals->at(0).body).by, TimePoint::max());
  EXPECT_TRUE(notice_signals(R"({"notices":[]})", noticed, context(*fleet))->empty());
}

TEST_F(FeedsTest, a_file_is_read_again_when_it_changed_and_repeated_while_it_stands) {
  const auto path = write(R"({"prices":[{"unit":"llama","usd_per_hour":0.8}]})");
  read_from(path);
  await<core::PriceQuote>(3);
  EXPECT_EQ(sink.all<core::PriceQuote>().back().usd_per_hour, 0.8);
  write(R"({"prices":[{"unit":"llama","usd_per_hour":1.25}]})");
  run_until([&] { return sink.all<core::PriceQuote>().back().usd_per_hour == 1.25; });
  EXPECT_TRUE(told.empty());
}

TEST_F(FeedsTest, a_file_that_is_none_is_told_of_once_and_its_mending_too) {
  const auto path = (folder / "feed.json").string();
  read_from(path);
  run_until([&] { return told.size() == 1; });
  EXPECT_EQ(told[0], "source test: the feed: cannot be opened: No such file or directory");
  write("{\"prices\": [");
  run_until([&] { return told.size() == 2; });
  EXPECT_NE(told[1].find("is not JSON"), std::string::npos);
  write(R"({"prices":[{"unit":"llama","usd_per_hour":0.8}]})");
  run_until([&] { return told.size() == 3; });
  EXPECT_NE(told[2].find("is well again"), std::string::npos);
}

TEST_F(FeedsTest, B65_a_file_too_large_and_a_pipe_are_not_read) {
  write(std::string(kMaxPageBytes + 1, ' '));
  WatchedFile large((folder / "feed.json").string(), kMaxPageBytes);
  ASSERT_FALSE(large.read().ok());
  EXPECT_EQ(large.read().error().message, "is larger than 1048576 bytes");
  const auto pipe = (folder / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  ASSERT_FALSE(WatchedFile(pipe, 10).read().ok()) << "and nobody waits for its writer";
  ASSERT_FALSE(WatchedFile(folder.string(), 10).read().ok());
}

TEST_F(FeedsTest, a_file_is_the_same_text_while_it_is_the_same_file) {
  const auto path = write("one");
  WatchedFile file(path, 100);
  const auto first = file.read();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(file.read()->text, first->text);
  std::filesystem::remove(path);
  write("two");
  EXPECT_EQ(*file.read()->text, "two");
}

TEST_F(FeedsTest, a_page_is_read_as_a_file_is) {
  ScriptedServer server(io);
  server.say(R"({"prices":[{"unit":"sd21","usd_per_hour":0.5}]})", "application/json");
  read_from(Page{.address = server.address, .target = "/prices"});
  await<core::PriceQuote>(2);
  EXPECT_EQ(server.last.target, "/prices");
  server.say("{}", "application/json", 500);
  run_until([&] { return !told.empty(); });
  EXPECT_EQ(told[0], "source test: the feed: answered 500");
}

}  // namespace
}  // namespace signalbox::adapters
