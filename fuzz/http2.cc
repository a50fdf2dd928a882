// SPDX-License-Identifier: Apache-2.0
//
// HTTP/2 sessions against any bytes, and the two translations. Frames are built from the input, so
// that a fuzzer need not guess lengths: five bytes say type, flags, stream and size, and the
// payload follows.
#include <algorithm>
#include <optional>
#include <string>

#include "fuzz/cuts.h"
#include "fuzz/target.h"
#include "wire/http1_parser.h"
#include "wire/http1_rules.h"
#include "wire/http1_writer.h"
#include "wire/http2_frames.h"
#include "wire/http2_peer.h"
#include "wire/http2_session.h"
#include "wire/http2_writer.h"
#include "wire/path.h"

namespace signalbox::fuzz {

namespace {

using wire::Field;
using wire::FieldKind;
using wire::Http2Role;
using wire::testing::Http2Peer;
using wire::testing::Said;

constexpr wire::Http2Limits kLimits{.max_streams = 10};

std::string frames_of(std::string_view bytes) {
  std::string frames;
  while (bytes.size() >= 5) {
    const auto byte = [&bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    const unsigned char type = byte(0), flags = byte(1);
    const std::uint32_t stream = byte(2);
    const std::size_t size = std::min<std::size_t>(byte(3) * 256U + byte(4), bytes.size() - 5);
    frames += wire::testing::frame(type, flags, stream, bytes.substr(5, size));
    bytes.remove_prefix(5 + size);
  }
  return frames + std::string(bytes);
}

void require_clean(const std::vector<std::pair<std::string, std::string>>& fields) {
  for (const auto& [name, value] : fields) {
    require(
        !name.empty() && name.find_first_of(std::string_view("\0\r\n :", 5)) == std::string::npos,
        "a name that HTTP/1 reads otherwise: " + name);
    require(value.find_first_of(std::string_view("\0\r\n", 3)) == std::string::npos,
            "a value that HTTP/1 reads otherwise");
    const FieldKind kind = wire::classify_field(name);
    require(kind != FieldKind::kConnection && kind != FieldKind::kTransferEncoding &&
                kind != FieldKind::kUpgrade,
            "a field of HTTP/1 connections: " + name);
  }
}

void require_clean(const Http2Peer& peer) {
  for (const auto& [id, said] : peer.heard) {
    require_clean(said.fields);
    require_clean(said.trailers);
    if (said.framing.has_length && said.ended && said.refused == 0 &&
        !said.head.starts_with("HEAD")) {
      require(said.body.size() == said.framing.length || said.body.empty(), "another length");
    }
  }
}

std::string told(const Http2Peer& peer) {
  std::string out;
  for (const auto& [id, said] : peer.heard) {
    out += std::to_string(id) + " " + said.head;
    for (const auto& [name, value] : said.fields) out += " [" + name + "=" + value + "]";
    // How much of a body was told before its stream broke depends on the cuts, and may.
    out += (said.ended ? " body<" + said.body + ">" : " broken") + " refused " +
           std::to_string(said.refused);
    if (said.closed) out += " closed " + std::to_string(static_cast<int>(*said.closed));
    out += "\n";
  }
  return out;
}

// All that a server hears in these pieces. Nullopt when it listened no more before the last: what
// comes after that in one piece is heard, in a further one it is not.
std::optional<std::string> serve(const std::vector<std::string_view>& pieces) {
  Http2Peer server(Http2Role::kServer, kLimits);
  server.answer = [&server](wire::Http2Stream& stream) {
    server.session.submit_response(stream, 200, {}, false);
    server.session.send(stream, "answer");
    server.session.end(stream);
  };
  for (const std::string_view piece : pieces) {
    if (!server.session.listens()) return std::nullopt;
    server.receive(piece);
    require(server.session.queued_frames() <= kLimits.max_queued_frames + 1, "answers pile up");
  }
  require_clean(server);
  server.collect();
  return told(server);
}

std::optional<std::string> ask(const std::vector<std::string_view>& pieces) {
  Http2Peer client(Http2Role::kClient, kLimits);
  const wire::OwnField fields[] = {
      {":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "test"}};
  for (int i = 0; i < 3; ++i) client.session.submit_request(fields, true);
  client.collect();
  for (const std::string_view piece : pieces) {
    if (!client.session.listens()) return std::nullopt;
    client.receive(piece);
  }
  require_clean(client);
  client.collect();
  return told(client);
}

using Life = std::optional<std::string> (*)(const std::vector<std::string_view>& pieces);

void live_in_every_way(Life life, std::string_view input) {
  const auto whole = life({input});
  require(whole.has_value(), "over before it began");
  for (const auto& pieces : {byte_by_byte(input), in_a_few_pieces(input)}) {
    const auto cut = life(pieces);
    require(!cut || *cut == *whole,
            "cut otherwise it is\n" + cut.value_or("") + "and not\n" + *whole);
  }
}

// [size][name][size][value], again and again.
wire::testing::HeaderList take_fields(std::string_view& bytes, unsigned count) {
  wire::testing::HeaderList fields;
  const auto take = [&bytes] {
    const std::size_t wanted = take_choice(bytes);
    const std::size_t size = std::min(wanted, bytes.size());
    const std::string text(bytes.substr(0, size));
    bytes.remove_prefix(size);
    return text;
  };
  for (unsigned i = 0; i < count && !bytes.empty(); ++i) {
    std::string name = take();
    fields.emplace_back(std::move(name), take());
  }
  return fields;
}

template <class Fields>
std::vector<std::string> travelling(const Fields& fields) {
  std::vector<std::string> kept;
  for (const auto& field : fields) {
    if (wire::classify_field(field.name) != FieldKind::kOther) continue;
    std::string name(field.name);
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    kept.push_back(name + ": " + std::string(field.value));
  }
  std::ranges::sort(kept);
  return kept;
}

}  // namespace

void http2_server(std::string_view bytes) {
  const bool greets = (take_choice(bytes) & 1U) == 0;
  std::string input(greets ? wire::kHttp2Preface : "");
  if (greets) input += wire::testing::frame(wire::testing::kSettings, 0, 0);
  input += frames_of(bytes);
  live_in_every_way(serve, input);
}

void http2_client(std::string_view bytes) {
  live_in_every_way(ask, wire::testing::frame(wire::testing::kSettings, 0, 0) + frames_of(bytes));
}

// A head of any fields, as HTTP/2 allows them to be written, on its way to a unit of HTTP/1: what
// is accepted must be exactly one request there, and the same.
void http2_to_http1(std::string_view bytes) {
  const unsigned choice = take_choice(bytes);
  wire::testing::HeaderList fields;
  if ((choice & 1U) == 0) {
    fields = {{":method", "POST"}, {":scheme", "http"}, {":path", "/x"}, {":authority", "test"}};
  }
  for (auto& field : take_fields(bytes, choice >> 1U & 15U)) fields.push_back(std::move(field));
  using namespace wire::testing;
  std::string input(wire::kHttp2Preface);
  input += frame(kSettings, 0, 0) + frame(kHeaders,
                                          bytes.empty() ? kEndHeaders | kEndStream : kEndHeaders, 1,
                                          header_block(fields));
  if (!bytes.empty()) input += frame(kData, kEndStream, 1, bytes.substr(0, 16'384));

  Http2Peer server(Http2Role::kServer, kLimits);
  wire::Http2Stream* stream = nullptr;
  server.answer = [&stream](wire::Http2Stream& asked) { stream = &asked; };
  server.receive(input);
  require_clean(server);
  const Said& said = server.heard[1];
  if (stream == nullptr || said.refused != 0 || !said.ended || said.closed) return;
  const wire::RequestHead& head = stream->request();
  require(wire::check_request(head).ok(), "accepted what the rules refuse");
  const auto target = wire::normalise_target(head.target);
  if (!target.ok()) return;
  const std::string path = target->text();

  wire::RequestRewrite rewrite;
  rewrite.target = path;
  rewrite.host = "unit.test";
  rewrite.framing = {said.body.empty() ? wire::BodyKind::kNone : wire::BodyKind::kLength,
                     said.body.size()};
  std::string sent;
  wire::append_request_head(sent, head, rewrite);
  sent += said.body;

  wire::RequestParser unit(
      {.max_target = 64UL << 10U, .max_head = 256UL << 10U, .max_fields = 200});
  std::string received;
  unit.on_body([&received](std::string_view piece) { received += piece; });
  std::string_view rest = sent;
  while (!unit.done()) {
    const bool had_head = unit.head_done();
    const auto taken = unit.consume(rest);
    require(taken.ok(), "the unit refuses what was accepted: " + sent);
    rest.remove_prefix(*taken);
    require(*taken > 0 || had_head != unit.head_done(), "the unit waits for more: " + sent);
  }
  require(rest.empty(), "the unit sees a second request: " + std::string(rest));
  require(unit.head().method == head.method, "another method");
  require(unit.head().target == path, "another target");
  require(received == said.body, "another body");
  require(travelling(unit.head().fields) == travelling(head.fields), "other fields");
}

// A request of HTTP/1 on its way to a unit of HTTP/2.
void http1_to_http2(std::string_view bytes) {
  wire::RequestParser front;
  std::string body;
  front.on_body([&body](std::string_view piece) { body += piece; });
  while (!front.done()) {
    const bool had_head = front.head_done();
    const auto taken = front.consume(bytes);
    if (!taken.ok()) return;
    bytes.remove_prefix(*taken);
    if (*taken == 0 && had_head == front.head_done()) return;
  }
  const auto target = wire::normalise_target(front.head().target);
  if (!target.ok()) return;
  const std::string path = target->text();
  wire::RequestRewrite rewrite;
  rewrite.target = path;
  rewrite.host = "unit.test";
  rewrite.client_address = "192.0.2.1";
  rewrite.framing = {front.framing().body, body.size()};
  wire::Http2FieldList fields;
  fields.set_request(front.head(), rewrite, "http");

  Http2Peer client(Http2Role::kClient), unit(Http2Role::kServer);
  wire::testing::converse(client, unit);
  wire::Http2Stream* const stream = client.session.submit_request(fields.view(), body.empty());
  require(stream != nullptr, "a request that cannot be sent");
  if (!body.empty()) {
    client.session.send(*stream, body);
    client.session.end(*stream);
  }
  wire::testing::converse(client, unit);
  require(unit.heard.size() == 1, "not one request");
  const auto& [id, said] = *unit.heard.begin();
  require(said.refused == 0 && said.ended, "the unit refuses what was accepted");
  require(said.head == std::string(front.head().method) + " " + path,
          "another request: " + said.head);
  require(said.body == body, "another body");
  require_clean(unit);
}

}  // namespace signalbox::fuzz
