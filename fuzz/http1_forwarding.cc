// SPDX-License-Identifier: Apache-2.0
//
// Smuggling, looked for from behind: whatever was accepted in front is written as it would be sent
// on, and read by a reader of its own. There must be exactly one message, and it must be the one
// that was decided on: same method, same path, same body, nothing that only we may say.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "fuzz/cuts.h"
#include "fuzz/target.h"
#include "wire/http1_parser.h"
#include "wire/http1_writer.h"
#include "wire/path.h"

namespace signalbox::fuzz {

namespace {

using wire::BodyKind;
using wire::Field;
using wire::FieldKind;

constexpr std::string_view kHost = "unit.test:8000";
constexpr std::string_view kClient = "192.0.2.1";

// Reads one message; false when the bytes are refused or end before it does.
template <class Parser>
bool read_one(Parser& parser, std::string_view& bytes, std::string& body) {
  parser.on_body([&body](std::string_view piece) { body += piece; });
  while (!parser.done()) {
    const bool had_head = parser.head_done();
    const auto taken = parser.consume(bytes);
    if (!taken.ok()) return false;
    bytes.remove_prefix(*taken);
    if (*taken == 0 && had_head == parser.head_done()) return false;
  }
  return true;
}

std::string framed(BodyKind kind, std::string_view body) {
  if (kind != BodyKind::kChunked) return std::string(body);
  std::string out;
  if (!body.empty()) {
    out.append(wire::ChunkHead(body.size()).view()).append(body).append(wire::kChunkEnd);
  }
  return out.append(wire::kLastChunk);
}

// Fields that an intermediary has nothing to do with arrive as they left, in their order.
std::vector<std::string> travelling(const std::vector<Field>& fields) {
  std::vector<std::string> kept;
  const Field* connection = wire::find_field(fields, FieldKind::kConnection);
  for (const Field& field : fields) {
    if (field.kind != FieldKind::kOther) continue;
    if (connection != nullptr) continue;  // it may name any of them
    kept.push_back(fmt::format("{}: {}", field.name, field.value));
  }
  return kept;
}

}  // namespace

void http1_request_forwarding(std::string_view bytes) {
  wire::RequestParser front;
  std::string body;
  if (!read_one(front, bytes, body)) return;
  const auto target = wire::normalise_target(front.head().target);
  if (!target.ok()) return;
  const std::string path = target->text();

  const wire::OwnField own[] = {{"x-signalbox-request-id", "1"}};
  const BodyKind kind = front.framing().body;
  wire::RequestRewrite rewrite;
  rewrite.target = path;
  rewrite.host = kHost;
  rewrite.client_address = kClient;
  rewrite.framing = {kind, body.size()};
  rewrite.own = own;
  std::string sent;
  wire::append_request_head(sent, front.head(), rewrite);
  sent += framed(kind, body);

  wire::RequestParser unit(
      {.max_target = 64UL << 10U, .max_head = 256UL << 10U, .max_fields = 200});
  std::string received;
  std::string_view rest = sent;
  require(read_one(unit, rest, received), "the unit refuses what was accepted: " + sent);
  require(rest.empty(), "the unit sees a second request: " + std::string(rest));
  require(unit.head().method == front.head().method, "another method");
  require(unit.head().target == path, "another target");
  require(received == body, "another body");

  const auto& fields = unit.head().fields;
  const auto count = [&fields](FieldKind of) {
    return std::ranges::count(fields, of, &Field::kind);
  };
  require(count(FieldKind::kHost) == 1, "not one Host");
  require(wire::find_field(fields, FieldKind::kHost)->value == kHost, "another Host");
  require(count(FieldKind::kRouting) == 1, "a routing field of the client's");
  require(count(FieldKind::kCredential) == 0, "credentials");
  require(count(FieldKind::kUpgrade) == 0 && count(FieldKind::kHopByHop) == 0,
          "a field of the client's connection");
  for (const Field& field : fields) {
    if (field.kind != FieldKind::kForwarding) continue;
    require(field.value == kClient || field.value == "http", "a forged origin");
  }
  if (wire::find_field(front.head().fields, FieldKind::kConnection) == nullptr) {
    require(travelling(fields) == travelling(front.head().fields), "other fields");
  }
}

void http1_response_forwarding(std::string_view bytes) {
  const unsigned choice = take_choice(bytes);
  const bool to_head = (choice & 1U) != 0;
  wire::ResponseParser unit;
  unit.reset(to_head);
  std::string body;
  if (!read_one(unit, bytes, body)) {
    // What lasts until the connection ends is whole when it does.
    if (!unit.head_done() || unit.finish_eof().has_value()) return;
  }
  // As the gateway chooses: the length that was given, also where no body follows; else chunks.
  const auto length = unit.content_length();
  const bool has_body = unit.framing().body != BodyKind::kNone;
  const BodyKind kind = length     ? BodyKind::kLength
                        : has_body ? BodyKind::kChunked
                                   : BodyKind::kNone;
  require(!length || !has_body || *length == body.size(), "a body of another length");
  wire::ResponseRewrite rewrite;
  rewrite.framing = {kind, length.value_or(0)};
  rewrite.keep_alive = (choice & 2U) != 0;
  std::string sent;
  wire::append_response_head(sent, unit.head(), rewrite);
  sent += framed(kind, body);

  wire::ResponseParser client({.max_head = 256UL << 10U, .max_fields = 200});
  client.reset(to_head);
  std::string received;
  std::string_view rest = sent;
  require(read_one(client, rest, received), "the client cannot read what was accepted: " + sent);
  require(rest.empty(), "the client sees a second answer: " + std::string(rest));
  require(client.head().status == unit.head().status, "another status");
  require(received == body, "another body");
}

}  // namespace signalbox::fuzz
