// SPDX-License-Identifier: Apache-2.0
//
// Header, rows, fields; see csv.h.
#include "sim/workload/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "sim/workload/utc_time.h"

namespace signalbox::sim {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kShownOfField = 40;

std::vector<std::string_view> alternatives(std::string_view names) {
  std::vector<std::string_view> result;
  while (true) {
    const std::size_t bar = names.find('|');
    result.push_back(names.substr(0, bar));
    if (bar == std::string_view::npos) return result;
    names.remove_prefix(bar + 1);
  }
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

bool CsvTable::split(std::string_view line) {
  fields_.clear();
  while (true) {
    std::size_t comma;
    if (!line.empty() && line.front() == '"') {
      const std::size_t close = line.find('"', 1);
      if (close == std::string_view::npos) return false;
      fields_.push_back(line.substr(1, close - 1));
      comma = line.find(',', close);
    } else {
      comma = line.find(',');
      fields_.push_back(line.substr(0, comma));
    }
    if (comma == std::string_view::npos) return true;
    line.remove_prefix(comma + 1);
  }
}

Result<CsvTable> CsvTable::open(const std::string& path, const std::vector<std::string>& columns) {
  auto file = TraceFile::open(path);
  if (!file) return file.error();
  CsvTable table(std::move(*file), columns);
  const std::string expected =
      fmt::format("expected a header line with the columns {}", fmt::join(columns, ", "));
  const auto line = table.file_.next_line();
  if (!line) return line.error();
  if (!*line) return Error{fmt::format("{}: empty; {}", path, expected)};
  std::string_view header = **line;
  if (header.starts_with(kByteOrderMark)) header.remove_prefix(kByteOrderMark.size());
  if (!table.split(header)) return table.file_.error("a quote is not closed; " + expected);
  table.width_ = table.fields_.size();
  for (const auto& column : columns) {
    const auto names = alternatives(column);
    const auto found = std::find_if(table.fields_.begin(), table.fields_.end(), [&](auto field) {
      return std::find(names.begin(), names.end(), field) != names.end();
    });
    if (found == table.fields_.end()) {
      return table.file_.error(fmt::format("no column {}; {}", column, expected));
    }
    table.place_.push_back(static_cast<std::size_t>(found - table.fields_.begin()));
  }
  return table;
}

Result<bool> CsvTable::next() {
  while (true) {
    const auto line = file_.next_line();
    if (!line) return line.error();
    if (!*line) return false;
    if ((*line)->empty()) continue;
    if (!split(**line)) return file_.error("a quote is not closed; expected one row a line");
    if (fields_.size() != width_) {
      return file_.error(
          fmt::format("{} fields; expected {}, as in the header", fields_.size(), width_));
    }
    return true;
  }
}

Error CsvTable::bad(std::size_t column, std::string_view expected) const {
  return file_.error(fmt::format("{} is \"{}\"; expected {}", names_[column],
                                 text(column).substr(0, kShownOfField), expected));
}

Result<double> CsvTable::number(std::size_t column, double least, double most) const {
  const auto value = parse_number(text(column));
  if (!value || *value < least || *value > most) {
    return bad(column, fmt::format("a number from {} to {}", least, most));
  }
  return *value;
}

Result<std::optional<double>> CsvTable::number_or_none(std::size_t column, double least,
                                                       double most) const {
  if (text(column).empty()) return std::optional<double>();
  const auto value = number(column, least, most);
  if (!value) return value.error();
  return std::optional(*value);
}

Result<int> CsvTable::whole(std::size_t column, int least, int most) const {
  const auto value = parse_number(text(column));  // "8.0" is whole too
  if (!value || *value < least || *value > most || *value != std::floor(*value)) {
    return bad(column, fmt::format("a whole number from {} to {}", least, most));
  }
  return static_cast<int>(*value);
}

Result<Duration> CsvTable::utc(std::size_t column) const {
  const auto time = parse_utc(text(column));
  if (!time) return bad(column, "a time like 2024-11-15 16:57:50");
  return *time;
}

}  // namespace signalbox::sim
