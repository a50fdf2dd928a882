// SPDX-License-Identifier: Apache-2.0
//
// For tests and fuzzing: everything a parser says about a byte stream, as text, so that two
// readings compare with ==. The promise under test is that a reading does not depend on how the
// stream was cut.
#pragma once

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

}  // namespace signalbox::wire::testing
