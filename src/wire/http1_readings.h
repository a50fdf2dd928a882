// SPDX-License-Identifier: Apache-2.0
//
// For tests: a byte stream read whole, in every cut in two and byte by byte, which must all tell
// the same story.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http1_parser.h"
#include "wire/http1_transcript.h"

namespace signalbox::wire::testing {

// The reading of `input` as requests; checks that it is the same for every cut in two and for
// single bytes.
inline std::string read_requests(std::string_view input, const ParserLimits& limits = {}) {
  const auto read = [&limits](const std::vector<std::string_view>& pieces) {
    RequestParser parser(limits);
    return transcript(parser, pieces);
  };
  const std::string whole = read({input});
  std::vector<std::string_view> bytes;
  for (std::size_t at = 0; at < input.size(); ++at) {
    bytes.push_back(input.substr(at, 1));
    EXPECT_EQ(read({input.substr(0, at), input.substr(at)}), whole) << "cut at byte " << at;
  }
  EXPECT_EQ(read(bytes), whole) << "byte by byte";
  return whole;
}

// As read_requests, for the answers of a unit, the connection ending behind them if `eof`.
inline std::string read_responses(std::string_view input, bool eof = false,
                                  bool head_request = false) {
  const auto read = [=](const std::vector<std::string_view>& pieces) {
    ResponseParser parser;
    parser.reset(head_request);
    return transcript(parser, pieces, eof);
  };
  const std::string whole = read({input});
  std::vector<std::string_view> bytes;
  for (std::size_t at = 0; at < input.size(); ++at) {
    bytes.push_back(input.substr(at, 1));
    EXPECT_EQ(read({input.substr(0, at), input.substr(at)}), whole) << "cut at byte " << at;
  }
  EXPECT_EQ(read(bytes), whole) << "byte by byte";
  return whole;
}

// The status a request stream is refused with; 0 when it is not refused. Checked for every cut.
inline int status_of(std::string_view input, const ParserLimits& limits = {}) {
  const std::string reading = read_requests(input, limits);
  const std::size_t mark = reading.rfind('!');
  return mark == std::string::npos ? 0 : std::stoi(reading.substr(mark + 1));
}

}  // namespace signalbox::wire::testing
