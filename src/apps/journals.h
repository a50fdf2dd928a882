// SPDX-License-Identifier: Apache-2.0
//
// The journal section of a configuration, opened: what a node writes down while it runs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "config/config.h"
#include "journal/decision_journal.h"
#include "journal/input_log_thread.h"
#include "journal/recorders.h"

namespace signalbox::apps {

struct Journals {
  std::unique_ptr<journal::InputLogThread> inputs;
  std::unique_ptr<journal::DecisionJournal> decisions;

  journal::Recorders recorders() const { return {inputs.get(), decisions.get()}; }
  // Writes what waits. REQUIRES: nothing is told to either any more.
  void close();
};

// Opens what the section asks for. An input log that cannot be begun is an error, because it was
// asked for and would be missed too late; a decision journal that cannot is told of and tried
// again. `tell` is called from threads of theirs.
Result<Journals> open_journals(const config::JournalSection& section,
                               const std::function<void(const std::string&)>& tell);

}  // namespace signalbox::apps
