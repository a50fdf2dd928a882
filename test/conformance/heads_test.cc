// SPDX-License-Identifier: Apache-2.0
//
// Limits of heads, and what in them is not the client's to say, through a live gateway (B18 to
// B22).
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "test/conformance/front.h"

namespace signalbox::conformance {
namespace {

std::string get(std::string_view target, std::string_view fields = "") {
  return fmt::format("GET {} HTTP/1.1\r\nHost: test\r\n{}\r\n", target, fields);
}

TEST(Heads, B18_a_target_over_8_KiB_is_414_and_one_of_8_KiB_is_served) {
  Front front;
  const std::string longest = "/" + std::string(8191, 'a');
  EXPECT_EQ(front.answered({get(longest)}).status, 200);
  EXPECT_EQ(front.refused(get(longest + "a")).status(), 414);
  EXPECT_EQ(front.refused(get("/" + std::string(200'000, 'a'))).status(), 414);
  EXPECT_EQ(front.requests(), 1);
}

TEST(Heads, B19_a_head_over_60_KiB_or_over_100_fields_is_431) {
  Front front;
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += fmt::format("X-{}: a\r\n", i);
  EXPECT_EQ(front.refused(get("/", fields)).status(), 431);
  EXPECT_EQ(front.refused(get("/", "X-A: " + std::string(62'000, 'a') + "\r\n")).status(), 431);
  EXPECT_EQ(front.requests(), 0);
  fields.clear();
  for (int i = 0; i < 90; ++i) fields += fmt::format("X-{}: a\r\n", i);  // ours come on top
  EXPECT_EQ(front.answered({get("/", fields)}).status, 200);
}

TEST(Heads, B20_what_only_we_may_say_is_stripped_whoever_says_it) {
  std::string seen;
  stage::ScriptedUnit unit([&](stage::Incoming& request) {
    for (const auto& field : request.parser.head().fields) {
      seen += fmt::format("{}: {}\n", field.name, field.value);
    }
    request.answer("ok");
  });
  stage::LiveNode node(kService + stage::unit("one", 1.0, unit.address()));
  stage::Plug client = node.connect();
  client.send(get("/",
                  "x-gateway-destination-endpoint: 10.0.0.1:80\r\n"
                  "X-GATEWAY-DESTINATION-ENDPOINT: 10.0.0.2:80\r\n"
                  "X-Forwarded-For: forged\r\nForwarded: for=forged\r\nX-Real-IP: forged\r\n"
                  "X-Forwarded-Host: forged\r\nX-Forwarded-Proto: forged\r\n"
                  "x-signalbox-unit: forged\r\nx-signalbox-anything: forged\r\n"
                  "Connection: X-Hop, close\r\nX-Hop: forged\r\nX-Kept: yes\r\n"));
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_EQ(seen.find("forged"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("10.0.0."), std::string::npos) << seen;
  EXPECT_NE(seen.find("X-Kept: yes"), std::string::npos) << seen;
  EXPECT_NE(seen.find("127.0.0.1"), std::string::npos) << "who the client really is: " << seen;
}

TEST(Heads, B21_a_path_is_brought_to_one_spelling_before_anything_is_decided) {
  std::string secret =
      "services:\n"
      "  secret: {paths: [/admin/*], units: [no-one], objective: {latency: 2s}}\n"
      "  work: {units: [one], objective: {latency: 2s}}\n"
      "units:\n";
  stage::ScriptedUnit open([](stage::Incoming& request) { request.answer(request.target()); });
  stage::ScriptedUnit closed([](stage::Incoming& request) { request.answer("secret"); });
  stage::LiveNode node(secret + stage::unit("one", 1.0, open.address()) +
                       stage::unit("no-one", 1.0, closed.address()));
  const auto ask = [&node](std::string_view target) {
    stage::Plug client = node.connect();
    client.send(get(target));
    return client.read_reply();
  };
  // However it is written, the path of the one service never reaches the other's unit.
  for (const char* target : {"/admin/x", "/%61dmin/x", "//admin/x", "/a/..;/admin/x",
                             "/a/%2e%2e/admin/x", "/./admin/./x", "/a/b/../../admin/x"}) {
    EXPECT_EQ(ask(target).body, "secret") << target;
  }
  EXPECT_EQ(ask("/a//b/./c/../d?x=/../y").body, "/a/b/d?x=/../y");
  EXPECT_EQ(ask("/a%00b").status, 400);
  EXPECT_EQ(ask("/a%zz").status, 400);
}

TEST(Heads, B22_a_name_with_an_underscore_is_400) {
  Front front;
  EXPECT_EQ(front.refused(get("/", "X_Forwarded_For: 1\r\n")).status(), 400);
  EXPECT_EQ(front.refused(get("/", "content_length: 5\r\n")).status(), 400);
  EXPECT_EQ(front.requests(), 0);
}

}  // namespace
}  // namespace signalbox::conformance
