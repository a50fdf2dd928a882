// SPDX-License-Identifier: Apache-2.0
//
// See quantity.h.
#include "cluster/quantity.h"

#include <array>
#include <charconv>
#include <cmath>

namespace signalbox::cluster {

namespace {

struct Suffix {
  std::string_view text;
  double factor;
};

constexpr std::array kSuffixes = {
    Suffix{"", 1.0},      Suffix{"n", 1e-9},    Suffix{"u", 1e-6},    Suffix{"m", 1e-3},
    Suffix{"k", 1e3},     Suffix{"M", 1e6},     Suffix{"G", 1e9},     Suffix{"T", 1e12},
    Suffix{"P", 1e15},    Suffix{"E", 1e18},    Suffix{"Ki", 0x1p10}, Suffix{"Mi", 0x1p20},
    Suffix{"Gi", 0x1p30}, Suffix{"Ti", 0x1p40}, Suffix{"Pi", 0x1p50}, Suffix{"Ei", 0x1p60},
};

}  // namespace

std::optional<double> read_quantity(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || !std::isfinite(number)) return {};
  const std::string_view suffix(stop, static_cast<std::size_t>(end - stop));
  for (const Suffix& known : kSuffixes) {
    if (known.text != suffix) continue;
    const double amount = number * known.factor;
    return std::isfinite(amount) ? std::optional(amount) : std::nullopt;
  }
  return {};
}

std::optional<double> read_quantity(const boost::json::value* value) {
  if (value == nullptr) return {};
  if (value->is_number()) return value->to_number<double>();
  const auto* text = value->if_string();
  return text == nullptr ? std::nullopt : read_quantity({text->data(), text->size()});
}

}  // namespace signalbox::cluster
