// SPDX-License-Identifier: Apache-2.0
//
// What holds for all messages, found by search: what is written is read back, whatever way the
// bytes are cut; and no bytes, however damaged, are read differently when cut differently.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/http1_parser.h"
#include "wire/http1_transcript.h"
#include "wire/http1_writer.h"

namespace signalbox::wire {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string pick_text(std::string_view alphabet, int longest) {
  const auto size = *rc::gen::inRange(0, longest + 1);
  std::string text;
  for (int i = 0; i < size; ++i) {
    text += alphabet[*rc::gen::inRange<std::size_t>(0, alphabet.size())];
  }
  return text;
}

// Fields an intermediary passes on: the prefix keeps them clear of the names it knows.
Pairs pick_fields() {
  Pairs fields;
  for (int left = *rc::gen::inRange(0, 6); left > 0; --left) {
    fields.emplace_back("q" + pick_text("abcXYZ019-.!#$%&'*+^`|~", 8),
                        pick_text("abc019 \t,;=\"/\xe9", 12));
    std::string& value = fields.back().second;
    value.erase(0, std::min(value.find_first_not_of(" \t"), value.size()));
    value.erase(value.find_last_not_of(" \t") + 1);
  }
  return fields;
}

std::vector<std::string_view> pick_cuts(std::string_view bytes) {
  std::vector<std::string_view> pieces;
  while (!bytes.empty()) {
    const auto size = *rc::gen::inRange<std::size_t>(1, bytes.size() + 1);
    pieces.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return pieces;
}

void append_chunked(std::string& out, std::string_view body) {
  for (const std::string_view piece : pick_cuts(body)) {
    const ChunkHead head(piece.size());
    out.append(head.view()).append(piece).append(kChunkEnd);
  }
  out += kLastChunk;
}

template <class Head>
Pairs fields_of(const Head& head, std::size_t first, std::size_t count) {
  Pairs fields;
  for (std::size_t i = first; i < first + count; ++i) {
    fields.emplace_back(head.fields[i].name, head.fields[i].value);
  }
  return fields;
}

// Presents the pieces until the message is complete; the body as the sink saw it.
template <class Parser>
std::string read_one(Parser& parser, const std::vector<std::string_view>& pieces) {
  std::string body, pending;
  parser.on_body([&body](std::string_view piece) { body += piece; });
  for (const std::string_view piece : pieces) {
    pending += piece;
    for (std::size_t before = pending.size() + 1; before != pending.size() && !parser.done();) {
      before = pending.size();
      const auto taken = parser.consume(pending);
      RC_ASSERT(taken.ok());
      pending.erase(0, *taken);
    }
  }
  RC_ASSERT(parser.done());
  RC_ASSERT(pending.empty());
  return body;
}

RC_GTEST_PROP(Http1Property, requests_written_are_read_back, ()) {
  const Pairs fields = pick_fields();
  const std::string body = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const bool chunked = *rc::gen::arbitrary<bool>();
  RequestHead head{.method = "POST", .target = "ignored", .version = 11, .fields = {}};
  for (const auto& [name, value] : fields) {
    head.fields.push_back({name, value, classify_field(name)});
  }
  std::string bytes;
  append_request_head(bytes, head,
                      {.target = "/x?y",
                       .host = "unit:8080",
                       .client_address = "192.0.2.1",
                       .framing = {chunked ? BodyKind::kChunked : BodyKind::kLength, body.size()}});
  if (chunked) {
    append_chunked(bytes, body);
  } else {
    bytes += body;
  }
  RequestParser parser;
  RC_ASSERT(read_one(parser, pick_cuts(bytes)) == body);
  RC_ASSERT(parser.head().target == "/x?y");
  RC_ASSERT(parser.head().fields[0].value == "unit:8080");
  RC_ASSERT(fields_of(parser.head(), 1, fields.size()) == fields);
}

RC_GTEST_PROP(Http1Property, responses_written_are_read_back, ()) {
  const Pairs fields = pick_fields();
  const std::string body = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const bool chunked = *rc::gen::arbitrary<bool>();
  ResponseHead head{.status = 200, .reason = "OK", .version = 11, .fields = {}};
  for (const auto& [name, value] : fields) {
    head.fields.push_back({name, value, classify_field(name)});
  }
  std::string bytes;
  append_response_head(
      bytes, head, {.framing = {chunked ? BodyKind::kChunked : BodyKind::kLength, body.size()}});
  if (chunked) {
    append_chunked(bytes, body);
  } else {
    bytes += body;
  }
  ResponseParser parser;
  RC_ASSERT(read_one(parser, pick_cuts(bytes)) == body);
  RC_ASSERT(parser.head().status == 200);
  RC_ASSERT(fields_of(parser.head(), 0, fields.size()) == fields);
}

// Valid streams with a few bytes overwritten, dropped or doubled, most of them now invalid.
std::string pick_damaged(std::string_view seed) {
  std::string bytes(seed);
  for (int left = *rc::gen::inRange(0, 4); left > 0 && !bytes.empty(); --left) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        bytes[at] = *rc::gen::element('\r', '\n', '\0', ' ', ':', ',', '0', 'f', ';', '"', '\x0b',
                                      '\x80', '_', 'x');
        break;
      case 1:
        bytes.erase(at, *rc::gen::inRange<std::size_t>(1, 4));
        break;
      default:
        bytes.insert(at, bytes.substr(at, *rc::gen::inRange<std::size_t>(1, 20)));
    }
  }
  return bytes;
}

RC_GTEST_PROP(Http1Property, damaged_requests_read_the_same_however_they_are_cut, ()) {
  const std::string bytes = pick_damaged(
      "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;x=\"y\"\r\nabc\r\n1\r\nd\r\n0\r\nT: u\r\n\r\n"
      "POST http://a/b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      "GET / HTTP/1.0\r\n\r\n");
  RequestParser whole, cut;
  RC_ASSERT(testing::transcript(whole, {bytes}) == testing::transcript(cut, pick_cuts(bytes)));
}

RC_GTEST_PROP(Http1Property, damaged_responses_read_the_same_however_they_are_cut, ()) {
  const std::string bytes = pick_damaged(
      "HTTP/1.1 103 Hint\r\nA: b\r\n\r\n"
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: u\r\n\r\n"
      "HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nabc"
      "HTTP/1.0 200 OK\r\n\r\nto the end");
  ResponseParser whole, cut;
  RC_ASSERT(testing::transcript(whole, {bytes}, true) ==
            testing::transcript(cut, pick_cuts(bytes), true));
}

}  // namespace
}  // namespace signalbox::wire
