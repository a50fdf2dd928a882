// SPDX-License-Identifier: Apache-2.0
//
// `signalbox demo`: the main job on one machine. Emulated accelerators, a whole node and emulated
// clients, each on threads of their own, all of it over real sockets; on the main thread, the
// screen. The scenario is sim/paper.h, the same that the simulator runs as a test.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <optional>

#include "apps/commands.h"
#include "apps/demo_recorder.h"
#include "apps/exit_code.h"
#include "apps/node.h"
#include "emulate/clients.h"
#include "emulate/emulator.h"
#include "net/clock.h"
#include "observe/demo_report.h"
#include "observe/terminal.h"
#include "sim/scenario/paper.h"
#include "sim/workload/poisson.h"

namespace signalbox::apps {

namespace {

constexpr Duration kFrameInterval = 200ms;
constexpr Duration kLineInterval = 5s;
constexpr Duration kSampleInterval = 1s;

observe::Size terminal_size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

std::string describe(const sim::Fault& fault, const std::string& unit) {
  if (fault.heal) return fmt::format("the pool of {} gives replicas again", unit);
  return fmt::format("launches of {} are refused and half of its replicas are lost", unit);
}

// Ticks on the main thread until the clients are through or the user interrupts.
class Screen {
 public:
  enum class Style { kLive, kLines };

  Screen(Node& node, DemoRecorder& recorder, Style style)
      : node_(node),
        recorder_(recorder),
        style_(style),
        timer_(io_),
        signals_(io_, SIGINT, SIGTERM) {}

  // Returns false when the user interrupted.
  bool run() {
    signals_.async_wait([this](error_code error, int) {
      if (error) return;
      interrupted_ = true;
      io_.stop();
    });
    if (style_ == Style::kLive) print(observe::kEnterScreen);
    next_sample_ = next_line_ = net::now();
    tick();
    io_.run();
    if (style_ == Style::kLive) print(observe::kLeaveScreen);
    return !interrupted_;
  }

  // From any thread: the clients are through.
  void finish() {
    asio::post(io_, [this] { io_.stop(); });
  }

 private:
  static void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  void tick() {
    const TimePoint now = net::now();
    const auto view = node_.view();
    const auto digest = node_.report();
    if (now >= next_sample_) {
      recorder_.sample(*view, digest, now);
      next_sample_ += kSampleInterval;
    }
    auto frame = recorder_.frame(*view, digest, now);
    if (style_ == Style::kLive) {
      frame.footer = "Ctrl-C ends the demo";
      print(observe::repaint(observe::render_screen(frame, terminal_size(), true)));
    } else if (now >= next_line_) {
      const std::string line = observe::render_line(frame);
      std::fwrite(line.data(), 1, line.size(), stderr);
      next_line_ += kLineInterval;
    }
    timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(kFrameInterval));
    timer_.async_wait([this](error_code error) {
      if (!error) tick();
    });
  }

  Node& node_;
  DemoRecorder& recorder_;
  Style style_;
  asio::io_context io_;
  asio::steady_timer timer_;
  asio::signal_set signals_;
  TimePoint next_sample_{};
  TimePoint next_line_{};
  bool interrupted_ = false;
};

// The scenario's faults as timers on the emulator's loop.
class FaultSchedule {
 public:
  FaultSchedule(asio::io_context& io, emulate::Fleet& fleet, const sim::PaperWaves& scenario,
                DemoRecorder& recorder, TimePoint start) {
    for (const auto& fault : scenario.faults) {
      auto& timer = timers_.emplace_back(io);
      timer.expires_after(
          std::chrono::duration_cast<asio::steady_timer::duration>(start + fault.at - net::now()));
      timer.async_wait([&fleet, &recorder, &scenario, fault](error_code error) {
        if (error) return;
        const auto& unit = scenario.fleet.unit(fault.unit).name;
        recorder.on_fault(describe(fault.fault, unit), !fault.fault.heal, net::now());
        fleet.apply(fault.unit, fault.fault);
      });
    }
  }

 private:
  std::deque<asio::steady_timer> timers_;
};

void wait_for_interrupt() {
  asio::io_context io;
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](error_code, int) { io.stop(); });
  io.run();
}

}  // namespace

int demo_command(const DemoOptions& options) {
  const sim::PaperWaves scenario = sim::paper_waves(options.length);

  net::LoopThread emulator_thread("emulator");
  emulate::Emulator emulator(emulator_thread.io(), scenario.fleet, {.seed = options.seed});
  const auto control = emulator.start();
  if (!control.ok()) {
    fmt::print(stderr, "signalbox demo: {}\n", control.error().message);
    return kExitFailed;
  }

  // The waves begin a moment from now, so that everything is up before the first request.
  constexpr Duration kHeadStart = 500ms;
  const TimePoint start = net::now() + kHeadStart;
  DemoRecorder recorder(scenario, start);

  NodeOptions node_options;
  node_options.gateway.listen.port = 0;
  node_options.gateway.seed = options.seed;
  node_options.admin.port = 0;
  node_options.emulator = *control;
  node_options.on_decision = [&](const core::Decision& d) { recorder.on_decision(d); };
  node_options.on_plan = [&](const core::Plan& plan) { recorder.on_plan(plan); };
  Node node(std::move(node_options), std::make_shared<core::FleetSpec>(scenario.fleet));
  emulator_thread.start();
  const auto bound = node.start();
  if (!bound.ok()) {
    fmt::print(stderr, "signalbox demo: {}\n", bound.error().message);
    emulator_thread.stop();
    return kExitFailed;
  }

  const bool live = !options.json && isatty(STDOUT_FILENO) == 1;
  Screen screen(node, recorder, live ? Screen::Style::kLive : Screen::Style::kLines);
  net::LoopThread client_thread("clients");
  sim::CosineWorkload workload(scenario.demand,
                               {start, scenario.total(), sim::kPaperFactorSpread, options.seed});
  std::optional<emulate::Clients> clients;
  clients.emplace(
      client_thread.io(), emulate::ClientOptions{.gateway = bound->gateway},
      [&] { return workload.next(); },
      [&](const emulate::Completion& completion) { recorder.on_completion(completion); });
  clients->start();
  clients->drain([&] { screen.finish(); });
  const FaultSchedule faults(emulator_thread.io(), emulator.fleet(), scenario, recorder, start);
  client_thread.start();

  const bool completed = screen.run();
  client_thread.stop();
  clients.reset();
  const auto summary = recorder.summary(*node.view(), node.report(), options.seed);

  bool kept = completed;
  for (const auto& verdict : observe::demo_verdicts(summary)) kept = kept && verdict.kept;
  if (options.json) {
    fmt::print("{}", observe::demo_json(summary));
  } else {
    fmt::print("{}", observe::render_summary(summary, live));
  }
  std::fflush(stdout);
  if (completed && options.open) {
    fmt::print(stderr,
               "\nStill serving on http://{} (operator's page http://{}); Ctrl-C ends it. Try:\n"
               "  curl -d '{{\"prompt\": \"a signal box\"}}' http://{}/genimage\n",
               core::to_string(bound->gateway), core::to_string(bound->admin),
               core::to_string(bound->gateway));
    wait_for_interrupt();
  }
  node.stop();
  emulator_thread.stop();
  if (!completed) fmt::print(stderr, "interrupted\n");
  return kept ? kExitOk : kExitFailed;
}

}  // namespace signalbox::apps
