// SPDX-License-Identifier: Apache-2.0
//
// Choosing, queueing, writing; see decision_journal.h.
#include "journal/decision_journal.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace signalbox::journal {

namespace {

// Of the items in the queue, so many are worth waking the writer before its time.
constexpr std::size_t kWakeAt = 1024;

// Spreads ids evenly, so that "one in N" holds for any way of counting them up. A request's
// decisions are kept or passed over together.
std::uint64_t spread(RequestId id) {
  std::uint64_t z = id.value + 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

}  // namespace

DecisionJournal::DecisionJournal(DecisionJournalOptions options) : options_(std::move(options)) {
  thread_ = std::thread([this] { run(); });
}

DecisionJournal::~DecisionJournal() { close(); }

void DecisionJournal::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

DecisionJournalStatus DecisionJournal::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void DecisionJournal::push(Item item, TimePoint at) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    if (queue_.size() >= options_.queue) {
      if (unwritten_gap_++ == 0) gap_at_ = at;
      ++status_.lost;
      return;
    }
    queue_.push_back(std::move(item));
    wake = queue_.size() == kWakeAt;
  }
  if (wake) wake_.notify_one();
}

void DecisionJournal::decided(const core::Decision& decision,
                              const std::shared_ptr<const core::FleetView>& view) {
  const bool plain = decision.action == core::Action::kForward && decision.attempt == 1 &&
                     decision.at == decision.arrival;
  if (plain && (options_.sample == 0 || spread(decision.request) % options_.sample != 0)) return;
  push(Decided{decision, view, plain ? options_.sample : 1}, decision.at);
}

void DecisionJournal::ended(const core::Decision& forwarded,
                            const std::shared_ptr<const core::FleetView>& view,
                            const core::Outcome& outcome, TimePoint now) {
  if (outcome.kind == core::OutcomeKind::kCompleted && outcome.status < 500) return;
  push(Failed{forwarded, view, outcome, now}, now);
}

void DecisionJournal::planned(const core::Plan& plan,
                              const std::shared_ptr<const core::FleetSpec>& spec) {
  const bool changed =
      !plan.commands.empty() || plan.unit_targets != targets_ || plan.cuts.size() != cuts_;
  if (!changed && plan.mode_changes.empty()) return;
  targets_ = plan.unit_targets;
  cuts_ = plan.cuts.size();
  push(Planned{plan, spec, changed}, plan.at);
}

void DecisionJournal::render(const Item& item, std::vector<JournalEntry>& out) const {
  if (const auto* decided = std::get_if<Decided>(&item)) {
    out.push_back(entry_of(decided->decision, *decided->view, options_.unix_of_zero));
    out.back().stands_for = decided->stands_for;
  } else if (const auto* failed = std::get_if<Failed>(&item)) {
    out.push_back(entry_of(failed->forwarded, *failed->view, failed->outcome, failed->at,
                           options_.unix_of_zero));
  } else {
    const auto& planned = std::get<Planned>(item);
    for (const auto& change : planned.plan.mode_changes) {
      out.push_back(entry_of(change, *planned.spec, options_.unix_of_zero));
    }
    if (planned.changed) {
      out.push_back(entry_of(planned.plan, *planned.spec, options_.unix_of_zero));
    }
  }
}

// Once per trouble, and once when it is over.
void DecisionJournal::report(const std::string& trouble) {
  if (trouble == trouble_) return;
  if (options_.tell) {
    options_.tell(trouble.empty()
                      ? fmt::format("the decision journal {} is written again", options_.file)
                      : trouble + "; traffic goes on, decisions are not kept");
  }
  trouble_ = trouble;
}

// All of the batch, or none of it and a reason. An unusable file is opened anew next time.
bool DecisionJournal::write(std::vector<JournalEntry>& batch) {
  if (!file_) {
    auto file = JournalFile::open(options_.file, options_.max_bytes);
    if (!file.ok()) {
      report(file.error().message);
      return false;
    }
    file_.emplace(std::move(*file));
  }
  const auto written = file_->append(batch, options_.run);
  if (!written.ok()) {
    report(written.error().message);
    file_.reset();
    return false;
  }
  report({});
  return true;
}

void DecisionJournal::run() {
  const auto pause = std::chrono::nanoseconds(options_.flush_every.count());
  std::vector<Item> items;
  std::vector<JournalEntry> batch;  // rendered, not yet in the file
  JournalEntry start;
  start.at_unix_nanos = options_.run;
  start.kind = "start";
  start.reason = fmt::format("one in {} plain forwards is kept", options_.sample);
  batch.push_back(start);
  for (bool closing = false, first = true; !closing; first = false) {
    std::uint64_t gap = 0;
    TimePoint gap_at{};
    {
      std::unique_lock lock(mutex_);
      if (!first) {
        wake_.wait_for(lock, pause, [this] { return closing_ || queue_.size() >= kWakeAt; });
      }
      // While a batch waits for its file the queue is left alone: together they are the bound.
      if (batch.size() < options_.queue) std::swap(items, queue_);
      closing = closing_;
      gap = unwritten_gap_;
      gap_at = gap_at_;
    }
    for (const Item& item : items) render(item, batch);
    items.clear();
    const bool has_gap = gap > 0;
    if (has_gap) {
      batch.push_back(gap_entry(gap, options_.unix_of_zero + gap_at.time_since_epoch().count(),
                                "the journal could not keep up with what was to be kept"));
    }
    if (batch.empty()) continue;
    const std::size_t size = batch.size();
    const bool written = write(batch);
    const std::lock_guard lock(mutex_);
    status_.writing = written;
    if (written) {
      status_.written += size;
      unwritten_gap_ -= gap;
      batch.clear();
    } else {
      if (has_gap) batch.pop_back();  // it may grow until the file can be written
      if (closing) status_.lost += batch.size() + queue_.size();
    }
  }
}

}  // namespace signalbox::journal
