// SPDX-License-Identifier: Apache-2.0
//
// What is written is read again, exactly; what is not a profile says where it is not.
#include "profiler/profile_file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

#include "profiler/compare.h"
#include "profiler/drawing_svg.h"
#include "profiler/plot.h"
#include "profiler/sample_profiles.h"

namespace signalbox::profiler {
namespace {

std::string complaint(const std::string& text) {
  const auto profile = parse_profile(text);
  return profile.ok() ? "a profile" : profile.error().message;
}

// The sample's file with one member put in place of another, or taken away.
std::string with(std::string_view pointer, boost::json::value value) {
  auto document = boost::json::parse(profile_json(testing::language_model()));
  boost::system::error_code error;
  *document.find_pointer(pointer, error) = std::move(value);
  return boost::json::serialize(document);
}

TEST(ProfileFile, what_is_written_is_read_again) {
  for (UnitProfile unit : {testing::single_server("inf2", 2.05, 0.7582), testing::batching(),
                           testing::language_model(), testing::never_holds(), UnitProfile{}}) {
    unit.seed = 0xFFFF'FFFF'FFFF'FFFFULL;
    unit.language = core::LanguageProfile{
        .first_token_base = 123456789ns,
        .per_prompt_token = 1234ns,
        .per_output_token = core::Profile::measured({{1, 20ms}, {8, 33333333ns}}, 0.1),
        .prompt_tokens = 512,
        .output_tokens = 128};
    const std::string text = profile_json(unit);
    const auto read = parse_profile(text);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_TRUE(profile_json(*read) == text) << unit.name;
    EXPECT_EQ(read->seed, unit.seed);
    EXPECT_EQ(read->points.size(), unit.points.size());
    EXPECT_EQ(read->language->first_token_base, 123456789ns);
    EXPECT_EQ(svg_of(plot_of(*read)), svg_of(plot_of(unit)));
  }
}

TEST(ProfileFile, what_is_wrong_has_a_place) {
  const struct {
    std::string text, says;
  } cases[] = {
      {"", "no JSON"},
      {"[]", "$ is not an object"},
      {"{}", "$.format is not a text"},
      {with("/format", "signalbox-profile-9"), "$.format is not \"signalbox-profile-1\""},
      {with("/name", 7), "$.name is not a text"},
      {with("/task", "video"), "$.task is not one of plain, image, chat"},
      {with("/points/2/offered_per_s", -1),
       "$.points[2].offered_per_s is not a number, 0 or above"},
      {with("/points/0/latency/p99_s", 1e300), "$.points[0].latency.p99_s is not a time"},
      {with("/points/1/held", 1), "$.points[1].held is not true or false"},
      {with("/plateau_per_s", nullptr), "$.plateau_per_s is not an object"},
      {with("/objective/quantile", 1.5), "$.objective.quantile is not a share between 0 and 1"},
      {with("/slots", 0), "$.slots is not a whole number from 1"},
      {with("/curve/points", boost::json::array{}), "$.curve.points is not a curve"},
      {with("/curve/points/1/in_flight", 1), "$.curve.points is not a curve"},
      {with("/predicted", 3), "$.predicted is not a list"},
      {with("/seed", "18446744073709551616"), "$.seed is not digits"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(complaint(each.text).rfind(each.says, 0), 0U) << complaint(each.text);
  }
}

RC_GTEST_PROP(ProfileFileProperty, any_damage_gives_a_complaint_or_what_can_be_drawn, ()) {
  static const std::string sound = profile_json(testing::batching());
  std::string text = sound;
  for (int left = *rc::gen::inRange(1, 4); left > 0; --left) {
    text[*rc::gen::inRange<std::size_t>(0, text.size())] =
        *rc::gen::element('0', '9', 'e', '-', '.', ',', '"', '{', ']', 'x');
  }
  const auto profile = parse_profile(text);
  if (profile.ok()) {
    RC_ASSERT(!svg_of(plot_of(*profile)).empty());
    RC_ASSERT(!render_comparison(compare_profiles({*profile, *profile})).empty());
  } else {
    RC_ASSERT(!profile.error().message.empty());
  }
}

}  // namespace
}  // namespace signalbox::profiler
