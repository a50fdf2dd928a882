// SPDX-License-Identifier: Apache-2.0
//
// The 33 cases of h1spec (github.com/uNetworking/h1spec), made again as tests of our own: requests
// cut anywhere are waited for and then served; what is wrong is refused with a 4xx or 5xx. One live
// gateway for all, one connection for each.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "test/conformance/front.h"

namespace signalbox::conformance {
namespace {

struct Expected {
  int least, most;
};
constexpr Expected kServed{200, 299};
constexpr Expected kRefused{400, 599};
constexpr Expected kBadRequest{400, 400};

struct Spec {
  const char* name;                      // a sentence
  std::vector<std::string_view> pieces;  // each a segment of its own
  Expected expected;
};

const std::vector<Spec>& specs() {
  static const std::vector<Spec> kSpecs = {
      // Fragments: nothing is answered before all is there, and then it is served.
      {"fragmented_method", {"G", "ET / HTTP/1.1\r\nHost: test\r\n\r\n"}, kServed},
      {"fragmented_url_behind_the_method", {"GET ", "/ HTTP/1.1\r\nHost: test\r\n\r\n"}, kServed},
      {"fragmented_url_in_the_middle", {"GET /hel", "lo HTTP/1.1\r\nHost: test\r\n\r\n"}, kServed},
      {"fragmented_url_before_the_version",
       {"GET /hello ", "HTTP/1.1\r\nHost: test\r\n\r\n"},
       kServed},
      {"fragmented_http_version", {"GET /hello HTT", "P/1.1\r\nHost: test\r\n\r\n"}, kServed},
      {"fragmented_request_line", {"GET /hello HTTP/1.1", "\r\nHost: test\r\n\r\n"}, kServed},
      {"fragmented_request_line_in_its_end",
       {"GET /hello HTTP/1.1\r", "\nHost: test\r\n\r\n"},
       kServed},
      {"fragmented_request_line_behind_its_end",
       {"GET /hello HTTP/1.1\r\n", "Host: test\r\n\r\n"},
       kServed},
      {"fragmented_field_name", {"GET /hello HTTP/1.1\r\nHos", "t: test\r\n\r\n"}, kServed},
      {"fragmented_field_before_its_colon",
       {"GET /hello HTTP/1.1\r\nHost", ": test\r\n\r\n"},
       kServed},
      {"fragmented_field_behind_its_colon",
       {"GET /hello HTTP/1.1\r\nHost:", " test\r\n\r\n"},
       kServed},
      {"fragmented_field_value", {"GET /hello HTTP/1.1\r\nHost: te", "st\r\n\r\n"}, kServed},
      {"fragmented_field_in_its_end", {"GET /hello HTTP/1.1\r\nHost: test\r", "\n\r\n"}, kServed},
      {"fragmented_request_behind_its_last_field",
       {"GET /hello HTTP/1.1\r\nHost: test\r\n", "\r\n"},
       kServed},
      {"fragmented_request_in_its_termination",
       {"GET /hello HTTP/1.1\r\nHost: test\r\n\r", "\n"},
       kServed},

      {"request_without_http_version", {"GET / \r\n\r\n"}, kRefused},
      {"request_with_expect_header",
       {"GET / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n\r\n"},
       kServed},
      {"valid_get_request", {"GET / HTTP/1.1\r\nHost: test\r\n\r\n"}, kServed},
      {"valid_get_request_with_edge_cases",
       {"GET / HTTP/1.1\r\nhoSt:\ttest\r\nempty:\r\nx-symbols: !@#$%^&*()_+-=[]{}|;':,./<>?\r\n"
        "X-Latin: \xe9\xff\r\n\r\n"},
       kServed},
      {"invalid_header_characters",
       {"GET / HTTP/1.1\r\nHost: test\r\nX-Invalid[]: test\r\n\r\n"},
       kBadRequest},
      {"missing_host_header", {"GET / HTTP/1.1\r\n\r\n"}, kBadRequest},
      {"multiple_host_headers",
       {"GET / HTTP/1.1\r\nHost: test\r\nHost: other\r\n\r\n"},
       kBadRequest},
      {"overflowing_negative_content_length",
       {"GET / HTTP/1.1\r\nHost: test\r\n"
        "Content-Length: -123456789123456789123456789\r\n\r\n"},
       kBadRequest},
      {"negative_content_length",
       {"GET / HTTP/1.1\r\nHost: test\r\nContent-Length: -1234\r\n\r\n"},
       kBadRequest},
      {"non_numeric_content_length",
       {"GET / HTTP/1.1\r\nHost: test\r\nContent-Length: abc\r\n\r\n"},
       kBadRequest},
      {"empty_header_value", {"GET / HTTP/1.1\r\nHost: test\r\nX-Empty:\r\n\r\n"}, kServed},
      {"header_with_invalid_control_character",
       {"GET / HTTP/1.1\r\nHost: test\r\nX-Bad: test\x07\r\n\r\n"},
       kBadRequest},
      {"http_9_9_version", {"GET / HTTP/9.9\r\nHost: test\r\n\r\n"}, kRefused},
      {"invalid_prefix_of_request", {"Extra lineGET / HTTP/1.1\r\nHost: test\r\n\r\n"}, kRefused},
      {"invalid_line_ending",
       {"GET / HTTP/1.1\r\nHost: test\r\nX-A: b\r X-C: d\r\n\r\n"},
       kRefused},
      {"valid_post_request_with_body",
       {"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello"},
       kServed},
      {"chunked_transfer_encoding",
       {"POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n",
        "c\r\nHello world1\r\n0\r\n\r\n"},
       kServed},
      {"conflicting_transfer_encoding_and_content_length",
       {"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "5\r\nhello\r\n0\r\n\r\n"},
       kBadRequest},
  };
  return kSpecs;
}

class H1spec : public ::testing::TestWithParam<Spec> {};

TEST_P(H1spec, is_answered_as_it_should) {
  const auto& [name, pieces, expected] = GetParam();
  Front front;
  stage::Plug client = front.send(pieces);
  const stage::Reply reply = client.read_reply();
  EXPECT_GE(reply.status, expected.least);
  EXPECT_LE(reply.status, expected.most);
  EXPECT_TRUE(reply.complete);
  if (expected.least >= 400) {
    EXPECT_EQ(client.read_all(), "") << "a refusal is the last thing said";
    EXPECT_EQ(front.requests(), 0);
  } else {
    client.send(kPlain);
    EXPECT_EQ(client.read_reply().status, 200) << "the connection goes on";
  }
}

INSTANTIATE_TEST_SUITE_P(Case, H1spec, ::testing::ValuesIn(specs()),
                         [](const auto& spec) { return std::string(spec.param.name); });

TEST(H1specList, has_its_33_cases) { EXPECT_EQ(specs().size(), 33U); }

}  // namespace
}  // namespace signalbox::conformance
