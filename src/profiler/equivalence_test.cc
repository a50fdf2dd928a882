// SPDX-License-Identifier: Apache-2.0
//
// What passes between two units of a service, and what does not.
#include "profiler/equivalence.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "profiler/equivalence_report.h"
#include "profiler/test_pictures.h"

namespace signalbox::profiler {
namespace {

using testing::rounded_differently;
using testing::scene;

Result<GoldenAnswer> picture(Picture drawn) {
  Pictures pictures;
  pictures.each.push_back(std::move(drawn));
  return GoldenAnswer(std::move(pictures));
}
Result<GoldenAnswer> text(std::string said) { return GoldenAnswer(Texts{{std::move(said)}}); }
Result<GoldenAnswer> vector(std::vector<double> v) { return GoldenAnswer(Vectors{{std::move(v)}}); }
Result<GoldenAnswer> nothing(std::string why) { return Error{std::move(why)}; }

TEST(Equivalence, pictures_that_differ_by_rounding_are_the_same) {
  const Comparison found =
      compare_answers(picture(scene(1)), picture(rounded_differently(scene(1), 3)), {});
  EXPECT_TRUE(found.passed) << found.finding;
  EXPECT_GT(found.likeness, 0.95);
  EXPECT_EQ(found.finding.rfind("SSIM 0.9", 0), 0U) << found.finding;
}

TEST(Equivalence, other_pictures_and_other_sizes_are_not) {
  EXPECT_FALSE(compare_answers(picture(scene(1)), picture(scene(2)), {}).passed);
  const Comparison found = compare_answers(picture(scene(1)), picture(scene(1, 48, 40)), {});
  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.finding, "96 x 80 pixels against 48 x 40");
}

TEST(Equivalence, of_several_pictures_the_least_alike_decides) {
  Pictures here{{scene(1), scene(2)}}, there{{scene(1), scene(3)}};
  EXPECT_FALSE(compare_answers(GoldenAnswer(here), GoldenAnswer(there), {}).passed);
  there.each.pop_back();
  EXPECT_EQ(compare_answers(GoldenAnswer(here), GoldenAnswer(there), {}).finding,
            "2 pictures against 1");
}

TEST(Equivalence, texts_may_differ_by_a_few_words) {
  const std::string ten = "one two three four five six seven eight nine ten";
  const std::string other = "one two three four five six seven eight nine eleven";
  EXPECT_TRUE(compare_answers(text(ten), text(other), {}).passed);
  EXPECT_FALSE(compare_answers(text(ten), text(other), {.max_distance = 0.05}).passed);
  EXPECT_EQ(compare_answers(text(ten), text(ten), {}).finding, "equal text");
}

TEST(Equivalence, json_must_be_equal_even_inside_a_chat) {
  EXPECT_TRUE(compare_answers(text(R"({"a":1,"b":2})"), text(R"( {"b":2,"a":1})"), {}).passed);
  const Comparison found = compare_answers(text(R"({"a":1})"), text(R"({"a":2})"), {});
  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.finding, "JSON: $.a is 1 here and 2 there");
}

TEST(Equivalence, embeddings_must_point_the_same_way) {
  EXPECT_TRUE(compare_answers(vector({1, 2, 3}), vector({2, 4, 6.01}), {}).passed);
  EXPECT_FALSE(compare_answers(vector({1, 2, 3}), vector({1, 2, -3}), {}).passed);
  EXPECT_FALSE(compare_answers(vector({1, 2, 3}), vector({0, 0, 0}), {}).passed);
  EXPECT_TRUE(compare_answers(vector({1e200, 1e200}), vector({1e-200, 1e-200}), {}).passed);
  EXPECT_EQ(compare_answers(vector({1, 2}), vector({1}), {}).finding, "2 dimensions against 1");
}

TEST(Equivalence, what_cannot_be_compared_did_not_pass) {
  EXPECT_EQ(compare_answers(nothing("status 500"), text("a"), {}).finding, "the first: status 500");
  EXPECT_EQ(compare_answers(text("a"), nothing("no JSON"), {}).finding, "the second: no JSON");
  EXPECT_FALSE(compare_answers(nothing("x"), nothing("x"), {}).passed);
  EXPECT_EQ(compare_answers(text("a"), vector({1}), {}).finding, "answers of different kinds");
}

Equivalence three() {
  return {{{"a fox", {true, 0.98, "SSIM 0.980, colour 0.2 %"}},
           {"a \x1b[31mhen", {false, 0.4, "SSIM 0.400, colour 9.0 %"}},
           {"", {true, 1.0, "equal JSON"}}}};
}

TEST(Equivalence, all_prompts_must_pass_unless_less_is_asked_for) {
  const Equivalence found = three();
  EXPECT_EQ(found.passed(), 2U);
  EXPECT_FALSE(found.holds({}));
  EXPECT_TRUE(found.holds({.min_share = 0.6}));
  EXPECT_EQ(found.worst()->comparison.likeness, 0.4);
  EXPECT_FALSE(Equivalence{}.holds({.min_share = 0.0}));
  EXPECT_EQ(Equivalence{}.worst(), nullptr);
}

TEST(EquivalenceReport, people_get_a_line_for_each_prompt_and_a_verdict) {
  EXPECT_EQ(render_equivalence(three(), {}, "gpu:1", "chip:2"),
            "gpu:1 and chip:2, asked the same 3 prompts\n\n"
            "  same    a fox          SSIM 0.980, colour 0.2 %\n"
            "  DIFFER  a \xEF\xBF\xBD[31mhen     SSIM 0.400, colour 9.0 %\n"
            "  same    (a plain GET)  equal JSON\n\n"
            "  NOT equivalent: 2 of 3 prompts passed\n"
            "  The least alike: a \xEF\xBF\xBD[31mhen     SSIM 0.400, colour 9.0 %\n"
            "  They should not share the traffic of one service: clients would see which unit "
            "answered.\n  Compare model, revision, precision, scheduler and steps; or allow more "
            "with --min-ssim,\n  --max-distance or --min-share.\n");
}

TEST(EquivalenceReport, programs_get_one_object) {
  const auto object =
      boost::json::parse(equivalence_json(three(), {.min_share = 0.5}, "gpu:1", "chip:2"))
          .as_object();
  EXPECT_EQ(object.at("equivalent"), true);
  EXPECT_EQ(object.at("passed"), 2);
  EXPECT_EQ(object.at("worst_finding"), "SSIM 0.400, colour 9.0 %");
  EXPECT_EQ(object.at("verdicts").as_array().size(), 3U);
}

}  // namespace
}  // namespace signalbox::profiler
