// SPDX-License-Identifier: Apache-2.0
//
// What holds for all conversations, found by search: two sessions back to back, their bytes cut
// anywhere, give every stream's head, body and trailers as they went in; and no bytes, however
// damaged, are heard differently when cut differently.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "wire/http2_frames.h"
#include "wire/http2_peer.h"

namespace signalbox::wire {
namespace {

using namespace testing;

std::string pick_text(std::string_view alphabet, int longest) {
  const auto size = *rc::gen::inRange(0, longest + 1);
  std::string text;
  for (int i = 0; i < size; ++i) {
    text += alphabet[*rc::gen::inRange<std::size_t>(0, alphabet.size())];
  }
  return text;
}

HeaderList pick_fields(int most) {
  HeaderList fields;
  for (int left = *rc::gen::inRange(0, most + 1); left > 0; --left) {
    fields.emplace_back("q" + pick_text("abcxyz019-.!#$%&'*+^`|~", 8),
                        "v" + pick_text("abc019 \t,;=\"/\xe9", 300) + "v");
  }
  return fields;
}

struct Message {
  HeaderList fields;
  std::vector<std::string> pieces;
  HeaderList trailers;

  std::string body() const {
    std::string all;
    for (const auto& piece : pieces) all += piece;
    return all;
  }
};

Message pick_message() {
  Message message;
  message.fields = pick_fields(5);
  for (int left = *rc::gen::inRange(0, 4); left > 0; --left) {
    message.pieces.emplace_back(*rc::gen::inRange<std::size_t>(1, 70'000),
                                static_cast<char>('a' + left));
  }
  message.trailers = pick_fields(2);
  return message;
}

std::vector<OwnField> views(const HeaderList& fields) {
  std::vector<OwnField> own;
  for (const auto& [name, value] : fields) own.push_back({name, value});
  return own;
}

void say(Http2Session& session, Http2Stream& stream, const Message& message) {
  for (const auto& piece : message.pieces) session.send(stream, piece);
  session.end(stream, views(message.trailers));
}

// Hands over what one side has to say in pieces of any size; true when there was something.
bool carry(Http2Peer& from, Http2Peer& to, std::size_t largest_piece) {
  const std::string bytes = from.collect(*rc::gen::inRange<std::size_t>(1, 100'000));
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const std::size_t size =
        std::min(rest.size(), *rc::gen::inRange<std::size_t>(1, largest_piece + 1));
    to.receive(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return !bytes.empty();
}

RC_GTEST_PROP(Http2Property, conversations_come_out_as_they_went_in, ()) {
  Http2Peer client(Http2Role::kClient), server(Http2Role::kServer);
  const int count = *rc::gen::inRange(1, 5);
  std::vector<Message> requests, answers;
  for (int i = 0; i < count; ++i) {
    requests.push_back(pick_message());
    answers.push_back(pick_message());
  }
  const auto number = [](std::int32_t id) { return static_cast<std::size_t>(id / 2); };
  server.at_end = [&](Http2Stream& stream) {
    const Message& answer = answers[number(stream.id())];
    server.session.submit_response(stream, 200, views(answer.fields), false);
    say(server.session, stream, answer);
  };
  for (const Message& request : requests) {
    HeaderList fields{
        {":method", "POST"}, {":scheme", "http"}, {":authority", "u"}, {":path", "/"}};
    fields.insert(fields.end(), request.fields.begin(), request.fields.end());
    say(client.session, *client.session.submit_request(views(fields), false), request);
  }
  const auto largest = *rc::gen::element<std::size_t>(7, 900, 100'000);
  for (bool spoke = true; spoke;) {
    const bool asked = carry(client, server, largest);
    spoke = carry(server, client, largest) || asked;
  }
  const auto check = [](const Said& said, const Message& message, std::size_t own_fields) {
    RC_ASSERT(HeaderList(said.fields.begin() + static_cast<std::ptrdiff_t>(own_fields),
                         said.fields.end()) == message.fields);
    RC_ASSERT(said.body == message.body());
    RC_ASSERT(said.trailers == message.trailers);
    RC_ASSERT(said.closed == Http2Code::kNoError);
  };
  for (std::int32_t id = 1; id < 2 * count; id += 2) {
    check(server.heard[id], requests[number(id)], 1);
    check(client.heard[id], answers[number(id)], 0);
  }
  RC_ASSERT(client.session.open_streams() + server.session.open_streams() == 0U);
}

// All that was heard and answered, as text.
std::string transcript(const std::vector<std::string_view>& pieces) {
  Http2Peer server(Http2Role::kServer);
  server.at_end = [&](Http2Stream& stream) {
    server.session.submit_response(stream, 200, {}, true);
  };
  for (const auto piece : pieces) server.receive(piece);
  std::string out;
  for (const auto& [id, said] : server.heard) {
    out += std::to_string(id) + " " + said.head + " " + said.body + " " +
           std::to_string(said.refused) + (said.ended ? " ended" : "");
    for (const auto& [name, value] : said.fields) out += " [" + name + "=" + value + "]";
    for (const auto& [name, value] : said.trailers) out += " {" + name + "=" + value + "}";
    out += "\n";
  }
  return out + server.collect();
}

RC_GTEST_PROP(Http2Property, damaged_conversations_are_heard_the_same_however_they_are_cut, ()) {
  std::string bytes = greeting() + headers(1, get("/a", {{"x", "y"}})) +
                      headers(3, post({{"content-length", "20"}}), false) +
                      frame(kData, kEndStream, 3, std::string(20, 'd')) +
                      frame(kWindowUpdate, 0, 0, big_endian(9)) + headers(5, post(), false) +
                      frame(kData, 0, 5, std::string(30, 'e')) + headers(5, {{"t", "u"}}) +
                      frame(kRstStream, 0, 7, big_endian(8)) + frame(kPing, 0, 0, "12345678");
  for (int left = *rc::gen::inRange(0, 4); left > 0; --left) {
    const auto at = *rc::gen::inRange<std::size_t>(kHttp2Preface.size(), bytes.size());
    if (*rc::gen::arbitrary<bool>()) {
      bytes[at] = *rc::gen::arbitrary<char>();
    } else {
      bytes.erase(at, *rc::gen::inRange<std::size_t>(1, 12));
    }
  }
  std::vector<std::string_view> pieces;
  for (std::string_view rest = bytes; !rest.empty();) {
    const auto size = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
    pieces.push_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  RC_ASSERT(transcript({bytes}) == transcript(pieces));
}

}  // namespace
}  // namespace signalbox::wire
