// SPDX-License-Identifier: Apache-2.0
//
// An error body is valid JSON whatever it quotes.
#include "wire/json_error.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>

namespace signalbox::wire {
namespace {

TEST(JsonError, has_openais_shape) {
  EXPECT_EQ(json_error("no \"such\" model", "invalid_request_error", "model_not_found"),
            R"({"error":{"message":"no \"such\" model","type":"invalid_request_error",)"
            R"("code":"model_not_found"}})");
}

TEST(JsonError, replaces_what_is_not_utf8) {
  EXPECT_EQ(json_error("a\xff"
                       "b\xc3\xa9",
                       "t", "c"),
            "{\"error\":{\"message\":\"a\xef\xbf\xbd"
            "b\xc3\xa9\",\"type\":\"t\",\"code\":\"c\"}}");
}

RC_GTEST_PROP(JsonError, any_bytes_make_a_body_that_parses, ()) {
  const std::string message = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  boost::json::error_code ec;
  const auto parsed = boost::json::parse(json_error(message, message, message), ec);
  RC_ASSERT(!ec);
  RC_ASSERT(parsed.at("error").as_object().size() == 3u);
}

TEST(JsonError, types_follow_the_status) {
  EXPECT_EQ(error_type(400), "invalid_request_error");
  EXPECT_EQ(error_type(404), "invalid_request_error");
  EXPECT_EQ(error_type(429), "overloaded_error");
  EXPECT_EQ(error_type(503), "overloaded_error");
  EXPECT_EQ(error_type(502), "upstream_error");
  EXPECT_EQ(error_type(504), "upstream_error");
  EXPECT_EQ(error_type(500), "server_error");
  EXPECT_EQ(error_type(501), "server_error");
}

TEST(JsonError, its_message_is_found_again) {
  EXPECT_EQ(message_of_json_error(json_error("say \"no\"", "t", "c")), "say \"no\"");
  EXPECT_EQ(message_of_json_error("plain words"), "plain words");
  EXPECT_EQ(message_of_json_error("{\"error\":[]}"), "{\"error\":[]}");
}

}  // namespace
}  // namespace signalbox::wire
