// SPDX-License-Identifier: Apache-2.0
//
// Quantities: what is read, what is refused and with which words, and that writing and reading are
// inverse.
#include "config/units_of_measure.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <regex>
#include <string>

namespace signalbox::config {
namespace {

std::string complaint_of(const Result<Duration, Complaint>& result) {
  return result.ok() ? "accepted" : result.error().message + "; " + result.error().hint;
}

TEST(Durations, are_read_exactly_in_every_unit) {
  EXPECT_EQ(*parse_duration("2s"), 2s);
  EXPECT_EQ(*parse_duration("500ms"), 500ms);
  EXPECT_EQ(*parse_duration("250us"), 250us);
  EXPECT_EQ(*parse_duration("1m"), 60s);
  EXPECT_EQ(*parse_duration("1h"), 3600s);
  EXPECT_EQ(*parse_duration("0.1s"), 100ms);
  EXPECT_EQ(*parse_duration("1.5 m"), 90s);
  EXPECT_EQ(*parse_duration("0s"), 0s);
}

TEST(Power, is_read_in_watts_and_energy_by_the_kilowatt_hour) {
  EXPECT_EQ(*parse_power("350 W"), 350.0);
  EXPECT_EQ(*parse_power("1.5kW"), 1500.0);
  EXPECT_EQ(*parse_energy_price("0.30 USD/kWh"), 0.30);
  EXPECT_EQ(*parse_energy_price("80 USD/MWh"), 0.08);
  EXPECT_EQ(parse_power("350").error().hint, "write a power such as 350 W or 2.5 kW");
  EXPECT_EQ(parse_power("350 watts").error().hint, "write 350 W");
  EXPECT_EQ(parse_energy_price("0.3 $/kWh").error().hint, "write 0.3 USD/kWh");
}

TEST(Durations, a_bare_number_is_refused_with_examples) {
  EXPECT_EQ(complaint_of(parse_duration("2")),
            "'2' has no unit of measure; write a duration such as 2s, 500ms or 1m");
}

TEST(Durations, a_unit_of_another_tongue_is_translated) {
  EXPECT_EQ(complaint_of(parse_duration("5 minutes")),
            "'minutes' in '5 minutes' is not a unit of measure of a duration; write 5m");
  EXPECT_EQ(complaint_of(parse_duration("20mss")),
            "'mss' in '20mss' is not a unit of measure of a duration; did you mean 20ms?");
}

TEST(Durations, several_parts_are_added_up_in_the_hint) {
  EXPECT_EQ(complaint_of(parse_duration("1h2m3s")),
            "'1h2m3s' has more than one number; write one number and one unit: 3723s");
}

TEST(Durations, odd_numbers_are_refused) {
  for (const char* odd :
       {"", " ", "s", "-1s", "+1s", ".5s", "1.s", "1e3s", "0x10s", "nan", "inf", "infs", "1_000s",
        "1 000s", "1s ", "1\ts", "１s", "99999999999999999999h"}) {
    EXPECT_FALSE(parse_duration(odd).ok()) << "'" << odd << "'";
  }
  const std::string digits(5000, '9');
  EXPECT_FALSE(parse_duration(digits + "s").ok());
}

TEST(Rates, per_second_and_per_minute) {
  EXPECT_DOUBLE_EQ(*parse_rate("123/min"), 2.05);
  EXPECT_DOUBLE_EQ(*parse_rate("2.05/s"), 2.05);
  EXPECT_DOUBLE_EQ(*parse_rate("36 /h"), 0.01);
  EXPECT_EQ(parse_rate("105 rpm").error().hint, "write 105/min");
  EXPECT_EQ(parse_rate("3 req/s").error().hint, "write 3/s");
}

TEST(Prices, are_usd_per_hour) {
  EXPECT_DOUBLE_EQ(*parse_price("0.7582 USD/hour"), 0.7582);
  EXPECT_DOUBLE_EQ(*parse_price("3USD/h"), 3.0);
  EXPECT_DOUBLE_EQ(*parse_price("0 USD/hour"), 0.0);
  EXPECT_EQ(parse_price("0.75 USD").error().hint, "write 0.75 USD/hour");
  EXPECT_EQ(parse_price("0.75").error().message, "'0.75' has no unit of measure");
  EXPECT_FALSE(parse_price("$0.75/hour").ok());
}

TEST(Fractions, percent_or_a_bare_share) {
  EXPECT_DOUBLE_EQ(*parse_fraction("99%"), 0.99);
  EXPECT_DOUBLE_EQ(*parse_fraction("99.9 %"), 0.999);
  EXPECT_DOUBLE_EQ(*parse_fraction("0.99"), 0.99);
  EXPECT_DOUBLE_EQ(*parse_fraction("250%"), 2.5);
  EXPECT_EQ(parse_fraction("99").error().hint, "write 99% if percent are meant");
}

TEST(Sizes, are_binary_and_whole) {
  EXPECT_EQ(*parse_size("64KiB"), 65536);
  EXPECT_EQ(*parse_size("1.5MiB"), 1572864);
  EXPECT_EQ(*parse_size("100B"), 100);
  EXPECT_FALSE(parse_size("0.3B").ok());
  EXPECT_EQ(parse_size("64MB").error().hint, "write 64MiB");
}

TEST(Counts, are_digits_only) {
  EXPECT_EQ(*parse_count("4096"), 4096);
  for (const char* odd : {"", "-1", "1.0", "1e3", "four", "4 ", "0x4", "99999999999999999999"}) {
    EXPECT_FALSE(parse_count(odd).ok()) << odd;
  }
}

TEST(Patterns, accept_what_the_parser_accepts) {
  const std::regex durations{quantity_pattern(kDurations)};
  EXPECT_TRUE(std::regex_match("1.5 s", durations));
  EXPECT_FALSE(std::regex_match("15", durations));
  const std::regex rates{quantity_pattern(kRates)};
  EXPECT_TRUE(std::regex_match("123/min", rates));
}

RC_GTEST_PROP(Durations, are_read_back_as_written, ()) {
  constexpr std::int64_t kDay = 86'400'000'000;
  const std::chrono::microseconds written{*rc::gen::inRange<std::int64_t>(0, 40 * kDay)};
  const std::int64_t grain = *rc::gen::element<std::int64_t>(1, 1'000, 1'000'000, 60'000'000);
  const Duration rounded = written / grain * grain;
  const auto read = parse_duration(format_duration(rounded));
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == rounded);
}

RC_GTEST_PROP(Sizes, are_read_back_as_written, ()) {
  const auto bytes = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 36);
  const auto shift = *rc::gen::inRange(0, 30);
  const std::int64_t rounded = bytes >> shift << shift;
  const auto read = parse_size(format_size(rounded));
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == rounded);
}

RC_GTEST_PROP(Quantities, any_text_is_read_or_refused_like_its_pattern, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("0123456789. -+esmhuiBKMG%/nUSDour")));
  static const std::regex pattern{quantity_pattern(kDurations)};
  const auto read = parse_duration(text);
  if (read.ok()) {
    RC_ASSERT(std::regex_match(text, pattern));
  } else {
    RC_ASSERT(!read.error().message.empty());
    RC_ASSERT(!read.error().hint.empty());
  }
}

}  // namespace
}  // namespace signalbox::config
