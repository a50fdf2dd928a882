// SPDX-License-Identifier: Apache-2.0
//
// See open_loop.h.
#include "bench/gateway/open_loop.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <random>
#include <unordered_map>

#include "bench/gateway/answer_reader.h"

namespace signalbox::bench {
namespace {

// An answer that takes longer than this after the last request was due is given up.
constexpr std::int64_t kPatienceNs = 5'000'000'000;

struct Connection {
  AnswerReader reader;
  bool connected = false;
  bool busy = false;
  std::int64_t due_ns = 0;
};

class OpenLoop {
 public:
  explicit OpenLoop(const OpenLoopOptions& options)
      : options_(options), random_(options.seed), gap_s_(options.rate_per_s) {
    for (int i = 0; i < options.connections; ++i) connect_one();
  }

  OpenLoopResult run() {
    const std::int64_t begin = now_ns();
    counted_from_ = begin + static_cast<std::int64_t>(options_.warm_up_s * 1e9);
    const std::int64_t end = counted_from_ + static_cast<std::int64_t>(options_.seconds * 1e9);
    std::int64_t next = begin;
    while (next < end || ((busy_ > 0 || !queue_.empty()) && now_ns() < end + kPatienceNs)) {
      const bool all_sent = next >= end;
      for (const auto& event : poller_.wait(all_sent ? now_ns() + 10'000'000 : next)) {
        on_event(event.data.fd);
      }
      for (const std::int64_t now = now_ns(); next <= now && next < end;) {
        queue_.push_back(next);
        if (next >= counted_from_) ++result_.due;
        next += static_cast<std::int64_t>(gap_s_(random_) * 1e9);
      }
      while (!queue_.empty() && !idle_.empty()) send_next();
    }
    for (const auto& [fd, connection] : connections_) close(fd);
    return std::move(result_);
  }

 private:
  void connect_one() {
    const int fd = start_connect(options_.target.address, options_.target.port);
    if (fd < 0) return;
    connections_[fd];
    poller_.add(fd, EPOLLIN | EPOLLOUT);
  }

  void on_event(int fd) {
    Connection& connection = connections_[fd];
    if (!connection.connected) {
      int error = 0;
      socklen_t length = sizeof error;
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
      if (error != 0) return lose(fd, connection);
      connection.connected = true;
      poller_.change(fd, EPOLLIN);
      idle_.push_back(fd);
      return;
    }
    char buffer[65536];
    const ssize_t count = recv(fd, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return lose(fd, connection);
    const auto state =
        connection.reader.read({buffer, static_cast<std::size_t>(count)}, [](std::string_view) {});
    if (state == AnswerReader::State::kBroken) return lose(fd, connection);
    if (state == AnswerReader::State::kDone) on_answer(fd, connection);
  }

  void on_answer(int fd, Connection& connection) {
    if (!connection.busy || connection.reader.status() != 200) return lose(fd, connection);
    if (connection.due_ns >= counted_from_) {
      ++result_.answered;
      result_.latencies.add(now_ns() - connection.due_ns);
    }
    connection.busy = false;
    --busy_;
    if (connection.reader.closes()) return lose(fd, connection);
    connection.reader.reset();
    idle_.push_back(fd);
  }

  void lose(int fd, Connection& connection) {
    if (connection.busy) --busy_;
    if (connection.busy || !connection.connected) ++result_.failed;
    std::erase(idle_, fd);
    connections_.erase(fd);
    close(fd);
    if (result_.failed < 1000) connect_one();  // else nobody is there
  }

  void send_next() {
    const int fd = idle_.front();
    idle_.pop_front();
    Connection& connection = connections_[fd];
    connection.due_ns = queue_.front();
    queue_.pop_front();
    connection.busy = true;
    ++busy_;
    ++result_.sent;
    const auto& text = options_.request;
    const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    // A request of some hundred bytes always fits an idle connection's buffer.
    if (sent != static_cast<ssize_t>(text.size())) lose(fd, connection);
  }

  const OpenLoopOptions& options_;
  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_s_;
  Poller poller_;
  std::unordered_map<int, Connection> connections_;
  std::deque<int> idle_;
  std::deque<std::int64_t> queue_;  // when the requests that wait for a connection were due
  int busy_ = 0;
  std::int64_t counted_from_ = 0;
  OpenLoopResult result_;
};

}  // namespace

OpenLoopResult run_open_loop(const OpenLoopOptions& options) { return OpenLoop(options).run(); }

}  // namespace signalbox::bench
