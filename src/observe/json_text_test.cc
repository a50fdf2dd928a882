// SPDX-License-Identifier: Apache-2.0
#include "observe/json_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <limits>

namespace signalbox::observe {
namespace {

namespace json = boost::json;

TEST(JsonText, numbers_read_as_people_write_them) {
  const json::array numbers = {23.1, 0.99, 1.0, -7, 18446744073709551615ULL, 0.000001};
  EXPECT_EQ(json_text(numbers, Layout::kOneLine), "[23.1,0.99,1,-7,18446744073709551615,1e-06]");
}

TEST(JsonText, what_json_cannot_say_is_null) {
  const json::array numbers = {std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(json_text(numbers, Layout::kOneLine), "[null,null]");
}

TEST(JsonText, indented_layout_keeps_plain_lists_on_one_line) {
  const json::value value = {
      {"name", "a"}, {"ids", {1, 2}}, {"none", json::array()}, {"units", {{{"x", 1}}, {{"x", 2}}}}};
  EXPECT_EQ(json_text(value, Layout::kIndented), R"({
  "name": "a",
  "ids": [1, 2],
  "none": [],
  "units": [
    {
      "x": 1
    },
    {
      "x": 2
    }
  ]
}
)");
}

TEST(JsonText, strings_can_neither_split_a_line_nor_drive_a_terminal) {
  std::string out;
  append_json_string(out, "a\"b\\c\nd\x1b[2J\x7f\u2028\xff");
  EXPECT_EQ(out, R"("a\"b\\c\nd\u001b[2J\u007f\u2028)"
                 "\uFFFD\"");
}

RC_GTEST_PROP(JsonText, any_bytes_parse_back_as_one_line, (const std::string& bytes)) {
  std::string out;
  append_json_string(out, bytes);
  RC_ASSERT(out.find('\n') == std::string::npos);
  RC_ASSERT(json::parse(out).is_string());
}

TEST(JsonText, rounding_cuts_the_noise_only) {
  EXPECT_EQ(rounded(0.1 + 0.2, 6), 0.3);
  EXPECT_EQ(rounded(-1.23456789, 3), -1.235);
  EXPECT_EQ(rounded(1e300, 6), 1e300);
}

TEST(JsonText, a_byte_that_needs_care_is_seen_wherever_it_stands) {
  for (std::size_t size = 1; size <= 25; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        const bool plain = byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';
        ASSERT_EQ(stands_as_it_is(text), plain) << size << " bytes, " << byte << " at " << at;
      }
    }
  }
  EXPECT_TRUE(stands_as_it_is(""));
}

}  // namespace
}  // namespace signalbox::observe
