// SPDX-License-Identifier: Apache-2.0
//
// The ring; see event_log.h.
#include "emulate/event_log.h"

#include <utility>

namespace signalbox::emulate {

void EventLog::append(LoggedEvent event) {
  event.sequence = ++latest_;
  if (kept_.size() == capacity_) kept_.pop_front();
  kept_.push_back(std::move(event));
}

EventLog::Page EventLog::after(std::uint64_t after) const {
  Page page;
  const std::uint64_t forgotten = latest_ - kept_.size();
  // A number from the future was issued by an emulator that has been restarted since.
  page.missed = after < forgotten || after > latest_;
  for (const LoggedEvent& event : kept_) {
    if (page.missed || event.sequence > after) page.events.push_back(event);
  }
  return page;
}

}  // namespace signalbox::emulate
