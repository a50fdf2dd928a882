// SPDX-License-Identifier: Apache-2.0
//
// `signalbox profile`: measures one running unit, and leaves its profile, plots and figures behind.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "apps/commands.h"
#include "apps/exit_code.h"
#include "apps/profile_compare.h"
#include "apps/profile_golden.h"
#include "apps/profile_reading.h"
#include "apps/profile_target.h"
#include "apps/progress_line.h"
#include "config/config.h"
#include "net/asio.h"
#include "net/clock.h"
#include "profiler/drive.h"
#include "profiler/profile_report.h"
#include "profiler/profile_yaml.h"
#include "profiler/summary.h"
#include "profiler/transfer.h"

namespace signalbox::apps {

namespace {

constexpr Duration kRedraw = 250ms;

int complain(std::string_view message, int code) {
  fmt::print(stderr, "signalbox profile: {}\n", message);
  return code;
}

// Draws the line of progress while the loop runs.
class Watch {
 public:
  Watch(asio::io_context& io, const profiler::Profiler& profiler, bool shown)
      : timer_(io), profiler_(profiler), shown_(shown) {
    await();
  }
  void end() {
    timer_.cancel();
    if (shown_) line_.clear();
  }

 private:
  void await() {
    if (!shown_) return;
    timer_.expires_after(kRedraw);
    timer_.async_wait([this](error_code error) {
      if (error) return;
      const auto progress = profiler_.progress(net::now());
      line_.show(progress.doing, progress.done_share, 1.0);
      await();
    });
  }

  asio::steady_timer timer_;
  const profiler::Profiler& profiler_;
  bool shown_;
  ProgressLine line_;
};

// Runs the measurement; false when it was interrupted.
bool measure(const ProfileTarget& target, profiler::Profiler& profiler, asio::io_context& io,
             bool show_progress) {
  bool finished = false;
  asio::signal_set signals(io, SIGINT, SIGTERM);
  Watch watch(io, profiler, show_progress);
  profiler::Drive drive(io, target.destination, target.question, profiler, [&] {
    finished = true;
    io.stop();
  });
  signals.async_wait([&](error_code error, int) {
    if (!error) io.stop();
  });
  drive.start();
  if (!finished) io.run();
  watch.end();
  return finished;
}

// The paths of what was written, the profile first.
Result<std::vector<std::string>> write_files(const profiler::UnitProfile& profile,
                                             const std::string& service,
                                             const std::string& folder) {
  const std::string yaml = profiler::profile_yaml(profile, service);
  if (const auto loaded = config::load(yaml, profile.name + ".profile.yaml"); !loaded.ok()) {
    return Error{fmt::format("the profile is no valid configuration; this is a bug:\n{}",
                             config::render(loaded.error()))};
  }
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  const std::string path =
      (std::filesystem::path(folder) / (profile.name + ".profile.yaml")).string();
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << yaml;
  file.close();
  if (!file) return Error{fmt::format("--out: cannot write '{}'", path)};
  auto drawn = profiler::write_plots(profile, folder);
  if (!drawn.ok()) return drawn.error();
  std::vector<std::string> paths = {path};
  paths.insert(paths.end(), drawn->begin(), drawn->end());
  return paths;
}

std::string advice(const profiler::UnitProfile& profile, const std::vector<std::string>& paths) {
  std::string text = "\nWritten:\n";
  for (const std::string& path : paths) text += "  " + path + "\n";
  text += fmt::format(
      "\nNext: copy the section units.{} of {} into your configuration,\nand try it: signalbox "
      "plan --config {} --demand {:.0f}rps\n",
      profile.name, paths.front(), paths.front(),
      std::max(10.0 * profile.breaking_per_s.value, 1.0));
  return text;
}

int compare_answers(const ProfileOptions& options) {
  if (options.targets.size() != 2) {
    return complain("--golden asks two units the same; give the addresses of both", kExitBadUsage);
  }
  ProfileGoldenOptions golden;
  golden.first = options.targets[0];
  golden.second = options.targets[1];
  golden.service = options.service;
  golden.config = options.config;
  golden.task = options.task;
  golden.path = options.path;
  golden.model = options.model;
  golden.prompts = options.prompts;
  golden.ca_file = options.ca_file;
  golden.tolerances = options.tolerances;
  golden.timeout = options.timeout;
  golden.json = options.json;
  return profile_golden(golden);
}

int present(const profiler::UnitProfile& profile, const ProfileTarget& target,
            const ProfileOptions& options) {
  const auto paths = write_files(profile, target.service, options.out);
  if (!paths.ok()) return complain(paths.error().message, kExitFailed);
  if (options.json) {
    fmt::print("{}", profiler::summary_json(profile, target.service, paths->front()));
  } else {
    fmt::print("{}{}", profiler::summary_text(profile), advice(profile, *paths));
  }
  if (profile.breaking_per_s.value > 0.0) return kExitOk;
  return complain(
      fmt::format("the objective cannot be met by this unit at any rate: a request alone takes "
                  "{:.0f} ms",
                  1e3 * profile.unloaded_latency_s.value),
      kExitFailed);
}

// Another size of a measured unit: what it may be expected to do before it was measured itself.
int carry_over(const ProfileOptions& options) {
  auto from = read_profile(options.like);
  if (!from.ok()) return complain("--like: " + from.error().message, kExitBadUsage);
  const auto target = profile_target(options);
  if (!target.ok()) return complain(target.error().message, kExitBadUsage);
  if (options.latency || !options.config.empty()) from->objective = target->search.objective;
  profiler::UnitProfile profile =
      profiler::transferred(*from, {.name = target->unit,
                                    .hardware = target->hardware,
                                    .price_usd_per_hour = target->price_usd_per_hour,
                                    .speed = options.speed});
  profile.address = core::to_string(target->destination.address);
  return present(profile, *target, options);
}

int measure_one(const ProfileOptions& options) {
  const auto target = profile_target(options);
  if (!target.ok()) return complain(target.error().message, kExitBadUsage);
  asio::io_context io(1);
  profiler::Profiler profiler(target->search, options.seed, net::now());
  if (!measure(*target, profiler, io, !options.json)) {
    return complain("interrupted; nothing was written", kExitFailed);
  }
  const auto result = profiler.result();
  const std::string address = core::to_string(target->destination.address);
  if (!result.ok()) {
    return complain(
        fmt::format(
            "cannot measure {}: {}\nIs the unit up, does it answer {} {}, and does it "
            "want a header (--header) or a model (--model)?",
            address, result.error().message,
            target->question.task == profiler::Task::kPlain ? target->question.method : "POST",
            target->question.path),
        kExitFailed);
  }
  profiler::UnitProfile profile = *result;
  profile.name = target->unit;
  profile.address = address;
  profile.model = target->model;
  profile.hardware = target->hardware;
  profile.framework = target->framework;
  profile.price_usd_per_hour = target->price_usd_per_hour;
  if (profile.breaking_per_s.value > 0.0) {
    profile.usd_per_1000 = profile.price_usd_per_hour / profile.breaking_per_s.value / 3.6;
  }
  return present(profile, *target, options);
}

}  // namespace

int profile_command(const ProfileOptions& options) {
  if (options.golden) return compare_answers(options);
  if (options.compare) {
    return profile_compare({.files = options.targets,
                            .out = options.out == "." ? "" : options.out,
                            .json = options.json});
  }
  if (options.targets.size() != 1) {
    return complain("one unit is measured at a time; --compare puts measured ones side by side",
                    kExitBadUsage);
  }
  return options.like.empty() ? measure_one(options) : carry_over(options);
}

}  // namespace signalbox::apps
