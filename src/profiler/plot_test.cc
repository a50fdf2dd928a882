// SPDX-License-Identifier: Apache-2.0
//
// Plots of every shape of measurement: the same bytes each time, nothing outside the paper, no name
// on top of another.
#include "profiler/plot.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <map>

#include "profiler/compare_plot.h"
#include "profiler/drawing_png.h"
#include "profiler/drawing_svg.h"
#include "profiler/golden_file.h"
#include "profiler/picture_decoder.h"
#include "profiler/plot_axis.h"
#include "profiler/sample_profiles.h"

namespace signalbox::profiler {
namespace {

using testing::single_server;

UnitProfile without_a_curve(std::vector<double> loads) {
  UnitProfile unit = single_server("sd21-g6", 1.08, 0.8048, loads);
  unit.predicted.clear();
  return unit;
}

UnitProfile unbounded_objective() {
  UnitProfile unit = single_server("sd21-trn1", 2.3, 0.0);
  unit.objective.latency = 10min;
  return unit;
}

std::map<std::string, Drawing> all_shapes() {
  auto units = testing::paper_units();
  units.push_back(testing::never_holds());
  std::map<std::string, Drawing> out;
  out["single server"] = plot_of(single_server("sd21-inf2-neuron", 2.05, 0.7582));
  out["batching"] = plot_of(testing::batching());
  out["language model"] = plot_of(testing::language_model());
  out["never holds"] = plot_of(testing::never_holds());
  out["three points"] = plot_of(without_a_curve({0.2, 0.5, 0.8}));
  out["one point"] = plot_of(without_a_curve({0.5}));
  out["no point"] = plot_of(UnitProfile{});
  out["objective far away"] = plot_of(unbounded_objective());
  out["comparison"] = compare_plot(compare_profiles(units));
  out["comparison of one"] = compare_plot(compare_profiles({testing::never_holds()}));
  return out;
}

std::vector<Words> words_of(const Drawing& drawing) {
  std::vector<Words> out;
  for (const Shape& shape : drawing.shapes) {
    if (const auto* words = std::get_if<Words>(&shape)) out.push_back(*words);
  }
  return out;
}

struct Box {
  double left, top, right, bottom;
};

Box box_of(const Words& words) {
  const double width = width_of(words);
  const double left = words.anchor == Anchor::kStart    ? words.at.x
                      : words.anchor == Anchor::kMiddle ? words.at.x - 0.5 * width
                                                        : words.at.x - width;
  return {left, words.at.y - 0.72 * words.size, left + width, words.at.y + 0.2 * words.size};
}

TEST(Plot, is_the_same_bytes_each_time) {
  const UnitProfile unit = single_server("sd21-inf2-neuron", 2.05, 0.7582);
  testing::expect_golden("single-server.svg", svg_of(plot_of(unit)));
  EXPECT_EQ(svg_of(plot_of(unit)), svg_of(plot_of(unit)));
}

TEST(Plot, no_words_lie_on_others_or_beyond_the_paper) {
  for (const auto& [name, drawing] : all_shapes()) {
    const auto words = words_of(drawing);
    EXPECT_GT(words.size(), 4U) << name;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const Box a = box_of(words[i]);
      EXPECT_GE(a.left, 0.0) << name << ": " << words[i].text;
      EXPECT_LE(a.right, drawing.width) << name << ": " << words[i].text;
      EXPECT_LE(a.bottom, drawing.height) << name << ": " << words[i].text;
      for (std::size_t j = i + 1; j < words.size(); ++j) {
        const Box b = box_of(words[j]);
        const bool apart =
            a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        EXPECT_TRUE(apart) << name << ": '" << words[i].text << "' and '" << words[j].text << "'";
      }
    }
  }
}

TEST(Plot, every_shape_lies_on_the_paper) {
  for (const auto& [name, drawing] : all_shapes()) {
    const auto inside = [&, &what = name, &paper = drawing](const Spot& spot) {
      EXPECT_TRUE(spot.x >= 0.0 && spot.x <= paper.width && spot.y >= 0.0 && spot.y <= paper.height)
          << what << ": " << spot.x << ", " << spot.y;
    };
    for (const Shape& shape : drawing.shapes) {
      if (const auto* path = std::get_if<Path>(&shape)) {
        for (const Spot& spot : path->spots) inside(spot);
      } else if (const auto* area = std::get_if<Area>(&shape)) {
        for (const Spot& spot : area->outline) inside(spot);
      } else if (const auto* disc = std::get_if<Disc>(&shape)) {
        inside(disc->centre);
      }
    }
  }
}

TEST(Plot, says_what_it_found_where_it_stands) {
  const std::string svg = svg_of(plot_of(testing::batching()));
  for (const char* said :
       {"breaking point 7.30/s (7.00 to 7.50), limited by objective",
        "plateau 8.00/s (7.88 to 8.12)", "objective 1.5 s", ">95 %<", ">mean<", ">median<",
        "Triangles: beyond the scale", "Not shown: 1 of higher load"}) {
    EXPECT_NE(svg.find(said), std::string::npos) << said;
  }
  EXPECT_NE(svg_of(plot_of(testing::never_holds())).find("No rate holds the objective: alone"),
            std::string::npos);
  EXPECT_NE(svg_of(plot_of(unbounded_objective())).find("objective 10 min (above)"),
            std::string::npos);
  EXPECT_NE(svg_of(plot_of(UnitProfile{})).find("No load was measured"), std::string::npos);
  EXPECT_NE(svg_of(plot_of(testing::language_model())).find("Time to first token"),
            std::string::npos);
}

TEST(Plot, nothing_in_a_name_leaves_its_place) {
  UnitProfile unit = single_server("a<script>&\x1b\xFF", 2.0, 1.0);
  const std::string svg = svg_of(plot_of(unit));
  EXPECT_NE(svg.find("a&lt;script&gt;&amp;"), std::string::npos);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_EQ(svg.find('\x1b'), std::string::npos);
  EXPECT_TRUE(png_of(plot_of(unit)).ok());
}

TEST(Plot, a_png_is_the_same_drawing_at_twice_the_size) {
  for (const auto& [name, drawing] : all_shapes()) {
    const auto png = png_of(drawing);
    ASSERT_TRUE(png.ok()) << png.error().message;
    const auto picture = decode_picture(*png);
    ASSERT_TRUE(picture.ok()) << picture.error().message;
    EXPECT_NEAR(picture->width, 2.0 * drawing.width, 1.0) << name;
    EXPECT_NEAR(picture->height, 2.0 * drawing.height, 1.0) << name;
    std::size_t inked = 0;
    for (const auto channel : picture->rgb) inked += channel < 128 ? 1U : 0U;
    EXPECT_GT(inked, picture->rgb.size() / 500) << name;
    EXPECT_LT(inked, picture->rgb.size() / 5) << name;
  }
}

// The contrast of WCAG 2.1, 1.4.3 and 1.4.11: 4.5 for text, 3 for what must be seen.
double contrast(std::uint32_t a, std::uint32_t b) {
  const auto luminance = [](std::uint32_t colour) {
    const auto channel = [&](unsigned int shift) {
      const double c = ((colour >> shift) & 0xFFU) / 255.0;
      return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
  };
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

TEST(Plot, inks_can_be_read_on_light_and_on_dark_paper) {
  const InkLook& paper = look_of(Ink::kPaper);
  for (const Ink ink :
       {Ink::kText, Ink::kSoft, Ink::kBlue, Ink::kOrange, Ink::kPurple, Ink::kGreen}) {
    const InkLook& look = look_of(ink);
    EXPECT_EQ(look.ink, ink);
    EXPECT_GE(contrast(look.light, paper.light), 4.2) << look.name;
    EXPECT_GE(contrast(look.dark, paper.dark), 4.5) << look.name;
  }
}

TEST(PlotAxis, marks_are_round_and_as_exact_as_they_must_be) {
  const auto texts = [](const Axis& axis) {
    std::string out;
    for (const double mark : axis.marks()) out += axis.text(mark) + " ";
    return out;
  };
  EXPECT_EQ(texts(axis_to_round(3.2, 5, 0.0, 100.0)), "0 1 2 3 4 ");
  EXPECT_EQ(texts(axis_to_round(0.061, 5, 0.0, 100.0)), "0.00 0.02 0.04 0.06 0.08 ");
  EXPECT_EQ(texts(axis_to(2.36, 5, 0.0, 100.0)), "0.0 0.5 1.0 1.5 2.0 ");
  EXPECT_EQ(texts(axis_to_round(45'000.0, 5, 0.0, 100.0)), "0 10000 20000 30000 40000 50000 ");
}

TEST(PlotAxis, a_line_is_cut_where_it_leaves) {
  const auto cut = cut_above({{0.0, 1.0}, {1.0, 2.0}, {2.0, 6.0}, {3.0, 1.0}}, 4.0);
  ASSERT_EQ(cut.size(), 3U);
  EXPECT_DOUBLE_EQ(cut[2].x, 1.5);
  EXPECT_DOUBLE_EQ(cut[2].y, 4.0);
  EXPECT_TRUE(cut_above({{0.0, 9.0}}, 4.0).empty());
}

RC_GTEST_PROP(PlotAxisProperty, labels_come_apart_and_stay_in_order, ()) {
  std::vector<Label> labels;
  for (int left = *rc::gen::inRange(0, 8); left > 0; --left) {
    labels.push_back({static_cast<double>(*rc::gen::inRange(0, 200)), "x", Ink::kText});
  }
  spread(labels, 18.0, 0.0, 200.0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) RC_ASSERT(labels[i].y - labels[i - 1].y >= 18.0 - 1e-9);
    RC_ASSERT(labels[i].y <= 200.0);
    RC_ASSERT(labels[i].y >= 0.0);
  }
}

}  // namespace
}  // namespace signalbox::profiler
