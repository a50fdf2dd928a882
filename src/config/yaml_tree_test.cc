// SPDX-License-Identifier: Apache-2.0
//
// From text to a tree with places, and that no text whatever brings the loader down.
#include "config/yaml_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "config/config.h"
#include "config/goldens.h"

namespace signalbox::config {
namespace {

struct Parsed {
  std::optional<Node> root;
  Diagnostics problems;
};

Parsed parse(std::string_view yaml) {
  const Text text(yaml, "t.yaml");
  Report report(text);
  auto root = parse_yaml(text, report);
  return {std::move(root), std::move(report).sorted()};
}

std::string first_problem(std::string_view yaml) {
  const auto parsed = parse(yaml);
  return parsed.problems.list.empty() ? "" : parsed.problems.list.front().message;
}

TEST(YamlTree, keeps_the_order_of_keys_and_the_place_of_values) {
  const auto parsed = parse("b: 1\na:\n  - x\n  - {y: 'z'}\n");
  ASSERT_TRUE(parsed.root.has_value());
  ASSERT_EQ(parsed.root->pairs.size(), 2U);
  EXPECT_EQ(parsed.root->pairs[0].key, "b");
  EXPECT_EQ(parsed.root->find("b")->mark, (Mark{1, 4}));
  const Node& list = *parsed.root->find("a");
  EXPECT_EQ(list.items[0].mark, (Mark{3, 5}));
  EXPECT_FALSE(list.items[0].is_quoted);
  EXPECT_EQ(list.items[1].find("y")->mark, (Mark{4, 9}));
  EXPECT_TRUE(list.items[1].find("y")->is_quoted);
}

TEST(YamlTree, a_missing_value_stands_where_its_key_does) {
  const auto parsed = parse("a:\n\n\nb: 1\n");
  EXPECT_EQ(parsed.root->find("a")->kind, Node::Kind::kNull);
  EXPECT_EQ(parsed.root->find("a")->mark, (Mark{1, 1}));
}

TEST(YamlTree, what_is_missed_at_the_end_is_missed_on_the_last_line) {
  for (const std::string_view yaml : {"?", "?\n", "?\n\n", "?\r"}) {
    const auto parsed = parse(yaml);
    ASSERT_FALSE(parsed.problems.list.empty()) << yaml;
    const Text text(yaml, "t.yaml");
    EXPECT_EQ(parsed.problems.list.front().mark, text.end()) << yaml;
    EXPECT_LE(text.end().line, text.line_count());
  }
}

TEST(YamlTree, columns_count_characters) {
  EXPECT_EQ(parse("{ü: 1, ö: 2}").root->pairs[1].key_mark, (Mark{1, 8}));
}

TEST(YamlTree, windows_line_ends_and_a_byte_order_mark_are_no_matter) {
  const auto parsed = parse(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 2\r\n");
  ASSERT_TRUE(parsed.problems.list.empty());
  EXPECT_EQ(parsed.root->find("b")->scalar, "2");
  EXPECT_EQ(parsed.root->find("b")->mark, (Mark{2, 4}));
}

TEST(YamlTree, the_first_of_two_equal_keys_stays) {
  const auto parsed = parse("a: 1\nb: 2\na: 3\n");
  EXPECT_EQ(parsed.problems.list.size(), 1U);
  EXPECT_EQ(parsed.root->find("a")->scalar, "1");
}

TEST(YamlTree, an_empty_text_is_no_tree_and_no_problem) {
  EXPECT_FALSE(parse("").root.has_value());
  EXPECT_TRUE(parse("").problems.list.empty());
}

TEST(YamlTree, an_open_quote_does_not_swallow_the_keys_below) {
  EXPECT_EQ(first_problem("a: \"x\nb: 2\n"), "the quote that opens here is not closed on its line");
  EXPECT_EQ(first_problem("a: [x, 'y"), "the quote that opens here is not closed on its line");
  EXPECT_EQ(first_problem("a: 'it''s'\nb: \"\\\"\"\n"), "");
}

TEST(YamlTree, depth_is_bounded_for_lists_and_mappings) {
  EXPECT_EQ(first_problem(std::string(100, '[') + std::string(100, ']')),
            "nested deeper than 12 levels");
  EXPECT_EQ(first_problem(std::string(100'000, '[') + std::string(100'000, ']')),
            "nested deeper than 12 levels");
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_EQ(first_problem(deep), "nested deeper than 12 levels");
}

TEST(YamlTree, a_stray_comma_ends) {
  // yaml-cpp 0.7 delivers empty documents for it without end.
  EXPECT_EQ(first_problem(","), "a ',' stands where none can");
}

// Mutations of a real configuration reach further into the loader than random bytes do.
RC_GTEST_PROP(Loading, any_mutation_loads_or_says_why, ()) {
  static const std::string whole = contents_of("examples/annotated.yaml");
  RC_ASSERT(!whole.empty());
  std::string text = whole;
  const int edits = *rc::gen::inRange(1, 6);
  for (int i = 0; i < edits; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto piece = *rc::gen::element<std::string>(
        "", ":", "\n", "  ", "\t", "[", "]", "{", "}", "\"", "'", "- ", "? ", "#", "&a", "*a", "!t",
        "|", ">", "%", "---\n", "...\n", "\xC3", "\xEF\xBB\xBF", std::string(1, '\0'), "null", "-1",
        "1e999s", "169.254.169.254:80", ",", "<<: ", "\r", "999999999999999999999");
    const auto cut = *rc::gen::inRange<std::size_t>(0, 12);
    text.replace(at, cut, piece);
  }
  const auto result = load(text, "mutated.yaml");
  if (!result.ok()) {
    RC_ASSERT(!result.error().list.empty());
    RC_ASSERT(find_invalid_utf8(render(result.error())) == std::string::npos);
  }
}

RC_GTEST_PROP(Loading, any_bytes_load_or_say_why, (const std::string& bytes)) {
  const auto result = load(bytes, "bytes.yaml");
  RC_ASSERT(!result.ok());
  RC_ASSERT(!render(result.error()).empty());
}

}  // namespace
}  // namespace signalbox::config
