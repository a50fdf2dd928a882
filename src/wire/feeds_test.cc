// SPDX-License-Identifier: Apache-2.0
//
// Feeds of prices, quotas and notices as they are written, and every way to write them wrongly.
#include <gtest/gtest.h>

#include "wire/capacity_feeds.h"
#include "wire/price_feeds.h"

namespace signalbox::wire {
namespace {

template <class Read>
std::string refusal(const Read& read, std::string_view text) {
  const auto value = read(text);
  return value.ok() ? "read" : value.error().message;
}

TEST(PriceFeeds, a_list_of_prices_names_units_and_may_say_when) {
  const auto prices = read_unit_prices(
      R"({"prices":[{"unit":"a","usd_per_hour":1.006,"at":"1970-01-01T00:00:01Z"},
                    {"unit":"b","usd_per_hour":"0.75","note":"ours"}]})");
  ASSERT_TRUE(prices.ok()) << prices.error().message;
  ASSERT_EQ(prices->size(), 2u);
  EXPECT_EQ(prices->at(0).unit, "a");
  EXPECT_DOUBLE_EQ(prices->at(0).usd_per_hour, 1.006);
  EXPECT_EQ(prices->at(0).unix_nanos, 1'000'000'000);
  EXPECT_DOUBLE_EQ(prices->at(1).usd_per_hour, 0.75);
  EXPECT_EQ(prices->at(1).unix_nanos, std::nullopt);
  EXPECT_TRUE(read_unit_prices(R"({"prices":[]})").ok());
}

TEST(PriceFeeds, a_price_list_with_one_wrong_entry_is_refused_whole) {
  EXPECT_EQ(refusal(read_unit_prices, R"({"prices":[{"unit":"a","usd_per_hour":1},{"unit":"b"}]})"),
            "prices[1] has no number under usd_per_hour");
  EXPECT_EQ(refusal(read_unit_prices, R"({"prices":[{"usd_per_hour":1}]})"),
            "prices[0] names no unit");
  EXPECT_EQ(refusal(read_unit_prices, R"({"prices":[{"unit":"a","usd_per_hour":1,"at":"now"}]})"),
            "prices[0] has an 'at' that is no moment; write 2025-03-26T09:41:07Z");
  for (const auto* wrong : {"", "[]", "{}", R"({"prices":{}})", R"({"prices":[1]})",
                            R"({"prices":[{"unit":1,"usd_per_hour":1}]})",
                            R"({"prices":[{"unit":"a","usd_per_hour":"cheap"}]})",
                            R"({"prices":[{"unit":"a","usd_per_hour":"inf"}]})",
                            R"({"prices":[{"unit":"a","usd_per_hour":1,"at":7}]})"}) {
    EXPECT_NE(refusal(read_unit_prices, wrong), "read") << wrong;
  }
  EXPECT_NE(refusal(read_unit_prices, std::string(100'000, '[')), "read") << "nested without end";
}

TEST(PriceFeeds, of_a_spot_history_the_newest_price_of_each_market_is_read) {
  const auto prices = read_aws_spot_prices(R"({"SpotPriceHistory":[
      {"AvailabilityZone":"us-west-2a","InstanceType":"g5.xlarge","ProductDescription":"Linux/UNIX",
       "SpotPrice":"0.4021","Timestamp":"2025-03-26T09:00:00+00:00"},
      {"AvailabilityZone":"us-west-2a","InstanceType":"g5.xlarge","ProductDescription":"Linux/UNIX",
       "SpotPrice":"0.4100","Timestamp":"2025-03-26T11:00:00.000Z"},
      {"AvailabilityZone":"us-west-2b","InstanceType":"g5.xlarge","ProductDescription":"Linux/UNIX",
       "SpotPrice":"0.5000","Timestamp":"2025-03-25T11:00:00.000Z"},
      {"AvailabilityZone":"us-west-2a","InstanceType":"g5.xlarge","ProductDescription":"Linux/UNIX",
       "SpotPrice":"0.3900","Timestamp":"2025-03-26T10:00:00.000Z"}]})");
  ASSERT_TRUE(prices.ok()) << prices.error().message;
  ASSERT_EQ(prices->size(), 2u);
  EXPECT_EQ(prices->at(0).zone, "us-west-2a");
  EXPECT_DOUBLE_EQ(prices->at(0).usd_per_hour, 0.41);
  EXPECT_DOUBLE_EQ(prices->at(1).usd_per_hour, 0.5);
  EXPECT_EQ(prices->at(1).instance_type, "g5.xlarge");
  EXPECT_EQ(prices->at(1).product, "Linux/UNIX");
}

TEST(PriceFeeds, a_spot_history_that_is_none_is_refused) {
  EXPECT_EQ(refusal(read_aws_spot_prices, R"({"prices":[]})"),
            "has no SpotPriceHistory; it is what 'aws ec2 describe-spot-price-history' prints");
  for (const auto* wrong :
       {R"({"SpotPriceHistory":[{"InstanceType":"g5","SpotPrice":"1"}]})",
        R"({"SpotPriceHistory":[{"InstanceType":"g5","Timestamp":"2025-03-26T09:00:00Z"}]})",
        R"({"SpotPriceHistory":[{"SpotPrice":"1","Timestamp":"2025-03-26T09:00:00Z"}]})"}) {
    EXPECT_NE(refusal(read_aws_spot_prices, wrong), "read") << wrong;
  }
}

TEST(CapacityFeeds, quotas_are_whole_numbers_or_null) {
  const auto quotas = read_quotas(
      R"({"quotas":[{"unit":"a","max_replicas":12},{"unit":"b","max_replicas":null}]})");
  ASSERT_TRUE(quotas.ok()) << quotas.error().message;
  EXPECT_EQ(quotas->at(0).max_replicas, 12);
  EXPECT_EQ(quotas->at(1).max_replicas, std::nullopt);
  for (const auto* wrong :
       {"{}", R"({"quotas":[{"max_replicas":1}]})", R"({"quotas":[{"unit":"a"}]})",
        R"({"quotas":[{"unit":"a","max_replicas":-1}]})",
        R"({"quotas":[{"unit":"a","max_replicas":1.5}]})",
        R"({"quotas":[{"unit":"a","max_replicas":1e308}]})",
        R"({"quotas":[{"unit":"a","max_replicas":true}]})"}) {
    EXPECT_NE(refusal(read_quotas, wrong), "read") << wrong;
  }
}

TEST(CapacityFeeds, notices_say_which_machine_goes_and_when) {
  const auto notices = read_spot_notices(
      R"({"notices":[{"endpoint":"10.0.0.7:8000","action":"stop","time":"1970-01-01T00:02:00Z"}]})");
  ASSERT_TRUE(notices.ok()) << notices.error().message;
  EXPECT_EQ(notices->at(0).endpoint, "10.0.0.7:8000");
  EXPECT_EQ(notices->at(0).unix_nanos, 120'000'000'000);
  const auto own = read_instance_action(R"({"action":"terminate","time":"1970-01-01T00:02:00Z"})");
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(own->action, "terminate");
  EXPECT_EQ(own->endpoint, "");
  for (const auto* wrong : {"", "{}", R"({"action":"stop"})", R"({"time":"1970-01-01T00:02:00Z"})",
                            R"({"action":"stop","time":"soon"})"}) {
    EXPECT_NE(refusal(read_instance_action, wrong), "read") << wrong;
  }
  for (const auto* wrong :
       {"{}", R"({"notices":[{"action":"stop","time":"1970-01-01T00:02:00Z"}]})",
        R"({"notices":[{"endpoint":"a:1","time":"1970-01-01T00:02:00Z"}]})"}) {
    EXPECT_NE(refusal(read_spot_notices, wrong), "read") << wrong;
  }
}

}  // namespace
}  // namespace signalbox::wire
