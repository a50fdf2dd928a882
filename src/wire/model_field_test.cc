// SPDX-License-Identifier: Apache-2.0
//
// The model is found wherever it stands in the object and however the body is cut, no later than
// the byte that ends it; what only looks like it is not found.
#include "wire/model_field.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace signalbox::wire {
namespace {

using State = ModelField::State;
using Until = ModelField::Until;

std::string read(const std::vector<std::string_view>& pieces, Until until) {
  ModelField field(until);
  for (const std::string_view piece : pieces) field.feed(piece);
  field.finish();
  std::string out;
  switch (field.state()) {
    case State::kNeedMore:
      out = "need more";
      break;
    case State::kFound:
      out = "found ";
      break;
    case State::kAbsent:
      out = "absent";
      break;
    case State::kMalformed:
      out = field.problem().empty() ? "malformed without a reason" : "malformed";
      break;
  }
  out += field.model();
  if (field.stream()) out += *field.stream() ? " stream" : " whole";
  return out;
}

// The reading of a body, the same for every cut in two and for single bytes.
std::string reading(std::string_view body, Until until = Until::kModel) {
  const std::string whole = read({body}, until);
  std::vector<std::string_view> bytes;
  for (std::size_t at = 0; at < body.size(); ++at) {
    bytes.push_back(body.substr(at, 1));
    EXPECT_EQ(read({body.substr(0, at), body.substr(at)}, until), whole) << body << " at " << at;
  }
  EXPECT_EQ(read(bytes, until), whole) << body;
  return whole;
}

TEST(ModelField, finds_the_model_anywhere_in_the_object) {
  EXPECT_EQ(reading(R"({"model":"sd21","prompt":"x"})"), "found sd21");
  EXPECT_EQ(reading(R"( { "n" : 1.5e3 , "a":[{"model":"no"}], "model" : "sd21" } )"), "found sd21");
  EXPECT_EQ(reading(R"({"x":{"model":"inner"},"y":null,"z":true,"model":"outer"})"), "found outer");
}

TEST(ModelField, understands_escapes_in_key_and_value) {
  EXPECT_EQ(reading(R"({"mod\u0065l":"a\/b\u00e9\"c"})"), "found a/b\xc3\xa9\"c");
}

TEST(ModelField, is_absent_where_no_top_level_model_is) {
  for (const std::string_view body :
       {"{}", "", " \r\n", "[]", R"([{"model":"a"}])", R"("model")", "7", "null", "true",
        R"({"models":"a"})", R"({"a":{"model":"b"}})", R"({"a":"model","b":"c"})",
        R"({"model":null})", R"({"Model":"a"})", R"({"":"model"})"}) {
    EXPECT_EQ(reading(body), "absent") << body;
  }
}

TEST(ModelField, is_malformed_where_the_body_is) {
  for (const std::string_view body :
       {"{", "x", R"({"a")", R"({"a":})", R"({"a":1,})", R"({"model":7})", R"({"model":["a"]})",
        R"({"model":{"a":1}})", R"({"model":true})", R"({"model":""})", "{} {}", R"({"a":"\q"})",
        "{\"a\":\"\xff\"}", "[] x"}) {
    EXPECT_EQ(reading(body), "malformed") << body;
  }
}

TEST(ModelField, stops_at_the_closing_quote_and_reads_no_further) {
  ModelField field;
  EXPECT_EQ(field.feed(R"({"model":"sd2)"), State::kNeedMore);
  EXPECT_EQ(field.model(), "");
  EXPECT_EQ(field.feed(R"(1")"), State::kFound);
  EXPECT_EQ(field.model(), "sd21");
  EXPECT_EQ(field.feed("this is not JSON"), State::kFound);
  EXPECT_EQ(field.finish(), State::kFound);
}

TEST(ModelField, reads_on_for_stream_when_asked) {
  EXPECT_EQ(reading(R"({"model":"a","stream":true,oops)", Until::kModelAndStream),
            "found a stream");
  EXPECT_EQ(reading(R"({"stream":false,"model":"a")", Until::kModelAndStream), "found a whole");
  EXPECT_EQ(reading(R"({"model":"a","stream":"yes"})", Until::kModelAndStream), "found a");
  EXPECT_EQ(reading(R"({"model":"a"})", Until::kModelAndStream), "found a");
  EXPECT_EQ(reading(R"({"stream":true})", Until::kModelAndStream), "absent stream");

  ModelField field(Until::kModelAndStream);
  EXPECT_EQ(field.feed(R"({"model":"a",)"), State::kNeedMore);
  EXPECT_EQ(field.model(), "a") << "known before it is done";
}

TEST(ModelField, the_first_model_counts) {
  EXPECT_EQ(reading(R"({"model":"a","model":"b"})", Until::kModelAndStream), "found a");
}

TEST(ModelField, B38_deep_nesting_is_malformed_and_costs_nothing) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + R"(,"model":"m"})";
  };
  EXPECT_EQ(read({nested(100)}, Until::kModel), "found m");
  EXPECT_EQ(read({nested(10'000)}, Until::kModel), "malformed");
  EXPECT_EQ(read({R"({"a":)" + std::string(10'000, '{')}, Until::kModel), "malformed");
}

TEST(ModelField, an_overlong_model_is_malformed) {
  EXPECT_EQ(reading(R"({"model":")" + std::string(256, 'm') + "\"}"),
            "found " + std::string(256, 'm'));
  EXPECT_EQ(reading(R"({"model":")" + std::string(257, 'm') + "\"}"), "malformed");
}

TEST(ModelField, long_keys_and_strings_pass_by) {
  const std::string text(100'000, 'x');
  const std::string body = "{\"" + text + "\":\"" + text + R"(","model":"m"})";
  EXPECT_EQ(read({body}, Until::kModel), "found m");
}

TEST(ModelField, can_be_used_again) {
  ModelField field;
  EXPECT_EQ(field.feed("x"), State::kMalformed);
  field.reset();
  EXPECT_EQ(field.problem(), "");
  EXPECT_EQ(field.feed(R"({"model":"a"})"), State::kFound);
  field.reset();
  EXPECT_EQ(field.model(), "");
  EXPECT_EQ(field.feed("{}"), State::kNeedMore);
  EXPECT_EQ(field.finish(), State::kAbsent);
}

}  // namespace
}  // namespace signalbox::wire
