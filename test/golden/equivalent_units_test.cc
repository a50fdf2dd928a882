// SPDX-License-Identifier: Apache-2.0
//
// Real servers asked the same: two emulated units that draw the same pictures, one that rounds
// differently, one that draws something else, and some that are not well.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>

#include "http/loopback.h"
#include "profiler/golden_drive.h"
#include "profiler/test_pictures.h"
#include "test/stage/emulated_units.h"
#include "test/stage/scripted_unit.h"
#include "wire/base64.h"

namespace signalbox::profiler {
namespace {

using http::testing::LiveServer;

// The paper's two cheapest kinds, as emulated: both answer at once.
core::FleetSpec two_units() {
  core::FleetSpec fleet;
  for (const char* name : {"inf2", "g5"}) {
    core::UnitSpec unit;
    unit.name = name;
    unit.profile = core::Profile::measured({{1, 2ms}}, 0.0);
    unit.endpoints = {{"127.0.0.1", 0}};
    fleet.units.push_back(std::move(unit));
  }
  return fleet;
}

class EquivalentUnits : public ::testing::Test {
 protected:
  EquivalentUnits() : units_(two_units()) {}

  core::Address emulated(std::uint32_t unit) { return units_.address(UnitId{unit}); }

  Result<Equivalence> compare(const core::Address& a, const core::Address& b,
                              const std::string& path = "/genimage", Duration timeout = 10s) {
    const GoldenQuestion question{.path = path};
    return compare_units({.a = {"a", a},
                          .b = {"b", b},
                          .question = question,
                          .prompts = built_in_prompts(question.api()),
                          .tolerances = {},
                          .timeout = timeout});
  }

  stage::EmulatedUnits units_;
};

// Answers /genimage with what `bytes_for` makes of the prompt, in base64.
http::Handler paint(std::function<std::string(const std::string& prompt)> bytes_for) {
  return [bytes_for](http::Request request, std::shared_ptr<http::Responder> responder) {
    const auto body = boost::json::parse(request.body).as_object();
    const std::string prompt(body.at("prompt").as_string());
    responder->send(
        {200,
         {{"content-type", "application/json"}},
         fmt::format(R"({{"response":"{}"}})", wire::base64_encode(bytes_for(prompt)))});
  };
}

std::uint64_t seed_of(const std::string& prompt) {
  return prompt.size() + 31U * static_cast<unsigned char>(prompt[0]);
}

TEST_F(EquivalentUnits, two_that_draw_the_same_are_equivalent) {
  for (const char* path : {"/genimage", "/v1/images/generations", "/v1/chat/completions",
                           "/v1/completions", "/v1/embeddings"}) {
    const auto found = compare(emulated(0), emulated(1), path);
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_TRUE(found->holds({})) << path << ": " << found->worst()->comparison.finding;
    EXPECT_EQ(found->worst()->comparison.likeness, 1.0) << path;
    EXPECT_EQ(found->prompts.size(), 8U);
  }
}

TEST_F(EquivalentUnits, a_third_that_draws_something_else_is_not) {
  LiveServer other(paint([](const std::string& prompt) {
    return testing::png_of(testing::scene(seed_of(prompt), 64, 64));
  }));
  const auto found = compare(emulated(0), other.address());
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_FALSE(found->holds({}));
  EXPECT_EQ(found->passed(), 0U);
}

TEST_F(EquivalentUnits, rounding_and_another_format_make_no_difference) {
  const auto drawn = [](const std::string& prompt) {
    return testing::scene(seed_of(prompt), 128, 96);
  };
  LiveServer exact(
      paint([&](const std::string& prompt) { return testing::png_of(drawn(prompt)); }));
  LiveServer rounding(paint([&](const std::string& prompt) {
    return testing::jpeg_of(testing::rounded_differently(drawn(prompt), 2));
  }));
  const auto found = compare(exact.address(), rounding.address());
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_TRUE(found->holds({})) << found->worst()->comparison.finding;
  EXPECT_LT(found->worst()->comparison.likeness, 1.0);
}

TEST_F(EquivalentUnits, one_that_heeds_no_seed_is_found_out) {
  std::atomic<std::uint64_t> asked{0};
  LiveServer moody(
      paint([&](const std::string&) { return testing::png_of(testing::scene(++asked, 64, 64)); }));
  const auto found = compare(moody.address(), emulated(1));
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_NE(found->worst()->comparison.finding.find("a does not agree with itself either"),
            std::string::npos)
      << found->worst()->comparison.finding;
}

TEST_F(EquivalentUnits, what_is_not_well_is_a_verdict_and_never_a_crash) {
  const std::string png = testing::png_of(testing::scene(1, 64, 64));
  LiveServer cut(paint([&](const std::string&) { return png.substr(0, png.size() / 2); }));
  LiveServer words(paint([](const std::string&) { return "no picture at all"; }));
  LiveServer refusing([](http::Request, std::shared_ptr<http::Responder> responder) {
    responder->send({503, {}, "the model is loading"});
  });
  LiveServer resetting(
      [](http::Request, std::shared_ptr<http::Responder> responder) { responder->reset(); });
  const struct {
    core::Address address;
    std::string says;
  } cases[] = {{cut.address(), "breaks off or is damaged"},
               {words.address(), "neither a PNG nor a JPEG"},
               {refusing.address(), "status 503: the model is loading"},
               {resetting.address(), "the second: "}};
  for (const auto& each : cases) {
    const auto found = compare(emulated(0), each.address);
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_FALSE(found->holds({}));
    EXPECT_NE(found->worst()->comparison.finding.find(each.says), std::string::npos)
        << found->worst()->comparison.finding;
  }
}

TEST_F(EquivalentUnits, one_that_never_answers_costs_its_time_limit_only) {
  LiveServer silent([](http::Request, std::shared_ptr<http::Responder>) {});
  const GoldenQuestion question{};
  const auto found = compare_units({.a = {"a", emulated(0)},
                                    .b = {"b", silent.address()},
                                    .question = question,
                                    .prompts = {"a fox"},
                                    .tolerances = {},
                                    .timeout = 50ms});
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_FALSE(found->holds({}));
}

TEST_F(EquivalentUnits, nobody_there_is_an_error_that_names_the_address) {
  const auto found = compare(emulated(0), stage::nobody());
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().message.find("127.0.0.1"), std::string::npos) << found.error().message;
}

}  // namespace
}  // namespace signalbox::profiler
