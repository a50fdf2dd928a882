// SPDX-License-Identifier: Apache-2.0
//
// Composition only; see journals.h.
#include "apps/journals.h"

#include <fmt/format.h>

#include <utility>

#include "net/clock.h"

namespace signalbox::apps {

namespace {

constexpr const char* kOff = "off";

}  // namespace

void Journals::close() {
  if (inputs) inputs->close();
  if (decisions) decisions->close();
}

Result<Journals> open_journals(const config::JournalSection& section,
                               const std::function<void(const std::string&)>& tell) {
  Journals journals;
  const std::int64_t unix_now = net::unix_nanos();
  if (section.input_log != kOff) {
    journal::InputLogOptions options;
    options.directory = section.input_log;
    options.segment_bytes = static_cast<std::uint64_t>(section.input_log_segment);
    options.segments = static_cast<std::uint32_t>(section.input_log_segments);
    options.drop_oldest = section.input_log_drops_oldest;
    options.started_unix_nanos = unix_now;
    auto writer = journal::InputLogWriter::open(std::move(options));
    if (!writer.ok()) return Error{"journal.input_log: " + writer.error().message};
    journal::InputLogThread::Options thread;
    thread.on_stopped = [tell](const std::string& why) {
      if (tell) tell("the input log has stopped: " + why);
    };
    journals.inputs =
        std::make_unique<journal::InputLogThread>(std::move(*writer), std::move(thread));
  }
  if (section.decisions != kOff) {
    journal::DecisionJournalOptions options;
    options.file = section.decisions;
    options.max_bytes = static_cast<std::uint64_t>(section.decisions_size);
    options.sample = static_cast<std::uint64_t>(section.sample);
    options.unix_of_zero = unix_now - net::now().time_since_epoch().count();
    options.run = unix_now;
    options.tell = tell;
    journals.decisions = std::make_unique<journal::DecisionJournal>(std::move(options));
  }
  return journals;
}

}  // namespace signalbox::apps
