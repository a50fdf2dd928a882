// SPDX-License-Identifier: Apache-2.0
//
// One comparison for each kind of answer; of several pictures or texts in one answer the least
// alike decides.
#include "profiler/equivalence.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <optional>

#include "profiler/image_likeness.h"
#include "profiler/json_likeness.h"
#include "profiler/text_likeness.h"

namespace signalbox::profiler {

namespace json = boost::json;

namespace {

Comparison not_comparable(std::string why) { return {false, 0.0, std::move(why)}; }

Comparison compare_pair(const Picture& a, const Picture& b, const Tolerances& tolerances) {
  if (a.width != b.width || a.height != b.height) {
    return not_comparable(
        fmt::format("{} x {} pixels against {} x {}", a.width, a.height, b.width, b.height));
  }
  const ImageLikeness found = compare_pictures(a, b);
  return {.passed = found.ssim >= tolerances.min_ssim &&
                    found.tile_ssim >= tolerances.min_tile_ssim &&
                    found.colour <= tolerances.max_colour,
          .likeness = std::clamp(std::min(found.ssim, 1.0 - found.colour), 0.0, 1.0),
          .finding = fmt::format("SSIM {:.3f} (least alike part {:.3f}), colour off by {:.1f} %",
                                 found.ssim, found.tile_ssim, 100.0 * found.colour)};
}

std::optional<json::value> as_document(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || (text[first] != '{' && text[first] != '[')) return std::nullopt;
  boost::system::error_code error;
  json::value document = json::parse(text, error);
  if (error) return std::nullopt;
  return document;
}

Comparison compare_pair(const json::value& a, const json::value& b, const Tolerances& tolerances) {
  const auto difference = first_difference(a, b, tolerances.ignored);
  if (difference) return not_comparable("JSON: " + *difference);
  return {true, 1.0, "equal JSON"};
}

Comparison compare_pair(const std::string& a, const std::string& b, const Tolerances& tolerances) {
  const auto document_a = as_document(a), document_b = as_document(b);
  if (document_a && document_b) return compare_pair(*document_a, *document_b, tolerances);
  if (!is_utf8(a) || !is_utf8(b)) return not_comparable("a text that is not in UTF-8");
  const double distance = text_distance(a, b);
  return {.passed = distance <= tolerances.max_distance,
          .likeness = 1.0 - distance,
          .finding = a == b ? "equal text" : fmt::format("distance {:.3f}", distance)};
}

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
  // Scaled by the largest member, so that no square overflows.
  double most_a = 0.0, most_b = 0.0;
  for (const double x : a) most_a = std::max(most_a, std::abs(x));
  for (const double x : b) most_b = std::max(most_b, std::abs(x));
  if (most_a == 0.0 || most_b == 0.0) return most_a == most_b ? 1.0 : 0.0;
  double dot = 0.0, square_a = 0.0, square_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i] / most_a, y = b[i] / most_b;
    dot += x * y;
    square_a += x * x;
    square_b += y * y;
  }
  return dot / std::sqrt(square_a * square_b);
}

Comparison compare_pair(const std::vector<double>& a, const std::vector<double>& b,
                        const Tolerances& tolerances) {
  if (a.size() != b.size()) {
    return not_comparable(fmt::format("{} dimensions against {}", a.size(), b.size()));
  }
  const double found = cosine(a, b);
  return {.passed = found >= tolerances.min_cosine,
          .likeness = std::clamp(found, 0.0, 1.0),
          .finding = fmt::format("cosine {:.4f}", found)};
}

template <class List>
Comparison compare_all(const List& a, const List& b, std::string_view what,
                       const Tolerances& tolerances) {
  if (a.each.size() != b.each.size()) {
    return not_comparable(fmt::format("{} {} against {}", a.each.size(), what, b.each.size()));
  }
  Comparison worst{true, 1.0, fmt::format("no {}", what)};
  bool first = true;
  for (std::size_t i = 0; i < a.each.size(); ++i) {
    Comparison next = compare_pair(a.each[i], b.each[i], tolerances);
    const bool worse = next.passed != worst.passed ? worst.passed : next.likeness < worst.likeness;
    if (first || worse) worst = std::move(next);
    first = false;
  }
  return worst;
}

struct CompareSameKind {
  const GoldenAnswer& other;
  const Tolerances& tolerances;

  Comparison operator()(const Pictures& a) const {
    return compare_all(a, std::get<Pictures>(other), "pictures", tolerances);
  }
  Comparison operator()(const Texts& a) const {
    return compare_all(a, std::get<Texts>(other), "texts", tolerances);
  }
  Comparison operator()(const Vectors& a) const {
    return compare_all(a, std::get<Vectors>(other), "embeddings", tolerances);
  }
  Comparison operator()(const Bytes& a) const {
    const bool same = a.all == std::get<Bytes>(other).all;
    return {same, same ? 1.0 : 0.0, same ? "equal bytes" : "different bytes"};
  }
  Comparison operator()(const json::value& a) const {
    return compare_pair(a, std::get<json::value>(other), tolerances);
  }
};

}  // namespace

Comparison compare_answers(const Result<GoldenAnswer>& a, const Result<GoldenAnswer>& b,
                           const Tolerances& tolerances) {
  if (!a.ok() && !b.ok()) {
    return not_comparable(
        fmt::format("both without an answer: {}; {}", a.error().message, b.error().message));
  }
  if (!a.ok()) return not_comparable("the first: " + a.error().message);
  if (!b.ok()) return not_comparable("the second: " + b.error().message);
  if (a->index() != b->index()) return not_comparable("answers of different kinds");
  return std::visit(CompareSameKind{*b, tolerances}, *a);
}

std::size_t Equivalence::passed() const {
  return static_cast<std::size_t>(std::count_if(
      prompts.begin(), prompts.end(), [](const auto& each) { return each.comparison.passed; }));
}

double Equivalence::share_passed() const {
  if (prompts.empty()) return 0.0;
  return static_cast<double>(passed()) / static_cast<double>(prompts.size());
}

const PromptVerdict* Equivalence::worst() const {
  const auto found = std::min_element(prompts.begin(), prompts.end(),
                                      [](const PromptVerdict& a, const PromptVerdict& b) {
                                        if (a.comparison.passed != b.comparison.passed)
                                          return b.comparison.passed;
                                        return a.comparison.likeness < b.comparison.likeness;
                                      });
  return found == prompts.end() ? nullptr : &*found;
}

bool Equivalence::holds(const Tolerances& tolerances) const {
  return !prompts.empty() && share_passed() >= tolerances.min_share;
}

}  // namespace signalbox::profiler
