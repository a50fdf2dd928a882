// SPDX-License-Identifier: Apache-2.0
//
// Keys are found by who holds them and by nobody else, and mistakes in the file are told without
// repeating what may be a key.
#include "access/key_list.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

namespace signalbox::access {
namespace {

KeyList list_of(const std::string& text) {
  auto list = KeyList::parse(text);
  EXPECT_TRUE(list.ok()) << (list.ok() ? "" : list.error().message);
  return list.ok() ? *list : KeyList{};
}
std::string complaint(const std::string& text) {
  const auto list = KeyList::parse(text);
  return list.ok() ? "none" : list.error().message;
}
const std::string kHash = to_hex(sha256("abc"));

TEST(KeyList, a_key_stands_for_whom_its_line_says) {
  const KeyList list =
      list_of("# whose keys there are\n\nacme\tsha256:" + kHash + "  ci  # the build machine\r\n" +
              line_for("bolt", "def", "") + "\n" + line_for("acme", "ghi", "laptop"));
  ASSERT_EQ(list.entries().size(), 3U);
  ASSERT_NE(list.find("abc"), nullptr);
  EXPECT_EQ(list.find("abc")->subject, "acme");
  EXPECT_EQ(list.find("abc")->name, "ci");
  EXPECT_EQ(list.find("def")->subject, "bolt");
  EXPECT_EQ(list.find("def")->name, "");
  EXPECT_EQ(list.find("ghi")->subject, "acme") << "a tenant may have several keys";
}

TEST(KeyList, nobody_else_is_found) {
  const KeyList list = list_of("acme sha256:" + kHash);
  for (const std::string& key :
       {std::string(), std::string("ab"), std::string("abcd"), std::string("ABC"), kHash,
        "sha256:" + kHash, std::string("acme"), std::string(10'000, 'x')}) {
    EXPECT_EQ(list.find(key), nullptr) << key.substr(0, 80);
  }
  EXPECT_EQ(KeyList{}.find("abc"), nullptr);
}

TEST(KeyList, an_empty_file_lets_nobody_in) {
  EXPECT_TRUE(list_of("").empty());
  EXPECT_TRUE(list_of("# nobody yet\n").empty());
}

TEST(KeyList, a_mistake_is_told_by_its_line) {
  EXPECT_EQ(complaint("acme sha256:" + kHash + "\nacme"),
            "line 2: the second word does not begin with sha256:; write the key's hash, never the "
            "key (signalbox access new-key makes both)");
  EXPECT_EQ(complaint("acme sha256:12"),
            "line 1: sha256: must be followed by 64 hexadecimal digits");
  EXPECT_EQ(complaint("\n-acme sha256:" + kHash),
            "line 2: the first word is no name; a name is 1 to 63 of letters, digits, '-', '_', "
            "'.'");
  EXPECT_EQ(complaint("acme sha256:" + kHash + " the laptop"),
            "line 1: there are more than three words; write NAME sha256:HASH and, if you like, "
            "what the key is called");
  EXPECT_EQ(complaint("acme sha256:" + kHash + "\nbolt sha256:" + kHash),
            "line 2: this hash was given to acme already; a key stands for one");
}

TEST(KeyList, a_key_written_where_its_hash_belongs_is_not_repeated) {
  const std::string key = make_key();
  EXPECT_EQ(complaint("acme " + key).find(key), std::string::npos);
  EXPECT_EQ(complaint("acme sha256:" + key).find(key), std::string::npos);
  EXPECT_EQ(complaint(key + " acme").find(key), std::string::npos);
}

TEST(KeyList, keys_that_are_made_are_long_different_and_found_by_their_line) {
  std::set<std::string> keys;
  for (int i = 0; i < 100; ++i) keys.insert(make_key());
  EXPECT_EQ(keys.size(), 100U);
  const std::string key = *keys.begin();
  EXPECT_TRUE(key.starts_with("sbx_")) << key;
  EXPECT_EQ(key.size(), 4U + 43U) << "256 bits in base64url";
  const std::string line = line_for("acme", key, "ci");
  EXPECT_EQ(line.find(key), std::string::npos);
  EXPECT_EQ(list_of(line).find(key)->subject, "acme");
}

RC_GTEST_PROP(KeyList, any_text_is_read_or_refused, (const std::string& text)) {
  const auto list = KeyList::parse(text);
  if (list.ok()) {
    for (const auto& entry : list.value().entries()) RC_ASSERT(is_subject(entry.subject));
  } else {
    RC_ASSERT(list.error().message.starts_with("line "));
  }
}

}  // namespace
}  // namespace signalbox::access
