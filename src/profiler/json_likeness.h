// SPDX-License-Identifier: Apache-2.0
//
// Whether two JSON documents say the same, and where they first do not. A document is read by a
// program and has no "nearly": so values are compared exactly, but for what no reader may rely on
// (the order of members, 1 against 1.0) and for members that are meant to differ, such as times and
// ids.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <vector>

namespace signalbox::profiler {

// The first difference in words, as "$.items[2].name is "a" here and "b" there"; nullopt for none.
// Members named in `ignored` are passed over wherever they stand.
std::optional<std::string> first_difference(const boost::json::value& here,
                                            const boost::json::value& there,
                                            const std::vector<std::string>& ignored);

}  // namespace signalbox::profiler
