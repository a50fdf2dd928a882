// SPDX-License-Identifier: Apache-2.0
//
// A grid of character cells to draw a screen on. Drawing clips at the edges, so a screen has
// exactly the size it was given: no line wraps, none is missing, and nothing jumps between two
// frames whatever names and notes turn up. Colour is decided at the end, so both looks share one
// layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signalbox::observe {

// Colours of the 256-colour palette that read well on dark and on light backgrounds.
enum class Ink : std::uint8_t {
  kDefault = 0,
  kBlack = 16,
  kBlue = 33,
  kTeal = 37,
  kGreen = 35,
  kOrange = 208,
  kMagenta = 170,
  kYellow = 178,
  kRed = 167,
  kViolet = 99,
  kGrey = 244,
};

struct Style {
  Ink ink = Ink::kDefault;
  Ink paper = Ink::kDefault;
  bool bold = false;

  bool operator==(const Style&) const = default;
};

struct Size {
  int columns = 80;
  int rows = 24;
};

class Canvas {
 public:
  // Sizes below 1x1 are drawn as 1x1.
  explicit Canvas(Size size);

  int columns() const { return size_.columns; }
  int rows() const { return size_.rows; }

  void put(int row, int column, char32_t glyph, Style style = {});

  // Writes `text` from `column` on, in at most `max_columns`; what does not fit ends in an
  // ellipsis. Controls and broken bytes show as U+FFFD. Returns the column after the last one
  // written.
  int text(int row, int column, std::string_view text, Style style = {}, int max_columns = 1 << 20);

  // The same, ending before `end_column`.
  void text_right(int row, int end_column, std::string_view text, Style style = {});

  // A horizontal bar of `eighths` eighths of a column, from `column` on.
  void bar(int row, int column, int eighths, Style style);

  // Rows joined by line feeds, trailing blanks cut; with SGR codes when `color`.
  std::string render(bool color) const;

 private:
  struct Cell {
    char32_t glyph = U' ';  // 0 = covered by the wide glyph on its left
    Style style;
  };

  Cell& cell(int row, int column) {
    return cells_[static_cast<std::size_t>(row) * static_cast<std::size_t>(size_.columns) +
                  static_cast<std::size_t>(column)];
  }
  const Cell& cell(int row, int column) const {
    return const_cast<Canvas*>(this)->cell(row, column);
  }

  Size size_;
  std::vector<Cell> cells_;
};

}  // namespace signalbox::observe
