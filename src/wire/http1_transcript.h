// SPDX-License-Identifier: Apache-2.0
//
// For tests: everything a parser says about a byte stream, as text, so that two readings compare
// with
// ==. The promise under test is that a reading does not depend on how the stream was cut.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http1_parser.h"

namespace signalbox::wire::testing {

inline void describe(std::string& out, const RequestHead& head, const Framing& framing) {
  out.append(head.method).append(" ").append(head.target);
  out += head.version == 10 ? " 1.0" : " 1.1";
  if (framing.upgrade) out += " upgrade";
  if (framing.expects_continue) out += " expects-continue";
}

inline void describe(std::string& out, const ResponseHead& head, const Framing&) {
  out += std::to_string(head.status);
  out += head.version == 10 ? " 1.0" : " 1.1";
}

template <class Parser>
void describe_head(std::string& out, const Parser& parser) {
  describe(out, parser.head(), parser.framing());
  out += parser.keep_alive() ? " keep" : " close";
  if (parser.chunked()) out += " chunked";
  if (parser.content_length()) out += " length=" + std::to_string(*parser.content_length());
  if (parser.framing().body == BodyKind::kUntilClose) out += " until-close";
  for (const Field& field : parser.head().fields) {
    out.append(" [").append(field.name).append("=").append(field.value).append("]");
  }
}

// Presents `pieces` one after the other, as a connection would, and reads message after message.
// "...": the last message is incomplete. With `eof` the connection ends after the pieces.
template <class Parser>
std::string transcript(Parser& parser, const std::vector<std::string_view>& pieces,
                       bool eof = false) {
  std::string out, body, pending;
  bool head_told = false;
  parser.on_body([&body](std::string_view piece) { body += piece; });
  const auto refused = [&out, &body](const ParseFailure& failure) {
    return out + " body<" + body + "> !" + std::to_string(failure.status);
  };
  const auto tell_head = [&] {
    if (head_told || !parser.head_done()) return;
    head_told = true;
    describe_head(out, parser);
  };
  const auto tell_end = [&] {
    out += " body<" + body + ">\n";
    body.clear();
    head_told = false;
    parser.reset();
  };
  for (const std::string_view piece : pieces) {
    pending += piece;
    for (;;) {
      const bool had_head = parser.head_done();
      const auto taken = parser.consume(pending);
      tell_head();
      if (!taken.ok()) return refused(taken.error());
      pending.erase(0, *taken);
      if (parser.done()) {
        tell_end();
      } else if (*taken == 0 && had_head == parser.head_done()) {
        break;
      }
    }
  }
  if constexpr (requires { parser.finish_eof(); }) {
    if (eof && parser.started()) {
      if (const auto failure = parser.finish_eof()) return refused(*failure);
      tell_end();
    }
  }
  if (parser.started()) out += " body<" + body + "> ...";
  return out;
}

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
