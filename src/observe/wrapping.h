// SPDX-License-Identifier: Apache-2.0
//
// Sentences on lines of a given width, by display columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace signalbox::observe {

// Breaks `text` at single spaces into lines of at most `columns`; a longer word keeps a line of its
// own. Always at least one line.
std::vector<std::string> wrap(std::string_view text, int columns);

}  // namespace signalbox::observe
