// SPDX-License-Identifier: Apache-2.0
//
// Answers as Prometheus 2.42 writes them, and what is none.
#include "wire/prometheus_query.h"

#include <gtest/gtest.h>

#include <cmath>

namespace signalbox::wire {
namespace {

std::string refusal(std::string_view body, std::size_t most = 10) {
  const auto answer = read_prometheus_answer(body, most);
  return answer.ok() ? "read" : answer.error().message;
}

TEST(PrometheusQuery, an_expression_is_escaped_into_the_target) {
  EXPECT_EQ(prometheus_query_target("", R"(sum(up{job="a b"})+1)", 2.0),
            "/api/v1/query?query=sum%28up%7Bjob%3D%22a%20b%22%7D%29%2B1&timeout=2.000");
  EXPECT_EQ(prometheus_query_target("/prom", "x:y_z\r\n\xc3\xa9", 0.5),
            "/prom/api/v1/query?query=x%3Ay_z%0D%0A%C3%A9&timeout=0.500");
}

TEST(PrometheusQuery, a_vector_gives_a_point_for_each_series) {
  const auto answer = read_prometheus_answer(
      R"({"status":"success","data":{"resultType":"vector","result":[
          {"metric":{"__name__":"price","unit":"a"},"value":[1742982067.25,"1.006"]},
          {"metric":{},"value":[1742982067,"NaN"]},{"metric":{},"value":[1742982067,"-Inf"]}]}})");
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  ASSERT_EQ(answer->size(), 3u);
  EXPECT_EQ(answer->at(0).label("unit"), "a");
  EXPECT_EQ(answer->at(0).label("zone"), "");
  EXPECT_DOUBLE_EQ(answer->at(0).value, 1.006);
  EXPECT_EQ(answer->at(0).unix_nanos, 1742982067250000000);
  EXPECT_TRUE(std::isnan(answer->at(1).value));
  EXPECT_TRUE(std::isinf(answer->at(2).value));
}

TEST(PrometheusQuery, a_scalar_is_one_point_without_labels_and_nothing_is_no_error) {
  const auto scalar = read_prometheus_answer(
      R"({"status":"success","data":{"resultType":"scalar","result":[1.5,"2"]}})");
  ASSERT_TRUE(scalar.ok());
  ASSERT_EQ(scalar->size(), 1u);
  EXPECT_EQ(scalar->at(0).value, 2.0);
  EXPECT_TRUE(scalar->at(0).labels.empty());
  const auto nothing =
      read_prometheus_answer(R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  ASSERT_TRUE(nothing.ok());
  EXPECT_TRUE(nothing->empty());
}

TEST(PrometheusQuery, the_servers_own_complaint_is_passed_on) {
  EXPECT_EQ(refusal(R"({"status":"error","errorType":"bad_data","error":"1:4: parse error"})"),
            "bad_data: 1:4: parse error");
}

TEST(PrometheusQuery, an_expression_of_another_kind_is_refused_with_what_to_write) {
  EXPECT_EQ(refusal(R"({"status":"success","data":{"resultType":"matrix","result":[]}})"),
            "the expression gives a matrix; write one that gives a number, or one for each series");
  EXPECT_EQ(refusal(R"({"status":"success","data":{"resultType":"vector","result":[
          {"metric":{},"value":[1,"1"]},{"metric":{},"value":[1,"1"]}]}})",
                    1),
            "the expression gives 2 series, more than 1; aggregate them");
}

TEST(PrometheusQuery, what_is_no_answer_is_refused_in_every_shape) {
  for (const auto* wrong :
       {"", "<html>", "[]", "1", "{}", R"({"status":"success"})",
        R"({"status":"success","data":[]})",
        R"({"status":"success","data":{"resultType":"scalar"}})",
        R"({"status":"success","data":{"resultType":"scalar","result":[1]}})",
        R"({"status":"success","data":{"resultType":"scalar","result":["1","1"]}})",
        R"({"status":"success","data":{"resultType":"scalar","result":[1,1]}})",
        R"({"status":"success","data":{"resultType":"scalar","result":[1,"1e999"]}})",
        R"({"status":"success","data":{"resultType":"scalar","result":[1e300,"1"]}})",
        R"({"status":"success","data":{"resultType":"vector"}})",
        R"({"status":"success","data":{"resultType":"vector","result":[1]}})",
        R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{}}]}})",
        R"({"status":"success","data":{"resultType":"vector","result":[{"value":[1,"1"]}]}})"}) {
    EXPECT_NE(refusal(wrong), "read") << wrong;
  }
}

}  // namespace
}  // namespace signalbox::wire
