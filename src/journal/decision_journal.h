// SPDX-License-Identifier: Apache-2.0
//
// The decision journal of a running gateway: every reject, hold, re-decision and error, every
// change of plan and mode, and one in N of the plain forwards. Callers append to a bounded queue; a
// thread of its own writes it to the file in batches. When the file cannot be written - disk full,
// locked, damaged - it says so once, keeps trying, and counts what the queue could not hold as a
// gap, which becomes an entry itself. Traffic never waits for it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/model/decision.h"
#include "core/model/fleet_view.h"
#include "core/model/plan.h"
#include "core/model/request.h"
#include "journal/journal_entry.h"
#include "journal/journal_file.h"

namespace signalbox::journal {

struct DecisionJournalOptions {
  std::string file;
  std::uint64_t max_bytes = 256ULL << 20U;
  std::uint64_t sample = 100;     // one in so many plain forwards; 0 = none
  std::size_t queue = 16'384;     // entries waiting to be written
  Duration flush_every = 500ms;   // and how soon a failed write is tried again
  std::int64_t unix_of_zero = 0;  // the system's clock at TimePoint{}, in nanoseconds
  std::int64_t run = 0;           // the system's clock now: names this start of the process
  // From the journal's thread: what an operator should know, once per change.
  std::function<void(const std::string&)> tell = {};
};

struct DecisionJournalStatus {
  bool writing = false;       // the last write succeeded
  std::uint64_t written = 0;  // entries in the file since the start
  std::uint64_t lost = 0;     // entries that went into gaps
};

class DecisionJournal {
 public:
  // Starts the thread; the file is opened there, so a bad one is told of and tried again.
  explicit DecisionJournal(DecisionJournalOptions options);
  // As close().
  ~DecisionJournal();
  DecisionJournal(const DecisionJournal&) = delete;
  DecisionJournal& operator=(const DecisionJournal&) = delete;

  // Any thread. All that a request's decisions ask of a caller whose decision is not kept is one
  // comparison.
  void decided(const core::Decision& decision, const std::shared_ptr<const core::FleetView>& view);
  // Keeps failures, forgets the rest.
  void ended(const core::Decision& forwarded, const std::shared_ptr<const core::FleetView>& view,
             const core::Outcome& outcome, TimePoint now);
  // One thread. Keeps what differs from the plan before.
  void planned(const core::Plan& plan, const std::shared_ptr<const core::FleetSpec>& spec);

  // Writes what waits, ends the thread. Nothing may be told afterwards.
  void close();

  DecisionJournalStatus status() const;

 private:
  struct Decided {
    core::Decision decision;
    std::shared_ptr<const core::FleetView> view;
    std::uint64_t stands_for = 1;
  };
  struct Failed {
    core::Decision forwarded;
    std::shared_ptr<const core::FleetView> view;
    core::Outcome outcome;
    TimePoint at;
  };
  struct Planned {
    core::Plan plan;
    std::shared_ptr<const core::FleetSpec> spec;
    bool changed = false;  // and not its modes alone
  };
  using Item = std::variant<Decided, Failed, Planned>;

  void push(Item item, TimePoint at);
  void run();
  void render(const Item& item, std::vector<JournalEntry>& out) const;
  bool write(std::vector<JournalEntry>& batch);
  void report(const std::string& trouble);

  DecisionJournalOptions options_;

  // planned()'s own.
  std::vector<int> targets_;
  std::size_t cuts_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Item> queue_;          // under mutex_
  std::uint64_t unwritten_gap_ = 0;  // under mutex_: lost, and not yet an entry
  TimePoint gap_at_{};               // under mutex_: when the first of them was
  bool closing_ = false;             // under mutex_
  DecisionJournalStatus status_;     // under mutex_

  // The thread's own.
  std::optional<JournalFile> file_;
  std::string trouble_;  // told, and not over

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace signalbox::journal
