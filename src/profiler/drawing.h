// SPDX-License-Identifier: Apache-2.0
//
// A drawing as a list of shapes in the order in which they are put on paper: a plot is laid out
// once, and written as SVG (text that stays text, light and dark) and as PNG (the same everywhere).
// Colours are inks with names, so that each writer can choose what they look like on its paper.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace signalbox::profiler {

// Told apart by everybody, colour-blind people included, and dark enough to be read on white. After
// M. Okabe and K. Ito, "Color Universal Design", 2008.
enum class Ink : std::uint8_t {
  kPaper,
  kText,
  kSoft,
  kGrid,
  kAxis,
  kBlue,
  kOrange,
  kPurple,
  kGreen
};

// What an ink looks like on light and on dark paper: 0xRRGGBB.
struct InkLook {
  Ink ink;
  std::string_view name;
  std::uint32_t light, dark;
};
inline constexpr InkLook kInks[] = {
    {Ink::kPaper, "paper", 0xFFFFFF, 0x12181F},   {Ink::kText, "text", 0x1C2733, 0xE8EDF2},
    {Ink::kSoft, "soft", 0x556270, 0x9AA8B6},     {Ink::kGrid, "grid", 0xE3E8ED, 0x26303A},
    {Ink::kAxis, "axis", 0x8B97A3, 0x66747F},     {Ink::kBlue, "blue", 0x0072B2, 0x56B4E9},
    {Ink::kOrange, "orange", 0xC65D00, 0xF0A04B}, {Ink::kPurple, "purple", 0x8F3F97, 0xCF9AD6},
    {Ink::kGreen, "green", 0x00735A, 0x4CC9A4},
};
constexpr const InkLook& look_of(Ink ink) { return kInks[static_cast<std::size_t>(ink)]; }

struct Spot {
  double x = 0.0, y = 0.0;  // pixels from the left and from the top
};

enum class Dash { kNone, kDots, kDashes };

struct Path {  // a line through all of them
  std::vector<Spot> spots;
  Ink ink = Ink::kText;
  double width = 1.0;
  Dash dash = Dash::kNone;
};

struct Area {  // a filled outline, partly transparent
  std::vector<Spot> outline;
  Ink ink = Ink::kText;
  double opacity = 1.0;
};

struct Disc {
  Spot centre;
  double radius = 4.0;
  Ink ink = Ink::kText;
  bool hollow = false;
  std::string note = {};  // shown where the writer can, when it is pointed at
};

enum class Anchor { kStart, kMiddle, kEnd };

struct Words {
  Spot at;  // on the base line
  std::string text;
  Ink ink = Ink::kText;
  double size = 13.0;  // pixels
  bool bold = false;
  Anchor anchor = Anchor::kStart;
};

using Shape = std::variant<Path, Area, Disc, Words>;

struct Drawing {
  double width = 0.0, height = 0.0;  // pixels
  std::string title, description;    // for those who cannot see it
  std::vector<Shape> shapes;
};

// About how wide the words are, whichever plain font they are set in; a little too wide rather than
// too narrow.
double width_of(const Words& words);

// A plain rectangle's outline.
std::vector<Spot> rectangle(double left, double top, double right, double bottom);

}  // namespace signalbox::profiler
