// SPDX-License-Identifier: Apache-2.0
//
// One element for each shape; inks are classes, so that the style can change them in the dark.
#include "profiler/drawing_svg.h"

#include <fmt/format.h>

#include <string_view>

#include "observe/unicode.h"

namespace signalbox::profiler {

namespace {

std::string_view name_of(Ink ink) { return look_of(ink).name; }

std::string style() {
  std::string light, dark;
  for (const InkLook& look : kInks) {
    const auto rules = [&look](std::uint32_t colour) {
      return fmt::format(".f-{0} {{ fill: #{1:06x} }} .s-{0} {{ stroke: #{1:06x} }}\n", look.name,
                         colour);
    };
    light += "  " + rules(look.light);
    dark += "    " + rules(look.dark);
  }
  return fmt::format(
      "<style>\n  text {{ font-family: system-ui, \"Segoe UI\", \"Helvetica Neue\", "
      "\"DejaVu Sans\", sans-serif;\n         font-variant-numeric: tabular-nums }}\n"
      "  .line {{ fill: none; stroke-linejoin: round; stroke-linecap: round }}\n{}"
      "  @media (prefers-color-scheme: dark) {{\n{}  }}\n</style>\n",
      light, dark);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : observe::printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string spots_of(const std::vector<Spot>& spots) {
  std::string out;
  for (const Spot& spot : spots) {
    out += fmt::format("{}{:.1f},{:.1f}", out.empty() ? "" : " ", spot.x, spot.y);
  }
  return out;
}

struct Writer {
  std::string& out;

  void operator()(const Path& path) const {
    const std::string_view dash = path.dash == Dash::kDots     ? " stroke-dasharray=\"1.5 4\""
                                  : path.dash == Dash::kDashes ? " stroke-dasharray=\"7 5\""
                                                               : "";
    out += fmt::format("<polyline class=\"line s-{}\" stroke-width=\"{:g}\"{} points=\"{}\"/>\n",
                       name_of(path.ink), path.width, dash, spots_of(path.spots));
  }
  void operator()(const Area& area) const {
    out += fmt::format("<polygon class=\"f-{}\" fill-opacity=\"{:g}\" points=\"{}\"/>\n",
                       name_of(area.ink), area.opacity, spots_of(area.outline));
  }
  void operator()(const Disc& disc) const {
    const std::string_view ink = name_of(disc.ink);
    const std::string classes =
        disc.hollow ? fmt::format("f-paper s-{}", ink) : fmt::format("f-{} s-paper", ink);
    out += fmt::format(
        "<circle class=\"{}\" stroke-width=\"{:g}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\"",
        classes, disc.hollow ? 2.0 : 1.2, disc.centre.x, disc.centre.y, disc.radius);
    out += disc.note.empty() ? "/>\n"
                             : fmt::format("><title>{}</title></circle>\n", escaped(disc.note));
  }
  void operator()(const Words& words) const {
    const std::string_view anchor = words.anchor == Anchor::kStart    ? ""
                                    : words.anchor == Anchor::kMiddle ? " text-anchor=\"middle\""
                                                                      : " text-anchor=\"end\"";
    out += fmt::format(
        "<text class=\"f-{}\" font-size=\"{:g}\"{}{} x=\"{:.1f}\" y=\"{:.1f}\">{}"
        "</text>\n",
        name_of(words.ink), words.size, words.bold ? " font-weight=\"600\"" : "", anchor,
        words.at.x, words.at.y, escaped(words.text));
  }
};

}  // namespace

std::string svg_of(const Drawing& drawing) {
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" role=\"img\">\n<title>{2}</title>\n<desc>{3}</desc>\n",
      drawing.width, drawing.height, escaped(drawing.title), escaped(drawing.description));
  out += style();
  out += fmt::format("<rect class=\"f-paper\" width=\"{:.0f}\" height=\"{:.0f}\"/>\n",
                     drawing.width, drawing.height);
  for (const Shape& shape : drawing.shapes) std::visit(Writer{out}, shape);
  return out + "</svg>\n";
}

}  // namespace signalbox::profiler
