// SPDX-License-Identifier: Apache-2.0
//
// Clipping, wide glyphs and SGR runs; see canvas.h.
#include "observe/canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "observe/unicode.h"

namespace signalbox::observe {

namespace {

void append_style(std::string& out, Style style) {
  out += "\x1b[0";
  if (style.bold) out += ";1";
  if (style.ink != Ink::kDefault) {
    fmt::format_to(std::back_inserter(out), ";38;5;{}", static_cast<int>(style.ink));
  }
  if (style.paper != Ink::kDefault) {
    fmt::format_to(std::back_inserter(out), ";48;5;{}", static_cast<int>(style.paper));
  }
  out += 'm';
}

}  // namespace

Canvas::Canvas(Size size)
    : size_{std::max(1, size.columns), std::max(1, size.rows)},
      cells_(static_cast<std::size_t>(size_.columns) * static_cast<std::size_t>(size_.rows)) {}

void Canvas::put(int row, int column, char32_t glyph, Style style) {
  if (row < 0 || row >= size_.rows || column < 0) return;
  const int width = display_width(glyph);
  if (width == 0 || column + width > size_.columns) return;
  // Overwriting one half of a wide glyph must not leave the other half behind.
  if (cell(row, column).glyph == 0) cell(row, column - 1).glyph = U' ';
  const int after = column + width;
  if (after < size_.columns && cell(row, after).glyph == 0) cell(row, after).glyph = U' ';
  cell(row, column) = {glyph, style};
  if (width == 2) cell(row, column + 1) = {0, style};
}

int Canvas::text(int row, int column, std::string_view text, Style style, int max_columns) {
  const int end = column + std::min(max_columns, size_.columns - column);
  const bool whole = column + display_width(text) <= end;
  const int last = whole ? end : end - 1;  // keeps a column for the ellipsis
  for (std::size_t at = 0; at < text.size();) {
    char32_t glyph = next_code_point(text, at);
    if (is_control(glyph)) glyph = kReplacement;
    const int width = display_width(glyph);
    if (column + width > last) break;
    put(row, column, glyph, style);
    column += width;
  }
  if (!whole && column < end) put(row, column++, U'…', style);
  return column;
}

void Canvas::text_right(int row, int end_column, std::string_view words, Style style) {
  text(row, std::max(0, end_column - display_width(words)), words, style);
}

void Canvas::bar(int row, int column, int eighths, Style style) {
  for (; eighths >= 8; eighths -= 8) put(row, column++, U'█', style);
  if (eighths > 0) put(row, column, U'█' + static_cast<char32_t>(8 - eighths), style);
}

std::string Canvas::render(bool color) const {
  std::string out;
  for (int row = 0; row < size_.rows; ++row) {
    if (row > 0) out += '\n';
    int end = size_.columns;
    const auto blank = [&](const Cell& c) {
      return c.glyph == U' ' && (!color || c.style.paper == Ink::kDefault);
    };
    while (end > 0 && blank(cell(row, end - 1))) --end;
    Style current;
    for (int column = 0; column < end; ++column) {
      const Cell& c = cell(row, column);
      if (c.glyph == 0) continue;
      if (color && !(c.style == current)) append_style(out, current = c.style);
      append_utf8(out, c.glyph);
    }
    if (color && !(current == Style{})) out += "\x1b[0m";
  }
  return out;
}

}  // namespace signalbox::observe
