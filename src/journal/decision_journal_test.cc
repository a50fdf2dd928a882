// SPDX-License-Identifier: Apache-2.0
#include "journal/decision_journal.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "core/model/testdata/fleets.h"
#include "journal/full_disk.h"
#include "journal/temporary_directory.h"

namespace signalbox::journal {
namespace {

using testing::TemporaryDirectory;

constexpr std::int64_t kUnixOfZero = 1'767'322'800'000'000'000;

std::shared_ptr<const core::FleetView> a_view() {
  return core::testdata::view_of(std::make_shared<core::FleetSpec>(core::testdata::two_units()),
                                 {1, 1});
}

core::Decision forward(std::uint64_t id, Duration waited = {}, std::uint8_t attempt = 1) {
  core::Decision decision;
  decision.request = RequestId(id);
  decision.action = core::Action::kForward;
  decision.attempt = attempt;
  decision.arrival = TimePoint{5s};
  decision.at = decision.arrival + waited;
  decision.deadline = decision.arrival + 2s;
  decision.unit = UnitId(1);
  decision.endpoint = EndpointId(101);
  decision.candidates.push_back(
      {UnitId(0), core::Verdict::kTooSlow, EndpointId(1), 500ms, 0.2, 0.001, 0.0});
  decision.candidates.push_back(
      {UnitId(1), core::Verdict::kChosen, EndpointId(101), 600ms, 0.999, 0.002, 0.0});
  return decision;
}

core::Decision reject(std::uint64_t id) {
  core::Decision decision = forward(id);
  decision.action = core::Action::kReject;
  decision.reason = core::RejectReason::kQueueFull;
  decision.status = 429;
  return decision;
}

core::Decision hold(std::uint64_t id) {
  core::Decision decision = forward(id);
  decision.action = core::Action::kHold;
  return decision;
}

// What the journal told its operator, and a way to wait for it.
class Told {
 public:
  void operator()(const std::string& what) {
    const std::lock_guard lock(mutex_);
    said_.push_back(what);
    changed_.notify_all();
  }
  // The `count`th thing said; waits for it.
  std::string at(std::size_t index) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return said_.size() > index; });
    return said_.size() > index ? said_[index] : "(nothing)";
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return said_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> said_;
};

DecisionJournalOptions options_for(const std::string& file) {
  DecisionJournalOptions options;
  options.file = file;
  options.sample = 10;
  options.unix_of_zero = kUnixOfZero;
  options.run = kUnixOfZero + 1;
  options.flush_every = 1ms;
  return options;
}

std::vector<JournalEntry> entries(const std::string& file, const std::string& kind = "") {
  auto journal = JournalFile::open_to_read(file);
  EXPECT_TRUE(journal.ok()) << journal.error().message;
  auto found = journal->latest(kind, 1'000'000);
  EXPECT_TRUE(found.ok()) << found.error().message;
  return std::vector<JournalEntry>(found->rbegin(), found->rend());
}

TEST(DecisionJournal, keeps_every_reject_hold_redecision_and_error) {
  const TemporaryDirectory directory;
  const std::string file = directory / "journal.db";
  const auto view = a_view();
  {
    DecisionJournal journal(options_for(file));
    for (std::uint64_t i = 0; i < 50; ++i) {
      journal.decided(hold(i), view);
      journal.decided(forward(i, 300ms), view);
      journal.ended(forward(i), view, {core::OutcomeKind::kDied, 0, {}, true}, TimePoint{6s});
      journal.decided(forward(i, 400ms, 2), view);
      journal.ended(forward(i), view, {core::OutcomeKind::kCompleted, 200, 5ms, true},
                    TimePoint{7s});
      journal.decided(reject(100 + i), view);
    }
  }
  EXPECT_EQ(entries(file, "hold").size(), 50U);
  EXPECT_EQ(entries(file, "forward").size(), 50U) << "each was held before";
  EXPECT_EQ(entries(file, "redecide").size(), 50U);
  EXPECT_EQ(entries(file, "error").size(), 50U);
  EXPECT_EQ(entries(file, "reject").size(), 50U);
  EXPECT_EQ(entries(file, "gap").size(), 0U);
  EXPECT_EQ(entries(file, "error").front().unit, "dear");
  EXPECT_EQ(entries(file, "error").front().endpoint, 101U);
  const JournalEntry rejected = entries(file, "reject").front();
  EXPECT_EQ(rejected.request, "0000000000000064");
  EXPECT_EQ(rejected.status, 429);
  EXPECT_EQ(rejected.service, "images");
  EXPECT_EQ(rejected.at_unix_nanos, kUnixOfZero + 5'000'000'000);
  EXPECT_NE(rejected.detail.find("\"unit\":\"dear\""), std::string::npos) << rejected.detail;
}

TEST(DecisionJournal, keeps_one_in_n_plain_forwards_and_says_how_many_each_stands_for) {
  const TemporaryDirectory directory;
  const std::string file = directory / "journal.db";
  const auto view = a_view();
  {
    auto options = options_for(file);
    options.queue = 100'000;
    DecisionJournal journal(options);
    for (std::uint64_t i = 0; i < 20'000; ++i) journal.decided(forward(i), view);
  }
  const auto kept = entries(file, "forward");
  EXPECT_GT(kept.size(), 1700U);
  EXPECT_LT(kept.size(), 2300U);
  EXPECT_EQ(kept.front().stands_for, 10U);
  EXPECT_EQ(kept.front().unit, "dear");
  EXPECT_EQ(kept.front().endpoint, 101U);
  EXPECT_NE(kept.front().reason.find("predicted 600 ms"), std::string::npos) << kept[0].reason;
}

TEST(DecisionJournal, keeps_plans_that_change_something_and_every_change_of_mode) {
  const TemporaryDirectory directory;
  const std::string file = directory / "journal.db";
  const auto spec = a_view()->spec;
  {
    DecisionJournal journal(options_for(file));
    core::Plan plan;
    plan.services.push_back({});
    plan.services[0].reason = "2 x cheap";
    plan.unit_targets = {2, 0};
    plan.commands.push_back(core::LaunchEndpoint{EndpointId(1), UnitId(0)});
    journal.planned(plan, spec);
    plan.commands.clear();
    journal.planned(plan, spec);
    journal.planned(plan, spec);
    plan.mode_changes.push_back({ServiceId(0), core::Mode::kCostOptimized,
                                 core::Mode::kCapacityOptimized, TimePoint{9s}, TimePoint{8s},
                                 "launches of cheap are \"refused\""});
    journal.planned(plan, spec);
  }
  const auto plans = entries(file, "plan");
  ASSERT_EQ(plans.size(), 1U);
  EXPECT_EQ(plans[0].reason, "images: 2 x cheap");
  EXPECT_NE(plans[0].detail.find("\"launches\":[{\"endpoint\":1,\"unit\":\"cheap\"}]"),
            std::string::npos)
      << plans[0].detail;
  const auto modes = entries(file, "mode");
  ASSERT_EQ(modes.size(), 1U);
  EXPECT_EQ(modes[0].service, "images");
  EXPECT_EQ(modes[0].reason, "launches of cheap are \"refused\"");
}

TEST(DecisionJournal, gives_the_story_of_a_request_of_the_latest_run) {
  const TemporaryDirectory directory;
  const std::string file = directory / "journal.db";
  const auto view = a_view();
  for (const std::int64_t run : {1, 2}) {
    auto options = options_for(file);
    options.run = run;
    DecisionJournal journal(options);
    journal.decided(hold(7), view);
    if (run == 2) journal.decided(reject(7), view);
  }
  const auto journal = JournalFile::open_to_read(file);
  ASSERT_TRUE(journal.ok());
  const auto story = journal->of_request("0000000000000007");
  ASSERT_TRUE(story.ok());
  ASSERT_EQ(story->size(), 2U);
  EXPECT_EQ((*story)[0].kind, "hold");
  EXPECT_EQ((*story)[1].kind, "reject");
  EXPECT_TRUE(journal->of_request("00000000000000ff")->empty());
}

TEST(DecisionJournal, drops_its_oldest_entries_to_keep_its_bound) {
  const TemporaryDirectory directory;
  const std::string file = directory / "journal.db";
  auto journal = JournalFile::open(file, 1U << 20U);
  ASSERT_TRUE(journal.ok()) << journal.error().message;
  std::vector<JournalEntry> batch(500);
  for (int round = 0; round < 40; ++round) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      batch[i] = entry_of(reject(static_cast<std::uint64_t>(round) * 1000 + i), *a_view(), 0);
    }
    ASSERT_TRUE(journal->append(batch, 1).ok());
    ASSERT_LE(*journal->used_bytes(), 1U << 20U);
  }
  const auto kept = journal->latest("", 1'000'000);
  EXPECT_GT(kept->size(), 500U);
  EXPECT_LT(kept->size(), 20'000U);
  EXPECT_EQ(kept->front().request, format_request(RequestId(39'499))) << "the newest is there";
  EXPECT_LE(std::filesystem::file_size(file), 2U << 20U);
}

TEST(DecisionJournal, counts_what_its_queue_cannot_hold_as_a_gap) {
  const TemporaryDirectory directory;
  const std::string file = directory / "journal.db";
  const auto view = a_view();
  // A lock that another process holds: nothing is written until it is let go.
  ASSERT_TRUE(JournalFile::open(file, 1U << 20U).ok());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  Told told;
  {
    auto options = options_for(file);
    options.queue = 10;
    options.tell = [&](const std::string& what) { told(what); };
    DecisionJournal journal(options);
    EXPECT_NE(told.at(0).find("locked"), std::string::npos) << told.at(0);
    for (std::uint64_t i = 0; i < 100; ++i) journal.decided(reject(i), view);
    EXPECT_FALSE(journal.status().writing);
    EXPECT_GE(journal.status().lost, 75U);
    sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr);
    // Another kind of refusal may be told of first, when the disk clears in the midst of an
    // attempt.
    std::size_t next = 1;
    while (told.at(next).find("written again") == std::string::npos && next < 5) ++next;
    EXPECT_NE(told.at(next).find("written again"), std::string::npos) << told.at(next);
  }
  sqlite3_close(other);
  EXPECT_EQ(told.count(), 2U) << "said once, not once for each attempt";
  std::uint64_t gaps = 0;
  for (const auto& gap : entries(file, "gap")) gaps += gap.stands_for;
  EXPECT_EQ(gaps + entries(file, "reject").size(), 100U) << "every one is written or counted";
}

TEST(DecisionJournal, of_a_damaged_file_says_so_and_goes_on_once_it_is_gone) {
  const TemporaryDirectory directory;
  const std::string file = directory / "journal.db";
  std::ofstream(file) << std::string(10'000, 'x');
  Told told;
  {
    auto options = options_for(file);
    options.tell = [&](const std::string& what) { told(what); };
    DecisionJournal journal(options);
    EXPECT_NE(told.at(0).find("move the file away"), std::string::npos) << told.at(0);
    journal.decided(reject(1), a_view());
    std::filesystem::rename(file, file + ".bad");
    EXPECT_NE(told.at(1).find("written again"), std::string::npos);
  }
  EXPECT_EQ(entries(file, "reject").size(), 1U);
}

TEST(DecisionJournal, on_a_full_disk_says_so_and_writes_what_it_held_once_there_is_room) {
  const TemporaryDirectory directory;
  const std::string file = directory / "journal.db";
  Told told;
  {
    auto options = options_for(file);
    options.tell = [&](const std::string& what) { told(what); };
    const auto view = a_view();
    const testing::FullDisk full(4096);  // not even the first page of a database fits
    DecisionJournal journal(options);
    EXPECT_NE(told.at(0).find("traffic goes on"), std::string::npos) << told.at(0);
    for (std::uint64_t i = 0; i < 20; ++i) journal.decided(reject(i), view);
    EXPECT_FALSE(journal.status().writing);
    full.clear();
    // Another kind of refusal may be told of first, when the disk clears in the midst of an
    // attempt.
    std::size_t next = 1;
    while (told.at(next).find("written again") == std::string::npos && next < 5) ++next;
    EXPECT_NE(told.at(next).find("written again"), std::string::npos) << told.at(next);
  }
  EXPECT_EQ(entries(file, "reject").size(), 20U);
}

TEST(DecisionJournal, leaves_databases_of_others_alone) {
  const TemporaryDirectory directory;
  const std::string file = directory / "theirs.db";
  sqlite3* theirs = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &theirs), SQLITE_OK);
  sqlite3_exec(theirs, "CREATE TABLE accounts (id)", nullptr, nullptr, nullptr);
  sqlite3_close(theirs);
  const auto journal = JournalFile::open(file, 1U << 20U);
  ASSERT_FALSE(journal.ok());
  EXPECT_NE(journal.error().message.find("no decision journal"), std::string::npos);
  EXPECT_FALSE(JournalFile::open_to_read(file).ok());
}

TEST(DecisionJournal, in_a_directory_that_is_not_there_says_so) {
  const TemporaryDirectory directory;
  const auto journal = JournalFile::open(directory / "no/journal.db", 1U << 20U);
  ASSERT_FALSE(journal.ok());
  EXPECT_NE(journal.error().message.find("no/journal.db"), std::string::npos);
}

}  // namespace
}  // namespace signalbox::journal
