// SPDX-License-Identifier: Apache-2.0
//
// `signalbox explain ID`: why a request went where it went. The text form is for reading in a
// terminal - a table of what was considered per attempt, then the reason in words; the JSON form
// holds the same record, sentences included, for tools.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "observe/story.h"

namespace signalbox::observe {

// REQUIRES for both: story.steps is not empty and every step has a view with a spec.
std::string explain_text(const RequestStory& story);
boost::json::object explain_json(const RequestStory& story);

}  // namespace signalbox::observe
