// SPDX-License-Identifier: Apache-2.0
//
// Signals, and what is waited for after them; see signal_loop.h.
#include "apps/signal_loop.h"

#include <spdlog/spdlog.h>

#include <csignal>
#include <utility>

#include "net/clock.h"

namespace signalbox::apps {

namespace {

constexpr Duration kPoll = 10ms;
constexpr Duration kLongestStart = 60s;  // of a successor

}  // namespace

SignalLoop::SignalLoop(Process& process, std::vector<std::string> command,
                       std::shared_ptr<const std::atomic<Duration>> drain)
    : process_(process),
      command_(std::move(command)),
      drain_(std::move(drain)),
      signals_(io_, SIGTERM, SIGINT, SIGHUP),
      timer_(io_) {
  signals_.add(SIGUSR2);
}

void SignalLoop::run() {
  await();
  io_.run();
}

void SignalLoop::await() {
  signals_.async_wait([this](error_code error, int number) {
    if (error) return;
    on_signal(number);
    await();
  });
}

void SignalLoop::on_signal(int number) {
  const bool draining = deadline_ != TimePoint::max();
  if (number == SIGHUP) {
    reload();
  } else if (number == SIGUSR2) {
    if (!draining && !successor_) hand_over();
  } else if (draining) {
    spdlog::warn("second signal: leaving at once");
    io_.stop();
  } else {
    successor_.reset();  // one that does not serve yet leaves with us
    process_.drain();
    begin_drain();
  }
}

void SignalLoop::reload() {
  const std::string wrong = process_.reload();
  if (wrong.empty()) {
    spdlog::info("configuration reloaded");
  } else {
    spdlog::error("configuration not reloaded, the old one serves on:\n{}", wrong);
  }
}

void SignalLoop::begin_drain() {
  const Duration drain = drain_->load();
  spdlog::info("draining: no new connections, up to {:.0f} s for what runs", to_seconds(drain));
  deadline_ = net::now() + drain;
  poll_drain();
}

void SignalLoop::poll_drain() {
  if (process_.drained() || net::now() >= deadline_) {
    if (!process_.drained()) spdlog::warn("drain time is up; cutting off what still runs");
    io_.stop();
    return;
  }
  after(kPoll, &SignalLoop::poll_drain);
}

void SignalLoop::hand_over() {
  if (const std::string why_not = process_.cannot_hand_over(); !why_not.empty()) {
    spdlog::error("not handed over: {}", why_not);
    return;
  }
  auto started = net::Successor::start(command_, process_.listeners());
  if (!started.ok()) {
    spdlog::error("not handed over, this process serves on: {}", started.error().message);
    return;
  }
  successor_.emplace(std::move(*started));
  give_up_at_ = net::now() + kLongestStart;
  spdlog::info("handing over to process {}", successor_->pid());
  poll_successor();
}

void SignalLoop::poll_successor() {
  if (!successor_ || deadline_ != TimePoint::max()) return;
  if (net::now() >= give_up_at_) successor_->give_up();
  switch (successor_->look()) {
    case net::Successor::State::kStarting:
      after(kPoll, &SignalLoop::poll_successor);
      return;
    case net::Successor::State::kFailed:
      spdlog::error("not handed over, this process serves on: {}", successor_->failure());
      successor_.reset();
      return;
    case net::Successor::State::kServing:
      process_.retire();
      spdlog::info("handed over to process {}", successor_->pid());
      begin_drain();
      return;
  }
}

void SignalLoop::after(Duration pause, void (SignalLoop::*step)()) {
  timer_.expires_after(pause);
  timer_.async_wait([this, step](error_code error) {
    if (!error) (this->*step)();
  });
}

}  // namespace signalbox::apps
