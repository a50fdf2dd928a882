// SPDX-License-Identifier: Apache-2.0
//
// Tables of comma-separated values with a header line. Columns are asked for by name, so that their
// order and additional ones do not matter, and values are checked as they are read: what a reader
// sees is a number in its range, or an error that says where and what was expected.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sim/workload/trace_file.h"

namespace signalbox::sim {

class CsvTable {
 public:
  // Opens the file and finds the columns. A name may list alternatives: "zone|AvailabilityZone".
  // Quotes around a field are taken off; a quoted field may hold commas, not line breaks.
  static Result<CsvTable> open(const std::string& path, const std::vector<std::string>& columns);

  // Goes to the next row that is not blank; false at the end.
  Result<bool> next();

  // Values of the row at hand, by index into `columns`. Texts are valid until the next row.
  std::string_view text(std::size_t column) const { return fields_[place_[column]]; }
  // A number within [least, most].
  Result<double> number(std::size_t column, double least, double most) const;
  // The same, or nothing when the field is empty.
  Result<std::optional<double>> number_or_none(std::size_t column, double least, double most) const;
  Result<int> whole(std::size_t column, int least, int most) const;
  // "2024-11-15 16:57:50.123", UTC, since 1970.
  Result<Duration> utc(std::size_t column) const;

  // About this field: "PATH:LINE: NAME is "TEXT"; expected EXPECTED".
  Error bad(std::size_t column, std::string_view expected) const;
  const TraceFile& file() const { return file_; }

 private:
  CsvTable(TraceFile file, std::vector<std::string> names)
      : file_(std::move(file)), names_(std::move(names)) {}
  bool split(std::string_view line);  // false when a quote is not closed

  TraceFile file_;
  std::vector<std::string> names_;
  std::vector<std::size_t> place_;  // of each column asked for, among the fields
  std::vector<std::string_view> fields_;
  std::size_t width_ = 0;  // fields of the header
};

}  // namespace signalbox::sim
