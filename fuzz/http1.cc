// SPDX-License-Identifier: Apache-2.0
//
// Reading HTTP/1. Two things must hold of any bytes: the reading does not depend on how they were
// cut, and what is accepted is beyond doubt, checked here a second time and in another way than the
// parser does.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "fuzz/cuts.h"
#include "fuzz/target.h"
#include "wire/http1_parser.h"
#include "wire/http1_rules.h"
#include "wire/http1_scan.h"
#include "wire/http1_transcript.h"

namespace signalbox::fuzz {

namespace {

using wire::BodyKind;
using wire::Field;
using wire::FieldKind;
using wire::Framing;

// Small, so that a fuzzer reaches them.
constexpr wire::ParserLimits kLimits{
    .max_target = 64, .max_head = 512, .max_fields = 8, .max_body = 1024};

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^`|~_").find(c) != std::string_view::npos;
  });
}

bool same(const Framing& a, const Framing& b) {
  return a.body == b.body && a.has_length == b.has_length && a.length == b.length &&
         a.keep_alive == b.keep_alive && a.upgrade == b.upgrade &&
         a.expects_continue == b.expects_continue;
}

void require_clean_fields(const std::vector<Field>& fields) {
  require(fields.size() <= kLimits.max_fields, "more fields than the limit");
  int lengths = 0, codings = 0;
  for (const Field& field : fields) {
    require(is_token(field.name), "a field name that is no token: " + std::string(field.name));
    require(field.kind == wire::classify_field(field.name), "a field classified otherwise");
    for (const char c : field.value) {
      const auto byte = static_cast<unsigned char>(c);
      require(byte >= 0x20 ? byte != 0x7f : byte == '\t', "a control byte in a field's value");
    }
    lengths += field.kind == FieldKind::kContentLength;
    codings += field.kind == FieldKind::kTransferEncoding;
    if (field.kind != FieldKind::kContentLength) continue;
    require(!field.value.empty() &&
                field.value.find_first_not_of("0123456789") == std::string_view::npos,
            "a length that is no number");
  }
  require(lengths + codings <= 1, "a body delimited twice");
}

// Every head that the parser accepts, as it goes by.
void require_acceptable(const wire::RequestParser& parser) {
  const wire::RequestHead& head = parser.head();
  require(is_token(head.method), "a method that is no token");
  require(!head.target.empty() && head.target.size() <= kLimits.max_target, "a target's length");
  require(head.target.find_first_of(std::string_view("\0\r\n \t", 5)) == std::string_view::npos,
          "a blank in the target");
  require_clean_fields(head.fields);
  const auto hosts = std::ranges::count(head.fields, FieldKind::kHost, &Field::kind);
  require(hosts == 1 || (hosts == 0 && head.version == 10), "not one Host");
  const auto framing = wire::check_request(head);
  require(framing.ok(), "accepted what the rules refuse");
  require(same(*framing, parser.framing()), "framed otherwise than the rules say");
}

void require_acceptable(const wire::ResponseParser& parser) {
  const wire::ResponseHead& head = parser.head();
  require(head.status >= 200 && head.status <= 999, "a status that ends nothing");
  require_clean_fields(head.fields);
}

template <class Parser>
std::string read(const std::vector<std::string_view>& pieces, bool eof, bool to_head) {
  Parser parser(kLimits);
  if constexpr (requires { parser.reset(to_head); }) parser.reset(to_head);
  return wire::testing::transcript(parser, pieces, eof);
}

template <class Parser>
void require_acceptable_heads(std::string_view bytes, bool to_head) {
  Parser parser(kLimits);
  if constexpr (requires { parser.reset(to_head); }) parser.reset(to_head);
  while (!bytes.empty()) {
    const bool had_head = parser.head_done();
    const auto taken = parser.consume(bytes);
    if (!taken.ok()) {
      require(taken.error().status >= 400 && !taken.error().message.empty(), "no reason given");
      const auto again = parser.consume(bytes);
      require(!again.ok() && again.error().status == taken.error().status, "a failure that ends");
      return;
    }
    require(*taken <= bytes.size(), "took more than there is");
    bytes.remove_prefix(*taken);
    const bool has_head = parser.head_done();
    if (has_head && !had_head) require_acceptable(parser);
    if (has_head && parser.framing().body == BodyKind::kLength && parser.done()) {
      require(parser.body_bytes() == parser.framing().length, "a body of another length");
    }
    if (parser.done()) {
      parser.reset();
    } else if (*taken == 0 && has_head == had_head) {
      return;
    }
  }
}

template <class Parser>
void read_in_every_way(std::string_view bytes, bool eof, bool to_head) {
  require_acceptable_heads<Parser>(bytes, to_head);
  const std::string whole = read<Parser>({bytes}, eof, to_head);
  require(read<Parser>(byte_by_byte(bytes), eof, to_head) == whole, "byte by byte: not " + whole);
  require(read<Parser>(in_a_few_pieces(bytes), eof, to_head) == whole, "in pieces: not " + whole);
}

}  // namespace

void http1_request(std::string_view bytes) {
  read_in_every_way<wire::RequestParser>(bytes, false, false);
}

void http1_response(std::string_view bytes) {
  const unsigned choice = take_choice(bytes);
  read_in_every_way<wire::ResponseParser>(bytes, (choice & 1U) != 0, (choice & 2U) != 0);
}

// What is decided of the first bytes stands when more arrive.
void http1_chunk_line(std::string_view bytes) {
  const bool after_data = (take_choice(bytes) & 1U) != 0;
  const wire::ChunkScan whole = wire::scan_chunk_line(bytes, after_data);
  require(whole.feed <= bytes.size(), "fed more than there is");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const wire::ChunkScan part = wire::scan_chunk_line(bytes.substr(0, size), after_data);
    require(part.feed <= size, "fed more than there is");
    const bool refused = part.fault != nullptr || part.trailers_too_long;
    if (part.feed != 0) require(whole.feed == part.feed, "another end once more has arrived");
    if (refused) {
      require(whole.fault != nullptr || whole.trailers_too_long, "forgiven once more has arrived");
    }
  }
}

}  // namespace signalbox::fuzz
