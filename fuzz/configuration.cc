// SPDX-License-Identifier: Apache-2.0
//
// What operators write. Whatever it is, the answer is values or errors that say where and why.
#include <cmath>
#include <string>

#include "config/config.h"
#include "config/units_of_measure.h"
#include "fuzz/target.h"

namespace signalbox::fuzz {

void quantities(std::string_view bytes) {
  for (const auto* dimension :
       {&config::kDurations, &config::kRates, &config::kPrices, &config::kPowers,
        &config::kEnergyPrices, &config::kSizes, &config::kFractions}) {
    const auto value = config::parse_quantity(*dimension, bytes);
    if (value.ok()) {
      require(std::isfinite(*value) && *value >= 0.0 && *value <= 1e15, "a value out of range");
    } else {
      require(!value.error().message.empty(), "no reason given");
    }
  }
  if (const auto duration = config::parse_duration(bytes); duration.ok()) {
    const std::string text = config::format_duration(*duration);
    const auto again = config::parse_duration(text);
    require(again.ok() && std::chrono::abs(*again - *duration) <= std::chrono::microseconds(1),
            "another duration as " + text);
  }
  if (const auto size = config::parse_size(bytes); size.ok()) {
    const std::string text = config::format_size(*size);
    const auto again = config::parse_size(text);
    require(again.ok() && *again == *size, "another size as " + text);
  }
  config::parse_rate(bytes);
  config::parse_price(bytes);
  config::parse_fraction(bytes);
  config::parse_count(bytes);
  config::parse_number(bytes);
}

void configuration(std::string_view bytes) {
  const auto loaded = config::load(bytes, "fuzz.yaml");
  if (loaded.ok()) {
    require(!loaded->fleet.services.empty() && !loaded->fleet.units.empty(), "an empty fleet");
    require(loaded->emulation.size() == loaded->fleet.units.size(), "units without their play");
    return;
  }
  require(!loaded.error().list.empty(), "refused without an error");
  const config::Text text(bytes, "fuzz.yaml");
  for (const auto& error : loaded.error().list) {
    require(!error.message.empty(), "no reason given");
    require(error.mark.line >= 0 && error.mark.line <= text.line_count(), "a line that is none");
    require(error.mark.line == 0 || error.mark.column >= 1, "a column that is none");
  }
  const std::string page = config::render(loaded.error());
  require(config::find_invalid_utf8(page) == std::string::npos, "a message that is no text");
}

}  // namespace signalbox::fuzz
