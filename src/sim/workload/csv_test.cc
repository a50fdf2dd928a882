// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workload/test_files.h"
#include "sim/workload/utc_time.h"

namespace signalbox::sim {
namespace {

using testing::HasSubstr;

CsvTable table_of(const TestFile& file, const std::vector<std::string>& columns) {
  auto table = CsvTable::open(file.path(), columns);
  if (!table) throw std::runtime_error(table.error().message);
  return std::move(table).value();
}

TEST(Csv, finds_columns_by_name_in_any_order) {
  const TestFile file("a.csv", "extra,size,name\nx,3.5,Anna\n\ny,4,Bert\n");
  auto table = table_of(file, {"name", "size"});
  ASSERT_TRUE(*table.next());
  EXPECT_EQ(table.text(0), "Anna");
  EXPECT_EQ(*table.number(1, 0, 10), 3.5);
  ASSERT_TRUE(*table.next());
  EXPECT_EQ(table.text(0), "Bert");
  EXPECT_FALSE(*table.next());
  EXPECT_FALSE(*table.next());
}

TEST(Csv, takes_the_first_alternative_there_is_and_a_byte_order_mark_off) {
  const TestFile file("b.csv", "\xEF\xBB\xBFZone,Price\nz,1\n");
  auto table = table_of(file, {"az|Zone"});
  ASSERT_TRUE(*table.next());
  EXPECT_EQ(table.text(0), "z");
}

TEST(Csv, takes_quotes_off_fields_that_hold_commas) {
  const TestFile file("c.csv", "a,b,c\n1,\"x, y\",3\n");
  auto table = table_of(file, {"a", "b", "c"});
  ASSERT_TRUE(*table.next());
  EXPECT_EQ(table.text(1), "x, y");
  EXPECT_EQ(table.text(2), "3");
}

TEST(Csv, a_missing_column_is_named_with_those_expected) {
  const TestFile file("d.csv", "a,b\n1,2\n");
  const auto table = CsvTable::open(file.path(), {"a", "size"});
  ASSERT_FALSE(table);
  EXPECT_THAT(table.error().message, HasSubstr("d.csv:1: no column size; expected a header line"));
  EXPECT_THAT(table.error().message, HasSubstr("a, size"));
}

TEST(Csv, an_empty_file_lacks_its_header) {
  const TestFile file("e.csv", "");
  EXPECT_THAT(CsvTable::open(file.path(), {"a"}).error().message, HasSubstr("empty; expected"));
}

TEST(Csv, a_row_of_another_width_is_an_error_with_its_line) {
  const TestFile file("f.csv", "a,b\n1,2\n1\n");
  auto table = table_of(file, {"a"});
  EXPECT_TRUE(*table.next());
  const auto row = table.next();
  ASSERT_FALSE(row);
  EXPECT_THAT(row.error().message, HasSubstr("f.csv:3: 1 fields; expected 2"));
}

TEST(Csv, an_open_quote_is_an_error) {
  const TestFile file("g.csv", "a,b\n1,\"2\n");
  auto table = table_of(file, {"a"});
  EXPECT_THAT(table.next().error().message, HasSubstr("g.csv:2: a quote is not closed"));
}

TEST(Csv, numbers_are_finite_within_their_range_and_nothing_else) {
  const TestFile file("h.csv", "n\n8.0\n8.5\n-1\nnan\ninf\n1e9\nabc\n 5\n5x\n0x10\n");
  auto table = table_of(file, {"n"});
  std::vector<bool> number, whole;
  while (*table.next()) {
    number.push_back(table.number(0, 0.0, 100.0).ok());
    whole.push_back(table.whole(0, 0, 100).ok());
  }
  EXPECT_EQ(number, (std::vector<bool>{1, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(whole, (std::vector<bool>{1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(Csv, a_bad_value_is_shown_with_what_was_expected) {
  const TestFile file("i.csv", "steps\nmany\n");
  auto table = table_of(file, {"steps"});
  ASSERT_TRUE(*table.next());
  EXPECT_THAT(table.whole(0, 1, 10'000).error().message,
              HasSubstr("i.csv:2: steps is \"many\"; expected a whole number from 1 to 10000"));
}

TEST(Csv, an_empty_field_may_be_no_number) {
  const TestFile file("j.csv", "a,b\n,x\n");
  auto table = table_of(file, {"a", "b"});
  ASSERT_TRUE(*table.next());
  EXPECT_FALSE(table.number_or_none(0, 0, 1).value());
  EXPECT_FALSE(table.number(0, 0, 1));
  EXPECT_FALSE(table.number_or_none(1, 0, 1));
}

TEST(UtcTime, is_read_in_the_forms_that_traces_use) {
  const Duration expected = 1'700'158'546 * Duration{1s};
  EXPECT_EQ(parse_utc("2023-11-16 18:15:46"), expected);
  EXPECT_EQ(parse_utc("2023-11-16T18:15:46Z"), expected);
  EXPECT_EQ(parse_utc("2023-11-16T18:15:46.000Z"), expected);
  EXPECT_EQ(parse_utc("2023-11-16T18:15:46+00:00"), expected);
  EXPECT_EQ(parse_utc("2023-11-16T20:15:46+02:00"), expected);
  EXPECT_EQ(parse_utc("2023-11-16T13:15:46-0500"), expected);
  EXPECT_EQ(parse_utc("2023-11-16 18:15:46.6805900"), expected + 680'590'000ns);
  EXPECT_EQ(parse_utc("2023-11-16 18:15:46.1234567899"), expected + 123'456'789ns);
  EXPECT_EQ(parse_utc("1970-01-01 00:00:00"), Duration::zero());
}

TEST(UtcTime, refuses_what_is_no_time) {
  for (const auto* text :
       {"", "2023-11-16", "2023-11-16 18:15", "2023-13-16 18:15:46", "2023-02-30 18:15:46",
        "2023-11-16 24:15:46", "2023-11-16 18:60:46", "2023-11-16 18:15:46.", "16.11.2023 18:15:46",
        "2023-11-16 18:15:46 tomorrow", "2023-11-16T18:15:46+2", "1969-12-31 23:59:59",
        "9999-11-16 18:15:46", "1700158546"}) {
    EXPECT_FALSE(parse_utc(text)) << text;
  }
}

TEST(UtcTime, knows_the_midnight_before) {
  EXPECT_EQ(midnight_before(*parse_utc("2024-02-29 16:57:50")), *parse_utc("2024-02-29 00:00:00"));
  EXPECT_EQ(midnight_before(*parse_utc("2024-02-29 00:00:00")), *parse_utc("2024-02-29 00:00:00"));
}

}  // namespace
}  // namespace signalbox::sim
