// SPDX-License-Identifier: Apache-2.0
//
// Words for records; see input_record.h.
#include "journal/input_record.h"

#include <fmt/format.h>

namespace signalbox::journal {

core::RequestFacts RequestMade::facts() const {
  core::RequestFacts facts;
  facts.path = path;
  facts.model = model;
  facts.replayable = replayable;
  facts.work = work;
  facts.data_class = data_class;
  facts.prompt_tokens = prompt_tokens;
  facts.output_tokens = output_tokens;
  facts.tenant = tenant;
  facts.priority = priority;
  facts.time_left = time_left;
  return facts;
}

DecisionBrief brief_of(const core::Decision& decision) {
  DecisionBrief brief;
  brief.request = decision.request;
  brief.action = decision.action;
  brief.late = decision.late;
  brief.attempt = decision.attempt;
  if (decision.action == core::Action::kForward) {
    brief.unit = decision.unit;
    brief.endpoint = decision.endpoint;
  } else if (decision.action == core::Action::kReject) {
    brief.reason = decision.reason;
    brief.status = decision.status;
  }
  return brief;
}

std::string describe_brief(const DecisionBrief& brief, const core::FleetSpec& spec) {
  std::string text;
  switch (brief.action) {
    case core::Action::kForward:
      text = fmt::format("forward to endpoint {} of {}", brief.endpoint.value,
                         brief.unit.index() < spec.units.size() ? spec.unit(brief.unit).name
                                                                : "a unit that does not exist");
      break;
    case core::Action::kHold:
      text = "hold";
      break;
    case core::Action::kReject:
      text = fmt::format("reject with {} ({})", brief.status, core::to_string(brief.reason));
      break;
  }
  if (brief.attempt != 1) text += fmt::format(", attempt {}", brief.attempt);
  if (brief.late) text += ", late";
  return text;
}

const char* to_string(LogEnd end) {
  switch (end) {
    case LogEnd::kClosed:
      return "closed in good order";
    case LogEnd::kFull:
      return "stopped at its bound";
    case LogEnd::kOverflowed:
      return "stopped because the writer could not keep up";
    case LogEnd::kFailed:
      return "stopped because the disk refused";
  }
  return "?";
}

}  // namespace signalbox::journal
