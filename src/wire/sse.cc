// SPDX-License-Identifier: Apache-2.0
//
// A line break inside data would end the field, so each line gets a field of its own; readers join
// them again.
#include "wire/sse.h"

#include "base/assert.h"

namespace signalbox::wire {

std::string sse_event(std::string_view data, std::string_view event) {
  SIGNALBOX_ASSERT(event.find_first_of("\r\n") == std::string_view::npos);
  std::string out;
  out.reserve(data.size() + event.size() + 24);
  if (!event.empty()) out.append("event: ").append(event).append("\n");
  for (;;) {
    const std::size_t end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    const bool pair = data.substr(end).starts_with("\r\n");
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  out.append("\n");
  return out;
}

}  // namespace signalbox::wire
