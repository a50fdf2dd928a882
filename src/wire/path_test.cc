// SPDX-License-Identifier: Apache-2.0
//
// B21: every spelling of a path that some server would read as another must come out as that other
// one, or be refused.
#include "wire/path.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace signalbox::wire {
namespace {

std::string normal(std::string_view target) {
  const auto result = normalise_target(target);
  return result.ok() ? result->text() : "!" + std::to_string(result.error().status);
}

TEST(NormaliseTarget, B21_one_spelling_per_path) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/", "/"},
      {"/a/b", "/a/b"},
      {"/a/b/", "/a/b/"},
      {"//", "/"},
      {"//a///b", "/a/b"},
      {"/a/./b", "/a/b"},
      {"/a/.", "/a/"},
      {"/a/../b", "/b"},
      {"/a/..", "/"},
      {"/a/b/..", "/a/"},
      {"/../../b", "/b"},
      {"/..", "/"},
      {"/a/%2e%2e/b", "/b"},
      {"/a/.%2E/b", "/b"},
      {"/a/..;/b", "/b"},
      {"/a/..;x=1/b", "/b"},
      {"/a/%2e%2e%3bx/b", "/b"},
      {"/a/.;/b", "/a/b"},
      {"/a;x=1/b", "/a;x=1/b"},
      {"/a//../b", "/b"},
      {"/...", "/..."},
      {"/..a", "/..a"},
      {"/%61dmin", "/admin"},
      {"/%7Euser", "/~user"},
      {"/a%2fb", "/a%2Fb"},
      {"/%c3%a9", "/%C3%A9"},
      {"/%252e", "/%252e"},
      {"*", "*"},
  };
  for (const auto& [target, expected] : cases) EXPECT_EQ(normal(target), expected) << target;
}

TEST(NormaliseTarget, the_query_is_left_alone) {
  EXPECT_EQ(normal("/a/../b?x=/../%61;//&y"), "/b?x=/../%61;//&y");
  EXPECT_EQ(normal("/a?"), "/a?");
  EXPECT_EQ(normal("/a?b?c"), "/a?b?c");
}

TEST(NormaliseTarget, absolute_form_loses_its_host) {
  EXPECT_EQ(normal("http://a.example:80/b/../c?d"), "/c?d");
  EXPECT_EQ(normal("https://a"), "/");
  EXPECT_EQ(normal("http://a?b"), "/?b");
}

TEST(NormaliseTarget, B21_what_cannot_be_trusted_is_400) {
  for (const std::string_view bad : {"/%00", "/a%00b", "/?a=%00", "/%", "/%4", "/%zz", "/%4g",
                                     "/a\\b", "/a#b", "/a b", "/\xc3\xa9", "/\x7f", "", "a", "?a",
                                     "/..%2fadmin", "/a%2f../b", "/%2e%2e%5cadmin", "/a%2f..;x"}) {
    EXPECT_EQ(normal(bad), "!400") << bad;
  }
  EXPECT_EQ(normal(std::string_view("/\0", 2)), "!400");
}

TEST(SplitAbsoluteForm, tells_urls_from_paths) {
  const auto url = split_absolute_form("http://h:1/p?q");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->scheme, "http");
  EXPECT_EQ(url->authority, "h:1");
  EXPECT_EQ(url->rest, "/p?q");
  for (const std::string_view path : {"/", "/a://b", "*", "a:80", "://a", ""}) {
    EXPECT_FALSE(split_absolute_form(path).has_value()) << path;
  }
}

RC_GTEST_PROP(NormaliseTarget, a_second_pass_changes_nothing, ()) {
  std::string target = "/";
  for (int left = *rc::gen::inRange(0, 24); left > 0; --left) {
    target += *rc::gen::elementOf(std::vector<std::string>{
        "/", ".", "..", "a", ";", "%2e", "%2E", "%61", "%2f", "%25", "%3b", "?", "~", "%5c"});
  }
  const auto once = normalise_target(target);
  if (!once.ok()) return;
  const auto twice = normalise_target(once->text());
  RC_ASSERT(twice.ok());
  RC_ASSERT(twice->text() == once->text());
  RC_ASSERT((once->path + "/").find("/../") == std::string::npos);
  RC_ASSERT((once->path + "/").find("/./") == std::string::npos);
  RC_ASSERT(once->path.find("//") == std::string::npos);
}

}  // namespace
}  // namespace signalbox::wire
