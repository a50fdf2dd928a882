// SPDX-License-Identifier: Apache-2.0
//
// JSON as people and other programs both like it. Boost's serializer writes 23.1 as 2.31E1, lays
// everything on one line and passes broken UTF-8 through; pages that operators read with curl, and
// log lines that must parse whatever a client sent, ask for more care.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace signalbox::observe {

enum class Layout {
  kOneLine,   // no white space at all
  kIndented,  // two spaces per level; arrays of plain values stay on one line; ends with a newline
};

// Numbers in their shortest exact decimal form; a double that JSON cannot say (NaN, infinity) is
// null.
std::string json_text(const boost::json::value& value, Layout layout);

// Whether a JSON string of `text` is the text between quotes.
bool stands_as_it_is(std::string_view text);

// `text` in quotes: controls escaped, each malformed byte as U+FFFD. The result is pure printable
// UTF-8, so a log line cannot be split or a terminal driven by what it quotes.
void append_json_string(std::string& out, std::string_view text);

// `value` cut to `decimals` places, so that sums of cents do not print as 0.30000000000000004.
double rounded(double value, int decimals);

}  // namespace signalbox::observe
