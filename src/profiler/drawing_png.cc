// SPDX-License-Identifier: Apache-2.0
//
// Shapes as calls to Cairo, on white paper.
#include "profiler/drawing_png.h"

#include <cairo.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>

#include "observe/unicode.h"

namespace signalbox::profiler {

namespace {

struct Brush {
  cairo_t* cairo;

  void dip(Ink ink, double opacity = 1.0) const {
    const std::uint32_t colour = look_of(ink).light;
    const auto channel = [colour](unsigned int shift) {
      return ((colour >> shift) & 0xFFU) / 255.0;
    };
    cairo_set_source_rgba(cairo, channel(16), channel(8), channel(0), opacity);
  }
  void follow(const std::vector<Spot>& spots) const {
    cairo_new_path(cairo);
    for (const Spot& spot : spots) cairo_line_to(cairo, spot.x, spot.y);
  }

  void operator()(const Path& path) const {
    constexpr std::array<double, 2> kDots{1.5, 4.0}, kDashes{7.0, 5.0};
    dip(path.ink);
    follow(path.spots);
    const auto& pattern = path.dash == Dash::kDots ? kDots : kDashes;
    cairo_set_dash(cairo, pattern.data(), path.dash == Dash::kNone ? 0 : 2, 0.0);
    cairo_set_line_width(cairo, path.width);
    cairo_stroke(cairo);
    cairo_set_dash(cairo, nullptr, 0, 0.0);
  }
  void operator()(const Area& area) const {
    dip(area.ink, area.opacity);
    follow(area.outline);
    cairo_close_path(cairo);
    cairo_fill(cairo);
  }
  void operator()(const Disc& disc) const {
    cairo_new_path(cairo);
    cairo_arc(cairo, disc.centre.x, disc.centre.y, disc.radius, 0.0, 2.0 * std::numbers::pi);
    dip(disc.hollow ? Ink::kPaper : disc.ink);
    cairo_fill_preserve(cairo);
    dip(disc.hollow ? disc.ink : Ink::kPaper);
    cairo_set_line_width(cairo, disc.hollow ? 2.0 : 1.2);
    cairo_stroke(cairo);
  }
  void operator()(const Words& words) const {
    const std::string text = observe::printable(words.text);
    cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           words.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, words.size);
    cairo_text_extents_t extents{};
    cairo_text_extents(cairo, text.c_str(), &extents);
    const double share = words.anchor == Anchor::kStart    ? 0.0
                         : words.anchor == Anchor::kMiddle ? 0.5
                                                           : 1.0;
    dip(words.ink);
    cairo_move_to(cairo, words.at.x - share * extents.x_advance, words.at.y);
    cairo_show_text(cairo, text.c_str());
  }
};

cairo_status_t append(void* out, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<std::string> png_of(const Drawing& drawing, double scale) {
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                 static_cast<int>(std::ceil(drawing.width * scale)),
                                 static_cast<int>(std::ceil(drawing.height * scale))),
      cairo_surface_destroy);
  const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> cairo(cairo_create(surface.get()),
                                                                 cairo_destroy);
  const Brush brush{cairo.get()};
  cairo_scale(cairo.get(), scale, scale);
  cairo_set_line_join(cairo.get(), CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(cairo.get(), CAIRO_LINE_CAP_ROUND);
  brush.dip(Ink::kPaper);
  cairo_paint(cairo.get());
  for (const Shape& shape : drawing.shapes) std::visit(brush, shape);
  std::string png;
  cairo_status_t status = cairo_status(cairo.get());
  if (status == CAIRO_STATUS_SUCCESS) {
    status = cairo_surface_write_to_png_stream(surface.get(), append, &png);
  }
  if (status != CAIRO_STATUS_SUCCESS) {
    return Error{
        fmt::format("the plot cannot be drawn as PNG: {}", cairo_status_to_string(status))};
  }
  return png;
}

}  // namespace signalbox::profiler
