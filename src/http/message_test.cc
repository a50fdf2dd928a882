// SPDX-License-Identifier: Apache-2.0
//
// Looking up headers and query parameters.
#include "http/message.h"

#include <gtest/gtest.h>

namespace signalbox::http {
namespace {

TEST(Message, headers_are_found_in_any_case) {
  const std::vector<Header> headers = {{"Content-Type", "a"}, {"content-type", "b"}};
  EXPECT_EQ(find_header(headers, "CONTENT-TYPE"), "a");
  EXPECT_EQ(find_header(headers, "Content"), "");
}

TEST(Message, the_path_ends_where_the_query_begins) {
  EXPECT_EQ(Request{.target = "/a/b?c=/d"}.path(), "/a/b");
  EXPECT_EQ(Request{.target = "/a"}.path(), "/a");
  EXPECT_EQ(Request{.target = "/?"}.path(), "/");
}

TEST(Message, query_parameters_are_decoded) {
  const Request request{.target = "/x?a=1&b=x%20y+z&&c&d=&a=2&e%3D=%zz%4"};
  EXPECT_EQ(request.query_param("a"), "1");
  EXPECT_EQ(request.query_param("b"), "x y z");
  EXPECT_EQ(request.query_param("c"), "");
  EXPECT_EQ(request.query_param("d"), "");
  EXPECT_EQ(request.query_param("e="), "%zz%4");
  EXPECT_EQ(request.query_param("f"), std::nullopt);
  EXPECT_EQ(Request{.target = "/x"}.query_param("a"), std::nullopt);
}

}  // namespace
}  // namespace signalbox::http
